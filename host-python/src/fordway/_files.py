"""Whole files, in and out."""

from __future__ import annotations

import os
import stat
from typing import cast

from . import _core
from ._box import Box, Reach
from ._draft import Draft, keeps_modes
from ._paths import StrPath, text_of
from .component import Clock, Directory, Sink, detached

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
        filename, clock = text_of(path, "path"), self._clock()
        return detached(self._read, filename, clock, clock=clock)

    def _read(self, filename: str, clock: Clock) -> bytes:
        with self._reach(filename) as reach:
            if _may_be_small(reach.directory, reach.path):
                try:
                    data = _core.call(
                        reach.instance, clock, "files.read", reach.path, filename=filename
                    )
                    return cast("bytes", data)
                except OSError as error:
                    if not is_too_large(error):  # it has grown since
                        raise
            with Sink() as sink:
                _core.run(reach.instance, clock, ["read", "--", reach.path], (), sink, filename)
                return sink.read(clock)

    def write(self, data: bytes | bytearray | memoryview, path: StrPath) -> None:
        """Puts `data` at `path`, all or nothing.

        `data` is anything with the buffer protocol; its bytes are written in
        order, to a file beside the target that then takes its place. A call
        that fails or is interrupted leaves the old content, and what it left
        behind goes with the next write.

        A file that was there keeps its permissions, owner and group; where the
        owner may not be given away it becomes the caller's, and a set-user-ID
        or set-group-ID bit is cleared. Hard links and extended attributes are
        not kept. On systems that know no descriptors of directories the
        permissions are those of a new file. Raises OSError with errno and
        filename.
        """
        view = bytes_of(data)
        filename, clock = text_of(path, "path"), self._clock()
        detached(self._write, view, filename, clock, clock=clock)

    def _write(self, view: memoryview, filename: str, clock: Clock) -> None:
        with self._reach(filename, writable=True) as reach:
            if not keeps_modes(reach.directory):
                _fill(reach, clock, view, None, reach.path)
                return
            place = _core.call(reach.instance, clock, "files.place", reach.path, filename=filename)
            with Draft(reach.directory, *place, filename=filename) as draft:
                _fill(reach, clock, view, draft.temporary, draft.target)


def _fill(reach: Reach, clock: Clock, view: memoryview, temporary: str | None, target: str) -> None:
    """Writes bytes by the way that suits their number; into a temporary file
    that is there already, if one is named."""
    instance, filename = reach.instance, reach.filename
    if view.nbytes <= WRITE_CROSSOVER:
        if temporary is None:
            _core.call(instance, clock, "files.write", view, target, filename=filename)
        else:
            _core.call(instance, clock, "files.fill", view, temporary, target, filename=filename)
        return
    draft = [] if temporary is None else ["--draft", temporary]
    with Sink() as sink:
        _core.run(instance, clock, ["write", *draft, "--", target], [view], sink, filename)


def bytes_of(data: object) -> memoryview:
    """The bytes of a buffer, in order; a copy only if they do not lie so."""
    try:
        view = memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        got = type(data).__name__
        raise TypeError(f"data: expected a bytes-like object, got {got}") from None
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def is_too_large(error: OSError) -> bool:
    """Whether the core says that a file is larger than a call can return."""
    return "read it as a stream" in (error.strerror or "")


def _may_be_small(directory: Directory, name: str) -> bool:
    """Whether a file is worth a call by values. Only what can be seen without
    following a link is looked at; of the rest the core knows the size."""
    descriptor = directory.descriptor
    if descriptor is None or "/" in name:
        return True
    try:
        found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    except OSError:
        return True
    return not stat.S_ISREG(found.st_mode) or found.st_size <= READ_CROSSOVER
