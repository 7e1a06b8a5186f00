"""Digests of files, and directories checked against a manifest."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from ._box import Box
from ._engine import Core
from ._exceptions import Refused, from_error
from ._guest import Guest
from ._paths import StrPath, text_of
from ._report import Failure, Report
from ._resource import Resource

__all__ = ["ALGORITHMS", "Checksums", "Progress"]

ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
"""The names of the digest algorithms."""


@dataclass(frozen=True)
class Progress:
    """How far a check has come."""

    files: int
    """How many listed files were judged."""
    total: int
    """How many are listed."""
    bytes: int
    """How many bytes were hashed."""


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
        progress: Callable[[Progress], object] | None = None,
    ) -> Report:
        """Checks every file that a manifest lists, on all cores.

        `root` is the directory that the manifest's names are relative to;
        `manifest` its path relative to `root`. Without it `sha1sum.txt`,
        `sha256sum.txt`, `SHA1SUMS`, `SHA256SUMS` and their like are looked
        for. `jobs` is the number of threads, one a processor if None.
        `progress` is called with a `Progress` as work gets done, in this
        thread; what it raises ends the check.

        A file that is wrong, missing or unreadable is a failure in the report.
        Raises ManifestError if there is nothing to check, and OSError if the
        directory or the manifest cannot be read.
        """
        grant, inside, text = self._grant(root)
        name = None if manifest is None else _manifest_name(manifest)
        count = _jobs(jobs)
        begin = time.perf_counter()
        core = Core(interruptible=True)
        job = _Job(lambda: self._worker(core, grant), inside, name)
        first = job.open(text)
        pieces = _run(job, first, min(count, job.length), core, progress)
        failures: list[Failure] = []
        malformed: list[int] = []
        for _, piece in sorted(pieces):
            failures.extend(map(Failure.lift, piece[2]))
            malformed.extend(piece[3])
        return Report(
            passed=sum(piece[0] for _, piece in pieces),
            bytes=sum(piece[1] for _, piece in pieces),
            failures=tuple(failures),
            malformed=tuple(malformed),
            root=text,
            manifest=job.manifest,
            seconds=time.perf_counter() - begin,
        )

    def check_signatures(self, root: StrPath = ".") -> None:
        """Checks a directory against its manifest; raises VerificationError (a
        ValueError) with the text `"DIRECTORY/NAME" - mismatch` for the first
        file that does not pass."""
        self.verify(root).raise_for_failures()


def _jobs(jobs: int | None) -> int:
    if jobs is None:
        affinity = getattr(os, "sched_getaffinity", None)
        return len(affinity(0)) if affinity else os.cpu_count() or 1
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


Piece = tuple[int, int, list[Any], Any]
"""The fields of a WIT report: passed, bytes, failures, malformed."""


class _Job:
    """A list of files to check, and the cursor that workers share."""

    def __init__(self, guest: Callable[[], Guest], root: str, manifest: str | None) -> None:
        self._make_guest = guest
        self._root, self._given = root, manifest
        self._lock = threading.Lock()
        self._next = 0
        self.length = 0
        self.manifest = ""
        self._fingerprint = ""

    def open(self, filename: str | None = None) -> _Worker:
        """A worker with an instance of its own. The first one learns what is
        to be done; the others make sure that they read the same manifest."""
        guest = self._make_guest()
        try:
            handle = guest.call("checksums.[static]verification.open", self._root, self._given)
        except Refused as error:
            raise error.lift() from None
        method = "checksums.[method]verification."
        fingerprint = guest.call(method + "fingerprint", handle)
        if not self._fingerprint:
            self._fingerprint = fingerprint
            self.length = guest.call(method + "len", handle)
            self.manifest = guest.call(method + "manifest", handle)
        elif fingerprint != self._fingerprint:
            raise from_error(("io", self.manifest, "the manifest changed while it was checked"))
        return _Worker(guest, handle)

    def take(self, workers: int) -> tuple[int, int] | None:
        """The next range: a share of what is left, so that a large file at
        the end keeps no one waiting and small files do not cost a call each."""
        with self._lock:
            start = self._next
            left = self.length - start
            if left <= 0:
                return None
            share = max(1, min(left // (2 * workers), 1024))
            self._next = start + share
            return start, self._next


@dataclass
class _Worker:
    guest: Guest
    handle: Resource

    def check(self, start: int, end: int) -> Piece:
        piece: Piece = self.guest.call(
            "checksums.[method]verification.check", self.handle, start, end
        )
        return piece


def _run(
    job: _Job,
    first: _Worker,
    workers: int,
    core: Core,
    progress: Callable[[Progress], object] | None,
) -> list[tuple[int, Piece]]:
    """Runs the workers in threads and gathers their pieces. Whatever ends
    this function early ends the workers too."""
    pieces: list[tuple[int, Piece]] = []

    def work(worker: _Worker | None) -> None:
        worker = worker or job.open()
        try:
            while taken := job.take(workers):
                pieces.append((taken[0], worker.check(*taken)))
        finally:
            worker.guest.close()

    def tell() -> None:
        if progress is not None:
            done = list(pieces)
            files = sum(piece[0] + len(piece[2]) for _, piece in done)
            progress(Progress(files, job.length, sum(piece[1] for _, piece in done)))

    with ThreadPoolExecutor(workers, thread_name_prefix="fordway") as pool:
        waiting: set[Future[None]] = set()
        try:
            waiting |= {pool.submit(work, first if at == 0 else None) for at in range(workers)}
            while waiting:
                # Waking now and then lets Ctrl-C through and shows progress.
                done, waiting = wait(waiting, timeout=0.1, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
                tell()
        except BaseException:
            job.length = 0
            core.interrupt()
            raise
    return pieces


