"""Records and tuples."""

from __future__ import annotations

from typing import Any

from ..memory import ENTRY, PAYLOAD, VALUE, Memory
from ..types import Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch, into, lifting, lowering, string_at, two_words
from .text import bytes_putter


def _lower_record(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    count = len(type_.names)
    entries = Memory(ENTRY * count)
    lowers = []
    for at, (name, part) in enumerate(zip(type_.names, type_.parts, strict=True)):
        assert part is not None
        bytes_putter(entries, at * ENTRY)(data := name.encode())
        lowers.append((lowering(part, entries, at * ENTRY + 16, keep), "." + name, data))
    # The names lie in `lowers`, which the closure keeps.
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    words[at], words[at + 1] = count, entries.address

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != count:
            raise Mismatch(TypeError, f"a tuple of {count} fields", value)
        for (part, name, _), item in zip(lowers, value, strict=True):
            into(part, item, name)

    lower.entries = entries  # type: ignore[attr-defined]
    return lower


def _lower_tuple(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    count = len(type_.parts)
    items = Memory(VALUE * count)
    lowers = [
        lowering(part, items, at * VALUE, keep) for at, part in enumerate(type_.parts) if part
    ]
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    words[at], words[at + 1] = count, items.address

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != count:
            raise Mismatch(TypeError, f"a tuple of {count}", value)
        for at, (part, item) in enumerate(zip(lowers, value, strict=True)):
            into(part, item, f"[{at}]")

    lower.items = items  # type: ignore[attr-defined]
    return lower


def _lift_fields(type_: Type, home: list[Any], step: int, skip: int) -> Lift:
    """Lifts the parts of a record or a tuple, `step` bytes apart."""
    items = [(at * step + skip, lifting(part, home)) for at, part in enumerate(type_.parts) if part]

    def lift(address: int) -> tuple[Any, ...]:
        _, data = two_words(string_at(address + PAYLOAD, 16))
        return tuple([item(data + at) for at, item in items])

    return lift


TABLE["record"] = Kind(_lower_record, lambda type_, home: _lift_fields(type_, home, ENTRY, 16))
TABLE["tuple"] = Kind(_lower_tuple, lambda type_, home: _lift_fields(type_, home, VALUE, 0))
