"""A check spread over the processes or machines of an executor.

Tasks carry ranges, never data: each worker process loads the component, opens
the manifest and reads the files itself, from the same path. What comes back is
the report of a range.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass

from ._engine import default_core
from ._exceptions import IncompleteError
from ._guest import Grant, Guest
from ._job import Gathered, Piece, Plan, Worker, check_fingerprint, share

__all__ = ["Task", "in_executor", "make_plan"]


@dataclass(frozen=True)
class Task:
    """What a worker process needs to open the same manifest."""

    grant: Grant
    root: str
    """The root as an instance knows it."""
    filename: str
    """The root as the caller gave it."""
    manifest: str | None
    memory_limit: int | None

    def open(self) -> Worker:
        """An instance with the manifest open in it."""
        guest = Guest(default_core(), self.grant, memory_limit=self.memory_limit)
        return Worker.open(guest, self.root, self.filename, self.manifest)


def make_plan(task: Task, require: Sequence[str], extra: bool, sizes: bool) -> Plan:
    """Opens the manifest and looks around; runs in a worker process, so that
    the caller's process need not load the component at all."""
    worker = task.open()
    try:
        return worker.plan(require, extra, sizes)
    finally:
        worker.close()


_open = threading.local()


def check_range(
    task: Task, fingerprint: str, manifest: str, start: int, end: int, wants_entries: bool
) -> Piece:
    """Checks a range; runs in a worker process, which keeps its instance for
    the next one."""
    key = (task, fingerprint)
    if getattr(_open, "key", None) != key:
        worker = task.open()
        check_fingerprint(worker, fingerprint, manifest)
        if hasattr(_open, "worker"):
            _open.worker.close()
        _open.key, _open.worker = key, worker
    piece: Piece = _open.worker.check(start, end, wants_entries)
    return piece


def in_executor(executor: Executor, task: Task, plan: Plan, jobs: int, gathered: Gathered) -> None:
    """Runs a job in an executor and gathers its pieces. If the executor loses
    workers for good, raises IncompleteError with the ranges that no one
    checked; whatever ends this function early cancels what has not begun."""
    waiting: dict[Future[Piece], tuple[int, int]] = {}
    lost: list[tuple[int, int]] = []
    cause: BaseException | None = None

    def submit(start: int, end: int) -> None:
        nonlocal cause
        arguments = (task, plan.fingerprint, plan.manifest, start, end, gathered.wants_entries)
        try:
            waiting[executor.submit(check_range, *arguments)] = (start, end)
        except RuntimeError as error:  # the executor is broken or shut down
            lost.append((start, end))
            cause = error

    start = 0
    while start < plan.length:
        end = start + share(plan.length, plan.length - start, jobs)
        submit(start, end)
        start = end
    try:
        while waiting:
            # Waking now and then lets Ctrl-C through everywhere.
            done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                taken = waiting.pop(future)
                try:
                    piece = future.result()
                except (OSError, ValueError):
                    raise
                except (Exception, CancelledError) as error:
                    lost.append(taken)
                    cause = error
                else:
                    gathered.add(Piece(*piece))
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
    if lost:
        gathered.close_gaps()
        raise IncompleteError(plan.length, tuple(_joined(sorted(lost)))) from cause


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Adjoining ranges as one."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
