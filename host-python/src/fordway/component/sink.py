"""A file that a component prints into: in memory on Linux, a temporary file
elsewhere.

Not a callback: wasmtime hands those a few kilobytes at a time, and a process
that ends while one is alive can crash.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from io import FileIO

from .clock import Clock
from .errors import ComponentError
from .memory import blank_bytes

__all__ = ["Sink"]

CHUNK = 1 << 20
"""How many bytes are copied before the clock is looked at, and other threads
have their turn."""


class Sink:
    """Takes what is printed; a context manager, gone at its end."""

    def __init__(self) -> None:
        self._name: str | None = None
        descriptor = _in_memory()
        if descriptor is None:
            descriptor, self._name = tempfile.mkstemp(prefix="fordway-")
            self.path = self._name
        else:
            self.path = f"/proc/self/fd/{descriptor}"
        self._file = FileIO(descriptor)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        if self._name is not None:
            with suppress(OSError):
                os.unlink(self._name)

    @property
    def size(self) -> int:
        """How many bytes were printed."""
        return os.fstat(self._file.fileno()).st_size

    def read(self, clock: Clock | None = None) -> bytes:
        """Everything that was printed."""
        self._file.seek(0)
        size = self.size
        if size <= CHUNK:
            return self._file.readall()
        data, view = blank_bytes(size)
        self.read_into(view, clock)
        return data

    def read_into(self, view: memoryview, clock: Clock | None = None) -> None:
        """Fills the bytes of `view` with what was printed, which must be as
        many."""
        size = self.size
        if size != view.nbytes:
            raise ComponentError(f"expected {view.nbytes} bytes of output, got {size}")
        self._file.seek(0)
        done = 0
        while done < size:
            if clock is not None:
                clock.check()
            # In longer steps: reading lets other threads run meanwhile.
            done += self._file.readinto(view[done : done + 16 * CHUNK]) or 0


def _in_memory() -> int | None:
    """A file in memory that has a path; None where there is no such thing, or
    it is not allowed."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        descriptor = os.memfd_create("fordway", os.MFD_CLOEXEC)
    except OSError:
        return None
    try:
        os.stat(f"/proc/self/fd/{descriptor}")
    except OSError:  # there is no /proc
        os.close(descriptor)
        return None
    return descriptor
