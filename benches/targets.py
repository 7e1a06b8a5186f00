"""What the measurements are meant to show, and whether they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lists
from calls import SECTION as CALLS
from contenders import GNU, NUMPY, ONE_JOB, OURS, SCALAR, STOCK
from files import READ, WRITE
from harness import Row
from manifests import LINES, Long
from memory import SIZE, Peak
from sweep import worst
from verify import SECTION as VERIFY

__all__ = ["Target", "judge"]


@dataclass(frozen=True)
class Target:
    """One thing to show."""

    text: str
    limit: float
    at_least: bool
    found: float | None
    """None if this run did not measure it."""
    fastest: float | None = None
    """What the fastest samples say; on a busy machine the better estimate."""
    unit: str = "x"

    @property
    def met(self) -> bool | None:
        """Whether it is so."""
        if self.found is None:
            return None
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    def data(self) -> dict[str, Any]:
        """The target as JSON holds it."""
        return {
            "text": self.text,
            "limit": self.limit,
            "at_least": self.at_least,
            "found": self.found,
            "fastest": self.fastest,
            "unit": self.unit,
            "met": self.met,
        }


def judge(rows: list[Row], sweep: list[Row], peak: Peak, long: Long) -> list[Target]:
    """The targets of a run."""
    find = {(row.section, row.name): row for row in rows}.get

    def ratio(what: str, limit: float, row: Row | None, over: str, under: str) -> Target:
        """That `over` takes at least `limit` times as long as `under`, or at
        most if `over` is this package."""
        at_least = not over.startswith(OURS)
        if row is None:
            return Target(what, limit, at_least, None)
        found, fastest = row.ratio(over, under), row.fastest_ratio(over, under)
        return Target(what, limit, at_least, found, fastest)

    def faster(what: str, limit: float, row: Row | None, than: str, ours: str = OURS) -> Target:
        name = than.split(",")[0]
        return ratio(f"{what}: times faster than {name}", limit, row, than, ours)

    def speed(section: str) -> Target:
        row = find((section, "64 MB"))
        if row is None:
            return Target(f"{section} of 64 MB", 0.5, True, None)
        timing = row.timings[OURS]
        median, fastest = (row.bytes / took / 1e9 for took in (timing.median, timing.fastest))
        return Target(f"{section} of 64 MB", 0.5, True, median, fastest, " GB/s")

    sha1, sha256 = (
        find((VERIFY, "256 x 1 MB, sha1")),
        find((VERIFY, "256 x 1 MB, sha256")),
    )
    large, small = (
        find((VERIFY, "8 x 64 MB, sha1")),
        find((VERIFY, "10,000 x 4 KB, sha1")),
    )
    million = find((lists.NDARRAY, "10^6"))
    whole = long.lines == LINES
    return [
        faster("noop", 4, find((CALLS, "noop")), STOCK),
        faster("add", 8, find((CALLS, "add")), STOCK),
        faster("squares, numpy, 10^6", 100, million, STOCK),
        ratio("squares, numpy, 10^6: times numpy's own time", 40, million, OURS, NUMPY),
        faster("squares, list, 10^4", 8, find((lists.LIST, "10^4")), STOCK),
        faster("read of 64 MB", 200, find((READ, "64 MB")), STOCK),
        faster("write of 64 MB", 200, find((WRITE, "64 MB")), STOCK),
        speed(READ),
        speed(WRITE),
        Target(
            "read of 256 MB: peak memory over the data",
            2.5,
            False,
            peak.ratio if peak.size == SIZE else None,
        ),
        Target(
            "any size: the lane taken over the next larger one",
            4 / 3,
            False,
            worst(sweep)[1],
        ),
        faster("256 x 1 MB, sha1", 1.8, sha1, GNU),
        faster("256 x 1 MB, sha1, 1 job", 1.6, sha1, SCALAR, ONE_JOB),
        faster("8 x 64 MB, sha1", 1.6, large, GNU),
        ratio("10,000 x 4 KB, sha1: times GNU's time", 3, small, OURS, GNU),
        faster("256 x 1 MB, sha256, 1 job", 1.6, sha256, SCALAR, ONE_JOB),
        Target(
            "200,000 lines read and planned: share of the check",
            0.1,
            False,
            long.share if whole else None,
            unit="",
        ),
        Target(
            "200,000 lines: peak memory of the check",
            200,
            False,
            long.verified / 1e6 if whole else None,
            unit=" MB",
        ),
    ]
