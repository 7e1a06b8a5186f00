"""The box of the module's own functions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ._box import Reach
from ._checksums import Checksums
from ._core import CORE
from ._files import Files
from ._numbers import Numbers
from ._paths import StrPath, locate, text_of
from ._tour import Tour
from .component import Directory, Instance, Sink, Wasi

__all__ = ["default"]


class Default(Files, Checksums, Numbers, Tour):
    """Grants one directory for one call, read-only unless the call writes.
    Calls that touch no file run in one instance a thread."""

    def __init__(self) -> None:
        self._threads = threading.local()

    def _instance(self) -> Instance:
        try:
            return self._threads.instance  # type: ignore[no-any-return]
        except AttributeError:
            instance = self._threads.instance = Instance(CORE)
            return instance

    @contextmanager
    def _reach(self, filename: str, *, writable: bool = False) -> Iterator[Reach]:
        parent, name = locate(filename)
        with (
            Directory(parent, filename) as directory,
            Instance(CORE, Wasi(directory, writable)) as instance,
        ):
            yield Reach(instance, directory, name, filename)

    def _printing(self, stdout: Sink) -> Instance:
        return Instance(CORE, Wasi(stdout=stdout))

    def _directory(self, root: StrPath) -> tuple[Directory, str, str]:
        text = text_of(root, "root")
        return Directory(text, text), ".", text

    def __reduce__(self) -> str:
        # So that its methods, the module's functions, can be pickled.
        return "default"


default = Default()
