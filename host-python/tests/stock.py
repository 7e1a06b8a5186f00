"""wasmtime's own conversion of values: the oracle of the plans.

Slower, with the same values in and out: the checks are those of the plans,
which lower into memory of their own before anything crosses.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

from wasmtime import Store
from wasmtime.component import Func, Record, Variant

from fordway.component.errors import Err
from fordway.component.memory import VALUE, Memory
from fordway.component.types import SCALARS, Function, Type
from fordway.component.values import Mismatch, lowering

__all__ = ["stock_plan"]


def stock_plan(function: Function, store: Store, func: Func) -> Callable[[tuple[Any, ...]], Any]:
    """A plan that calls through `wasmtime.component.Func`."""
    keep: list[Any] = []
    checks = [
        (name, type_, lowering(type_, Memory(VALUE), 0, keep)) for name, type_ in function.params
    ]

    def run(arguments: tuple[Any, ...]) -> Any:
        lowered = []
        try:
            for (name, type_, check), value in zip(checks, arguments, strict=True):
                try:
                    if type_.kind not in ("own", "borrow"):
                        check(value)
                except Mismatch as mismatch:
                    raise mismatch.lift(name) from None
                lowered.append(to_stock(type_, value))
        finally:
            keep.clear()
        result = func(store, *lowered)
        if function.result is None:
            return None
        lifted = from_stock(function.result, result)
        if function.result.kind != "result":
            return lifted
        case, payload = lifted
        if case == "err":
            raise Err(payload)
        return payload

    return run


def to_stock(type_: Type, value: Any) -> Any:
    """A checked value as wasmtime's conversion takes it."""
    kind, parts = type_.kind, type_.parts
    if kind in SCALARS:
        return float(value) if kind in ("f32", "f64") else int(value)
    if kind == "list":
        if type_.part.kind == "u8":
            return bytes(value)
        return [to_stock(type_.part, item) for item in value]
    if kind == "record":
        record = Record()
        for name, field, item in zip(type_.names, parts, value, strict=True):
            assert field is not None
            setattr(record, name, to_stock(field, item))
        return record
    if kind == "tuple":
        return tuple(to_stock(part, item) for part, item in zip(parts, value, strict=True) if part)
    if kind == "option":
        if value is None:
            case, payload = "none", None
        else:
            inner = value[0] if type_.part.kind == "option" else value
            case, payload = "some", to_stock(type_.part, inner)
        return _tagged(type_, case, payload)
    if kind in ("variant", "result"):
        case, payload = value
        part = parts[type_.names.index(case)]
        return _tagged(type_, case, None if part is None else to_stock(part, payload))
    if kind == "flags":
        return set(value)
    return value


def from_stock(type_: Type, value: Any) -> Any:
    """A value from wasmtime's conversion in the shape that plans give it."""
    kind, parts = type_.kind, type_.parts
    if kind == "list":
        if type_.part.kind == "u8":
            return bytes(value)
        if type_.part.kind in SCALARS:
            return array(SCALARS[type_.part.kind].code, value)
        return [from_stock(type_.part, item) for item in value]
    if kind == "record":
        fields = zip(type_.names, parts, strict=True)
        return tuple(from_stock(part, getattr(value, name)) for name, part in fields if part)
    if kind == "tuple":
        return tuple(
            from_stock(part, item) for part, item in zip(parts, value, strict=True) if part
        )
    if kind == "option":
        case, payload = _untagged(type_, value, ("none", "some"), (None, type_.part))
        if case == "none":
            return None
        return (payload,) if type_.part.kind == "option" else payload
    if kind in ("variant", "result"):
        return _untagged(type_, value, type_.names, parts)
    if kind == "flags":
        return frozenset(value)
    return value


def _tagged(type_: Type, case: str, payload: Any) -> Any:
    # wasmtime wraps a case only where its type alone does not tell it.
    return Variant(case, payload) if type_.stock._tagged() else payload


def _untagged(
    type_: Type, value: Any, names: tuple[str, ...], parts: tuple[Type | None, ...]
) -> tuple[str, Any]:
    if type_.stock._tagged():
        case, payload = value.tag, value.payload
    else:
        case, payload = _case_of(type_, value, names), value
    part = parts[names.index(case)]
    return case, None if part is None else from_stock(part, payload)


def _case_of(type_: Type, value: Any, names: tuple[str, ...]) -> str:
    for name, part in type_.stock._cases():
        classes: set[type] = set()
        if part is not None:
            part.add_classes(classes)
        if value is None if part is None else isinstance(value, tuple(classes)):
            return names[names.index(name)]
    raise ValueError(f"no case of {', '.join(names)} for {value!r}")
