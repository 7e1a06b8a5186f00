"""The one place that imports wasmtime.

wasmtime's Python API changes from month to month. What fordway uses of it, and
what differs between the tested releases, stands here and nowhere else.
"""

from __future__ import annotations

from typing import Any

from wasmtime import Config, Engine, Store, WasiConfig, WasmtimeError
from wasmtime import _ffi as ffi
from wasmtime.component import (
    Component,
    Func,
    FuncType,
    Instance,
    Linker,
    Record,
    ResourceAny,
    Variant,
)
from wasmtime.component import _types as types

__all__ = [
    "Component",
    "Config",
    "Engine",
    "Func",
    "FuncType",
    "Instance",
    "Linker",
    "Record",
    "ResourceAny",
    "Store",
    "Variant",
    "WasiConfig",
    "WasmtimeError",
    "export_names",
    "ffi",
    "types",
]


def export_names(component: Component, engine: Engine) -> list[str]:
    """The names of what a component exports. Up to release 49 the values of
    this dict are types, from 50 on externs; the names are the same."""
    exports: dict[str, Any] = component.type.exports(engine)
    return list(exports)
