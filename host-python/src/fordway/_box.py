"""Where the functions of the package run.

`read`, `squares` and the others are written once, as methods of mixins over
`Box`. The module's own functions run in the default box, which grants one
directory for one call; a `Sandbox` is a box that keeps its instance.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from . import _core
from ._core import NAMES
from .component import Clock, Directory, Err, Instance, Sink

__all__ = ["Box", "Reach"]


class Reach(NamedTuple):
    """An instance that may touch a path, and the path's names."""

    instance: Instance
    directory: Directory
    """What the instance was given."""
    path: str
    """The path as the instance knows it."""
    filename: str
    """The path as the caller gave it, for messages."""


class Box(ABC):
    """What the mixins need of where they run."""

    _memory: int | None = None
    """The memory limit of instances, in bytes."""
    _timeout: float | None = None
    """The time limit of calls, in seconds."""

    def _clock(self) -> Clock:
        """The time of a call, which begins now."""
        return Clock(self._timeout)

    def _call(self, name: str, *arguments: Any) -> Any:
        """Calls a function that touches no file, in this thread."""
        try:
            if self._timeout is None:
                return self._instance().call(NAMES[name], *arguments)
            clock = self._clock()
            return self._instance().call_within(clock, NAMES[name], *arguments)
        except Err as error:
            raise _core.lifted(error) from None

    @abstractmethod
    def _instance(self) -> Instance:
        """The instance for calls that touch no file."""

    @abstractmethod
    def _reach(self, filename: str, *, writable: bool = False) -> AbstractContextManager[Reach]:
        """An instance that may touch a file, for one call."""

    @abstractmethod
    def _printing(self, stdout: Sink) -> Instance:
        """A new instance that prints into `stdout`."""

    @abstractmethod
    def _directory(self, root: Any) -> tuple[Directory, str, str]:
        """The directory to hand to the workers of a check, the root's name
        there, and as the caller gave it. The caller closes the directory."""
