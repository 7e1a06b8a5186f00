"""A sandbox: one instance, one directory, and limits."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ._box import Reach
from ._checksums import Checksums
from ._engine import Core, default_core
from ._exceptions import ClosedError
from ._files import Files
from ._guest import Grant, Guest
from ._numbers import Numbers
from ._paths import StrPath, check_directory, text_of
from ._sink import Sink
from ._tour import Tour, UserInfo

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
        self._root: str | None = None
        if root is not None:
            text = text_of(root, "root")
            check_directory(text, text)
            # The directory that it is now, wherever this process goes later.
            self._root = os.path.abspath(text)
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
        # A limit on time needs an engine of its own: it stops all calls in it.
        core = default_core() if timeout is None else Core(interruptible=True)
        self._inner = self._made(core)
        self._closed = False

    def _made(self, core: Core, stdout: Sink | None = None) -> Guest:
        return Guest(
            core,
            None if self._root is None else Grant(self._root, self._writable),
            memory_limit=self._memory,
            timeout=self._timeout,
            stdout=stdout,
        )

    def user_info(self, name: str) -> UserInfo:
        """A `UserInfo` that lives in this sandbox."""
        return UserInfo(name, _guest=self._guest())

    def close(self) -> None:
        """Frees the instance, and the objects in it. Closing twice is allowed."""
        self._closed = True
        self._inner.close()

    def __enter__(self) -> Sandbox:
        self._guest()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "writable" if self._writable else "read-only"
        return f"<fordway.Sandbox: {self._root!r}, {state}>"

    def _guest(self) -> Guest:
        if self._closed:
            raise ClosedError("Sandbox: used after it was closed")
        return self._inner

    @contextmanager
    def _reach(self, path: StrPath, *, writable: bool = False) -> Iterator[Reach]:
        text = text_of(path, "path")
        yield Reach(self._guest(), text, os.path.join(self._root or "", text), text)

    @contextmanager
    def _printing(self, stdout: Sink) -> Iterator[Guest]:
        guest = self._made(self._guest().core, stdout)
        try:
            yield guest
        finally:
            guest.close()

    def _grant(self, root: StrPath) -> tuple[Grant, str, str]:
        self._guest()
        text = text_of(root, "root")
        if self._root is None:
            raise PermissionError(
                errno.EACCES, "This sandbox has no root, so it can touch no directory", text
            )
        # A check writes nothing, whatever the sandbox allows.
        return Grant(self._root), text, text

    def _worker(self, core: Core, grant: Grant) -> Guest:
        return Guest(core, grant, memory_limit=self._memory)
