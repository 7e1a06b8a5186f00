"""Flags: sets of names."""

from __future__ import annotations

from typing import Any

from ..memory import PAYLOAD, Memory
from ..types import Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch, string_at, two_words
from .text import bytes_putter, text_at


def _lower_flags(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    vectors = Memory(16 * len(type_.names))
    putters = [bytes_putter(vectors, 16 * at) for at in range(len(type_.names))]
    names = {name: name.encode() for name in type_.names}
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8

    def lower(value: Any) -> None:
        if not isinstance(value, (set, frozenset)):
            raise Mismatch(TypeError, "a set of str", value)
        unknown = value - names.keys()
        if unknown:
            raise Mismatch(ValueError, "names among " + ", ".join(names), sorted(unknown, key=repr))
        for put, name in zip(putters, sorted(value), strict=False):
            put(names[name])
        words[at], words[at + 1] = len(value), vectors.address

    return lower


def _lift_flags(type_: Type, home: list[Any]) -> Lift:
    def lift(address: int) -> frozenset[str]:
        count, data = two_words(string_at(address + PAYLOAD, 16))
        return frozenset(text_at(data + 16 * at) for at in range(count))

    return lift


TABLE["flags"] = Kind(_lower_flags, _lift_flags)
