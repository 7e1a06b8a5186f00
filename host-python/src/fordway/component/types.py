"""The types of WIT, read once from a component.

How each crosses into Python:

| WIT | Python |
| --- | --- |
| bool, s8 ... u64, f32, f64 | bool, int, float |
| char, string | str |
| list<u8> | bytes (in: anything with the buffer protocol) |
| list of other numbers | array.array (in: also buffers, lists, tuples) |
| list of anything else | list |
| record, tuple | tuple, the fields in order |
| variant | (case, payload or None) |
| enum | str |
| option | None or the value (in an option of options: a 1-tuple) |
| result | its value, or an exception; inside other values ("ok" or "err", value) |
| flags | frozenset of str |
| own, borrow | Resource |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ._wasmtime import FuncType, types

__all__ = ["SCALARS", "Function", "Type", "read_function"]


class Scalar(NamedTuple):
    """A number of fixed width: its array and memoryview code, its range."""

    code: str
    low: int
    high: int


SCALARS = {
    "s8": Scalar("b", -(2**7), 2**7 - 1),
    "u8": Scalar("B", 0, 2**8 - 1),
    "s16": Scalar("h", -(2**15), 2**15 - 1),
    "u16": Scalar("H", 0, 2**16 - 1),
    "s32": Scalar("i", -(2**31), 2**31 - 1),
    "u32": Scalar("I", 0, 2**32 - 1),
    "s64": Scalar("q", -(2**63), 2**63 - 1),
    "u64": Scalar("Q", 0, 2**64 - 1),
    "f32": Scalar("f", 0, 0),
    "f64": Scalar("d", 0, 0),
}


@dataclass(frozen=True)
class Type:
    """A WIT type: its kind, the names and types of its parts, and wasmtime's
    own object for it."""

    kind: str
    names: tuple[str, ...] = ()
    parts: tuple[Type | None, ...] = ()
    stock: Any = None

    @property
    def part(self) -> Type:
        """The only part: of a list or an option."""
        part = self.parts[0]
        assert part is not None
        return part

    @property
    def is_large(self) -> bool:
        """Whether a value of this type can take any amount of memory."""
        return self.kind in ("string", "list") or any(part.is_large for part in self.parts if part)

    @property
    def has_objects(self) -> bool:
        """Whether a value of this type can hold objects of an instance."""
        return self.kind in ("own", "borrow") or any(
            part.has_objects for part in self.parts if part
        )


@dataclass(frozen=True)
class Function:
    """A function's name, parameters and result."""

    name: str
    params: tuple[tuple[str, Type], ...]
    result: Type | None


def read_function(name: str, stock: FuncType) -> Function:
    """Reads a function's type from wasmtime. Slow: once a function."""
    params = tuple((param, read_type(type_)) for param, type_ in stock.params)
    result = stock.result
    return Function(name, params, None if result is None else read_type(result))


def read_type(stock: Any) -> Type:
    """Reads a value's type from wasmtime."""
    simple = _SIMPLE.get(type(stock))
    if simple is not None:
        return Type(simple, stock=stock)
    reader = _COMPOUND.get(type(stock))
    if reader is None:
        raise NotImplementedError(f"fordway cannot carry values of type {type(stock).__name__}")
    kind, names, parts = reader(stock)
    read = tuple(None if part is None else read_type(part) for part in parts)
    return Type(kind, tuple(names), read, stock)


_SIMPLE = {
    types.Bool: "bool",
    types.S8: "s8",
    types.U8: "u8",
    types.S16: "s16",
    types.U16: "u16",
    types.S32: "s32",
    types.U32: "u32",
    types.S64: "s64",
    types.U64: "u64",
    types.F32: "f32",
    types.F64: "f64",
    types.Char: "char",
    types.String: "string",
    types.OwnType: "own",
    types.BorrowType: "borrow",
}


def _named(kind: str, fields: list[tuple[str, Any]]) -> tuple[str, list[str], list[Any]]:
    return kind, [name for name, _ in fields], [part for _, part in fields]


_COMPOUND: dict[type, Callable[[Any], tuple[str, list[str], list[Any]]]] = {
    types.ListType: lambda stock: ("list", [], [stock.element]),
    types.RecordType: lambda stock: _named("record", stock.fields),
    types.TupleType: lambda stock: ("tuple", [], stock.elements),
    types.VariantType: lambda stock: _named("variant", stock.cases),
    types.EnumType: lambda stock: ("enum", stock.names, []),
    types.OptionType: lambda stock: ("option", [], [stock.payload]),
    types.ResultType: lambda stock: ("result", ["ok", "err"], [stock.ok, stock.err]),
    types.FlagsType: lambda stock: ("flags", stock.names, []),
}
