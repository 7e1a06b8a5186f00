"""Who owns what lives in C.

An interrupt can come after any call that returns to Python, so nothing may lie
between C handing something out and Python knowing of it, or between Python
forgetting a pointer and C freeing it. CPython looks for signals after a call,
where a function begins and where a loop jumps back, and nowhere else: what
stands in a straight line without those is never cut in two. So a pointer is
forgotten in the line before the one call that frees it.

A finalizer written in Python can be cut, too, and runs in whatever thread and
at whatever moment. So an object's memory is owned by a weak reference to the
object, whose callback is a C function: it puts the reference in a queue, and
nothing else. What is in the queue is freed before the next object is made.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

__all__ = ["Owned", "orphans", "sweep"]

_owners: dict[int, Owned] = {}
orphans: list[Any] = []
"""What belonged to objects that were collected, and is to be freed."""


class Owned(weakref.ref):  # type: ignore[type-arg]
    """Owns what `object_` stands for, until that is freed: by `free`, or after
    the object was collected."""

    __slots__ = ("delete", "keeps", "pointer")

    def __new__(cls, object_: Any, *more: Any) -> Owned:
        return super().__new__(cls, object_, orphans.append)

    def __init__(self, object_: Any) -> None:
        super().__init__(object_, orphans.append)
        # The last line makes it known: an interrupt before leaves nothing.
        self.pointer: Any = None
        self.keeps: Any = None
        """What the pointer points into, where that is memory of Python's."""
        self.delete: Callable[[Any], Any] = _nothing
        _owners[id(self)] = self

    def free(self) -> None:
        """Frees it, once however often this is called."""
        delete = self.delete
        pointer, self.pointer = self.pointer, None
        if pointer is not None:
            delete(pointer)
        _owners.pop(id(self), None)

    def forget(self) -> Any:
        """Gives it to somebody else, or up for good."""
        pointer, self.pointer = self.pointer, None
        _owners.pop(id(self), None)
        return pointer


def _nothing(pointer: Any) -> None:
    pass


def sweep() -> None:
    """Frees what belonged to objects that were collected."""
    while orphans:
        owner = orphans[-1]
        owner.free()
        # Another thread may have taken it out already.
        with suppress(ValueError):
            orphans.remove(owner)
