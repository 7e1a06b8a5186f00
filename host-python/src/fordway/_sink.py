"""A file that a component prints into: in memory on Linux, a temporary file
elsewhere.

Not a callback: wasmtime hands those a few kilobytes at a time, and a process
that ends while one is alive can crash.
"""

from __future__ import annotations

import os
import tempfile
from io import FileIO

from ._exceptions import ComponentError

__all__ = ["Sink"]


class Sink:
    """Takes what is printed; a context manager, gone at its end."""

    def __init__(self) -> None:
        self._name: str | None = None
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("fordway", os.MFD_CLOEXEC)
            self.path = f"/proc/self/fd/{descriptor}"
        else:
            descriptor, self._name = tempfile.mkstemp(prefix="fordway-")
            self.path = self._name
        self._file = FileIO(descriptor)

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, *exc: object) -> None:
        self._file.close()
        if self._name is not None:
            os.unlink(self._name)

    @property
    def size(self) -> int:
        """How many bytes were printed."""
        return os.fstat(self._file.fileno()).st_size

    def read(self) -> bytes:
        """Everything that was printed, in one allocation."""
        self._file.seek(0)
        return self._file.readall()

    def read_into(self, view: memoryview) -> None:
        """Fills the bytes of `view` with what was printed, which must be as
        many."""
        size = self.size
        if size != view.nbytes:
            raise ComponentError(f"expected {view.nbytes} bytes of output, got {size}")
        self._file.seek(0)
        done = 0
        while done < size:
            done += self._file.readinto(view[done:]) or 0
