"""The box of the module's own functions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ._box import Reach
from ._checksums import Checksums
from ._engine import Core, default_core
from ._files import Files
from ._guest import Grant, Guest
from ._numbers import Numbers
from ._paths import StrPath, check_directory, locate, text_of
from ._sink import Sink
from ._tour import Tour

__all__ = ["default"]


class Default(Files, Checksums, Numbers, Tour):
    """Grants one directory for one call, read-only unless the call writes.
    Calls that touch no file run in one instance a thread."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def _guest(self) -> Guest:
        try:
            return self._threads.guest  # type: ignore[no-any-return]
        except AttributeError:
            guest = self._threads.guest = Guest(default_core())
            return guest

    @contextmanager
    def _reach(self, path: StrPath, *, writable: bool = False) -> Iterator[Reach]:
        directory, name, text = locate(path)
        guest = Guest(default_core(), Grant(directory, writable))
        try:
            yield Reach(guest, name, text, text)
        finally:
            guest.close()

    @contextmanager
    def _printing(self, stdout: Sink) -> Iterator[Guest]:
        guest = Guest(default_core(), stdout=stdout)
        try:
            yield guest
        finally:
            guest.close()

    def _grant(self, root: StrPath) -> tuple[Grant, str, str]:
        text = text_of(root, "root")
        check_directory(text, text)
        return Grant(text), ".", text

    def _worker(self, core: Core, grant: Grant) -> Guest:
        return Guest(core, grant)

    def __reduce__(self) -> str:
        # So that its methods, the module's functions, can be pickled.
        return "default"


default = Default()
