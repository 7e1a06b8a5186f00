"""A file that a component prints into: in memory on Linux, a temporary file
elsewhere.

Not a callback: wasmtime hands those a few kilobytes at a time, and a process
that ends while one is alive can crash.
"""

from __future__ import annotations

import os
import sys
import tempfile

from ._exceptions import ComponentError

__all__ = ["Sink", "blank"]


class Sink:
    """Takes what is printed; a context manager, gone at its end."""

    def __init__(self) -> None:
        self._name: str | None = None
        if hasattr(os, "memfd_create"):
            self._descriptor = os.memfd_create("fordway", os.MFD_CLOEXEC)
            self.path = f"/proc/self/fd/{self._descriptor}"
        else:
            self._descriptor, self._name = tempfile.mkstemp(prefix="fordway-")
            self.path = self._name

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._descriptor)
        if self._name is not None:
            os.unlink(self._name)

    @property
    def size(self) -> int:
        """How many bytes were printed."""
        return os.fstat(self._descriptor).st_size

    def read(self) -> bytes:
        """Everything, in one allocation."""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", buffering=0, closefd=False) as file:
            return file.readall()

    def view(self) -> memoryview:
        """Everything, as memory that can be written to.

        A copy, though the file may lie in memory: mapping it and freeing it
        costs more than a copy into memory that is used again."""
        view = blank(self.size)
        self.read_into(view)
        return view

    def read_into(self, view: memoryview) -> None:
        """Fills the bytes of `view` with what was printed, which must be as
        many."""
        if self.size != view.nbytes:
            raise ComponentError(f"expected {view.nbytes} bytes of output, got {self.size}")
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        with open(self._descriptor, "rb", buffering=0, closefd=False) as file:
            done = 0
            while done < view.nbytes:
                done += file.readinto(view[done:]) or 0


def blank(size: int) -> memoryview:
    """Bytes that are about to be overwritten: numpy, where it is loaded, does
    not fill them before."""
    numpy = sys.modules.get("numpy")
    return memoryview(bytearray(size) if numpy is None else numpy.empty(size, "u1"))
