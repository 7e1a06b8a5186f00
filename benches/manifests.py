"""A long manifest: read and planned, against the check of all its files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contenders import OURS
from harness import Case, Effort, Row, compare
from trees import many_lines
from verify import planted
from worker import Worker

__all__ = ["LINES", "OPEN", "Long", "measure"]

OPEN = "read and planned"
LINES, QUICK_LINES = 200_000, 20_000
FILES, FILE_SIZE = 10_000, 4096
"""Twenty lines name the same file; each is checked."""


@dataclass(frozen=True)
class Long:
    """What was found."""

    lines: int
    row: Row
    before: int
    """Bytes that a process holds before it has seen the manifest."""
    opened: int
    """The most that it holds once the manifest was read and planned."""
    verified: int
    """The most that it holds once all files were checked by all workers."""

    @property
    def share(self) -> float:
        """The time to read and plan over that of the whole check."""
        return self.row.ratio(OPEN) or 0.0

    def data(self) -> dict[str, Any]:
        """The findings as JSON holds them."""
        return {
            "lines": self.lines,
            "share": self.share,
            "before_bytes": self.before,
            "opened_bytes": self.opened,
            "verified_bytes": self.verified,
        }


def measure(effort: Effort, directory: str) -> Long:
    """Plants the files, checks them, and looks at memory in a process that
    did nothing before."""
    count = QUICK_LINES if effort.quick else LINES
    files = FILES // 10 if effort.quick else FILES
    root_path = Path(directory, "long")
    with planted(root_path, files, FILE_SIZE) as root:
        manifest = many_lines(root_path, count)
        with Worker() as worker:
            worker.open(root, "sha1sum.txt")
            before, _ = worker.memory()
            worker.open(root, manifest)
            opened, _ = worker.memory()
            worker.verify(root, manifest, None)
            verified, _ = worker.memory()
            cases = [
                Case(OURS, worker.verify, (root, manifest, None), count.__eq__),
                Case(OPEN, worker.open, (root, manifest), count.__eq__),
            ]
            effort = replace(effort, seconds=effort.seconds * 4)
            row = compare("manifest", f"{count:,} lines", 0, cases, effort)
    return Long(count, row, before, opened, verified)
