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
     ├─ TrapError              the component failed (a RuntimeError)
     └─ ComponentError         the component cannot be used (a RuntimeError)
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._report import Report

__all__ = [
    "CallTimeout",
    "ClosedError",
    "ComponentError",
    "FordwayError",
    "IncompleteError",
    "ManifestError",
    "MemoryLimitError",
    "TrapError",
    "VerificationError",
]


class FordwayError(Exception):
    """The base of every exception that is fordway's own."""


class ManifestError(FordwayError, ValueError):
    """There is no manifest, or it holds no line that states a digest."""


class VerificationError(FordwayError, ValueError):
    """A listed file did not pass, or a line could not be understood."""


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


class ClosedError(FordwayError, ValueError):
    """An object of the core was used after it was closed."""


class CallTimeout(FordwayError, TimeoutError):
    """A call took longer than its sandbox allows."""


class MemoryLimitError(FordwayError, MemoryError):
    """A call needed more memory than its sandbox allows."""


class TrapError(FordwayError, RuntimeError):
    """The component failed in a way that its contract does not foresee."""


class ComponentError(FordwayError, RuntimeError):
    """The component is missing or damaged, or cannot be used in this process."""


for _class in (
    FordwayError,
    ManifestError,
    VerificationError,
    IncompleteError,
    ClosedError,
    CallTimeout,
    MemoryLimitError,
    TrapError,
    ComponentError,
):
    # Tracebacks show where to import it from, not where it happens to be.
    _class.__module__ = "fordway"


class Refused(Exception):
    """The error case of a WIT result on its way to a public exception.

    `payload` is the lifted error: the fields of a `types.error`, or a text."""

    def __init__(self, payload: object) -> None:
        self.payload = payload

    @property
    def is_too_large(self) -> bool:
        """Whether the core says that something is larger than its limit."""
        return isinstance(self.payload, tuple) and self.payload[0] == "too-large"

    def lift(self, filename: str | None = None) -> Exception:
        """The exception to raise. `filename` is the path as the caller gave
        it, where the core knows it under another name."""
        if isinstance(self.payload, tuple):
            return from_error(self.payload, filename)
        return ValueError(str(self.payload))


# One for each case of `types.error-code`; a test holds this against the WIT.
_ERRNO = {
    "not-found": errno.ENOENT,
    "not-permitted": errno.EACCES,
    "is-a-directory": errno.EISDIR,
    "not-a-directory": errno.ENOTDIR,
    "already-exists": errno.EEXIST,
    "invalid-name": errno.EINVAL,
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
    # OSError picks its subclass by the number.
    return OSError(_ERRNO[code], message[:1].upper() + message[1:], path or None)


def quoted(name: str) -> str:
    """A name in double quotes, with everything escaped that a terminal might
    act on: control characters, and those that turn text around."""
    text = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_harmless, text)) + '"'


_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _harmless(letter: str) -> str:
    if letter in _SHORT:
        return _SHORT[letter]
    unsafe = not letter.isprintable() and letter != " "
    return letter.encode("unicode_escape").decode() if unsafe else letter
