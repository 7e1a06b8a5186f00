"""Text: characters, strings, and enums, which are names."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from ..memory import PAYLOAD, Memory
from ..types import Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch, string_at, two_words

__all__ = ["bytes_putter", "text_at", "utf8"]


def _lower_char(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view, at = memory.views["I"], (offset + PAYLOAD) // 4

    def lower(value: Any) -> None:
        utf8(value)
        if len(value) != 1:
            raise Mismatch(ValueError, "one character", value)
        view[at] = ord(value)

    return lower


def utf8(value: Any) -> bytes:
    """Text as UTF-8; a lone surrogate would end the process further down."""
    if not isinstance(value, str):
        raise Mismatch(TypeError, "str", value)
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Mismatch(ValueError, "text without lone surrogates", value) from None


def _lower_string(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    put = bytes_putter(memory, offset + PAYLOAD)

    def lower(value: Any) -> None:
        put(utf8(value))

    return lower


def bytes_putter(memory: Memory, offset: int) -> Callable[[bytes], None]:
    """A function that makes a size and a pointer of bytes, and keeps them."""
    size, at = memory.views["Q"], offset // 8
    pointer = ctypes.c_char_p.from_buffer(memory.raw, offset + 8)

    def put(data: bytes) -> None:
        size[at] = len(data)
        pointer.value = data

    return put


def _lower_enum(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    put = bytes_putter(memory, offset + PAYLOAD)
    names = {name: name.encode() for name in type_.names}

    def lower(value: Any) -> None:
        if not isinstance(value, str):
            raise Mismatch(TypeError, "str", value)
        if value not in names:
            raise Mismatch(ValueError, "one of " + ", ".join(names), value)
        put(names[value])

    return lower


def _lift_char(type_: Type, home: list[Any]) -> Lift:
    read = ctypes.c_uint32.from_address
    return lambda address: chr(read(address + PAYLOAD).value)


def _lift_string(type_: Type, home: list[Any]) -> Lift:
    return lambda address: text_at(address + PAYLOAD)


def text_at(address: int) -> str:
    """Text whose size and pointer lie at an address."""
    size, data = two_words(string_at(address, 16))
    return string_at(data, size).decode() if size else ""


TABLE["char"] = Kind(_lower_char, _lift_char)
TABLE["string"] = Kind(_lower_string, _lift_string)
TABLE["enum"] = Kind(_lower_enum, _lift_string)
