"""A tour of every kind of value."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ._box import Box
from ._exceptions import ClosedError, Refused
from ._guest import Guest
from ._resource import Resource
from ._sink import Sink

__all__ = ["Person", "Tour", "UserInfo"]


@dataclass(frozen=True)
class Person:
    """A person's name, in two parts."""

    first: str
    last: str


class UserInfo:
    """An object that lives in the core.

    Freed when closed, at the end of a `with` block, or when collected. Using
    it after that raises ClosedError (a ValueError)."""

    def __init__(self, name: str, *, _guest: Guest | None = None) -> None:
        if _guest is None:
            from ._default import default

            _guest = default._guest()
        self._guest = _guest
        self._resource: Resource = _guest.call("tour.[constructor]user-info", name)
        self._generation = _guest.generation

    @property
    def info(self) -> str:
        """`User "NAME" has N letters in their name`."""
        if not self._resource.is_open:
            raise ClosedError("UserInfo: used after it was closed")
        text: str = self._guest.call_on(
            self._resource, self._generation, "tour.[method]user-info.info"
        )
        return text

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._resource.is_open

    def close(self) -> None:
        """Frees it. Closing twice is allowed."""
        if self._resource.is_open:
            self._guest.drop(self._resource, self._generation)

    def __enter__(self) -> UserInfo:
        if self.closed:
            raise ClosedError("UserInfo: used after it was closed")
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __del__(self) -> None:
        # Not there if the constructor failed.
        if hasattr(self, "_generation"):
            self.close()

    def __repr__(self) -> str:
        state = "closed" if self.closed else self.info
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
        with Sink() as sink:
            with self._printing(sink) as guest:
                try:
                    guest.call(name)
                except Refused as error:
                    raise error.lift() from None
            if sys.stdout is not None:
                sys.stdout.write(sink.read().decode())

    def noop(self) -> None:
        """Nothing in, nothing out: the cost of a call."""
        self._guest().call("tour.noop")

    def add(self, a: int, b: int) -> int:
        """The sum of two integers of 64 bits; OverflowError if it has more."""
        try:
            return self._guest().call("tour.add", a, b)  # type: ignore[no-any-return]
        except Refused as error:
            raise error.lift() from None

    def repeat(self, s: str, n: int) -> str:
        """`s`, `n` times over. OverflowError above 64 MiB."""
        try:
            return self._guest().call("tour.repeat", s, n)  # type: ignore[no-any-return]
        except Refused as error:
            raise error.lift() from None

    def join(self, words: Sequence[str], sep: str) -> str:
        """`words` with `sep` between them. OverflowError above 64 MiB."""
        try:
            return self._guest().call("tour.join", words, sep)  # type: ignore[no-any-return]
        except Refused as error:
            raise error.lift() from None

    def full_name(self, person: Person) -> str:
        """The two parts of a name, with a space between them."""
        if not isinstance(person, Person):
            raise TypeError(f"person: expected Person, got {type(person).__name__}")
        name: str = self._guest().call("tour.full-name", (person.first, person.last))
        return name

    def even(self, n: int) -> bool:
        """Whether a number is even; ValueError if it is negative."""
        try:
            return self._guest().call("tour.even", n)  # type: ignore[no-any-return]
        except Refused as error:
            raise error.lift() from None
