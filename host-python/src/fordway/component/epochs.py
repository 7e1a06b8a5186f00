"""How a call is stopped while it is inside a component.

All instances share one engine, whose epoch a thread of ours advances while
anything runs. A store whose epoch has changed asks a callback whether to go on.
So a stop reaches one call and no other: by its clock, or because a signal
handler has raised an exception.

The thread sleeps while nothing runs. A call that finds it asleep wakes it.

**The callback** must not fail: ctypes would hand C whatever lies on the stack.
A function written in Python can fail before its first line, because there
CPython runs signal handlers. So the callback is `getattr`, which is C: of the
class `_Answers` it reads the attribute that belongs to the store, None or an
error. Signal handlers run all the same, in the thread that made the call: when
the callback's third argument is freed, whose finalizer is Python. What they
raise there goes to `sys.unraisablehook`, where ours keeps it for the call.
"""

from __future__ import annotations

import _thread
import atexit
import ctypes
import sys
import time
import weakref
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ._wasmtime import function
from .errors import ComponentError

if TYPE_CHECKING:
    from .clock import Clock
    from .store import Store

__all__ = [
    "CALLBACK",
    "CALLS",
    "STOPPED",
    "Ticker",
    "add_store",
    "answer",
    "leave_inside",
    "living",
    "remove_store",
    "take_back",
    "ticker",
]

TICK = 0.02
"""How often a running call asks whether to go on, in seconds."""

IDLE = 0.5
"""After how long without a call the thread sleeps, in seconds."""

stores: dict[str, weakref.ref[Store]] = {}
"""The stores that there are, by the names of their attributes."""

_new_error = function("wasmtime_error_new", ctypes.c_void_p, quick=True)
_delete_error = function("wasmtime_error_delete", quick=True)
_increment = function("wasmtime_engine_increment_epoch", quick=True)

STOPPED = "the call was stopped"
"""What the error says that ends a call."""

_TEXT = ctypes.c_char_p(STOPPED.encode())


class _Answers(ctypes.c_void_p):
    """What stores are told, an attribute a store: None to go on, or an error."""


class _Delta(ctypes._Pointer):  # type: ignore[type-arg]
    """Where the callback puts after how many epochs to ask again."""

    _type_ = ctypes.c_uint64

    def __del__(self) -> None:
        # If a signal handler raises here, C asks again at once.
        self[0] = 1


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_void_p, _Answers, ctypes.py_object, _Delta)(getattr)
"""What a store calls when its epoch has changed; its data is the name of its
attribute."""


def add_store(store: Store) -> None:
    """Notes a new store, and lets it go on."""
    setattr(_Answers, store.name, None)
    stores[store.name] = weakref.ref(store)


def remove_store(name: str) -> None:
    """Forgets a store that is gone."""
    stores.pop(name, None)
    with suppress(AttributeError):
        delattr(_Answers, name)


def living() -> list[Store]:
    """The stores that there are; those that were collected are forgotten."""
    found = []
    for name, reference in list(stores.items()):
        store = reference()
        if store is None:
            remove_store(name)
        else:
            found.append(store)
    return found


def answer(store: Store, clock: Clock | None) -> None:
    """Stops the call that is inside a store, if it is under this clock."""
    error = _new_error(_TEXT)
    # In a straight line: the call does not end, and no other begins, between
    # the look and the answer.
    if store.inside and store.clock is clock and store.answer is None:
        store.answer = error
        setattr(_Answers, store.name, error)
        return
    _delete_error(ctypes.c_void_p(error))


def leave_inside(clock: Clock) -> None:
    """Says of the calls under a clock that nobody waits for them any more."""
    for store in living():
        if store.inside and store.clock is clock:
            store.given_up = True


def take_back(store: Store, *, used: bool) -> None:
    """Withdraws the answer of a call that has ended. C frees it with the error
    that it has become."""
    error, store.answer = store.answer, None
    if error is not None:
        setattr(_Answers, store.name, None)
        if not used:
            _delete_error(ctypes.c_void_p(error))


