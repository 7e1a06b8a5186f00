"""Values of one case among several: variants, results, options."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from ..errors import Err
from ..memory import PAYLOAD, Memory
from ..types import SCALARS, Type
from .kinds import (
    TABLE,
    Kind,
    Lift,
    Lower,
    Mismatch,
    child,
    into,
    lifting,
    string_at,
    two_words,
    word_at,
)
from .scalars import CTYPES
from .text import bytes_putter, text_at

__all__ = ["lifting_result"]


def _lower_option(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    place, inner = child(type_.part, keep)
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    nested = type_.part.kind == "option"

    def lower(value: Any) -> None:
        if value is None:
            words[at] = 0
            return
        if nested:
            if not isinstance(value, tuple) or len(value) != 1:
                raise Mismatch(TypeError, "None or a tuple of one", value)
            (value,) = value
        assert inner is not None
        inner(value)
        words[at] = place.address

    return lower


def _lower_variant(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    children = {
        name: child(part, keep) for name, part in zip(type_.names, type_.parts, strict=True)
    }
    is_result = type_.kind == "result"
    put = None if is_result else bytes_putter(memory, offset + PAYLOAD)
    flag, words = memory.views["B"], memory.views["Q"]
    pointer = (offset + PAYLOAD) // 8 + (1 if is_result else 2)

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != 2:
            raise Mismatch(TypeError, "a tuple of a case and its value", value)
        case, payload = value
        if not isinstance(case, str) or case not in children:
            raise Mismatch(ValueError, "one of " + ", ".join(type_.names), case)
        place, inner = children[case]
        if inner is None:
            if payload is not None:
                raise Mismatch(TypeError, f"None with {case}", payload)
        else:
            into(inner, payload, "." + case)
        if put is None:
            flag[offset + PAYLOAD] = case == "ok"
        else:
            put(case.encode())
        words[pointer] = 0 if inner is None else place.address

    return lower


def _lift_option(type_: Type, home: list[Any]) -> Lift:
    inner = lifting(type_.part, home)
    nested = type_.part.kind == "option"

    def lift(address: int) -> Any:
        payload = word_at(address + PAYLOAD).value
        if not payload:
            return None
        return (inner(payload),) if nested else inner(payload)

    return lift


def _lift_variant(type_: Type, home: list[Any]) -> Lift:
    cases = _cases(type_, home)

    def lift(address: int) -> tuple[str, Any]:
        case = text_at(address + PAYLOAD)
        inner = cases[case]
        return case, None if inner is None else inner(word_at(address + PAYLOAD + 16).value)

    return lift


def _lift_result(type_: Type, home: list[Any]) -> Lift:
    cases = _cases(type_, home)

    def lift(address: int) -> tuple[str, Any]:
        is_ok, payload = two_words(string_at(address + PAYLOAD, 16))
        case = "ok" if is_ok & 0xFF else "err"
        inner = cases[case]
        return case, None if inner is None else inner(payload)

    return lift


def _cases(type_: Type, home: list[Any]) -> dict[str, Lift | None]:
    parts = zip(type_.names, type_.parts, strict=True)
    return {name: None if part is None else lifting(part, home) for name, part in parts}


def lifting_result(type_: Type, slot: Memory, home: list[Any]) -> Callable[[], Any]:
    """A function that reads what a call has returned from where it always
    lies. The error case of a result is raised as `Err`, never returned."""
    if type_.kind != "result":
        return _reading(type_, slot, home)
    err = None if type_.parts[1] is None else lifting(type_.parts[1], home)
    words = slot.views["Q"]
    if type_.parts[0] is None:

        def lift_nothing() -> None:
            if not words[1] & 0xFF:
                raise Err(None if err is None else err(words[2]))

        return lift_nothing
    ok = _reading_at(type_.parts[0], slot, home)

    def lift() -> Any:
        if words[1] & 0xFF:
            return ok()
        raise Err(None if err is None else err(words[2]))

    return lift


def _reading(type_: Type, slot: Memory, home: list[Any]) -> Callable[[], Any]:
    """Reads a value that lies in the slot itself."""
    if type_.kind in SCALARS:
        view = slot.views[SCALARS[type_.kind].code]
        at = PAYLOAD // view.itemsize
        return lambda: view[at]
    lift, address = lifting(type_, home), slot.address
    return lambda: lift(address)


def _reading_at(type_: Type, slot: Memory, home: list[Any]) -> Callable[[], Any]:
    """Reads a value that the second word of the slot's payload points to. A
    pointer of ctypes that lies in that very place is read in one step."""
    if type_.kind in SCALARS:
        number = CTYPES[type_.kind]
        pointer = ctypes.POINTER(number).from_buffer(slot.raw, 2 * PAYLOAD)
        at = PAYLOAD // ctypes.sizeof(number)
        return lambda: pointer[at]
    if type_.kind == "string":
        text = ctypes.POINTER(ctypes.c_uint64).from_buffer(slot.raw, 2 * PAYLOAD)
        return lambda: string_at(text[2], text[1]).decode() if text[1] else ""
    lift, words = lifting(type_, home), slot.views["Q"]
    return lambda: lift(words[2])


TABLE["option"] = Kind(_lower_option, _lift_option)
TABLE["variant"] = Kind(_lower_variant, _lift_variant)
TABLE["result"] = Kind(_lower_variant, _lift_result)
