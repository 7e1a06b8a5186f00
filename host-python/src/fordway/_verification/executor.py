"""A check spread over the processes or machines of an executor.

Tasks carry ranges, never data: each worker process loads the component, opens
the manifest and reads the files itself, from the same path. What comes back is
what was found in a range.
"""

from __future__ import annotations

import errno
import queue
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from .._exceptions import IncompleteError
from ..component import Clock, Directory, FordwayError
from .progress import Piece, Plan
from .ranges import Cursor, joined
from .verdict import Tally, verdict
from .worker import Asked, Target, Worker

__all__ = ["Remote", "Task"]

T = TypeVar("T")

STEP = 0.2
"""How long a wait takes at most, in seconds: see `threads`."""


@cache
def this_host() -> str:
    """What tells this machine, in its present run, from every other; and a
    container from its neighbours, whose directories have other numbers."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{boot} {socket.gethostname()}"


@dataclass(frozen=True)
class Task:
    """What a worker process needs to open the same manifest in the same
    directory."""

    path: str
    """The directory's path, from the root of the file system."""
    host: str
    """The machine of the caller."""
    identity: tuple[int, ...]
    """What tells the directory there from every other."""
    target: Target
    asked: Asked
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    """What tells this check from every other."""
    seconds: float | None = None
    """How much time is left."""

    def open(self) -> Worker:
        """An instance with the manifest open in it. Raises OSError if, on the
        caller's machine, another directory has taken the place of the one that
        is checked."""
        # The worker keeps it; it is closed when both are gone.
        directory = Directory(self.path, self.target.filename)
        if self.host == this_host() and directory.identity != self.identity:
            told = "The directory was replaced while it was checked"
            raise OSError(errno.ESTALE, told, self.target.filename)
        return Worker(directory, self.target, Clock(self.seconds))


# What follows runs in worker processes.


def make_plan(task: Task) -> Plan:
    """Opens the manifest and looks around, so that the caller's process need
    not load the component at all."""
    with task.open() as worker:
        return worker.plan(task.asked)


class _Kept(threading.local):
    """What a thread of a worker process keeps from one range to the next."""

    id = ""
    worker: Worker | None = None

    def forget(self) -> None:
        worker, self.worker, self.id = self.worker, None, ""
        if worker is not None:
            worker.close()


_kept = _Kept()


def check_range(task: Task, fingerprint: str, manifest: str, start: int, end: int) -> list[Piece]:
    """Checks a range. The instance is kept for the next range of the same
    check, and of no other; after any error it is discarded."""
    try:
        if _kept.worker is None or _kept.id != task.id:
            _kept.forget()
            _kept.worker = task.open()
            _kept.worker.check_manifest(fingerprint, manifest)
            _kept.id = task.id
        _kept.worker.clock = Clock(task.seconds)
        return list(_kept.worker.check(start, end, task.asked))
    except BaseException:
        _kept.forget()
        raise


# What follows runs in the caller's process.


class Remote:
    """The workers of an executor, which take about `most` ranges at a time. A
    context manager: whatever ends it early cancels what has not begun."""

    def __init__(
        self,
        executor: Executor,
        directory: Directory,
        target: Target,
        asked: Asked,
        most: int,
        clock: Clock,
    ) -> None:
        self._executor, self._most, self._clock = executor, most, clock
        self._task = Task(directory.path, this_host(), directory.identity, target, asked)
        self._waiting: dict[Future[Any], tuple[int, int]] = {}
        # Not `concurrent.futures.wait`: its locks are held by Python code,
        # which an interrupt can leave in the middle.
        self._done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()

    def __enter__(self) -> Remote:
        return self

    def __exit__(self, *exc: object) -> None:
        for future in list(self._waiting):
            future.cancel()

    def plan(self) -> Plan:
        """Has one worker look around."""
        return self._ask(make_plan, self._now())

    def verdict(self, tally: Tally) -> bool:
        """Has one worker judge the whole; if there is none left, judges here."""
        try:
            return self._ask(verdict, tally)
        except (RuntimeError, CancelledError) as error:
            if isinstance(error, FordwayError):
                raise
            return verdict(tally, clock=self._clock)

    def pieces(self, plan: Plan) -> Iterator[Piece]:
        """What the workers find, in the order in which they find it. If the
        executor loses workers for good, raises IncompleteError at the end, with
        the ranges that no one checked."""
        lost: list[tuple[int, int]] = []
        cause: BaseException | None = None
        cursor = Cursor(plan.length, self._most, begins_small=False)
        for taken in iter(cursor.take, None):
            try:
                self._submit(
                    check_range, self._now(), plan.fingerprint, plan.manifest, *taken, taken=taken
                )
            except RuntimeError as error:  # the executor is broken or shut down
                if isinstance(error, FordwayError):
                    raise
                lost.append(taken)
                cause = error
        while self._waiting:
            future = self._next()
            taken = self._waiting.pop(future)
            try:
                found = future.result()
            except (OSError, ValueError, FordwayError):
                raise
            except (Exception, CancelledError) as error:
                lost.append(taken)
                cause = error
            else:
                # Some executors bring tuples back without their names.
                yield from (Piece(*piece) for piece in found)
        if lost:
            raise IncompleteError(plan.length, tuple(joined(lost))) from cause

    def _now(self) -> Task:
        return replace(self._task, seconds=self._clock.left())

    def _ask(self, function: Callable[..., T], *arguments: Any) -> T:
        future = self._submit(function, *arguments, taken=(0, 0))
        while self._next() is not future:
            pass
        del self._waiting[future]
        found: T = future.result()
        return found

    def _submit(
        self, function: Callable[..., T], *arguments: Any, taken: tuple[int, int]
    ) -> Future[T]:
        future = self._executor.submit(function, *arguments)
        self._waiting[future] = taken
        future.add_done_callback(self._done.put)
        return future

    def _next(self) -> Future[Any]:
        """The next that is done."""
        while True:
            self._clock.check()
            left = self._clock.left()
            with suppress(queue.Empty):
                return self._done.get(timeout=STEP if left is None else min(left, STEP))
