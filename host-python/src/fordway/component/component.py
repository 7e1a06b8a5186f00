"""A component: its bytes, compiled once a process, and its functions."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

from . import engine as engines
from ._wasmtime import Component as Compiled
from ._wasmtime import (
    Linker,
    WasmtimeError,
    address,
    export_names,
    ffi,
    function,
    function_type,
    message_of,
    pointer_of,
)
from .errors import ComponentError, InstantiationError
from .plan import Plan
from .types import read_function

__all__ = ["Component"]

_instantiate = function("wasmtime_component_linker_instantiate", ctypes.c_void_p)
_get_func = function("wasmtime_component_instance_get_func", ctypes.c_bool, quick=True)


class Component:
    """A component, from a function that gives its bytes. It is compiled when it
    is first needed, and compiled form and functions are shared by all its
    instances.

    Functions are named as in the component model's core module names:
    `package:name/interface@version#function`."""

    def __init__(self, source: Callable[[], bytes], name: str) -> None:
        self._source = source
        self.name = name
        """What it is called in messages."""
        self._compiled: Compiled | None = None
        self._linker: Linker | None = None
        self._arguments: tuple[Any, Any] | None = None
        self._exports: list[str] | None = None
        self._indexes: dict[str, Any] = {}
        self._plans: dict[str, Plan] = {}

    def compiled(self) -> Compiled:
        """The compiled form. Raises ComponentError if there is none to be had."""
        engine = engines.engine()
        if self._arguments is None:
            with engines.compiling:
                if self._arguments is None:
                    self._compile(engine)
        assert self._compiled is not None
        return self._compiled

    def _compile(self, engine: Any) -> None:
        try:
            compiled = Compiled(engine, self._source())
            linker = Linker(engine)
            linker.add_wasip2()
        except FileNotFoundError:
            raise ComponentError(
                f"{self.name} is missing: install fordway again, or build it with 'make component'"
            ) from None
        except WasmtimeError as error:
            raise ComponentError(
                f"{self.name} cannot be compiled, install fordway again: {error}"
            ) from None
        self._compiled, self._linker = compiled, linker
        self._arguments = pointer_of(linker), pointer_of(compiled)

    def instantiate(self, context: Any) -> Any:
        """A new instance in a store, as the struct that the C API fills."""
        assert self._arguments is not None
        linker, compiled = self._arguments
        instance = ffi.wasmtime_component_instance_t()
        error = _instantiate(linker, context, compiled, ctypes.byref(instance))
        if error is not None:
            raise InstantiationError(f"the component cannot be instantiated: {message_of(error)}")
        return instance

    def exports(self) -> list[str]:
        """The names of what it exports."""
        if self._exports is None:
            self._exports = export_names(self.compiled(), engines.engine())
        return self._exports

    def function(self, context: Any, instance: Any, name: str) -> tuple[Plan, Any]:
        """A function's plan, and the function of one instance as an argument of
        the C API. Raises ComponentError if there is none of that name."""
        func = ffi.wasmtime_component_func_t()
        found = _get_func(ctypes.byref(instance), context, self._index(name), ctypes.byref(func))
        if not found:
            raise ComponentError(f"{self.name} exports no function {name}")
        plan = self._plans.get(name)
        if plan is None:
            plan = self._plans[name] = Plan(read_function(name, function_type(func, context)))
        return plan, func

    def _index(self, name: str) -> Any:
        index = self._indexes.get(name)
        if index is None:
            interface, _, inner = name.rpartition("#")
            compiled = self.compiled()
            outer = compiled.get_export_index(interface) if interface else None
            found = None
            if outer is not None or not interface:
                found = compiled.get_export_index(inner, outer)
            if found is None:
                raise ComponentError(f"{self.name} exports no function {name}")
            index = self._indexes[name] = found
        return pointer_of(index)

    def __repr__(self) -> str:
        return f"<Component {self.name!r}>"


def at(func: Any) -> Any:
    """A struct as an argument of the C API."""
    return address(ctypes.addressof(func))
