"""What goes wrong, and as which exception.

Exception
 ├─ OSError                    a file: FileNotFoundError, PermissionError,
 │                             IsADirectoryError, ... with errno, filename
 ├─ TypeError, ValueError, OverflowError
 │                             an argument, before anything crosses
 └─ FordwayError
     ├─ ManifestError          no manifest, or nothing in it (a ValueError)
     ├─ VerificationError      a file that did not pass (a ValueError)
     ├─ IncompleteError        an executor lost workers (a RuntimeError)
     ├─ ClosedError            used after close (a ValueError)
     ├─ CallTimeout            the time limit was exceeded (a TimeoutError)
     ├─ MemoryLimitError       the memory limit was exceeded (a MemoryError)
     ├─ ReentryError           called inside one of its own calls (a RuntimeError)
     ├─ TrapError              the component failed (a RuntimeError)
     └─ ComponentError         the component cannot be used (a RuntimeError)
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from .component import (
    CallTimeout,
    ClosedError,
    ComponentError,
    FordwayError,
    MemoryLimitError,
    ReentryError,
    TrapError,
)

if TYPE_CHECKING:
    from ._verification.report import Report

__all__ = [
    "CallTimeout",
    "ClosedError",
    "ComponentError",
    "FordwayError",
    "IncompleteError",
    "ManifestError",
    "MemoryLimitError",
    "ReentryError",
    "TrapError",
    "VerificationError",
]


class ManifestError(FordwayError, ValueError):
    """There is no manifest, or it holds no line that states a digest."""


class VerificationError(FordwayError, ValueError):
    """A listed file did not pass, or a line could not be understood."""

    path: str | None = None
    """The file's name as the manifest gives it, if it is about a file."""
    line: int | None = None
    """The number of its line in the manifest, from 1."""
    manifest: str = ""
    """The manifest's path, relative to the root."""


class IncompleteError(FordwayError, RuntimeError):
    """An executor lost workers for good, so that not every file was checked.

    `unchecked` tells the ranges of entries, each from its first position,
    counted from 0, up to but not including its last; `report` what was found
    in the others. Its cause is what the executor raised."""

    def __init__(self, length: int, unchecked: tuple[tuple[int, int], ...]) -> None:
        ranges = ", ".join(f"{start + 1} to {end}" for start, end in unchecked)
        super().__init__(
            f"the executor lost workers: of {length} entries these were not checked: {ranges}"
        )
        self.length = length
        self.unchecked = unchecked
        self.report: Report | None = None

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.length, self.unchecked)


for _class in (ManifestError, VerificationError, IncompleteError):
    # Tracebacks show where to import it from, not where it happens to be.
    _class.__module__ = "fordway"
del _class


# One for each case of `types.error-code`; a test holds this against the WIT.
_ERRNO = {
    "not-found": errno.ENOENT,
    "not-permitted": errno.EACCES,
    "is-a-directory": errno.EISDIR,
    "not-a-directory": errno.ENOTDIR,
    "already-exists": errno.EEXIST,
    "invalid-name": errno.EINVAL,
    "invalid-argument": errno.EINVAL,
    "no-space": errno.ENOSPC,
    "too-large": errno.EFBIG,
    "io": errno.EIO,
}


def from_error(error: tuple[str, str, str], filename: str | None = None) -> Exception:
    """The exception for a `types.error`: code, path, message."""
    code, path, message = error
    path = path if filename is None else filename
    if code == "bad-manifest":
        return ManifestError(f"{quoted(path)}: {message}")
    if code == "too-large" and not path:
        return OverflowError(message)
    if code == "invalid-argument" and not path:
        return ValueError(message)
    number = _ERRNO[code]
    if code == "io" and _has_no_descriptors():
        # WASI has no word for it.
        number, message = errno.EMFILE, "too many files are open in this process"
    # OSError picks its subclass by the number.
    return OSError(number, message[:1].upper() + message[1:], path or None)


def _has_no_descriptors() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def quoted(name: str) -> str:
    """A name in double quotes, with everything escaped that a terminal might
    act on: by the rule of the core, `checksums.quote`."""
    if name.isascii() and name.isprintable() and not {'"', "\\"} & set(name):
        return f'"{name}"'
    # Not at the top: the core's errors are made here.
    from ._core import CORE, NAMES
    from .component import Instance

    try:
        with Instance(CORE) as instance:
            return instance.call(NAMES["checksums.quote"], name)  # type: ignore[no-any-return]
    except (FordwayError, ValueError):
        # No component to ask, or a lone surrogate: harmless in any case.
        return f'"{ascii(name)[1:-1]}"'
