"""How the system schedules the threads of a check."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

__all__ = ["Yielding", "processors"]


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


BATCH: Any = getattr(os, "SCHED_BATCH", None)
"""The policy of a check's threads, and of those that wasmtime starts for them,
on Linux: they push no other aside when they wake.

wasmtime hands each file operation to another thread and holds a lock while it
wakes that one, which needs the lock first of all. 10,000 files of 4 KB take 0.6
of the time this way, 8 files of 64 MB take 0.9."""

STARVED = 0.15
"""Where others want every processor, who pushes no one aside waits a time slice
for each file operation. So a thread that had less than this share of a
processor goes back to the usual policy; where there are more threads than
processors, less than its part of that. With nothing else running it has 0.46
with files of 4 KB, and 0.42 in all if there are twice as many threads."""


class Yielding:
    """The policy of one thread while it checks, one of `workers`. A context
    manager, to be entered in that thread: what it was comes back at the end."""

    def __init__(self, workers: int) -> None:
        self._starved = STARVED * min(1, processors() / workers)
        self.is_on = False
        """Whether the thread pushes no other aside."""

    def __enter__(self) -> Yielding:
        if BATCH is not None and _is_usual():
            self.is_on = be(BATCH)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Goes back to the usual policy if the thread starves meanwhile."""
        begin, used = time.perf_counter(), time.thread_time()
        yield
        used, took = time.thread_time() - used, time.perf_counter() - begin
        if used < self._starved * took:
            self._stop()

    def _stop(self) -> None:
        if self.is_on:
            self.is_on = False
            be(os.SCHED_OTHER)  # type: ignore[attr-defined,unused-ignore]


def _is_usual() -> bool:
    """Whether this thread has the usual policy: what a user has set for the
    process stays as it is."""
    try:
        usual: bool = os.sched_getscheduler(0) == os.SCHED_OTHER  # type: ignore[attr-defined,unused-ignore]
    except (AttributeError, OSError):  # musl has the name, and ENOSYS behind it
        return False
    return usual


def be(policy: int) -> bool:
    """Gives this thread a scheduling policy, where that is allowed; says
    whether it is."""
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, policy, os.sched_param(0))  # type: ignore[attr-defined,unused-ignore]
        return True
    return False
