"""An instance of a component, and what it may touch."""

from __future__ import annotations

import _thread
import os
import sys
import threading
import weakref
from collections.abc import Sequence
from typing import Any, NamedTuple

from . import engine as engines
from ._wasmtime import message_of
from .clock import Clock
from .component import Component, at
from .detached import detached
from .epochs import CALLS, STOPPED, take_back, ticker
from .errors import (
    ClosedError,
    Err,
    InstantiationError,
    MemoryLimitError,
    ReentryError,
    TrapError,
)
from .plan import Plan
from .resources import Handle
from .sink import Sink
from .store import Store
from .wasi import Wasi

__all__ = ["Instance", "Output"]

RUN = "wasi:cli/run@"
"""The interface of a component that is a command, up to its version."""


class Output(NamedTuple):
    """How a command ended: whether its exit status is 0, and what it printed on
    standard error."""

    ok: bool
    errors: str


class Bound:
    """A function of one store's instance."""

    __slots__ = ("func", "name", "plan", "store", "struct")

    def __init__(self, name: str, plan: Plan, struct: Any, store: Store) -> None:
        self.name, self.plan, self.store = name, plan, store
        self.struct = struct
        self.func = at(struct)


class Instance:
    """An instance of a component, made when it is first needed.

    One call at a time: a second thread waits, and the same thread is refused.
    After a trap, a timeout or an interrupt the instance is discarded, and the
    next call makes a new one; objects that lived in the old one are closed."""

    def __init__(
        self, component: Component, wasi: Wasi | None = None, *, memory_limit: int | None = None
    ) -> None:
        self.component = component
        self._wasi = Wasi() if wasi is None else wasi
        self._memory_limit = memory_limit
        self._making = threading.RLock()
        """Held while an instance is made."""
        self.store: Store | None = None
        """Where it lives; None if it has to be made."""
        self.dropped: list[Handle] = []
        """Handles whose objects are to be dropped before the next call."""
        self._instance: Any = None
        self._bound: dict[str, Bound] = {}
        self._spare: list[tuple[Store, Any]] = []
        self._closed = False
        _instances.add(self)

    def call(self, name: str, *arguments: Any) -> Any:
        """Calls a function. Raises `Err` for the error case of its result."""
        try:
            bound = self._bound[name]
        except KeyError:
            bound = self._bind(name)
        return bound.plan.run(self, bound, arguments)

    def call_within(self, clock: Clock | None, name: str, *arguments: Any) -> Any:
        """The same under a clock, which ends it."""
        if clock is None:
            return self.call(name, *arguments)
        clock.check()
        limited = clock.deadline is not None
        if limited:
            ticker.watch(clock)
        try:
            bound = self._bound.get(name) or self._bind(name)
            return bound.plan.run(self, bound, arguments, clock)
        finally:
            if limited:
                ticker.unwatch(clock)

    def command(
        self,
        arguments: Sequence[str],
        stdin: Sequence[memoryview] = (),
        stdout: Sink | None = None,
        clock: Clock | None = None,
    ) -> Output:
        """Runs the component as a command, in an instance of its own with the
        same grants: `stdin` in, what it prints to `stdout`. To be called in a
        thread that can be given up; see `detached`."""
        if self._closed:
            raise ClosedError("used after it was closed")
        with Sink() as errors:
            wasi = Wasi(self._wasi.directory, self._wasi.writable, stdout)
            name = next(name for name in self.component.exports() if name.startswith(RUN))
            config = wasi.configure(arguments, stdin, errors, clock)
            store, instance = self._made(config)
            try:
                plan, struct = self.component.function(store.context, instance, f"{name}#run")
                once: Any = _Once(self, store)
                try:
                    plan.run(once, Bound(name, plan, struct, store), (), clock)
                    ok = True
                except Err:
                    ok = False
                return Output(ok, errors.read().decode(errors="replace"))
            finally:
                store.close()

    def _bind(self, name: str) -> Bound:
        if self._closed:
            raise ClosedError("used after it was closed")
        engines.refuse_after_fork()
        with self._making:
            store = self.store
            if store is None:
                store = self._spawn()
            plan, struct = self.component.function(store.context, self._instance, name)
            self._bound[name] = bound = Bound(name, plan, struct, store)
            return bound

    def _spawn(self) -> Store:
        """Makes the instance, in another thread: no interrupt comes between
        what is made there."""
        if not self._spare:
            if _in_main_thread():
                detached(self._make_spare)
            else:
                self._make_spare()
        # In a straight line.
        self.store, self._instance = self._spare[-1]
        del self._spare[-1]
        return self.store

    def _make_spare(self) -> None:
        self._spare.append(self._made(self._wasi.configure()))

    def _made(self, config: Any) -> tuple[Store, Any]:
        self.component.compiled()
        store = Store(engines.engine_pointer(), config, self._memory_limit)
        try:
            instance = self.component.instantiate(store.context)
        except InstantiationError as error:
            store.close()
            if self._memory_limit is not None and "exceeds memory limit" in str(error):
                raise self._limit_error() from None
            raise
        return store, instance

    def ready(self, bound: Bound, clock: Clock | None) -> Bound:
        """Does what is in the way of a call: waits for another thread's, drops
        objects, makes the instance anew."""
        store = bound.store
        if store is not self.store:
            return self._bound.get(bound.name) or self._bind(bound.name)
        if store.given_up:
            self.discard()
        elif store.inside:
            self._wait(store, clock)
        else:
            self.settle_drops()
        return bound

    def _wait(self, store: Store, clock: Clock | None, frames: int = 1) -> None:
        """Waits until no call is inside, or at least for a while. `frames` of
        this thread's calls are waiting, not inside."""
        if _calls_below(store) > frames:
            raise ReentryError("the instance is inside another call of this thread")
        turn = _thread.allocate_lock()
        turn.acquire()
        store.waiting.append(turn)
        try:
            left = None if clock is None else clock.left()
            # Now and then it looks again, should a turn have been missed.
            turn.acquire(timeout=0.05 if left is None else min(left, 0.05))
            if clock is not None:
                clock.check()
        finally:
            if turn in store.waiting:
                store.waiting.remove(turn)

    def settle_drops(self) -> None:
        """Drops what waits for it, unless a call is under way: that is done
        before the next one."""
        store = self.store
        if store is None:
            self._drop_waiting(None)
        elif not store.inside:
            store.inside = True
            try:
                self._drop_waiting(store)
            finally:
                store.inside = False

    def _drop_waiting(self, store: Store | None) -> None:
        dropped = self.dropped
        while dropped:
            handle = dropped[-1]
            error = handle.drop(store)
            # Nothing is lost if an interrupt comes before this: a handle is
            # dropped once.
            if dropped and dropped[-1] is handle:
                del dropped[-1]
            if error is not None:
                message_of(error)
                self.discard()
                store = None

    def fail(self, store: Store, error: int | None) -> None:
        """Looks into how a call has ended: raises why it failed, and discards the
        instance."""
        kept, clock = store.kept, store.clock
        store.kept = None
        text = None if error is None else message_of(error)
        stopped = text is not None and STOPPED in text
        take_back(store, used=stopped)
        if text is not None and store is self.store:
            # After a trap neither the instance nor another in its store works.
            self.discard()
        if kept is not None:
            raise kept
        if text is None:
            # It came to its end before it was stopped.
            return
        if stopped and clock is not None:
            raise clock.error()
        if "handle limit exceeded" in text:
            raise MemoryLimitError(
                "the instance holds no more objects at once: close some, or let go of them"
            )
        # The core has no way to panic of its own: it stops at `unreachable`
        # when an allocation fails.
        if self._memory_limit is not None and ("unreachable" in text or "memory" in text):
            raise self._limit_error()
        raise TrapError(f"the component failed: {text}")

    def _limit_error(self) -> MemoryLimitError:
        return MemoryLimitError(f"the call needs more memory than {self._memory_limit} bytes")

    def discard(self) -> None:
        """Gives the instance up; the next call makes a new one."""
        self._bound.clear()
        store, self.store, self._instance = self.store, None, None
        if store is not None and store.given_up:
            store.abandon()
        elif store is not None:
            store.close()

    def close(self) -> None:
        """Frees the instance. A call that is under way ends first."""
        self._closed = True
        store = self.store
        while store is not None and store.inside and not store.given_up:
            self._wait(store, None, 0)
            store = self.store
        self.discard()
        while self._spare:
            self._spare.pop()[0].close()
        self._drop_waiting(None)

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def abandon(self) -> None:
        """Gives the instance up without freeing it, in a forked child."""
        self._making = threading.RLock()
        _graveyard.extend([self.store, self._instance, dict(self._bound), list(self._spare)])
        self.store, self._instance = None, None
        self._bound.clear()
        self._spare.clear()
        self.dropped.clear()


class _Once:
    """Stands for the instance of a command, which is used once."""

    def __init__(self, instance: Instance, store: Store) -> None:
        self._instance = instance
        self.store = store
        self.dropped: list[Handle] = []

    def fail(self, store: Store, error: int | None) -> None:
        self._instance.fail(store, error)


# A destructor in a component is a call, too.
CALLS.add(Instance.settle_drops.__code__)


def _calls_below(store: Store) -> int:
    """How many calls of a store this thread has begun and not ended."""
    frame, count = sys._getframe(1), 0
    while frame is not None:
        if frame.f_code in CALLS and frame.f_locals.get("store") is store:
            count += 1
        frame = frame.f_back  # type: ignore[assignment]
    return count


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


_instances: weakref.WeakSet[Instance] = weakref.WeakSet()
_graveyard: list[Any] = []


def _after_fork() -> None:
    for instance in list(_instances):
        instance.abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
