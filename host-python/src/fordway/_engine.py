"""The compiled component, and what is shared by all its instances."""

from __future__ import annotations

import os
import threading
import weakref
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._exceptions import ComponentError
from ._types import Function, read_function
from ._wasmtime import (
    Component,
    Config,
    Engine,
    Func,
    Instance,
    Linker,
    Store,
    WasmtimeError,
    export_names,
    ffi,
)

if TYPE_CHECKING:
    from ._guest import Guest

__all__ = ["COMPONENT", "Core", "default_core", "watch"]

COMPONENT = Path(__file__).with_name("fordway.wasm")
"""The component that this package carries."""

SMALL_RESERVATION = 16 << 20
"""The addresses that an instance's memory takes where they are scarce, in
bytes. Elsewhere it takes 4 GiB of them, which costs no memory and spares bounds
checks."""

PACKAGE = "fordway:core"
VERSION = "0.1.0"


class Core:
    """An engine with the component compiled for it, ready to be instantiated.

    An interruptible core can stop the calls of all its instances at once; it
    has an engine of its own, so that it stops no others."""

    def __init__(self, *, interruptible: bool = False) -> None:
        _refuse_after_fork()
        self.interruptible = interruptible
        self.engine = _engine(interruptible)
        self.component = _compile(self.engine, interruptible)
        self._linker = Linker(self.engine)
        self._linker.add_wasip2()
        self._functions: dict[str, Function] = {}
        names = export_names(self.component, self.engine)
        self._run = next(name for name in names if name.startswith("wasi:cli/run@"))

    def usable(self) -> Core:
        """This core, if this process may use it."""
        _refuse_after_fork()
        return self

    def instantiate(self, store: Store) -> Instance:
        """A new instance. The store must have been given its WASI already."""
        return self._linker.instantiate(store, self.component)

    def find(self, store: Store, instance: Instance, name: str) -> tuple[Function, Func]:
        """The function `interface.name` of an instance, and its type."""
        interface, function = name.split(".", 1)
        exported = self._run if interface == "run" else f"{PACKAGE}/{interface}@{VERSION}"
        outer = instance.get_export_index(store, exported)
        inner = None if outer is None else instance.get_export_index(store, function, outer)
        func = None if inner is None else instance.get_func(store, inner)
        if func is None:
            raise ComponentError(f"the component exports no function {name}")
        if name not in self._functions:
            self._functions[name] = read_function(name, func.type(store))
        return self._functions[name], func

    def interrupt(self) -> None:
        """Ends every call that is under way in this core, with a trap."""
        self.engine.increment_epoch()


def _engine(interruptible: bool) -> Engine:
    def config(cache: bool) -> Config:
        config = Config()
        config.cache = cache
        config.epoch_interruption = interruptible
        if _is_address_space_limited():
            ffi.wasmtime_config_memory_reservation_set(config.ptr(), SMALL_RESERVATION)
            ffi.wasmtime_config_memory_reservation_for_growth_set(config.ptr(), SMALL_RESERVATION)
            ffi.wasmtime_config_memory_guard_size_set(config.ptr(), 0)
        return config

    try:
        # wasmtime's own cache, in the user's cache directory.
        return Engine(config(cache=True))
    except WasmtimeError:
        # A home that cannot be written to: compile anew in each process.
        return Engine(config(cache=False))


@cache
def _is_address_space_limited() -> bool:
    """Whether this process may not take as many addresses as it likes
    (`ulimit -v`), as found when it is first asked: engines that share what was
    compiled are made alike."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


_compiled: bytearray | None = None


def _compile(engine: Engine, interruptible: bool) -> Component:
    """The component for an engine. Interruptible cores come and go, so what
    the first one compiled is kept, in this process only."""
    global _compiled
    try:
        if interruptible and _compiled is not None:
            return Component.deserialize(engine, _compiled)
        component = Component(engine, COMPONENT.read_bytes())
    except FileNotFoundError:
        raise ComponentError(
            f"{COMPONENT} is missing: install fordway again, or build it with 'make component'"
        ) from None
    except WasmtimeError as error:
        raise ComponentError(
            f"{COMPONENT} cannot be compiled, install fordway again: {error}"
        ) from None
    if interruptible:
        _compiled = component.serialize()
    return component


_lock = threading.Lock()
_default: Core | None = None


def default_core() -> Core:
    """The core of the functions of this module, compiled when first used."""
    global _default
    if _default is None:
        with _lock:
            if _default is None:
                _default = Core()
    return _default


# wasmtime keeps threads, and a fork has none of them: a child's first call
# would wait for good. So a child of a process that has used the component gets
# an error instead, and a child of one that has not is free to use it.

_forked = False
_guests: weakref.WeakSet[Guest] = weakref.WeakSet()
_graveyard: list[Any] = []


def watch(guest: Guest) -> None:
    """Remembers a guest, so that a fork can put it out of use."""
    _guests.add(guest)


def _refuse_after_fork() -> None:
    if _forked:
        raise ComponentError(
            "fordway was used before this process was forked, and cannot be used after: "
            "start workers with the 'spawn' or 'forkserver' method of multiprocessing"
        )


def _after_fork() -> None:
    global _forked, _default, _compiled, _lock
    _lock = threading.Lock()
    if _default is None and _compiled is None and not _guests:
        return
    _forked = True
    # Not freed: the parent's threads would be waited for.
    _graveyard.extend([_default, *_guests])
    _graveyard.extend([guest.abandon() for guest in _guests])
    _default = _compiled = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
