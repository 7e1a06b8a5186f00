"""What a check has found so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from .report import MALFORMED_SHOWN, Failure

__all__ = ["Each", "Entry", "Gathered", "Piece", "Plan", "Progress", "Tell"]


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


class Plan(NamedTuple):
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


class Piece(NamedTuple):
    """What was found in a range."""

    start: int
    end: int
    passed: int
    bytes: int
    failures: list[Failure]
    malformed_count: int
    malformed: list[int]
    """The first of the lines that could not be understood."""
    entries: list[Entry]
    """What is listed, if it was asked for."""


class Gathered:
    """Puts the pieces of a check together in the manifest's order, whatever
    the order in which they come."""

    def __init__(self, plan: Plan, tell: Tell | None, each: Each | None) -> None:
        self._plan, self._tell, self._each = plan, tell, each
        self._ahead: dict[int, Piece] = {}
        self._next = 0
        self.files = self.passed = self.bytes = 0
        self.failures: list[Failure] = []
        self.malformed: list[int] = []
        self.malformed_count = 0

    def add(self, piece: Piece) -> None:
        """Takes a piece in."""
        self._ahead[piece.start] = piece
        self.files += piece.end - piece.start
        self.passed += piece.passed
        self.bytes += piece.bytes
        while self._next in self._ahead:
            self._put(self._ahead.pop(self._next))
        if self._tell is not None:
            plan = self._plan
            self._tell(Progress(self.files, plan.length, self.bytes, plan.size))

    def close_gaps(self) -> None:
        """Puts in what waits for a piece that will not come."""
        for start in sorted(self._ahead):
            self._put(self._ahead.pop(start))

    def _put(self, piece: Piece) -> None:
        self._next = piece.end
        self.failures += piece.failures
        self.malformed_count += piece.malformed_count
        self.malformed += piece.malformed[: MALFORMED_SHOWN - len(self.malformed)]
        if self._each is not None:
            self._each(piece.entries, piece.failures)
