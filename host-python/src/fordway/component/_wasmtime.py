"""The one place that imports wasmtime.

wasmtime's Python API changes from month to month. What fordway uses of it, and
what differs between the tested releases, stands here and nowhere else. Most of
it are functions of the C API, called without argument types: the caller
converts an argument once, which halves the cost of a call, and knows exactly
when C owns what, which wasmtime's own wrappers do not if an interrupt comes
between a call and their record of it.
"""

from __future__ import annotations

import ctypes
from typing import Any

from wasmtime import Config, Engine, WasmtimeError
from wasmtime import _ffi as ffi
from wasmtime.component import Component, FuncType, Linker
from wasmtime.component import _types as types

__all__ = [
    "Component",
    "Config",
    "Engine",
    "FuncType",
    "Linker",
    "WasmtimeError",
    "address",
    "export_names",
    "ffi",
    "function",
    "function_type",
    "message_of",
    "pointer_of",
    "types",
    "version",
]


def version() -> str:
    """The release of wasmtime that is installed."""
    from importlib.metadata import version

    return version("wasmtime")


address = ctypes.c_void_p.from_param
"""A pointer, or None, as an argument that is converted already."""


def function(name: str, result: Any = None, *, quick: bool = False) -> Any:
    """A function of the C API, without argument types. A quick one keeps the
    GIL, which costs more to give up and take back than the call."""
    if quick:
        return ctypes.PYFUNCTYPE(result)((name, ffi.dll))
    # `dll[...]` makes a new object each time: wasmtime's own are not touched.
    found = ffi.dll[name]
    found.restype = result
    return found


def pointer_of(managed: Any) -> Any:
    """The pointer of one of wasmtime's own objects, as an argument."""
    return address(ctypes.cast(managed.ptr(), ctypes.c_void_p).value)


def export_names(component: Component, engine: Engine) -> list[str]:
    """The names of what a component exports. Up to release 49 the values of
    this dict are types, from 50 on externs; the names are the same."""
    exports: dict[str, Any] = component.type.exports(engine)
    return list(exports)


_type_of = ffi.wasmtime_component_func_type


def function_type(func: Any, context: Any) -> FuncType:
    """The type of a function of an instance."""
    pointer = ctypes.cast(context, ctypes.POINTER(ffi.wasmtime_context_t))
    return FuncType._from_ptr(_type_of(ctypes.byref(func), pointer))


def message_of(error: int) -> str:
    """What an error of the C API says; the error is freed."""
    return str(WasmtimeError._from_ptr(ctypes.cast(error, ctypes.POINTER(ffi.wasmtime_error_t))))
