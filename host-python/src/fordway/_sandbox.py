"""A sandbox: one instance, one directory, and limits."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ._box import Reach
from ._checksums import Checksums
from ._core import CORE
from ._files import Files
from ._numbers import Numbers
from ._paths import StrPath, text_of
from ._tour import Tour, UserInfo
from .component import ClosedError, Directory, Instance, Sink, Wasi

__all__ = ["Sandbox"]

SMALLEST = 2 << 20
"""The component's own data and stack need this much memory, in bytes."""


class Sandbox(Files, Checksums, Numbers, Tour):
    """An instance of the component that may touch one directory.

    It has the functions of the module as methods; their paths are inside
    `root`. Without `root` it can touch no file at all, and with
    `writable=False` it can change none.

    `memory_limit` is the most linear memory an instance may use, in bytes
    (MemoryLimitError beyond it); `timeout` the most time a call may take, in
    seconds (CallTimeout beyond it). A sandbox is usable after either.

    A context manager. From several threads its calls take turns.
    """

    def __init__(
        self,
        root: StrPath | None = None,
        *,
        writable: bool = False,
        memory_limit: int | None = None,
        timeout: float | None = None,
    ) -> None:
        self._root: Directory | None = None
        if root is not None:
            # The directory that it is now, wherever this process goes later,
            # and whatever takes its place.
            text = text_of(root, "root")
            self._root = Directory(text, text)
        elif writable:
            raise ValueError("writable: expected a root to write to, got none")
        if memory_limit is not None:
            if isinstance(memory_limit, bool) or not isinstance(memory_limit, int):
                got = type(memory_limit).__name__
                raise TypeError(f"memory_limit: expected an int of bytes, got {got}")
            if not SMALLEST <= memory_limit <= 1 << 32:
                raise ValueError(
                    f"memory_limit: expected {SMALLEST} to {1 << 32} bytes, got {memory_limit}"
                )
        if timeout is not None:
            if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
                got = type(timeout).__name__
                raise TypeError(f"timeout: expected seconds as a float, got {got}")
            if not 0 < timeout <= 1e6:
                raise ValueError(f"timeout: expected more than 0 seconds, got {timeout}")
        self._writable = writable
        self._memory = memory_limit
        self._timeout = timeout
        self._closed = False
        self._wasi = Wasi(self._root, writable)
        self._inner = Instance(CORE, self._wasi, memory_limit=memory_limit)

    def user_info(self, name: str) -> UserInfo:
        """A `UserInfo` that lives in this sandbox."""
        return UserInfo(name, _box=self)

    def close(self) -> None:
        """Frees the instance, and the objects in it. Closing twice is allowed."""
        self._closed = True
        self._inner.close()
        if self._root is not None:
            self._root.close()

    def __enter__(self) -> Sandbox:
        self._instance()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "writable" if self._writable else "read-only"
        root = None if self._root is None else self._root.path
        return f"<fordway.Sandbox: {root!r}, {state}>"

    def _instance(self) -> Instance:
        if self._closed:
            raise ClosedError("Sandbox: used after it was closed")
        return self._inner

    @contextmanager
    def _reach(self, filename: str, *, writable: bool = False) -> Iterator[Reach]:
        reach = Reach(self._instance(), self._granted(filename), filename, filename)
        if writable and not self._writable:
            raise PermissionError(
                errno.EACCES, "This sandbox may not write: make it with writable=True", filename
            )
        yield reach

    def _printing(self, stdout: Sink) -> Instance:
        self._instance()
        wasi = Wasi(self._root, self._writable, stdout)
        return Instance(CORE, wasi, memory_limit=self._memory)

    def _directory(self, root: StrPath) -> tuple[Directory, str, str]:
        self._instance()
        text = text_of(root, "root")
        # Its own: the caller closes it.
        return self._granted(text).again(), text, text

    def _granted(self, filename: str) -> Directory:
        if self._root is None:
            raise PermissionError(
                errno.EACCES, "This sandbox has no root, so it can touch no file", filename
            )
        return self._root
