"""Prints where the lanes of the Python host cross on this machine.

    python benches/crossover.py

Measures both lanes at sizes around each crossover and prints the constant that
would suit best. Two or three runs, on a machine that does nothing else, show
how far it can be trusted; the lanes differ little for some way around it.
"""

from __future__ import annotations

import tempfile

from harness import Effort, tell
from machine import roomy
from report import duration
from sweep import LISTS, READS, STREAMS, VALUES, WRITES, Lane, best

EFFORT = Effort(rounds=31, seconds=1.5, quick=False)
STEP = 2**0.5


def main() -> None:
    """Measures and prints."""
    with tempfile.TemporaryDirectory(prefix="fordway-bench-", dir=roomy()) as directory:
        for lane in (LISTS, READS, WRITES):
            show(lane, directory)


def show(lane: Lane, directory: str) -> None:
    """The table of one lane's sizes, and the best constant."""
    sizes = [round(lane.crossover * STEP**power) for power in range(-5, 5)]
    rows = [lane.compare(size, directory, EFFORT) for size in sizes]
    tell()
    print(f"{lane.section} ({lane.constant} is {lane.crossover:,})")
    print(f"{'size':>10}  {VALUES:>9}  {STREAMS:>9}  {'ratio':>5}")
    for row in rows:
        values, streams = (row.timings[name].median for name in (VALUES, STREAMS))
        ratio = row.ratio(VALUES, STREAMS)
        print(f"{row.size:>10,}  {duration(values):>9}  {duration(streams):>9}  {ratio:5.2f}")
    found = best(rows)
    if found is None:
        print("The lanes do not cross at these sizes.\n")
    else:
        print(f"best {lane.constant}: {found:,}\n")


if __name__ == "__main__":
    main()
