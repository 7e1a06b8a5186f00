"""Digests of files, and directories checked against a manifest."""

from __future__ import annotations

import itertools
import os
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

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
        return self._verify(root, manifest, jobs, progress, None)

    def _verify(
        self,
        root: StrPath,
        manifest: StrPath | None,
        jobs: int | None,
        progress: Callable[[Progress], object] | None,
        each: Callable[[list[Entry], list[Failure]], object] | None,
    ) -> Report:
        """`verify`. `each` is called in the manifest's order with the listed
        files of a range and those of them that failed, as they are judged."""
        grant, inside, text = self._grant(root)
        name = None if manifest is None else _manifest_name(manifest)
        count = _jobs(jobs)
        begin = time.perf_counter()
        core = Core(interruptible=True)
        job = _Job(lambda: self._worker(core, grant), inside, text, name)
        first = job.open()
        done = _Gathered(job.length, progress, each)
        _run(job, first, min(count, job.length), core, done)
        return Report(
            passed=done.passed,
            bytes=done.bytes,
            failures=tuple(done.failures),
            malformed=tuple(done.malformed),
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


class Entry(NamedTuple):
    """A line that states the digest of a file: the fields of the WIT record."""

    line: int
    path: str
    algorithm: str
    expected: str


class _Piece(NamedTuple):
    """The report of a range, and its entries if they are wanted."""

    start: int
    end: int
    report: tuple[int, int, list[Any], Any]
    entries: list[Entry]


class _Gathered:
    """Puts the pieces of a check together in the manifest's order, whatever
    the order in which they come."""

    def __init__(
        self,
        total: int,
        progress: Callable[[Progress], object] | None,
        each: Callable[[list[Entry], list[Failure]], object] | None,
    ) -> None:
        self._total, self._progress, self._each = total, progress, each
        self._ahead: dict[int, _Piece] = {}
        self._next = 0
        self.wants_entries = each is not None
        self.files = self.passed = self.bytes = 0
        self.failures: list[Failure] = []
        self.malformed: list[int] = []

    def add(self, piece: _Piece) -> None:
        self._ahead[piece.start] = piece
        passed, size, _, _ = piece.report
        self.files += piece.end - piece.start
        self.passed += passed
        self.bytes += size
        while self._next in self._ahead:
            following = self._ahead.pop(self._next)
            self._next = following.end
            _, _, failed, malformed = following.report
            failures = list(map(Failure.lift, failed))
            self.failures += failures
            self.malformed += malformed
            if self._each is not None:
                self._each(following.entries, failures)
        if self._progress is not None:
            self._progress(Progress(self.files, self._total, self.bytes))


class _Job:
    """A list of files to check, and the cursor that workers share."""

    def __init__(
        self, guest: Callable[[], Guest], root: str, filename: str, manifest: str | None
    ) -> None:
        self._make_guest = guest
        self._root, self._filename, self._given = root, filename, manifest
        self._lock = threading.Lock()
        self._next = 0
        self.length = 0
        self.manifest = ""
        self._fingerprint = ""

    def open(self) -> _Worker:
        """A worker with an instance of its own. The first one learns what is
        to be done; the others make sure that they read the same manifest."""
        guest = self._make_guest()
        try:
            handle = guest.call("checksums.[static]verification.open", self._root, self._given)
        except Refused as error:
            raise self._told(error) from None
        method = "checksums.[method]verification."
        fingerprint = guest.call(method + "fingerprint", handle)
        if not self._fingerprint:
            self._fingerprint = fingerprint
            self.length = guest.call(method + "len", handle)
            self.manifest = guest.call(method + "manifest", handle)
        elif fingerprint != self._fingerprint:
            raise from_error(("io", self.manifest, "the manifest changed while it was checked"))
        return _Worker(guest, handle)

    def _told(self, error: Refused) -> Exception:
        """The exception for what cannot be opened, told of the caller's root."""
        code, path, message = cast("tuple[str, str, str]", error.payload)
        within = "" if path == self._root else path
        return from_error((code, os.path.join(self._filename, within).rstrip("/"), message))

    def stop(self) -> None:
        """Leaves nothing to take."""
        with self._lock:
            self._next = self.length

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

    def check(self, start: int, end: int, wants_entries: bool) -> _Piece:
        method = "checksums.[method]verification."
        report = self.guest.call(method + "check", self.handle, start, end)
        entries = []
        if wants_entries:
            rows = self.guest.call(method + "entries", self.handle, start, end)
            entries = list(itertools.starmap(Entry, rows))
        return _Piece(start, end, report, entries)


def _run(job: _Job, first: _Worker, workers: int, core: Core, done: _Gathered) -> None:
    """Runs the workers in threads and gathers their pieces here. Whatever
    ends this function early ends the workers too."""
    pieces: queue.SimpleQueue[_Piece | BaseException | None] = queue.SimpleQueue()

    def work(worker: _Worker | None) -> None:
        try:
            worker = worker or job.open()
            try:
                while taken := job.take(workers):
                    pieces.put(worker.check(*taken, done.wants_entries))
            finally:
                worker.guest.close()
        except BaseException as error:  # told by the caller's thread
            pieces.put(error)
        else:
            pieces.put(None)

    with ThreadPoolExecutor(workers, thread_name_prefix="fordway") as pool:
        try:
            for at in range(workers):
                pool.submit(work, first if at == 0 else None)
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
                    done.add(piece)
        except BaseException:
            job.stop()
            core.interrupt()
            raise
