"""A component function's type, turned once into a plan; a call runs the plan.

The type is read when the function is first used. From then on a call writes
its arguments into memory laid out beforehand, makes one C call, and reads the
result: about what the C API itself costs.
"""

from __future__ import annotations

import ctypes
from typing import Any

from ._lift import lifting_result
from ._lower import Mismatch, lowering
from ._memory import KINDS, LAYOUT_IS_KNOWN, VALUE, Memory
from ._stock import StockPlan
from ._types import Function
from ._wasmtime import Func, Store, WasmtimeError, ffi

__all__ = ["Plan", "StockPlan", "plan"]

# Prototypes of our own, over plain addresses: ctypes then converts integers
# and builds no pointer objects.
_call = ctypes.CFUNCTYPE(
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_size_t,
)(("wasmtime_component_func_call", ffi.dll))
_delete = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)(("wasmtime_component_val_delete", ffi.dll))
_error = ctypes.POINTER(ffi.wasmtime_error_t)


class Plan:
    """Calls a function of one instance. Not to be entered twice at once: the
    memory of its arguments is its own."""

    def __init__(self, function: Function, store: Store, func: Func) -> None:
        self.function = function
        self._keep: list[Any] = []
        self._values = Memory(VALUE * len(function.params))
        self._lowers = tuple(
            lowering(type_, self._values, VALUE * at, self._keep)
            for at, (_, type_) in enumerate(function.params)
        )
        result = function.result
        self._lift = None if result is None else lifting_result(result)
        self._frees = result is not None and result.owns_memory
        self._result = Memory(VALUE)
        context = ctypes.cast(store._context(), ctypes.c_void_p).value
        self._where = (ctypes.addressof(func._func), context)
        # What `_where` points to.
        self._alive = (store, func)

    def __call__(self, arguments: tuple[Any, ...]) -> Any:
        lowers = self._lowers
        if len(arguments) != len(lowers):
            wanted = len(lowers)
            raise TypeError(f"{self.function.name} takes {wanted} arguments, not {len(arguments)}")
        at = 0
        try:
            for lower in lowers:
                lower(arguments[at])
                at += 1
            func, context = self._where
            lift, result = self._lift, self._result.address
            error = _call(func, context, self._values.address, at, result, lift is not None)
        except Mismatch as mismatch:
            raise mismatch.lift(self.function.params[at][0]) from None
        finally:
            if self._keep:
                self._keep.clear()
        if error is not None:
            raise WasmtimeError._from_ptr(ctypes.cast(error, _error))
        if lift is None:
            return None
        if not self._frees:
            return lift(result)
        try:
            return lift(result)
        finally:
            _delete(result)
            # The next call would free again what its slot still points to.
            self._result.raw[0] = KINDS["bool"]


def plan(function: Function, store: Store, func: Func) -> Plan | StockPlan:
    """The fastest plan that this release of wasmtime allows."""
    return (Plan if LAYOUT_IS_KNOWN else StockPlan)(function, store, func)
