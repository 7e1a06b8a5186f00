"""What a run found, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contenders import ABOUT, OURS
from harness import Row
from machine import one_line
from manifests import OPEN, Long
from memory import Peak
from sweep import LISTS, STREAMS, VALUES, worst, worst_above
from targets import Target

__all__ = ["Report", "duration"]


@dataclass(frozen=True)
class Report:
    """Everything that a run found."""

    machine: dict[str, Any]
    quick: bool
    rows: list[Row]
    sweep: list[Row]
    peak: Peak
    long: Long
    targets: list[Target]
    notes: list[str]

    def text(self) -> str:
        """The tables."""
        return "\n".join(self._lines())

    def write(self, path: Path) -> None:
        """Writes everything as JSON."""
        found = {
            "machine": self.machine,
            "quick": self.quick,
            "notes": self.notes,
            "targets": [target.data() for target in self.targets],
            "rows": [row.data() for row in [*self.rows, self.long.row, *self.sweep]],
            "crossover": LISTS.crossover,
            "memory": self.peak.data(),
            "manifest": self.long.data(),
        }
        path.write_text(json.dumps(found, indent=1) + "\n")

    def _lines(self) -> Iterator[str]:
        yield f"{one_line(self.machine)}."
        yield "Medians; in brackets how many times fordway's time that is, by the median of the"
        yield "rounds' ratios: below 1x something is faster than fordway. A * marks a single"
        yield "sample, a - what was not measured."
        for section, rows in _sections(self.rows):
            yield from ("", *_table(section, rows))
        yield from ("", *self._sweep())
        yield from ("", *self._long())
        yield from ("", *self._memory())
        yield from ("", *self._targets())
        yield ""
        seen = {name for row in self.rows for name in row.timings}
        width = max(map(len, seen))
        yield from (f"{name:<{width}}  {what}" for name, what in ABOUT.items() if name in seen)
        if self.notes:
            yield from ("", *self.notes)

    def _sweep(self) -> Iterator[str]:
        yield f"lanes: squares of a numpy array (values are taken up to {LISTS.crossover:,})"
        yield f"  {'size':>10}  {VALUES:>9}  {STREAMS:>9}  {'ratio':>6}"
        for row in self.sweep:
            values, streams = (duration(row.timings[name].median) for name in (VALUES, STREAMS))
            ratio = row.ratio(VALUES, STREAMS)
            yield f"  {row.size:>10,}  {values:>9}  {streams:>9}  {ratio:6.2f}"
        size, ratio = worst(self.sweep)
        yield f"  worst for the lane taken beside the next larger one: {ratio:.2f} at {size:,}"
        size, ratio = worst_above(self.sweep)
        yield f"  worst for the largest lane beside the smaller one:   {ratio:.2f} at {size:,}"

    def _long(self) -> Iterator[str]:
        long, timings = self.long, self.long.row.timings
        yield f"manifest of {long.lines:,} lines"
        yield (
            f"  read and planned {duration(timings[OPEN].median)}, files of 4 KB checked "
            f"{duration(timings[OURS].median)}: a share of {long.share:.3f}"
        )
        yield (
            f"  peak memory {long.before / 1e6:.0f} MB before, {long.opened / 1e6:.0f} MB "
            f"with the manifest, {long.verified / 1e6:.0f} MB after the check"
        )

    def _memory(self) -> Iterator[str]:
        peak = self.peak
        yield f"memory: read of {peak.size / 1e6:.0f} MB"
        yield (
            f"  the process grew by {peak.resident / 1e6:.0f} MB, the file printed into held "
            f"{peak.printed / 1e6:.0f} MB: {peak.ratio:.2f} times the data"
        )

    def _targets(self) -> Iterator[str]:
        width = max(len(target.text) for target in self.targets) + 4
        yield f"{'what it must show':<{width}}{'limit':>14}{'median':>12}{'fastest':>12}"
        for target in self.targets:
            limit = f"{'at least' if target.at_least else 'at most'} {target.limit:.3g}"
            found, fastest = (
                "-" if value is None else f"{value:.3g}{target.unit}"
                for value in (target.found, target.fastest)
            )
            met = {True: "yes", False: "no", None: ""}[target.met]
            yield f"  {target.text:<{width - 2}}{limit:>14}{found:>12}{fastest:>12}  {met}".rstrip()


def _sections(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    for section in dict.fromkeys(row.section for row in rows):
        yield section, [row for row in rows if row.section == section]


def _table(section: str, rows: list[Row]) -> Iterator[str]:
    contenders = [name for name in ABOUT if any(name in row.timings for row in rows)]
    first = max(map(len, [section, *(row.name for row in rows)]))
    cells = {name: [name, *(_cell(row, name) for row in rows)] for name in contenders}
    widths = {name: max(map(len, column)) for name, column in cells.items()}
    for at, head in enumerate([section, *(row.name for row in rows)]):
        values = "  ".join(f"{cells[name][at]:>{widths[name]}}" for name in contenders)
        yield f"{head:<{first}}  {values}".rstrip()


def _cell(row: Row, contender: str) -> str:
    timing = row.timings.get(contender)
    if timing is None:
        return "-"
    text = duration(timing.median) + ("*" if len(timing.samples) == 1 else "")
    ratio = row.ratio(contender)
    return text if contender == OURS or ratio is None else f"{text} ({times(ratio)})"


def duration(seconds: float) -> str:
    """Seconds in a unit that suits, three digits."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= factor * 0.9995:
            return f"{_digits(seconds / factor)} {unit}"
    return f"{_digits(seconds * 1e9)} ns"


def times(ratio: float) -> str:
    """A ratio, two or three digits."""
    return f"{_digits(ratio)}x" if ratio >= 0.1 else f"{ratio:#.2g}x"


def _digits(value: float) -> str:
    return (
        f"{value:.0f}" if value >= 99.95 else f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
    )
