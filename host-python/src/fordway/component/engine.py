"""The engine that all components of this process are compiled for."""

from __future__ import annotations

import _thread
import ctypes
import faulthandler
import os
import signal
import threading
from typing import Any

from ._wasmtime import Config, Engine, WasmtimeError, ffi, pointer_of
from .epochs import ticker
from .errors import ComponentError

__all__ = ["check_traps", "compiling", "engine", "engine_pointer", "refuse_after_fork"]

SMALL_RESERVATION = 16 << 20
"""The addresses that an instance's memory takes where they are scarce, in
bytes. Elsewhere it takes 4 GiB of them, which costs no memory and spares bounds
checks."""

compiling = threading.RLock()
"""Held while an engine or a component is made: a fork waits for it, because a
child that was forked meanwhile would find the compiler's threads gone."""

_engine: Engine | None = None
_pointer: Any = None


def engine() -> Engine:
    """The engine, made when it is first asked for."""
    global _engine, _pointer
    refuse_after_fork()
    if _engine is None:
        with compiling:
            if _engine is None:
                _check_threads()
                made = _new()
                _pointer = pointer_of(made)
                ticker.attend(_pointer)
                _note_handlers()
                _engine = made
    return _engine


def engine_pointer() -> Any:
    """The engine as an argument of the C API."""
    engine()
    return _pointer


def _new() -> Engine:
    try:
        # wasmtime's own cache, in the user's cache directory.
        return Engine(_config(cached=True))
    except WasmtimeError:
        # A home that cannot be written to, a setting of the cache that this
        # release does not know: compile anew in each process.
        return Engine(_config(cached=False))


def _check_threads() -> None:
    """Raises ComponentError where the system does not start as many threads as
    wasmtime needs: it takes that for granted, and ends the process or waits for
    good. It keeps one for its cache, one a processor to compile, one a
    processor for tasks, and at least one for files; ours are two."""
    gate = _thread.allocate_lock()
    wanted = 2 * (os.cpu_count() or 1) + 4
    with gate:
        for started in range(wanted):
            try:
                _thread.start_new_thread(_pass, (gate,))
            except RuntimeError:
                raise ComponentError(
                    f"the system starts no more than {started} threads in this process, and "
                    f"{wanted} are needed: raise the limit on processes (ulimit -u)"
                ) from None


def _pass(gate: Any) -> None:
    with gate:
        pass


def _config(*, cached: bool) -> Config:
    config = Config()
    if cached:
        config.cache = True
    config.epoch_interruption = True
    if _is_address_space_limited():
        ffi.wasmtime_config_memory_reservation_set(config.ptr(), SMALL_RESERVATION)
        ffi.wasmtime_config_memory_reservation_for_growth_set(config.ptr(), SMALL_RESERVATION)
        ffi.wasmtime_config_memory_guard_size_set(config.ptr(), 0)
    return config


def _is_address_space_limited() -> bool:
    """Whether this process may not take as many addresses as it likes
    (`ulimit -v`)."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


# Traps are signals: wasmtime's handlers turn those of a component into errors
# and pass all others on. `faulthandler.enable()` puts its own handlers above
# those that it finds, and ends the process at the first trap. So what it does
# after wasmtime came is undone: from then on crashes are wasmtime's to pass on.

_SIGNALS = [
    getattr(signal, name)
    for name in ("SIGILL", "SIGSEGV", "SIGFPE", "SIGBUS")
    if hasattr(signal, name)
]
_handlers: dict[int, Any] = {}
faults_are_handled = faulthandler.is_enabled
"""Asked at each call: no trap may come before the answer was heeded."""
known = faults_are_handled()
"""What it said when the handlers were last looked at."""


def _sigaction() -> Any:
    try:
        found = ctypes.CDLL(None).sigaction
    except (OSError, AttributeError, TypeError):  # Windows
        return None
    found.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    return found


def _note_handlers() -> None:
    global known
    known = faults_are_handled()
    sigaction = _sigaction()
    if sigaction is None:
        return
    for number in _SIGNALS:
        # Larger than the struct of any system.
        handler = ctypes.create_string_buffer(256)
        if sigaction(number, None, handler) == 0:
            _handlers[number] = handler


def check_traps() -> None:
    """Puts wasmtime's handlers back, if faulthandler was switched since."""
    global known
    known = faults_are_handled()
    sigaction = _sigaction()
    for number, handler in _handlers.items():
        sigaction(number, handler, None)


# wasmtime keeps threads, and a fork has none of them: a child's first call
# would wait for good. So a child of a process that has used a component gets an
# error instead, and a child of one that has not is free to use them.

_forked = False
_graveyard: list[Any] = []


def refuse_after_fork() -> None:
    """Raises ComponentError in a child of a process that has used this."""
    if _forked:
        raise ComponentError(
            "fordway was used before this process was forked, and cannot be used after: "
            "start workers with the 'spawn' or 'forkserver' method of multiprocessing"
        )


def _after_fork() -> None:
    global _forked, _engine, _pointer
    compiling.release()
    ticker.forget()
    if _engine is None:
        return
    _forked = True
    # Not freed: the parent's threads would be waited for.
    _graveyard.extend([_engine, _pointer])
    _engine = _pointer = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=compiling.acquire,
        after_in_parent=compiling.release,
        after_in_child=_after_fork,
    )
