"""Where the command prints. Either stream may be closed, or break."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import BinaryIO

__all__ = ["Out", "drop_output", "flush", "standard_input", "told", "warn"]


class Out:
    """Standard output, for bytes. Raises OSError at the first write if it is
    closed."""

    def write(self, data: bytes | memoryview) -> None:
        """Prints bytes."""
        if sys.stdout is None:
            raise OSError(errno.EBADF, "standard output is closed")
        sys.stdout.buffer.write(data)

    def line(self, text: str) -> None:
        """Prints a line, with the bytes that names have in the file system."""
        self.write(text.encode(errors="surrogateescape") + b"\n")


def flush() -> None:
    """Sees to it that everything is printed. Raises OSError if it is not."""
    if sys.stdout is not None:
        sys.stdout.flush()


def drop_output() -> None:
    """Lets go of what could not be printed, so that Python does not try once
    more when it ends."""
    if sys.stdout is not None:
        with suppress(OSError, ValueError):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.close(null)


def warn(text: str) -> None:
    """Prints a line on standard error, if there is one: there is no other place
    to say that there is none."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"fordway: {text}", file=sys.stderr)


def told(error: Exception) -> str:
    """An error in a sentence."""
    if isinstance(error, OSError):
        why = error.strerror or str(error)
        return why if error.filename is None else f"{shown(error.filename)}: {why}"
    return str(error)


def shown(name: object) -> str:
    """A name as it is where that is harmless, else in quotes."""
    from .._exceptions import quoted

    text = os.fsdecode(name) if isinstance(name, bytes) else str(name)
    return text if text.isprintable() and text.isascii() else quoted(text)


def standard_input() -> BinaryIO:
    """Standard input, for bytes. Raises OSError if it is closed."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer
