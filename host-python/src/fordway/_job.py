"""A check in pieces: what there is to do, and workers that share it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from ._exceptions import Refused, from_error
from ._guest import Guest
from ._report import Failure
from ._resource import Resource

__all__ = [
    "LANES",
    "Each",
    "Entry",
    "Gathered",
    "Piece",
    "Plan",
    "Progress",
    "Tell",
    "Worker",
    "check_fingerprint",
    "share",
]


@dataclass(frozen=True)
class Progress:
    """How far a check has come."""

    files: int
    """How many listed files were judged."""
    total_files: int
    """How many are listed."""
    bytes: int
    """How many bytes were hashed."""
    total_bytes: int
    """How many bytes the listed files had when the check began."""


class Entry(NamedTuple):
    """A line that states the digest of a file: the fields of the WIT record."""

    line: int
    path: str
    algorithm: str
    expected: str


Tell = Callable[[Progress], object]
"""Is told of progress."""

Each = Callable[[list[Entry], list[Failure]], object]
"""Is told of a range, in the manifest's order: its entries, and those of them
that failed."""


class Piece(NamedTuple):
    """The report of a range, and its entries if they are wanted."""

    start: int
    end: int
    report: tuple[int, int, list[Any], Any]
    """The fields of the WIT record: passed, bytes, failures, malformed."""
    entries: list[Entry]


@dataclass(frozen=True)
class Plan:
    """What there is to do, as the first worker finds it."""

    length: int
    """How many files are listed."""
    manifest: str
    """The manifest's path, relative to the root."""
    fingerprint: str
    """The manifest's digest: another worker reads the same, or there is an
    error."""
    size: int
    """How many bytes the listed files have, if it was asked for."""
    unlisted: list[str]
    """The required names that are not listed."""
    extra: list[str]
    """The files that no line names."""
    unseen: list[Exception]
    """What could not be looked at, in search of them."""


class Gathered:
    """Puts the pieces of a check together in the manifest's order, whatever
    the order in which they come."""

    def __init__(
        self, total_files: int, total_bytes: int, tell: Tell | None, each: Each | None
    ) -> None:
        self._total_files, self._total_bytes = total_files, total_bytes
        self._tell, self._each = tell, each
        self._ahead: dict[int, Piece] = {}
        self._next = 0
        self.wants_entries = each is not None
        self.files = self.passed = self.bytes = 0
        self.failures: list[Failure] = []
        self.malformed: list[int] = []

    def add(self, piece: Piece) -> None:
        """Takes a piece in."""
        self._ahead[piece.start] = piece
        passed, size, _, _ = piece.report
        self.files += piece.end - piece.start
        self.passed += passed
        self.bytes += size
        while self._next in self._ahead:
            self._put(self._ahead.pop(self._next))
        if self._tell is not None:
            self._tell(Progress(self.files, self._total_files, self.bytes, self._total_bytes))

    def close_gaps(self) -> None:
        """Puts in what waits for a piece that will not come."""
        for start in sorted(self._ahead):
            self._put(self._ahead.pop(start))

    def _put(self, piece: Piece) -> None:
        self._next = piece.end
        _, _, failed, malformed = piece.report
        failures = list(map(Failure.lift, failed))
        self.failures += failures
        self.malformed += malformed
        if self._each is not None:
            self._each(piece.entries, failures)


class Worker:
    """An instance with a manifest open in it."""

    def __init__(self, guest: Guest, handle: Resource) -> None:
        self._guest, self._handle = guest, handle

    @classmethod
    def open(cls, guest: Guest, root: str, filename: str, manifest: str | None) -> Worker:
        """Opens the manifest. Raises what the caller of `verify` is to see:
        `filename` is the root as the caller gave it."""
        try:
            handle = guest.call("checksums.[static]verification.open", root, manifest)
        except Refused as error:
            code, path, message = cast("tuple[str, str, str]", error.payload)
            where = filename if path == root else os.path.join(filename, path)
            raise from_error((code, where, message)) from None
        return cls(guest, handle)

    def _call(self, name: str, *arguments: Any) -> Any:
        return self._guest.call(f"checksums.[method]verification.{name}", self._handle, *arguments)

    def fingerprint(self) -> str:
        """The digest of the manifest that was read."""
        fingerprint: str = self._call("fingerprint")
        return fingerprint

    def plan(self, require: Sequence[str], extra: bool, sizes: bool) -> Plan:
        """Looks around: which of `require` no line names; with `extra` the
        files that no line names, with `sizes` how many bytes there are."""
        length = self._call("len")
        paths, faults = self._call("extras") if extra else ([], [])
        return Plan(
            length=length,
            manifest=self._call("manifest"),
            fingerprint=self.fingerprint(),
            size=self._call("size", 0, length) if sizes else 0,
            unlisted=self._call("unlisted", list(require)) if require else [],
            extra=paths,
            unseen=[from_error(fault) for fault in faults],
        )

    def check(self, start: int, end: int, wants_entries: bool) -> Piece:
        """Checks a range."""
        report = self._call("check", start, end)
        entries = []
        if wants_entries:
            entries = list(itertools.starmap(Entry, self._call("entries", start, end)))
        return Piece(start, end, report, entries)

    def close(self) -> None:
        """Frees the instance."""
        self._guest.close()


def share(total: int, left: int, workers: int) -> int:
    """How many files to take at once, of those that are left: fewer towards
    the end, so that nobody waits long for another, but enough to fill the
    lanes that are hashed side by side."""
    fair = -(-total // workers)
    return min(left, max(left // (2 * workers), min(max(fair, VECTOR), LANES)), MOST)


VECTOR, LANES = 4, 32
"""The core hashes up to 16 files side by side, four in a vector. A range of
twice as many keeps the lanes full for most of its length."""

MOST = 2048
"""The largest range. Between two ranges progress is told."""


def check_fingerprint(worker: Worker, fingerprint: str, manifest: str) -> None:
    """Raises OSError if a worker has read another manifest."""
    if worker.fingerprint() != fingerprint:
        worker.close()
        raise from_error(("io", manifest, "the manifest changed while it was checked"))
