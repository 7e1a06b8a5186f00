"""C values into Python values.

`lifting` builds, once for each result, a function that reads the value at an
address. It copies: what it returns does not depend on C memory, which the
caller frees in one go afterwards.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any

from ._exceptions import Refused
from ._memory import ENTRY, KINDS, PAYLOAD, VALUE, gather, view_at
from ._resource import Resource
from ._types import SCALARS, Type
from ._wasmtime import ResourceAny, ffi

__all__ = ["Lift", "lifting", "lifting_result"]

Lift = Callable[[int], Any]

_string_at = ctypes.string_at
_two_words = struct.Struct("QQ").unpack


def lifting(type_: Type) -> Lift:
    """A function that reads a value of `type_` at an address."""
    return _LIFTINGS[type_.kind](type_)


def lifting_result(type_: Type) -> Lift:
    """Like `lifting`, for what a function returns: the error case of a
    result is raised as `Refused`, never returned."""
    if type_.kind != "result":
        return lifting(type_)
    ok, err = (None if part is None else lifting(part) for part in type_.parts)

    def lift(address: int) -> Any:
        is_ok, payload = _two_words(_string_at(address + PAYLOAD, 16))
        if is_ok & 0xFF:
            return None if ok is None else ok(payload)
        raise Refused(None if err is None else err(payload))

    return lift


_CTYPES: dict[str, Any] = {
    "s8": ctypes.c_int8,
    "u8": ctypes.c_uint8,
    "s16": ctypes.c_int16,
    "u16": ctypes.c_uint16,
    "s32": ctypes.c_int32,
    "u32": ctypes.c_uint32,
    "s64": ctypes.c_int64,
    "u64": ctypes.c_uint64,
    "f32": ctypes.c_float,
    "f64": ctypes.c_double,
    "bool": ctypes.c_bool,
}


def _scalar(type_: Type) -> Lift:
    read = _CTYPES[type_.kind].from_address
    return lambda address: read(address + PAYLOAD).value


def _char(type_: Type) -> Lift:
    read = ctypes.c_uint32.from_address
    return lambda address: chr(read(address + PAYLOAD).value)


def _string(type_: Type) -> Lift:
    return lambda address: _text(address + PAYLOAD)


def _text(address: int) -> str:
    """Text whose size and pointer lie at an address."""
    size, data = _two_words(_string_at(address, 16))
    return _string_at(data, size).decode() if size else ""


def _list(type_: Type) -> Lift:
    element = type_.part
    if element.kind in SCALARS:
        code = SCALARS[element.kind].code

        def lift_numbers(address: int) -> Any:
            count, data = _two_words(_string_at(address + PAYLOAD, 16))
            if code == "B":
                return bytes(view_at(data, VALUE * count)[PAYLOAD::VALUE]) if count else b""
            return gather(data, code, count)

        return lift_numbers
    item = lifting(element)

    def lift(address: int) -> list[Any]:
        count, data = _two_words(_string_at(address + PAYLOAD, 16))
        return [item(at) for at in range(data, data + VALUE * count, VALUE)]

    return lift


def _fields(type_: Type, step: int, skip: int) -> Lift:
    """Lifts the parts of a record or a tuple, `step` bytes apart."""
    items = [(at * step + skip, lifting(part)) for at, part in enumerate(type_.parts) if part]

    def lift(address: int) -> tuple[Any, ...]:
        _, data = _two_words(_string_at(address + PAYLOAD, 16))
        return tuple([item(data + at) for at, item in items])

    return lift


def _option(type_: Type) -> Lift:
    inner = lifting(type_.part)
    nested = type_.part.kind == "option"
    read = ctypes.c_uint64.from_address

    def lift(address: int) -> Any:
        payload = read(address + PAYLOAD).value
        if not payload:
            return None
        return (inner(payload),) if nested else inner(payload)

    return lift


def _variant(type_: Type) -> Lift:
    cases = _cases(type_)
    read = ctypes.c_uint64.from_address

    def lift(address: int) -> tuple[str, Any]:
        case = _text(address + PAYLOAD)
        inner = cases[case]
        return case, None if inner is None else inner(read(address + PAYLOAD + 16).value)

    return lift


def _result(type_: Type) -> Lift:
    cases = _cases(type_)

    def lift(address: int) -> tuple[str, Any]:
        is_ok, payload = _two_words(_string_at(address + PAYLOAD, 16))
        case = "ok" if is_ok & 0xFF else "err"
        inner = cases[case]
        return case, None if inner is None else inner(payload)

    return lift


def _cases(type_: Type) -> dict[str, Lift | None]:
    parts = zip(type_.names, type_.parts, strict=True)
    return {name: None if part is None else lifting(part) for name, part in parts}


def _flags(type_: Type) -> Lift:
    def lift(address: int) -> frozenset[str]:
        count, data = _two_words(_string_at(address + PAYLOAD, 16))
        return frozenset(_text(data + 16 * at) for at in range(count))

    return lift


def _resource(type_: Type) -> Lift:
    read = ctypes.c_uint64.from_address
    kind = ctypes.c_uint8.from_address
    pointer = ctypes.POINTER(ffi.wasmtime_component_resource_any_t)

    def lift(address: int) -> Resource:
        handle = read(address + PAYLOAD).value
        # The handle is taken: what is freed afterwards is a plain false.
        kind(address).value = KINDS["bool"]
        return Resource(ResourceAny._from_ptr(ctypes.cast(handle, pointer)))

    return lift


_LIFTINGS: dict[str, Callable[[Type], Lift]] = {
    **dict.fromkeys(_CTYPES, _scalar),
    "char": _char,
    "string": _string,
    "list": _list,
    "record": lambda type_: _fields(type_, ENTRY, 16),
    "tuple": lambda type_: _fields(type_, VALUE, 0),
    "option": _option,
    "variant": _variant,
    "result": _result,
    "enum": _string,
    "flags": _flags,
    "own": _resource,
    "borrow": _resource,
}
