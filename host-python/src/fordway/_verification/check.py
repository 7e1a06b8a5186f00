"""The one way through a check, for the functions and for the command."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal, Protocol

from .._exceptions import IncompleteError
from .._paths import StrPath, text_of
from ..component import Clock, Directory
from .bar import bar
from .executor import Remote
from .policy import processors
from .progress import Each, Gathered, Plan, Tell
from .report import Report
from .threads import Threads
from .verdict import Tally, tally_of, verdict
from .worker import Asked, Target

__all__ = ["Options", "check"]


@dataclass(frozen=True)
class Options:
    """What a check is to do; the fields are the parameters of
    `fordway.verify`."""

    manifest: StrPath | None = None
    jobs: int | None = None
    progress: Tell | Literal[True] | None = None
    executor: Executor | None = None
    require: Sequence[str] = ()
    extra: bool = False
    each: Each | None = None
    """Is told of what was judged, and listed."""


class Place(Protocol):
    """What a check needs of where it runs: a `Box` has it."""

    _memory: int | None

    def _clock(self) -> Clock: ...

    def _directory(self, root: StrPath) -> tuple[Directory, str, str]: ...


def check(place: Place, root: StrPath, options: Options) -> Report:
    """Checks the files that a manifest lists. `root` is as for
    `fordway.verify`, and so is what is raised."""
    manifest = None if options.manifest is None else _manifest_name(options.manifest)
    require = _names(options.require)
    jobs = _jobs(options.jobs)
    executor = _executor(options.executor)
    begin = time.perf_counter()
    clock = place._clock()
    with ExitStack() as stack:
        tell = _tell(options.progress, stack)
        directory, inside, text = place._directory(root)
        stack.enter_context(directory)
        target = Target(inside, text, manifest, place._memory)
        asked = Asked(require, options.extra, tell is not None, options.each is not None)
        way: Threads | Remote
        if executor is None:
            way = Threads(directory, target, asked, jobs, clock)
        else:
            way = Remote(executor, directory, target, asked, max(jobs, 4), clock)
        stack.enter_context(way)
        plan = way.plan()
        gathered = Gathered(plan, tell, options.each)
        incomplete = None
        try:
            for piece in way.pieces(plan):
                gathered.add(piece)
        except IncompleteError as error:
            gathered.close_gaps()
            incomplete = error
        tally = _tally(plan, gathered)
        ok = False
        if incomplete is None:
            ok = verdict(tally, clock=clock) if isinstance(way, Threads) else way.verdict(tally)
    report = _report(plan, gathered, text, time.perf_counter() - begin, ok)
    if incomplete is not None:
        incomplete.report = report
        raise incomplete
    return report


def _tally(plan: Plan, gathered: Gathered) -> Tally:
    return tally_of(
        gathered.passed,
        gathered.failures,
        gathered.malformed_count,
        len(plan.unlisted),
        len(plan.unseen),
    )


def _report(plan: Plan, gathered: Gathered, root: str, seconds: float, ok: bool) -> Report:
    return Report(
        passed=gathered.passed,
        bytes=gathered.bytes,
        failures=tuple(gathered.failures),
        malformed=tuple(gathered.malformed),
        malformed_count=gathered.malformed_count,
        unlisted=tuple(plan.unlisted),
        extra=tuple(plan.extra),
        unseen=tuple(plan.unseen),
        root=root,
        manifest=plan.manifest,
        seconds=seconds,
        ok=ok,
    )


# Arguments, checked before anything is opened.


def _manifest_name(manifest: StrPath) -> str:
    name = text_of(manifest, "manifest")
    if os.path.isabs(name):
        raise ValueError(f"manifest: expected a path relative to root, got {name!r}")
    return name


def _names(require: Sequence[str]) -> tuple[str, ...]:
    if isinstance(require, (str, bytes)):
        raise TypeError(f"require: expected a list of names, got {type(require).__name__}")
    return tuple(text_of(name, f"require[{at}]") for at, name in enumerate(require))


def _jobs(jobs: int | None) -> int:
    if jobs is None:
        # Opening a file keeps a worker waiting, not a processor busy: on 2 of
        # them 10,000 files of 4 KB take a quarter less with 4 workers, and large
        # files take the same.
        return processors() + min(processors(), 4)
    if isinstance(jobs, bool) or not isinstance(jobs, int):
        raise TypeError(f"jobs: expected an int, got {type(jobs).__name__}")
    if jobs < 1:
        raise ValueError(f"jobs: expected at least 1, got {jobs}")
    return jobs


def _executor(executor: Executor | None) -> Executor | None:
    if executor is not None and not callable(getattr(executor, "submit", None)):
        got = type(executor).__name__
        raise TypeError(f"executor: expected a concurrent.futures.Executor, got {got}")
    return executor


def _tell(progress: Tell | Literal[True] | None, stack: ExitStack) -> Tell | None:
    if progress is True:
        return stack.enter_context(bar())
    if not progress:
        return None
    if not callable(progress):
        raise TypeError(f"progress: expected True or a callable, got {progress!r}")
    return progress
