"""Whether a check went well: the core's rule, asked by hosts and command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from .._core import CORE, call
from ..component import Clock, Instance
from .report import Failure

__all__ = ["STRICT", "Leniency", "Tally", "tally_of", "verdict"]


class Tally(NamedTuple):
    """What a check came to, in numbers: the fields of the WIT record."""

    passed: int
    mismatched: int
    missing: int
    unreadable: int
    malformed: int
    unlisted: int
    unseen: int


class Leniency(NamedTuple):
    """What a check lets pass: the fields of the WIT record."""

    ignore_missing: bool
    ignore_malformed: bool


STRICT = Leniency(ignore_missing=False, ignore_malformed=False)
"""Nothing: the rule of `Report.ok`."""


def tally_of(
    passed: int, failures: Iterable[Failure], malformed: int, unlisted: int, unseen: int
) -> Tally:
    """Counts what was found."""
    count = Counter(failure.reason for failure in failures)
    return Tally(
        passed,
        count["mismatch"],
        count["missing"],
        count["unreadable"],
        malformed,
        unlisted,
        unseen,
    )


def verdict(tally: Tally, leniency: Leniency = STRICT, clock: Clock | None = None) -> bool:
    """Whether all is well but what is let pass."""
    with Instance(CORE) as instance:
        well: bool = call(instance, clock, "checksums.verdict", tally, leniency)
        return well
