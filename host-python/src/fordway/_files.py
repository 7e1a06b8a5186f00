"""Whole files, in and out."""

from __future__ import annotations

import errno
import os
import stat

from ._box import Box
from ._paths import StrPath
from ._sink import Sink

__all__ = ["Files"]


class Files(Box):
    """The functions of `files.wit`, by the stream lane."""

    def read(self, path: StrPath) -> bytes:
        """A file's bytes.

        Raises FileNotFoundError, IsADirectoryError, PermissionError or another
        OSError with errno and filename. What is no regular file (a pipe, a
        device) is never opened.
        """
        with self._reach(path) as reach, Sink() as sink:
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
        with self._reach(path, writable=True) as reach, Sink() as sink:
            mode = _mode_of(reach.host, reach.filename)
            reach.guest.run(["write", "--", reach.path], [view], sink).check(reach.filename)
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
