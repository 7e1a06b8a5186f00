"""A component function's type, turned once into a plan; a call runs the plan.

The type is read when the function is first used. From then on a call writes
its arguments into memory laid out beforehand, makes one C call, and reads the
result: about what the C API itself costs.

What a call returns lies in a slot of the plan's own, and the slot says at every
moment what it owns: the next call's result frees what is there by replacing it.
So a small result is left where it lies, and an interrupt can come anywhere.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from . import engine as engines
from ._wasmtime import address, function, version
from .epochs import CALLS, ticker
from .errors import ComponentError
from .memory import KINDS, LAYOUT_IS_KNOWN, VALUE, Memory
from .owned import Owned, orphans, sweep
from .resources import Resource
from .types import Function
from .values import Mismatch, lifting_result, lowering
from .values.resources import Lent

if TYPE_CHECKING:
    from .clock import Clock
    from .instance import Bound, Instance

__all__ = ["Plan"]

_call = function("wasmtime_component_func_call", ctypes.c_void_p)
_delete = function("wasmtime_component_val_delete", quick=True)
_size = ctypes.c_size_t.from_param

NOTHING = KINDS["bool"]
"""The kind of a value that owns nothing."""

OBJECT = KINDS["own"]

_NOBODY = (None, None)

_is_enabled = engines.faults_are_handled


class Block:
    """Memory for one call at a time: its arguments, laid out, and its result."""

    __slots__ = (
        "__weakref__",
        "arguments",
        "busy",
        "freed",
        "home",
        "keep",
        "lift",
        "lowers",
        "owned",
        "raw",
        "result",
        "slot",
        "values",
        "words",
    )

    def __init__(self, plan: Function) -> None:
        params, result = plan.params, plan.result
        self.busy = False
        self.keep: list[Any] = []
        """What the arguments of this call point to."""
        self.home: list[Any] = [None, None]
        """The instance and the store of this call, for objects in its result."""
        values, slot = Memory(VALUE * len(params)), Memory(2 * VALUE)
        self.lowers = [
            lowering(type_, values, VALUE * at, self.keep) for at, (_, type_) in enumerate(params)
        ]
        self.lift = None if result is None else lifting_result(result, slot, self.home)
        self.raw, self.words = slot.raw, slot.views["Q"]
        self.raw[0] = NOTHING
        self.values, self.slot = address(values.address), address(slot.address)
        self.freed = address(slot.address + VALUE)
        self.raw[VALUE] = NOTHING
        self.arguments = values
        self.result = slot
        # If the block goes with a result in it.
        self.owned = Owned(self)
        self.owned.delete, self.owned.keeps = _delete, slot
        self.owned.pointer = self.slot


class Plan:
    """How a function of a component is called, in any of its instances."""

    def __init__(self, function: Function) -> None:
        if not LAYOUT_IS_KNOWN:
            raise ComponentError(
                f"the installed wasmtime {version()} lays values out in a way that is not "
                "known here: install a release from 48 to 50"
            )
        self.function = function
        self.count = len(function.params)
        self._count, self._results = _size(self.count), _size(int(function.result is not None))
        # What a result may hold at rest: a text or a list can be of any size.
        self._is_large = function.result is not None and function.result.is_large
        self._is_object = function.result is not None and function.result.kind == "own"
        self._has_objects = (
            not self._is_object and function.result is not None and function.result.has_objects
        )
        self._blocks = [Block(function)]

    def _block(self) -> Block:
        for block in self._blocks:
            if not block.busy:
                return block
        block = Block(self.function)
        self._blocks.append(block)
        return block

    def run(
        self,
        instance: Instance,
        bound: Bound,
        arguments: tuple[Any, ...],
        clock: Clock | None = None,
    ) -> Any:
        """Calls the function. Arguments are converted first: they may run code
        of the user's, which may call again. Then the call waits for its turn."""
        if orphans:
            sweep()
        block = self._blocks[0]
        while block.busy:
            block = self._block()
        # In a straight line with the look before: no other thread comes between.
        block.busy = True
        keep, landing = block.keep, None
        try:
            if len(arguments) != self.count:
                name = self.function.name
                raise TypeError(f"{name} takes {self.count} arguments, not {len(arguments)}")
            at = 0
            try:
                for lower in block.lowers:
                    lower(arguments[at])
                    at += 1
            except Mismatch as mismatch:
                raise mismatch.lift(self.function.params[at][0]) from None
            store = bound.store
            while store.inside or store is not instance.store or instance.dropped:
                bound = instance.ready(bound, clock)
                store = bound.store
            # Again in a straight line. And first this, then a look at the
            # ticker, which looks the other way round: neither misses the other.
            store.inside = True
            try:
                store.clock = clock
                if keep:
                    _check(keep, instance)
                if self._has_objects:
                    block.home[:] = instance, store
                elif self._is_object:
                    landing = Resource(instance, store)
                if ticker.asleep:
                    ticker.wake()
                if _is_enabled() is not engines.known:
                    engines.check_traps()
                error = _call(
                    bound.func,
                    store.context,
                    block.values,
                    self._count,
                    block.slot,
                    self._results,
                )
                if error is not None or store.answer is not None:
                    instance.fail(store, error)
            finally:
                store.inside = False
                if store.waiting:
                    store.waiting.pop(0).release()
            if keep:
                _settle(keep)
            lift = block.lift
            result = None if lift is None else landing if self._is_object else lift()
        finally:
            # In a straight line: no interrupt leaves the block behind, an
            # object goes from the slot to its owner, and what is large is moved
            # to where it is freed, then freed.
            del keep[:]
            if landing is not None and block.raw[0] == OBJECT:
                landing.handle.pointer = block.words[1]
                block.words[0] = NOTHING
            if self._has_objects:
                block.home[:] = _NOBODY
            if self._is_large:
                words = block.words
                words[4:8] = words[0:4]
                words[0] = NOTHING
                block.busy = False
                _delete(block.freed)
            else:
                block.busy = False
        return result


CALLS.add(Plan.run.__code__)


def _check(keep: list[Any], instance: Instance) -> None:
    for item in keep:
        if type(item) is Lent:
            item.resource.check(instance)


def _settle(keep: list[Any]) -> None:
    for item in keep:
        if type(item) is Lent and item.given:
            item.resource.give_away()
