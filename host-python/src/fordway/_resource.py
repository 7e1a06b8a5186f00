"""A handle to an object that lives in an instance."""

from __future__ import annotations

import ctypes

from ._exceptions import ClosedError
from ._wasmtime import ResourceAny

__all__ = ["Resource"]


class Resource:
    """A handle as wasmtime holds it, until it is dropped or given away.

    Dropping runs the object's destructor in its instance, so only the instance
    drops; see `Guest.drop`."""

    __slots__ = ("_any",)

    def __init__(self, any_: ResourceAny) -> None:
        self._any: ResourceAny | None = any_

    @property
    def address(self) -> int:
        """Where the handle lies in C memory."""
        if self._any is None:
            raise ClosedError("the object was closed")
        return ctypes.addressof(self._any.ptr().contents)

    @property
    def stock(self) -> ResourceAny:
        """The handle as wasmtime's own conversion takes it."""
        if self._any is None:
            raise ClosedError("the object was closed")
        return self._any

    @property
    def is_open(self) -> bool:
        """Whether the handle is still here."""
        return self._any is not None

    def give_away(self) -> ResourceAny | None:
        """Takes the handle out; the resource is closed from then on."""
        any_, self._any = self._any, None
        return any_
