"""Digests of files, and directories checked against a manifest."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from typing import Literal

from ._bar import bar
from ._box import Box
from ._engine import Core
from ._exceptions import IncompleteError, Refused
from ._job import Each, Gathered, Tell, Worker
from ._paths import StrPath, text_of
from ._remote import Task, in_executor, make_plan
from ._report import Report
from ._threads import Threads, processors

__all__ = ["ALGORITHMS", "Checksums"]

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""The names of the digest algorithms."""


class Checksums(Box):
    """The functions of `checksums.wit`."""

    def digest(self, path: StrPath, algorithm: str = "sha1") -> str:
        """The digest of a file in lower-case hexadecimal digits.

        `algorithm` is md5, sha1, sha224, sha256, sha384 or sha512. Memory does
        not grow with the file's size. Raises OSError with errno and filename,
        also if the file changes while it is read.
        """
        if algorithm not in ALGORITHMS:
            expected = ", ".join(ALGORITHMS)
            raise ValueError(f"algorithm: expected one of {expected}, got {algorithm!r}")
        with self._reach(path) as reach:
            try:
                digest: str = reach.guest.call("checksums.digest", reach.path, algorithm)
            except Refused as error:
                raise error.lift(reach.filename) from None
            return digest

    def verify(
        self,
        root: StrPath = ".",
        manifest: StrPath | None = None,
        *,
        jobs: int | None = None,
        progress: Tell | Literal[True] | None = None,
        executor: Executor | None = None,
        require: Sequence[str] = (),
        extra: bool = False,
    ) -> Report:
        """Checks every file that a manifest lists, on all cores.

        `root` is the directory that the manifest's names are relative to;
        `manifest` its path relative to `root`. Without it `sha1sum.txt`,
        `sha256sum.txt`, `SHA1SUMS`, `SHA256SUMS` and their like are looked
        for.

        `jobs` is the number of threads; if None, what measures best. With
        `executor`, any `concurrent.futures.Executor`, the work is done by its
        workers instead, in about `jobs` ranges at a time; each loads its own
        component and reads the files from the same path. Processes that were
        forked after fordway was used cannot be workers: start them by "spawn"
        or "forkserver".

        `progress` is True for a bar on standard error (needs tqdm), or is
        called with a `Progress` as work gets done, in this thread; what it
        raises ends the check.

        `require` names files that must be listed; those that are not are in
        the report's `unlisted`. With `extra` the report tells the files that
        no line names.

        A file that is wrong, missing or unreadable is a failure in the report.
        Raises ManifestError if there is nothing to check, OSError if the
        directory or the manifest cannot be read, and IncompleteError if an
        executor loses workers for good.
        """
        return self._verify(root, manifest, jobs, progress, executor, require, extra, None)

    def _verify(
        self,
        root: StrPath,
        manifest: StrPath | None,
        jobs: int | None,
        progress: Tell | bool | None,
        executor: Executor | None,
        require: Sequence[str],
        extra: bool,
        each: Each | None,
    ) -> Report:
        """`verify`, and `each` is told of what was judged."""
        grant, inside, text = self._grant(root)
        name = None if manifest is None else _manifest_name(manifest)
        names = _names(require)
        count = _jobs(jobs)
        if executor is not None and not callable(getattr(executor, "submit", None)):
            got = type(executor).__name__
            raise TypeError(f"executor: expected a concurrent.futures.Executor, got {got}")
        begin = time.perf_counter()
        with ExitStack() as stack:
            tell = stack.enter_context(bar()) if progress is True else progress or None
            if tell is not None and not callable(tell):
                raise TypeError(f"progress: expected True or a callable, got {progress!r}")
            incomplete = None
            if executor is None:
                core = Core(interruptible=True)
                threads = stack.enter_context(Threads(count, core))

                def open_worker() -> Worker:
                    return Worker.open(self._worker(core, grant), inside, text, name)

                first = threads.ask(open_worker)
                plan = threads.ask(first.plan, names, extra, tell is not None)
                gathered = Gathered(plan.length, plan.size, tell, each)
                threads.check(plan, first, open_worker, gathered)
            else:
                # Paths mean the same to processes that stand elsewhere.
                grant = grant.absolute()
                task = Task(grant, inside, text, name, self._memory)
                plan = executor.submit(make_plan, task, names, extra, tell is not None).result()
                gathered = Gathered(plan.length, plan.size, tell, each)
                try:
                    in_executor(executor, task, plan, max(count, 4), gathered)
                except IncompleteError as error:
                    incomplete = error
        report = Report(
            passed=gathered.passed,
            bytes=gathered.bytes,
            failures=tuple(gathered.failures),
            malformed=tuple(gathered.malformed),
            unlisted=tuple(plan.unlisted),
            extra=tuple(plan.extra),
            unseen=tuple(plan.unseen),
            root=text,
            manifest=plan.manifest,
            seconds=time.perf_counter() - begin,
        )
        if incomplete is not None:
            incomplete.report = report
            raise incomplete
        return report

    def check_signatures(self, root: StrPath = ".") -> None:
        """Checks a directory against its manifest; raises VerificationError (a
        ValueError) with the text `"DIRECTORY/NAME" - mismatch` for the first
        file that does not pass."""
        self.verify(root).raise_for_failures()


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


def _manifest_name(manifest: StrPath) -> str:
    name = text_of(manifest, "manifest")
    if os.path.isabs(name):
        raise ValueError(f"manifest: expected a path relative to root, got {name!r}")
    return name


def _names(require: Sequence[str]) -> list[str]:
    if isinstance(require, (str, bytes)):
        raise TypeError(f"require: expected a list of names, got {type(require).__name__}")
    return [text_of(name, f"require[{at}]") for at, name in enumerate(require)]
