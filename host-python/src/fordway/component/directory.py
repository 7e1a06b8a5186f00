"""A directory that is handed over: opened once, and the same tree from then on,
whatever its name comes to stand for."""

from __future__ import annotations

import errno
import os

from .owned import Owned, sweep

__all__ = ["Directory"]

_BY_DESCRIPTOR = os.supports_dir_fd >= {os.open, os.stat, os.unlink} and hasattr(os, "O_DIRECTORY")


class Directory:
    """An open directory. A context manager; closed when it is collected, too.

    Raises the OSError of opening it, told of `filename`, the path as the caller
    gave it."""

    def __init__(self, path: str, filename: str | None = None) -> None:
        sweep()
        self.path = (
            os.path.realpath(path) if path.startswith("/proc/self/fd/") else os.path.abspath(path)
        )
        """Where it was when it was opened."""
        self.filename = path if filename is None else filename
        self._owned: Owned | None = None
        try:
            if _BY_DESCRIPTOR:
                owned = Owned(self)
                owned.delete = os.close
                owned.pointer = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
                self._owned = owned
                found = os.fstat(owned.pointer)
            else:
                with os.scandir(path):
                    found = os.stat(path)
        except OSError as error:
            raise OSError(error.errno, os.strerror(error.errno or 0), self.filename) from None
        self.identity = (found.st_dev, found.st_ino)
        """What tells it from every other directory of this machine."""

    @property
    def descriptor(self) -> int | None:
        """Its descriptor, for calls relative to it; None where the system has
        no such calls. Raises OSError if it was closed."""
        if self._owned is None:
            return None
        if self._owned.pointer is None:
            raise OSError(errno.EBADF, "The directory was closed", self.filename)
        return self._owned.pointer  # type: ignore[no-any-return]

    def name(self) -> str:
        """A path that leads to it at this moment, for wasmtime to open: by its
        descriptor where the system has names for those, else where it was,
        if it is still there. Raises OSError if it is not."""
        descriptor = self.descriptor
        if descriptor is not None:
            name = f"/proc/self/fd/{descriptor}"
            if self._leads_here(name):
                return name
        if self._leads_here(self.path):
            return self.path
        raise OSError(errno.ENOENT, "The directory was replaced by another", self.filename)

    def _leads_here(self, name: str) -> bool:
        try:
            found = os.stat(name)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self.identity

    def again(self) -> Directory:
        """The same directory, open once more."""
        other = Directory(self.name(), self.filename)
        other.path = self.path
        return other

    def step(self, path: str) -> int:
        """A new descriptor of a directory below this one, for the caller to
        close. No link is followed: each part of `path` is opened by itself.
        Raises OSError."""
        descriptor = self.descriptor
        if descriptor is None:
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), path)
        here = os.dup(descriptor)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        for part in path.split("/"):
            if part in ("", os.curdir):
                continue
            if part == os.pardir:
                os.close(here)
                raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
            try:
                there = os.open(part, flags, dir_fd=here)
            finally:
                os.close(here)
            here = there
        return here

    def close(self) -> None:
        """Closes it. Instances that have it keep it."""
        if self._owned is not None:
            self._owned.free()

    def __enter__(self) -> Directory:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Directory {self.filename!r}>"
