"""A component function's type, turned once into a plan; a call runs the plan.

The type is read when the function is first used. From then on a call writes
its arguments into memory laid out beforehand, makes one C call, and reads the
result: about what the C API itself costs.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from ._lift import lifting_result
from ._lower import Given, Mismatch, lowering
from ._memory import KINDS, LAYOUT_IS_KNOWN, VALUE, Memory
from ._stock import stock_plan
from ._types import Function
from ._wasmtime import Func, Store, WasmtimeError, ffi

__all__ = ["Run", "plan"]

# Functions of our own, without argument types: a call passes arguments that
# were converted once, which halves its cost. (`dll[...]` makes a new function
# object each time, so wasmtime's own are not touched.)
_call = ffi.dll["wasmtime_component_func_call"]
_call.restype = ctypes.c_void_p
_delete = ctypes.PYFUNCTYPE(None)(("wasmtime_component_val_delete", ffi.dll))
_error = ctypes.POINTER(ffi.wasmtime_error_t)
_address = ctypes.c_void_p.from_param
_size = ctypes.c_size_t.from_param

Run = Callable[[tuple[Any, ...]], Any]
"""Calls a function of one instance with a tuple of arguments. Not to be
entered twice at once: the memory of the arguments is its own."""


def fast_plan(function: Function, store: Store, func: Func) -> Run:
    """A plan over memory laid out as wasmtime's C API lays it out."""
    params, result = function.params, function.result
    keep: list[Any] = []
    values, slot = Memory(VALUE * len(params)), Memory(VALUE)
    lowers = [lowering(type_, values, VALUE * at, keep) for at, (_, type_) in enumerate(params)]
    count = len(lowers)
    lift = None if result is None else lifting_result(result)
    owns_memory = result is not None and result.owns_memory
    call = (
        _address(ctypes.addressof(func._func)),
        _address(ctypes.cast(store._context(), ctypes.c_void_p).value),
        _address(values.address),
        _size(count),
        _address(slot.address),
        _size(0 if lift is None else 1),
    )
    slot_at, slot_argument, kind = slot.address, _address(slot.address), slot.raw
    nothing = KINDS["bool"]

    def run(arguments: tuple[Any, ...]) -> Any:
        if len(arguments) != count:
            raise TypeError(f"{function.name} takes {count} arguments, not {len(arguments)}")
        at = 0
        try:
            for lower in lowers:
                lower(arguments[at])
                at += 1
            error = _call(*call)
            if keep:
                for item in keep:
                    if type(item) is Given:
                        item.resource.give_away()
        except Mismatch as mismatch:
            raise mismatch.lift(params[at][0]) from None
        finally:
            if keep:
                keep.clear()
        if error is not None:
            raise WasmtimeError._from_ptr(ctypes.cast(error, _error))
        if lift is None:
            return None
        if not owns_memory:
            return lift(slot_at)
        try:
            return lift(slot_at)
        finally:
            _delete(slot_argument)
            # The next call would free again what its slot still points to.
            kind[0] = nothing

    # What the addresses point to.
    run.alive = (values, slot, store, func)  # type: ignore[attr-defined]
    return run


def plan(function: Function, store: Store, func: Func) -> Run:
    """The fastest plan that this release of wasmtime allows."""
    return (fast_plan if LAYOUT_IS_KNOWN else stock_plan)(function, store, func)
