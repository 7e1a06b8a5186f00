"""Objects that live in an instance: the one class that guards their handles."""

from __future__ import annotations

import ctypes
import weakref
from typing import TYPE_CHECKING, Any

from ._wasmtime import address, function
from .errors import ClosedError
from .owned import Owned

if TYPE_CHECKING:
    from .clock import Clock
    from .instance import Instance
    from .store import Store

__all__ = ["Resource"]

_drop_any = function("wasmtime_component_resource_any_drop", ctypes.c_void_p)
_delete_any = function("wasmtime_component_resource_any_delete", quick=True)


class Handle(Owned):
    """Owns a handle as wasmtime holds it: a box in C, that names an object in
    an instance. The object has to be dropped there, and the box deleted."""

    __slots__ = ("dropped", "home", "store")

    def __init__(self, object_: Any, instance: Instance, store: Store) -> None:
        # First this: from the next line on the object may be collected.
        self.home: weakref.ref[Instance] = weakref.ref(instance)
        self.store = weakref.ref(store)
        self.dropped = False
        """Whether the instance has no such object any more."""
        super().__init__(object_)

    def free(self) -> None:
        """Hands it to its instance, which drops it at once, or before its next
        call. With the instance the object has gone, too."""
        instance = self.home()
        if instance is None:
            self.drop(None)
        else:
            instance.dropped.append(self)
            instance.settle_drops()

    def drop(self, store: Store | None) -> int | None:
        """Drops the object if it lives in this store, and frees the box. The
        store is at rest. Returns an error of the C API."""
        if self.pointer is None:
            self.forget()
            return None
        argument = address(self.pointer)
        error: int | None = None
        if not self.dropped:
            context = store.context if store is not None and store is self.store() else None
            self.dropped = True
            if context is not None:
                error = _drop_any(context, argument)
        self.pointer = None
        _delete_any(argument)
        self.forget()
        return error


class Resource:
    """An object that lives in an instance: a handle to it, until it is closed
    or given away. It is gone, too, when the instance starts anew after an
    error; using it then raises ClosedError."""

    __slots__ = ("__weakref__", "_closed", "handle", "instance")

    def __init__(self, instance: Instance, store: Store) -> None:
        self._closed = False
        self.instance = instance
        """Where the object lives."""
        self.handle = Handle(self, instance, store)
        """Owns the handle in C."""

    def take(self, slot: memoryview, kind: int) -> None:
        """Takes the handle out of a value in C memory, seen as words, and
        leaves a value of `kind`, which owns nothing."""
        handle = self.handle
        # In a straight line: never in both places, never in neither.
        handle.pointer = slot[1]
        slot[0] = kind

    @property
    def is_closed(self) -> bool:
        """Whether it was closed or given away."""
        return self._closed

    @property
    def is_open(self) -> bool:
        """Whether the handle is still here, and the object too."""
        return not self._closed and self._is_alive()

    @property
    def pointer(self) -> int:
        """Where the handle lies in C memory."""
        self.check(self.instance)
        return self.handle.pointer  # type: ignore[no-any-return]

    def check(self, instance: Instance) -> None:
        """Raises ClosedError if it was closed or its instance has started anew,
        or if it lives in another instance than this."""
        if self._closed:
            raise ClosedError("the object was closed")
        if not self._is_alive():
            raise ClosedError("the object is gone: its instance was discarded after an error")
        if self.instance is not instance:
            raise ClosedError("the object lives in another instance")

    def _is_alive(self) -> bool:
        store = self.instance.store
        return (
            self.handle.pointer is not None and store is not None and store is self.handle.store()
        )

    def call(self, clock: Clock | None, name: str, *arguments: Any) -> Any:
        """Calls a method of the object: a function that takes it first."""
        return self.instance.call_within(clock, name, self, *arguments)

    def give_away(self) -> None:
        """Says that the instance has taken the object back."""
        self._closed = True
        self.handle.dropped = True
        self.handle.free()

    def close(self) -> None:
        """Drops the object: at once if no call is under way in its instance,
        else before the next one. Closing twice is allowed."""
        if not self._closed:
            self._closed = True
            self.handle.free()

    def __repr__(self) -> str:
        return f"<Resource: {'open' if self.is_open else 'closed'}>"
