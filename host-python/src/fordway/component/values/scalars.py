"""Numbers and truth values."""

from __future__ import annotations

import ctypes
import operator
import struct
from numbers import Integral, Real
from typing import Any

from ..memory import PAYLOAD, Memory
from ..types import SCALARS, Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch

__all__ = ["CTYPES", "integer", "integer_of", "narrowed", "out_of_range", "real"]


def _lower_integer(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    scalar = SCALARS[type_.kind]
    view = memory.views[scalar.code]
    at = (offset + PAYLOAD) // view.itemsize

    def lower(value: Any) -> None:
        if type(value) is not int:
            value = integer(value)
        try:
            view[at] = value
        except ValueError:
            raise out_of_range(type_.kind, value) from None

    return lower


def integer(value: Any) -> int:
    """An integer of Python's or numpy's own type as an int; no bool, no float."""
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise Mismatch(TypeError, "int", value)


def integer_of(kind: str, value: Any) -> int:
    """An integer that fits a kind."""
    number = integer(value)
    if not SCALARS[kind].low <= number <= SCALARS[kind].high:
        raise out_of_range(kind, number)
    return number


def out_of_range(kind: str, value: int) -> Mismatch:
    low, high = SCALARS[kind].low, SCALARS[kind].high
    return Mismatch(OverflowError, f"an int from {low} to {high}", value)


def _lower_float(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view = memory.views[SCALARS[type_.kind].code]
    at = (offset + PAYLOAD) // view.itemsize
    narrow = type_.kind == "f32"

    def lower(value: Any) -> None:
        if type(value) is not float:
            value = real(value)
        view[at] = narrowed(value) if narrow else value

    return lower


def narrowed(value: float) -> float:
    """A float that is about to lose half its bits, if it does not become
    infinite by it."""
    try:
        struct.pack("<f", value)
    except OverflowError:
        raise Mismatch(OverflowError, "a float that fits in 32 bits", value) from None
    return value


def real(value: Any) -> float:
    """A real number of Python's or numpy's own type as a float; no bool, and no
    integer that a float cannot hold."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            raise Mismatch(OverflowError, "a number that fits in a float", value) from None
        if isinstance(value, Integral) and int(number) != value:
            raise Mismatch(OverflowError, "an integer that a float holds exactly", value)
        return number
    raise Mismatch(TypeError, "float", value)


def _lower_bool(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view, at = memory.views["B"], offset + PAYLOAD

    def lower(value: Any) -> None:
        if type(value) is not bool:
            raise Mismatch(TypeError, "bool", value)
        view[at] = value

    return lower


CTYPES: dict[str, Any] = {
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


def _lift(type_: Type, home: list[Any]) -> Lift:
    read = CTYPES[type_.kind].from_address
    return lambda address: read(address + PAYLOAD).value


for _kind in ("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"):
    TABLE[_kind] = Kind(_lower_integer, _lift)
TABLE["f32"] = TABLE["f64"] = Kind(_lower_float, _lift)
TABLE["bool"] = Kind(_lower_bool, _lift)
