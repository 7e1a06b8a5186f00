"""A store of wasmtime: what an instance lives in."""

from __future__ import annotations

import ctypes
import itertools
from typing import Any

from ._wasmtime import address, function, message_of
from .clock import Clock
from .epochs import CALLBACK, add_store, remove_store
from .errors import ComponentError
from .owned import Owned, sweep

__all__ = ["Store", "close_abandoned"]

_new = function("wasmtime_store_new", ctypes.c_void_p)
_delete = function("wasmtime_store_delete")
_context = function("wasmtime_store_context", ctypes.c_void_p, quick=True)
_set_wasi = function("wasmtime_context_set_wasi", ctypes.c_void_p)
_limiter = function("wasmtime_store_limiter", quick=True)
_set_deadline = function("wasmtime_context_set_epoch_deadline", quick=True)
_set_callback = function("wasmtime_store_epoch_deadline_callback", quick=True)

_numbers = itertools.count(1)
_NOTHING = address(None)
_UNLIMITED = ctypes.c_int64(-1)


class Store:
    """A store that knows whether a call is inside, and what is to end it."""

    __slots__ = (
        "__weakref__",
        "_owned",
        "answer",
        "clock",
        "context",
        "given_up",
        "inside",
        "kept",
        "name",
        "waiting",
    )

    def __init__(self, engine: Any, wasi: Any, memory_limit: int | None) -> None:
        """`wasi` is a configuration of wasmtime's, which the store takes."""
        sweep()
        self.clock: Clock | None = None
        """The clock of the call that is inside."""
        self.inside = False
        """Whether a call is inside. It is the lock, too: looking at it and
        setting it in a straight line lets no other thread in between, and
        leaves an interrupt no place."""
        self.given_up = False
        """Whether the call that is inside may never return: nobody waits for
        it, and the store is not touched again."""
        self.waiting: list[Any] = []
        """A lock for each thread that waits for its turn."""
        self.kept: BaseException | None = None
        """What a signal handler has raised meanwhile."""
        self.answer: int | None = None
        """The error that is to end it, once it asks."""
        self.name = f"store{next(_numbers)}"
        """What C knows it by."""
        self._owned = Owned(self)
        self._owned.delete = _delete
        self._owned.pointer = pointer = address(_new(engine, _NOTHING, _NOTHING))
        self.context = address(_context(pointer))
        add_store(self)
        error = _set_wasi(self.context, wasi)
        if error is not None:
            raise ComponentError(message_of(error))
        if memory_limit is not None:
            limit = ctypes.c_int64(memory_limit)
            _limiter(pointer, limit, _UNLIMITED, _UNLIMITED, _UNLIMITED, _UNLIMITED)
        _set_callback(pointer, CALLBACK, ctypes.c_void_p(id(self.name)), _NOTHING)
        _set_deadline(self.context, ctypes.c_uint64(1))

    def close(self) -> None:
        """Deletes it. Nothing of it may be used from now on."""
        remove_store(self.name)
        self._owned.free()

    def abandon(self) -> None:
        """Leaves it alone for as long as its call is inside."""
        _abandoned.append(self)


_abandoned: list[Store] = []


def close_abandoned() -> None:
    """Deletes the abandoned stores whose calls have returned after all."""
    for store in list(_abandoned):
        if not store.inside:
            _abandoned.remove(store)
            store.close()
