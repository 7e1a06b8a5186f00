"""The lanes of the Python host, each by itself.

A list or a file crosses as component values or on the standard streams, by its
size. What decides are three constants of the package; set to an extreme, they
force a lane.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Any

from files import payload
from harness import Case, Effort, Row, compare
from lists import numbers

import fordway
from fordway import _files, _numbers

__all__ = [
    "LISTS",
    "READS",
    "STREAMS",
    "VALUES",
    "WRITES",
    "Lane",
    "best",
    "measure",
    "worst",
    "worst_above",
]

VALUES, STREAMS = "values", "streams"
"""Contenders: the call and list lanes, and the stream lane."""


@dataclass(frozen=True)
class Lane:
    """What has two lanes, and the constant that chooses."""

    section: str
    module: ModuleType
    constant: str
    case: Callable[[int, str], tuple[Callable[..., Any], tuple[Any, ...]]]
    """The function and its arguments, by size and a directory to use."""

    @property
    def crossover(self) -> int:
        """Up to this size values are taken."""
        return int(getattr(self.module, self.constant))

    @contextmanager
    def crossing_at(self, size: int) -> Iterator[None]:
        """With another crossover."""
        kept = self.crossover
        setattr(self.module, self.constant, size)
        try:
            yield
        finally:
            setattr(self.module, self.constant, kept)

    def compare(self, size: int, directory: str, effort: Effort) -> Row:
        """Times both lanes at a size."""
        call, arguments = self.case(size, directory)

        def by_values(*arguments: Any) -> Any:
            setattr(self.module, self.constant, 1 << 62)
            return call(*arguments)

        def by_streams(*arguments: Any) -> Any:
            setattr(self.module, self.constant, -1)
            return call(*arguments)

        cases = [
            Case(VALUES, by_values, arguments),
            Case(STREAMS, by_streams, arguments),
        ]
        with self.crossing_at(self.crossover):
            return compare(self.section, f"{size:,}", size, cases, effort)


def _list(size: int, _: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return fordway.squares, (numbers(size),)


def _read(size: int, directory: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    path = os.path.join(directory, "lane")
    with open(path, "wb") as file:
        file.write(payload(size))
    return fordway.read, (path,)


def _write(size: int, directory: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return fordway.write, (payload(size), os.path.join(directory, "lane"))


LISTS = Lane("lanes, squares of numpy", _numbers, "CROSSOVER", _list)
READS = Lane("lanes, read", _files, "READ_CROSSOVER", _read)
WRITES = Lane("lanes, write", _files, "WRITE_CROSSOVER", _write)


def measure(effort: Effort, directory: str, lane: Lane = LISTS) -> list[Row]:
    """Both lanes at sizes from 1 on, close together around the crossover.

    Up to 10^6 elements: many more do not cross as values at all."""
    crossover = lane.crossover
    sizes = [1, 10, 100, 1000, crossover, crossover + 1, 10**5]
    if not effort.quick:
        sizes += [3, 30, 300, 2000, 3 * 10**5, 10**6]
        sizes += [crossover * eighths // 8 for eighths in (4, 5, 6, 7, 9, 10, 12, 16)]
    return [lane.compare(size, directory, effort) for size in sorted(set(sizes))]


def worst(rows: list[Row], lane: Lane = LISTS) -> tuple[int, float]:
    """The size at which the lane that is taken looks worst beside the next
    larger one, and how many times as long it takes."""
    return max(
        (
            (row.size, row.ratio(VALUES, STREAMS) or 0.0)
            for row in rows
            if row.size <= lane.crossover
        ),
        key=lambda found: found[1],
    )


def worst_above(rows: list[Row], lane: Lane = LISTS) -> tuple[int, float]:
    """The same above the crossover, beside the next smaller lane."""
    return max(
        (
            (row.size, row.ratio(STREAMS, VALUES) or 0.0)
            for row in rows
            if row.size > lane.crossover
        ),
        key=lambda found: found[1],
    )


def best(rows: list[Row]) -> int | None:
    """The size at which both lanes take as long: a straight line between the
    ratios at the sizes around it. None if the lanes do not cross."""
    points = [(row.size, row.ratio(VALUES, STREAMS) or 0.0) for row in rows]
    # From above, where a lane is ahead for good.
    for (size, ratio), (next_size, next_ratio) in reversed(list(pairwise(points))):
        if ratio <= 1 < next_ratio:
            share = (1 - ratio) / (next_ratio - ratio)
            return round(size + share * (next_size - size))
    return None
