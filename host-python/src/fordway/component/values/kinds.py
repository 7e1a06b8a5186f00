"""A kind of value: how it is lowered and lifted, and the table of all kinds.

`lowering` builds, once for each parameter, a function that writes a value into
memory laid out beforehand. Every check comes before the call crosses: integers
fit, text holds no lone surrogate, names of cases exist.

`lifting` builds, once for each result, a function that reads the value at an
address. It copies: what it returns does not depend on C memory, which is freed
in one go afterwards.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from ..memory import KINDS, VALUE, Memory
from ..types import Type

__all__ = [
    "TABLE",
    "Kind",
    "Lift",
    "Lower",
    "Mismatch",
    "child",
    "into",
    "lifting",
    "lowering",
    "shown",
]

Lower = Callable[[Any], None]
Lift = Callable[[int], Any]

string_at = ctypes.string_at
two_words = struct.Struct("QQ").unpack
word_at = ctypes.c_uint64.from_address


class Kind(NamedTuple):
    """How values of a kind cross: builders for both directions."""

    lowering: Callable[[Type, Memory, int, list[Any]], Lower]
    lifting: Callable[[Type, list[Any]], Lift]


TABLE: dict[str, Kind] = {}
"""All kinds by name; each file of this folder puts its own in."""


class Mismatch(Exception):
    """A value that does not fit its type: the exception it becomes, what was
    expected, what came, and where in the argument."""

    def __init__(self, error: type[Exception], expected: str, value: object) -> None:
        self.error, self.expected, self.value, self.path = error, expected, value, ""

    def within(self, part: str) -> Mismatch:
        """The same, seen from the value that holds this one."""
        self.path = part + self.path
        return self

    def lift(self, parameter: str) -> Exception:
        """The exception to raise."""
        got = shown(self.value) if self.error is not TypeError else type(self.value).__name__
        return self.error(f"{parameter}{self.path}: expected {self.expected}, got {got}")


def shown(value: object) -> str:
    """A value in a message, cut to a readable length."""
    try:
        text = ascii(value)
    except ValueError:  # an int too long for str()
        return f"an int of {value.bit_length()} bits"  # type: ignore[attr-defined]
    return text if len(text) <= 80 else text[:60] + "..." + text[-12:]


def lowering(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    """A function that writes a value of `type_` into `memory` at `offset`.

    What it allocates for one call it appends to `keep`, which the caller
    clears when the call is over."""
    memory.raw[offset] = KINDS[type_.kind]
    return TABLE[type_.kind].lowering(type_, memory, offset, keep)


def lifting(type_: Type, home: list[Any]) -> Lift:
    """A function that reads a value of `type_` at an address. `home` tells, at
    the time of the call, the instance and the store that objects live in."""
    return TABLE[type_.kind].lifting(type_, home)


def into(lower: Lower, value: Any, part: str) -> None:
    """Lowers a part of a value; a mismatch tells which part."""
    try:
        lower(value)
    except Mismatch as mismatch:
        raise mismatch.within(part) from None


def child(part: Type | None, keep: list[Any]) -> tuple[Memory, Lower | None]:
    """Memory for a value that another points to, and what writes it."""
    memory = Memory(VALUE)
    return memory, None if part is None else lowering(part, memory, 0, keep)
