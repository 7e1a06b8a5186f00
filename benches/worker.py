"""A process that checks directories with one build of the component.

Started with the component's path, or with `-` for the one that the package
carries; takes a job a line on standard input, as JSON, and answers each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Worker"]


class Worker:
    """The parent's side. A context manager."""

    def __init__(self, component: Path | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, "-" if component is None else str(component)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def verify(self, root: str, manifest: str, jobs: int | None) -> int:
        """How many files passed."""
        return int(self._ask("verify", root, manifest, jobs))

    def open(self, root: str, manifest: str) -> int:
        """Reads and plans a manifest; how many files it lists."""
        return int(self._ask("open", root, manifest))

    def memory(self) -> tuple[int, int]:
        """Bytes: the most that the process ever held, and what it holds now."""
        peak, now = self._ask("memory")
        return peak, now

    def _ask(self, *job: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the worker ended; what it said stands above")
        return json.loads(answer)


def _serve(component: str) -> None:
    from memory import held

    from fordway import _core

    if component != "-":
        _core.CORE._source = Path(component).read_bytes
    jobs: dict[str, Callable[..., Any]] = {
        "verify": _verify,
        "open": _open,
        "memory": held,
    }
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(jobs[name](*arguments)), flush=True)


def _verify(root: str, manifest: str, jobs: int | None) -> int:
    import fordway

    report = fordway.verify(root, manifest, jobs=jobs)
    report.raise_for_failures()
    return report.passed


def _open(root: str, manifest: str) -> int:
    from fordway import _core
    from fordway.component import Directory, Instance, Wasi

    with (
        Directory(root) as directory,
        Instance(_core.CORE, Wasi(directory)) as instance,
    ):
        handle = _core.call(instance, None, "checksums.[static]verification.open", ".", manifest)
        length: int = _core.call(instance, None, "checksums.[method]verification.len", handle)
        return length


if __name__ == "__main__":
    _serve(sys.argv[1])
