"""A tour of every kind of value."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from . import _core
from ._box import Box
from .component import Clock, ClosedError, Resource, Sink, detached

__all__ = ["Person", "Tour", "UserInfo"]


LARGE = 1 << 20
"""From so many characters on a text is not waited for in the thread that asks
for it."""


@dataclass(frozen=True)
class Person:
    """A person's name, in two parts."""

    first: str
    last: str


class UserInfo:
    """An object that lives in the core.

    Freed when closed, at the end of a `with` block, or when collected. Using
    it after that raises ClosedError (a ValueError)."""

    def __init__(self, name: str, *, _box: Box | None = None) -> None:
        if _box is None:
            from ._default import default

            _box = default
        self._box = _box
        self._resource: Resource = _box._call("tour.[constructor]user-info", name)

    @property
    def info(self) -> str:
        """`User "NAME" has N letters in their name`."""
        if self.closed:
            raise ClosedError("UserInfo: used after it was closed")
        text: str = self._resource.call(
            self._box._clock(), _core.NAMES["tour.[method]user-info.info"]
        )
        return text

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._resource.is_closed

    def close(self) -> None:
        """Frees it. Closing twice is allowed."""
        self._resource.close()

    def __enter__(self) -> UserInfo:
        if self.closed:
            raise ClosedError("UserInfo: used after it was closed")
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if not self._resource.is_open else self.info
        return f"<fordway.UserInfo: {state}>"


class Tour(Box):
    """The functions of `tour.wit`."""

    def hello(self) -> None:
        """Prints `Hello world!` on `sys.stdout`."""
        self._print("tour.hello")

    def greet(self) -> None:
        """Prints `Hello! The square root of 4 is: 2` on `sys.stdout`."""
        self._print("tour.greet")

    def _print(self, name: str) -> None:
        clock = self._clock()
        text = detached(self._printed, name, clock, clock=clock)
        if sys.stdout is not None:
            sys.stdout.write(text)

    def _printed(self, name: str, clock: Clock) -> str:
        with Sink() as sink:
            with self._printing(sink) as instance:
                _core.call(instance, clock, name)
            return sink.read().decode()

    def noop(self) -> None:
        """Nothing in, nothing out: the cost of a call."""
        self._call("tour.noop")

    def add(self, a: int, b: int) -> int:
        """The sum of two integers of 64 bits; OverflowError if it has more."""
        return self._call("tour.add", a, b)  # type: ignore[no-any-return]

    def repeat(self, s: str, n: int) -> str:
        """`s`, `n` times over. OverflowError above 64 MiB."""
        size = len(s) * n if type(s) is str and type(n) is int else 0
        return self._say(size, "tour.repeat", s, n)

    def join(self, words: Sequence[str], sep: str) -> str:
        """`words` with `sep` between them. OverflowError above 64 MiB."""
        size = 0
        if type(words) is list or type(words) is tuple:
            with suppress(TypeError):  # told where they are converted
                size = sum(map(len, words))
        return self._say(size, "tour.join", words, sep)

    def _say(self, size: int, name: str, *arguments: Any) -> str:
        """Calls a function whose text is copied for so long, if it is large,
        that a signal would wait: then this thread does not take part."""
        if size <= LARGE:
            return self._call(name, *arguments)  # type: ignore[no-any-return]
        instance, clock = self._instance(), self._clock()
        return detached(_core.call, instance, clock, name, *arguments, clock=clock)  # type: ignore[no-any-return]

    def full_name(self, person: Person) -> str:
        """The two parts of a name, with a space between them."""
        if not isinstance(person, Person):
            raise TypeError(f"person: expected Person, got {type(person).__name__}")
        name: str = self._call("tour.full-name", (person.first, person.last))
        return name

    def even(self, n: int) -> bool:
        """Whether a number is even; ValueError if it is negative."""
        return self._call("tour.even", n)  # type: ignore[no-any-return]