def _keep(unraisable: Any) -> bool:
    """Keeps what a signal handler has raised in the finalizer above for the
    call that it interrupts: the innermost one of this thread."""
    traceback, error = unraisable.exc_traceback, unraisable.exc_value
    if traceback is None or traceback.tb_frame.f_code is not _Delta.__del__.__code__:
        return False
    frame = sys._getframe(1)
    while frame is not None:
        store = frame.f_locals.get("store") if frame.f_code in CALLS else None
        if store is not None and store.inside:
            if store.kept is None:
                store.kept = error
            answer(store, store.clock)
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


CALLS: set[Any] = set()
"""The code of functions that call into a store, their local `store`."""


class _Keeper:
    """Our part of `sys.unraisablehook`, there while calls run. It may stay
    behind in somebody's chain: then it passes everything on."""

    def __init__(self) -> None:
        self._installed: Any = None
        self._before: Any = None

    def install(self) -> None:
        if sys.unraisablehook is self._installed:
            return
        before = sys.unraisablehook

        def hook(unraisable: Any) -> None:
            if not _keep(unraisable):
                before(unraisable)

        self._installed, self._before = hook, before
        sys.unraisablehook = hook

    def remove(self) -> None:
        if self._installed is not None and sys.unraisablehook is self._installed:
            sys.unraisablehook = self._before
        self._installed = self._before = None


class Ticker:
    """The thread that advances the epochs of engines."""

    def __init__(self) -> None:
        self.asleep = True
        """Whether a call has to wake it."""
        self._there = False
        self._resting = False
        self._wake = _thread.allocate_lock()
        self._engines: list[Any] = []
        self._clocks: list[Clock] = []
        self._keeper = _Keeper()

    def attend(self, engine: Any) -> None:
        """Advances the epoch of one more engine, which stays for good."""
        self._engines.append(engine)

    def wake(self) -> None:
        """Has the epochs advanced from now on, until nothing runs."""
        if not self._there:
            self._there = True
            try:
                _thread.start_new_thread(self._run, ())
            except RuntimeError as error:
                self._there = False
                raise ComponentError(
                    f"the system starts no more threads, and one is needed to end calls: {error}"
                ) from None
        self._resting = False
        self.asleep = False
        if self._wake.locked():
            with suppress(RuntimeError):  # another thread was quicker
                self._wake.release()

    def watch(self, clock: Clock) -> None:
        """Makes sure that a limit is met when it is due, not a tick later."""
        self._clocks.append(clock)
        self.wake()

    def unwatch(self, clock: Clock) -> None:
        """The opposite of `watch`."""
        with suppress(ValueError):
            self._clocks.remove(clock)

    def tick(self) -> None:
        """Has every running call ask now."""
        for store in living():
            clock = store.clock
            if store.inside and clock is not None and clock.stopped:
                answer(store, clock)
        for engine in self._engines:
            _increment(engine)

    def rest(self) -> None:
        """Stops at the end of the program: a callback must not meet an
        interpreter that has gone. A later call wakes it again."""
        self._resting = True
        # Callbacks that were asked already run now.
        time.sleep(0.002)
        self.asleep = True

    def forget(self) -> None:
        """Starts anew in a forked child, which has no such thread."""
        self.__init__()  # type: ignore[misc]

    def _run(self) -> None:
        idle_since = time.monotonic()
        while True:
            self._wake.acquire(timeout=self._pause())
            if self._resting:
                continue
            if _is_busy():
                idle_since = time.monotonic()
                # Before the callbacks of the main thread can raise.
                self._keeper.install()
                self.tick()
            elif time.monotonic() - idle_since > IDLE:
                self._keeper.remove()
                # First the flag, then a last look: a call that saw the flag in
                # its other state is seen here.
                self.asleep = True
                if not _is_busy():
                    self._wake.acquire()
                self.asleep = False
                idle_since = time.monotonic()

    def _pause(self) -> float:
        """The time to the next tick, or to the earliest limit."""
        left = [clock.left() for clock in list(self._clocks) if not clock.stopped]
        return min([TICK, *(0.0005 + seconds for seconds in left if seconds is not None)])


def _is_busy() -> bool:
    return any(store.inside for store in living())


ticker = Ticker()

atexit.register(ticker.rest)
