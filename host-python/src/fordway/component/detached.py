"""Work in threads of ours, which the caller can give up.

What blocks in the host (a file, standard input) no epoch ends, and no signal
does. So it runs in a daemon thread, and the caller's thread waits where an
interrupt reaches it. If the work does not end after it was told to, its thread
and what it holds are left alone, also at the end of the program.

The locks are those of C: one of `threading`'s is held by Python code, which an
interrupt can leave in the middle.
"""

from __future__ import annotations

import _thread
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from .clock import Clock
from .epochs import leave_inside
from .errors import ComponentError
from .store import close_abandoned

__all__ = ["Started", "detached", "give_up", "given_up", "spawn"]

T = TypeVar("T")

GRACE = 0.04
"""How long work may take to end after it was told to, in seconds."""

PATIENCE = 10.0
"""How long a thread waits for more work, in seconds."""


class Done:
    """Set once, when something has ended; for one thread that waits."""

    __slots__ = ("_lock", "_set")

    def __init__(self) -> None:
        self._set = False
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def is_set(self) -> bool:
        """Whether it has ended."""
        return self._set

    def set(self) -> None:
        """Says that it has. Called once."""
        self._set = True
        self._lock.release()

    def wait(self, seconds: float | None = None) -> bool:
        """Waits until it has, or the time is over; says whether it has."""
        if not self._set:
            self._lock.acquire(timeout=-1 if seconds is None else seconds)
        return self._set


class Started(Generic[T]):
    """Work for another thread."""

    def __init__(self, function: Callable[..., T], *arguments: Any) -> None:
        self._function: Any = function
        self._arguments: Any = arguments
        self._result: Any = None
        self._error: BaseException | None = None
        self.begun = False
        """Whether a thread has it."""
        self.given_up = False
        """Whether nobody waits for it any more."""
        self.done = Done()
        """Set when it has ended."""

    def result(self) -> T:
        """What it returned; raises what it raised. It must have ended."""
        error, self._error = self._error, None
        if error is not None:
            try:
                raise error
            finally:
                # A traceback that holds itself keeps everything alive.
                del error
        return self._result  # type: ignore[no-any-return]

    def carry_out(self) -> None:
        """Runs it, in a thread of ours."""
        try:
            self._result = self._function(*self._arguments)
        except BaseException as error:
            self._error = error
        self._function = self._arguments = None
        self.done.set()
        if self.given_up:
            # Here, where its calls have returned, what it left can be freed.
            close_abandoned()


class _Thread:
    """A thread that waits for work."""

    def __init__(self) -> None:
        self._begin = _thread.allocate_lock()
        self._begin.acquire()
        self._lock = _thread.allocate_lock()
        self._work: Started[Any] | None = None
        self._gone = False

    def start(self, work: Started[Any]) -> None:
        """Begins with its first work."""
        self._work = work
        _thread.start_new_thread(self._run, ())

    def hand(self, work: Started[Any]) -> bool:
        """Gives it more work, if it is still there."""
        with self._lock:
            if self._gone:
                return False
            self._work = work
            self._begin.release()
        return True

    def _run(self) -> None:
        while True:
            work, self._work = self._work, None
            if work is not None:
                work.carry_out()
                if work.given_up:
                    return
                del work
            _idle.append(self)
            if not self._begin.acquire(timeout=PATIENCE):
                with self._lock:
                    self._gone = self._work is None
                    if self._gone:
                        if self in _idle:
                            _idle.remove(self)
                        return
                self._begin.acquire()


_idle: list[_Thread] = []
_given_up: list[Started[Any]] = []


def begin(work: Started[Any]) -> None:
    """Gives work to a thread of ours. Raises RuntimeError if the system starts
    no more threads."""
    work.begun = True
    while _idle:
        try:
            thread = _idle.pop()
        except IndexError:  # another thread was quicker
            break
        if thread.hand(work):
            return
    try:
        _Thread().start(work)
    except RuntimeError:
        work.begun = False
        raise


def spawn(function: Callable[..., T], *arguments: Any) -> Started[T]:
    """Begins work in a thread of ours; see `begin`."""
    work = Started(function, *arguments)
    begin(work)
    return work


def detached(function: Callable[..., T], *arguments: Any, clock: Clock | None = None) -> T:
    """What a function returns or raises in a thread of ours. If this thread is
    interrupted, or the clock is over, the work is stopped and given up."""
    clock = Clock() if clock is None else clock
    work = Started(function, *arguments)
    try:
        try:
            begin(work)
        except RuntimeError as error:
            raise ComponentError(
                f"the system starts no more threads, and one is needed for files: {error}"
            ) from None
        if not work.done.wait(clock.left()):
            clock.expire()
            # It says so itself, if it can.
            if not work.done.wait(GRACE):
                raise clock.error()
        return work.result()
    finally:
        if not work.done.is_set():
            give_up([work], clock)


def give_up(works: Iterable[Started[Any]], clock: Clock) -> None:
    """Stops what runs under a clock, and leaves alone what does not end."""
    clock.stop()
    end = time.monotonic() + GRACE
    for work in works:
        if work.begun and not work.done.wait(max(0.0, end - time.monotonic())):
            work.given_up = True
            _given_up.append(work)
            leave_inside(clock)


def given_up() -> int:
    """How much work was given up in this process and has not ended since."""
    _given_up[:] = [work for work in _given_up if not work.done.is_set()]
    return len(_given_up)


def _after_fork() -> None:
    # A child has none of the threads.
    _idle.clear()
    _given_up.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
