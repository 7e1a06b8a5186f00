"""A check by threads of this process, each with an instance of its own.

They are daemon threads of `component`, and their workers are theirs alone. The
caller's thread only waits for what they put into a queue, in a call of C that
an interrupt ends but cannot leave half done. Whatever ends the check early
stops the clock that all their calls run under; a thread that hangs all the same
(a pipe that took a file's place, a disk that does not answer) is left alone for
ever."""

from __future__ import annotations

import errno
import os
import queue
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ..component import (
    Clock,
    ComponentError,
    Directory,
    InstantiationError,
    Started,
    give_up,
    spawn,
)
from .policy import Yielding, processors
from .progress import Piece, Plan
from .ranges import Cursor
from .worker import Asked, Target, Worker

__all__ = ["Threads", "processors"]

STEP = 0.1
"""How long a wait takes at most, in seconds: where no signal ends it, Ctrl-C is
looked at between two of them."""

DESCRIPTORS = 24
"""How many files a worker may have open: 16 that it hashes side by side, the
one that comes next, its directory, the manifest, and wasmtime's own."""


class Threads:
    """The threads of a check, `most` of them. A context manager: at its end
    they have ended, or are given up."""

    def __init__(
        self, directory: Directory, target: Target, asked: Asked, most: int, clock: Clock
    ) -> None:
        self._directory, self._target, self._asked = directory, target, asked
        self._most = max(1, min(most, _spare_descriptors() // DESCRIPTORS))
        self._clock = clock
        # One for a plan, a piece, an error, or None where a thread has ended.
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._works: list[Started[None]] = []
        self._cursor: Cursor | None = None

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, kind: object, *exc: object) -> None:
        if kind is not None:
            # First this: the rest may be interrupted again.
            self._clock.stop()
            give_up(self._works, self._clock)

    def plan(self) -> Plan:
        """Starts with one worker, which looks around first."""
        try:
            self._works.append(spawn(self._lead))
        except RuntimeError as error:
            raise ComponentError(f"the system starts no thread for a check: {error}") from None
        plan: Plan = self._next()
        return plan

    def pieces(self, plan: Plan) -> Iterator[Piece]:
        """What the workers find, in the order in which they find it."""
        workers = min(self._most, plan.length)
        # If no more threads are to be had, those that there are do it all.
        with suppress(RuntimeError):
            for _ in range(1, workers):
                self._works.append(spawn(self._follow, plan))
        running = len(self._works)
        while running:
            piece = self._next()
            if piece is None:
                running -= 1
            else:
                yield piece

    def _next(self) -> Any:
        """The next that a thread has put; raises it if it is an error."""
        while True:
            self._clock.check()
            left = self._clock.left()
            try:
                found = self._queue.get(timeout=STEP if left is None else min(left, STEP))
            except queue.Empty:
                continue
            if isinstance(found, BaseException):
                raise found
            return found

    # What follows runs in the threads.

    def _lead(self) -> None:
        """Works, after it has made the plan."""
        try:
            with (
                Yielding(self._most) as yielding,
                Worker(self._directory, self._target, self._clock) as worker,
            ):
                plan = worker.plan(self._asked)
                self._cursor = Cursor(plan.length, min(self._most, plan.length))
                self._queue.put(plan)
                self._work(worker, yielding)
        except BaseException as error:  # raised again in the caller's thread
            self._queue.put(error)
        else:
            self._queue.put(None)

    def _follow(self, plan: Plan) -> None:
        """Works, if there is room for one more worker, and the manifest is the
        same."""
        try:
            with Yielding(min(self._most, plan.length)) as yielding:
                try:
                    worker = Worker(self._directory, self._target, self._clock)
                except InstantiationError:
                    return
                except OSError as error:
                    if error.errno in (errno.EMFILE, errno.ENFILE):
                        return
                    raise
                with worker:
                    worker.check_manifest(plan.fingerprint, plan.manifest)
                    self._work(worker, yielding)
        except BaseException as error:
            self._queue.put(error)
        finally:
            self._queue.put(None)

    def _work(self, worker: Worker, yielding: Yielding) -> None:
        assert self._cursor is not None
        while taken := self._cursor.take():
            with yielding.watched():
                for piece in worker.check(*taken, self._asked):
                    self._queue.put(piece)


def _spare_descriptors() -> int:
    """How many more files this process may open."""
    try:
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most == resource.RLIM_INFINITY:
            return 1 << 20
    except (ImportError, OSError, ValueError):  # Windows has no such limit
        return 1 << 20
    try:
        return most - len(os.listdir("/dev/fd"))
    except OSError:
        return most - DESCRIPTORS
