"""Work spread over threads of this process, each part with its own instance."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from ._engine import Core
from ._guest import InstantiationError
from ._job import LANES, Gathered, Piece, Plan, Worker, check_fingerprint, share

__all__ = ["Threads", "processors", "side_by_side"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def side_by_side(function: Callable[[int, int], None], ranges: Sequence[tuple[int, int]]) -> None:
    """Calls a function for each range, for the first in this thread and for
    each other in one of its own. Returns, or raises what the first that failed
    has raised, when all have ended. Where no thread is to be had, as at the end
    of a program, this one does what is left."""
    first, *others = ranges
    if not others:
        function(*first)
        return
    begun: list[Future[None]] = []
    with ThreadPoolExecutor(len(others), thread_name_prefix="fordway") as pool:
        with suppress(RuntimeError):
            for start, end in others:
                begun.append(pool.submit(function, start, end))
        for start, end in [first, *others[len(begun) :]]:
            function(start, end)
    for future in begun:
        future.result()


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


class Threads:
    """The threads of a check: a context manager. Whatever ends it early, such
    as Ctrl-C, ends the calls that are under way in `core` too."""

    def __init__(self, most: int, core: Core) -> None:
        self._most, self._core = most, core
        # What a user has set for the process stays as it is.
        self._yields = BATCH is not None and os.sched_getscheduler(0) == os.SCHED_OTHER
        policy = partial(_be, BATCH) if self._yields else None
        self._pool = ThreadPoolExecutor(most, thread_name_prefix="fordway", initializer=policy)
        self._begun: list[Future[Any]] = []

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, kind: object, *exc: object) -> None:
        if kind is not None:
            # More than once: a call may have begun after the last time.
            self._core.interrupt()
            while wait(self._begun, timeout=0.05).not_done:
                self._core.interrupt()
        self._pool.shutdown()

    def ask(self, function: Callable[_P, _T], *arguments: _P.args, **keywords: _P.kwargs) -> _T:
        """What a function returns or raises in one of the threads."""
        future = self._begin(function, *arguments, **keywords)
        # Waking now and then lets Ctrl-C through everywhere.
        while wait([future], timeout=0.1).not_done:
            pass
        return future.result()

    def check(
        self, plan: Plan, first: Worker, open_worker: Callable[[], Worker], gathered: Gathered
    ) -> None:
        """Checks all that is listed and gathers the pieces in this thread.
        `first` is a worker that is open already; each is closed at the end."""
        workers = min(self._most, plan.length)
        cursor = _Cursor(plan.length, workers)
        starved = STARVED * min(1, processors() / workers)
        pieces: queue.SimpleQueue[Piece | BaseException | None] = queue.SimpleQueue()

        def work(worker: Worker | None) -> None:
            try:
                if worker is None:
                    try:
                        worker = open_worker()
                    except InstantiationError:  # those that there are do it all
                        pieces.put(None)
                        return
                    check_fingerprint(worker, plan.fingerprint, plan.manifest)
                yields = self._yields
                try:
                    while taken := cursor.take():
                        begin, used = time.perf_counter(), time.thread_time()
                        pieces.put(worker.check(*taken, gathered.wants_entries))
                        used, took = time.thread_time() - used, time.perf_counter() - begin
                        if yields and used < starved * took:
                            yields = False
                            _be(os.SCHED_OTHER)
                finally:
                    worker.close()
            except BaseException as error:  # raised again in the caller's thread
                pieces.put(error)
            else:
                pieces.put(None)

        for at in range(workers):
            self._begin(work, first if at == 0 else None)
        running = workers
        while running:
            try:
                # Waking now and then lets Ctrl-C through everywhere.
                piece = pieces.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(piece, BaseException):
                raise piece
            if piece is None:
                running -= 1
            else:
                gathered.add(piece)

    def _begin(
        self, function: Callable[_P, _T], *arguments: _P.args, **keywords: _P.kwargs
    ) -> Future[_T]:
        future = self._pool.submit(function, *arguments, **keywords)
        self._begun.append(future)
        return future


class _Cursor:
    """What is left of a list of files, for workers that share it."""

    def __init__(self, length: int, workers: int) -> None:
        self._length, self._workers = length, workers
        self._lock = threading.Lock()
        self._next = 0
        self._most = LANES

    def take(self) -> tuple[int, int] | None:
        """The next range: a share of what is left, so that a large file at
        the end keeps no one waiting and small files do not cost a call each.
        The first are small, to see how it goes."""
        with self._lock:
            start = self._next
            left = self._length - start
            if left <= 0:
                return None
            count = min(share(self._length, left, self._workers), self._most)
            self._most *= 2
            self._next = start + count
            return start, self._next


def _be(policy: int) -> None:
    """Gives this thread a scheduling policy, where that is allowed."""
    with suppress(OSError):
        os.sched_setscheduler(0, policy, os.sched_param(0))
