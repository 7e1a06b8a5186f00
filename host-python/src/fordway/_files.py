"""Whole files, in and out."""

from __future__ import annotations

import errno
import os
import stat
from typing import cast

from ._box import Box
from ._exceptions import Refused
from ._paths import StrPath
from ._sink import Sink

__all__ = ["Files"]

READ_CROSSOVER = 3000
WRITE_CROSSOVER = 6000
"""Up to this many bytes a file crosses as a list of component values, above it
on the component's standard streams. Measured on 2 cores: reading 2,000 bytes
takes 243 and 271 us by the two, 4,000 bytes 309 and 280 us; writing 4,000 bytes
560 and 583 us, 8,000 bytes 624 and 592 us."""


class Files(Box):
    """The functions of `files.wit`."""

    def read(self, path: StrPath) -> bytes:
        """A file's bytes.

        Raises FileNotFoundError, IsADirectoryError, PermissionError or another
        OSError with errno and filename. What is no regular file (a pipe, a
        device) is never opened.
        """
        with self._reach(path) as reach:
            if _size_of(reach.host) <= READ_CROSSOVER:
                try:
                    return cast("bytes", reach.guest.call("files.read", reach.path))
                except Refused as error:
                    if not error.is_too_large:  # it has grown since
                        raise error.lift(reach.filename) from None
            with Sink() as sink:
                reach.guest.run(["read", "--", reach.path], (), sink).check(reach.filename)
                return sink.read()

    def write(self, data: bytes | bytearray | memoryview, path: StrPath) -> None:
        """Puts `data` at `path`, all or nothing.

        `data` is anything with the buffer protocol; its bytes are written in
        order. A call that fails or is interrupted leaves the old content. A
        file that was there keeps its permissions, set right after the new
        content is in place. Raises OSError with errno and filename.
        """
        view = bytes_of(data)
        with self._reach(path, writable=True) as reach:
            mode = _mode_of(reach.host, reach.filename)
            if view.nbytes <= WRITE_CROSSOVER:
                try:
                    reach.guest.call("files.write", view, reach.path)
                except Refused as error:
                    raise error.lift(reach.filename) from None
            else:
                with Sink() as sink:
                    output = reach.guest.run(["write", "--", reach.path], [view], sink)
                    output.check(reach.filename)
            if mode is not None and stat.S_IMODE(os.stat(reach.host).st_mode) != mode:
                os.chmod(reach.host, mode)


def bytes_of(data: object) -> memoryview:
    """The bytes of a buffer, in order; a copy only if they do not lie so."""
    try:
        view = memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        got = type(data).__name__
        raise TypeError(f"data: expected a bytes-like object, got {got}") from None
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def _size_of(host: str) -> int:
    """A file's size, to choose a lane by; 0 if there is none to see."""
    try:
        return os.stat(host).st_size
    except OSError:
        return 0


def _mode_of(host: str, filename: str) -> int | None:
    """The permissions of the file that is to be replaced, if there is one.
    Raises PermissionError if it is read-only: a rename would not ask."""
    try:
        mode = os.stat(host).st_mode
    except OSError:
        return None
    if stat.S_ISREG(mode) and not os.access(host, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), filename)
    return stat.S_IMODE(mode)
