"""Adds up what the test runners counted.

    python tests/counts.py DIRECTORY

Reads the logs of one run and prints a line each, then `N passed, N failed`.
Fails if a log holds no count: then a runner did not get to its end.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def main(directory: Path) -> int:
    logs = sorted(directory.glob("*.txt"))
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    for log in logs:
        counts = count(log.read_text(errors="replace"))
        if not counts:
            print(f"{log.stem}: no test was counted")
            return 1
        print(f"{log.stem}: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
        for what, n in counts.items():
            totals[what] += n
    skipped = f", {totals['skipped']} skipped" if totals["skipped"] else ""
    print(f"{totals['passed']} passed, {totals['failed']} failed{skipped}")
    return 0 if totals["passed"] and not totals["failed"] else 1


def count(text: str) -> dict[str, int]:
    """The sums of cargo's `test result:` lines, pytest's last line and
    testthat's last line."""
    found: dict[str, int] = {}

    def add(what: str, n: str) -> None:
        found[what] = found.get(what, 0) + int(n)

    for passed, failed, ignored in re.findall(
        r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", text
    ):
        add("passed", passed)
        add("failed", failed)
        add("skipped", ignored) if int(ignored) else None
    last = re.compile(r"^=*\s*(\d+ (?:passed|failed|skipped|error).*) in [\d.]+s", re.MULTILINE)
    for line in last.findall(text):
        for n, what in re.findall(r"(\d+) (passed|failed|skipped|error)", line):
            add("failed" if what == "error" else what, n)
    for failed, skipped, passed in re.findall(
        r"\[ FAIL (\d+) \| WARN \d+ \| SKIP (\d+) \| PASS (\d+) \]\s*\Z", text
    ):
        add("passed", passed)
        add("failed", failed)
        add("skipped", skipped) if int(skipped) else None
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
