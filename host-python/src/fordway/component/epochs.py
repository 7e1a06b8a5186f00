"""How a call is stopped while it is inside a component.

All instances share one engine, whose epoch a thread of ours advances while
anything runs. A store whose epoch has changed asks a callback whether to go on.
So a stop reaches one call and no other: by its clock, or because a signal
handler has raised an exception, for which the callback is an opportunity: it is
Python code, run in the thread that made the call.

The thread sleeps while nothing runs. A call wakes it, which costs a call of
some nanoseconds nothing but a look at a flag.
"""

from __future__ import annotations

import _thread
import atexit
import ctypes
import sys
import time
from contextlib import suppress
from types import CodeType
from typing import TYPE_CHECKING, Any

from ._wasmtime import function
from .errors import ComponentError

if TYPE_CHECKING:
    from .clock import Clock
    from .store import Store

__all__ = ["CALLBACK", "Ticker", "stores", "ticker"]

TICK = 0.02
"""How often a running call asks whether to go on, in seconds."""

IDLE = 0.5
"""After how long without a call the thread sleeps, in seconds."""

stores: dict[int, Store] = {}
"""The stores that there are, by the number that their callback is given."""

_new_error = function("wasmtime_error_new", ctypes.c_void_p, quick=True)
_increment = function("wasmtime_engine_increment_epoch", quick=True)
_TEXT = ctypes.c_char_p(b"the call was stopped")


def _on_epoch(context: int, number: int, delta: Any, kind: Any) -> int | None:
    # An exception of a signal handler is raised here, mostly before the first
    # line: then it comes to `_keeper`, and C goes on until it asks again, which
    # is at once.
    store = stores.get(number)
    try:
        if store is None or store.kept is not None:
            return _new_error(_TEXT)  # type: ignore[no-any-return]
        clock = store.clock
        if clock is not None and clock.stopped:
            return _new_error(_TEXT)  # type: ignore[no-any-return]
        delta[0] = 1
    except BaseException as error:
        if store is not None:
            store.kept = error
        return _new_error(_TEXT)  # type: ignore[no-any-return]
    return None


CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.POINTER(ctypes.c_uint64),
    ctypes.c_void_p,
)(_on_epoch)
"""What a store calls when its epoch has changed; its data is its number."""


def _kept(code: CodeType, unraisable: Any) -> bool:
    """Keeps an exception that was raised at the entry of the callback, which
    ctypes cannot pass on, for the call that it interrupts."""
    traceback = unraisable.exc_traceback
    if traceback is None or traceback.tb_frame.f_code is not code:
        return False
    store = stores.get(traceback.tb_frame.f_locals.get("number", 0))
    error = unraisable.exc_value
    if store is None or error is None:
        return False
    store.kept = error
    return True


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
        code = _on_epoch.__code__

        def hook(unraisable: Any) -> None:
            if not _kept(code, unraisable):
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
    return any(store.inside for store in list(stores.values()))


ticker = Ticker()

atexit.register(ticker.rest)
