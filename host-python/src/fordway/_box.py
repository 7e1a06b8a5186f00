"""Where the functions of the package run.

`read`, `squares` and the others are written once, as methods of mixins over
`Box`. The module's own functions run in the default box, which grants one
directory for one call; a `Sandbox` is a box that keeps its instance.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import NamedTuple

from ._engine import Core
from ._guest import Grant, Guest
from ._paths import StrPath
from ._sink import Sink

__all__ = ["Box", "Reach"]


class Reach(NamedTuple):
    """An instance that may touch a path, and the path's names."""

    guest: Guest
    path: str
    """The path as the instance knows it."""
    host: str
    """The path as this process knows it."""
    filename: str
    """The path as the caller gave it, for messages."""


class Box(ABC):
    """What the mixins need of where they run."""

    _memory: int | None = None
    """The memory limit of instances, in bytes."""

    @abstractmethod
    def _guest(self) -> Guest:
        """The instance for calls that touch no file."""

    @abstractmethod
    def _reach(self, path: StrPath, *, writable: bool = False) -> AbstractContextManager[Reach]:
        """An instance that may touch a file, for one call."""

    @abstractmethod
    def _printing(self, stdout: Sink) -> AbstractContextManager[Guest]:
        """An instance that prints into `stdout`, for one call."""

    @abstractmethod
    def _grant(self, root: StrPath) -> tuple[Grant, str, str]:
        """The grant of a directory to workers, its name there, and its name
        as the caller gave it."""

    @abstractmethod
    def _worker(self, core: Core, grant: Grant) -> Guest:
        """An instance of a core that can be interrupted, for one worker."""
