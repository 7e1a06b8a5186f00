"""Measures everything, prints the tables, and writes JSON and a plot.

python benches/run.py [--quick]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import calls
import files
import lists
import machine
import manifests
import memory
import plot
import sweep
import verify
from harness import FULL, QUICK, tell
from report import Report
from targets import judge

RESULTS = Path(__file__).parent / "results"

STOCK_FILES = (
    "read, write: a stock call takes up to 2,000,000 bytes; 64 MB are 32 calls on 32 files, "
    "timed once. 256 MB would take minutes."
)
STOCK_LISTS = (
    "squares: stock takes a list and returns one; its caller's arrays are converted and back. "
    "10^7 elements are more than one call can carry."
)
SHA_INSTRUCTIONS = (
    "verify: hashlib uses the processor's SHA instructions, which WebAssembly does not have; "
    "where it is ahead, that is why."
)


def main(arguments: list[str] | None = None) -> None:
    """Runs the benchmarks."""
    parser = argparse.ArgumentParser(description="Measures fordway beside its alternatives.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and sizes")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where to write")
    options = parser.parse_args(arguments)
    options.results.mkdir(parents=True, exist_ok=True)
    report = measure(quick=options.quick)
    print(report.text())
    report.write(options.results / "bench.json")
    plot.draw(report, options.results / "bench.png")


def measure(*, quick: bool) -> Report:
    """Takes every measurement."""
    begin = time.perf_counter()
    effort = QUICK if quick else FULL
    described = machine.describe()
    with tempfile.TemporaryDirectory(prefix="fordway-bench-", dir=machine.roomy()) as directory:
        # First, while no file system has had much to do.
        rows = calls.measure(effort, directory)
        rows += lists.measure(effort, directory)
        both_lanes = sweep.measure(effort, directory)
        peak = memory.measure(quick, directory)
        rows += files.measure(effort, directory)
        rows += verify.measure(effort, directory)
        long = manifests.measure(effort, directory)
    tell()
    described["seconds"] = round(time.perf_counter() - begin)
    targets = judge(rows, both_lanes, peak, long)
    return Report(described, quick, rows, both_lanes, peak, long, targets, _notes(described))


def _notes(described: dict[str, Any]) -> list[str]:
    notes = [
        STOCK_FILES,
        STOCK_LISTS,
    ]
    if described["sha_instructions"]:
        notes.append(SHA_INSTRUCTIONS)
    if verify.scalar_component() is None:
        notes.append("verify: the scalar component was not built, so its column is missing.")
    if machine.is_busy(described):
        notes.append(
            f"Something else was running (load {described['load_before']}): ratios hold better "
            "than times, and what uses all cores suffers most."
        )
    return notes


if __name__ == "__main__":
    main()
