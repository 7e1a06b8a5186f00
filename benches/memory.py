"""Peak memory: of `read` of a large file, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["SIZE", "Peak", "held", "measure"]

SIZE = 256 * 10**6
QUICK_SIZE = 64 * 10**6


@dataclass(frozen=True)
class Peak:
    """What reading a file took, in bytes."""

    size: int
    resident: int
    """How far the process grew."""
    printed: int
    """What the file that the component prints into held then: memory that is
    not counted as the process's."""

    @property
    def ratio(self) -> float:
        """All of it over the data."""
        return (self.resident + self.printed) / self.size

    def data(self) -> dict[str, Any]:
        """The peak as JSON holds it."""
        return {
            "size": self.size,
            "resident_bytes": self.resident,
            "printed_bytes": self.printed,
            "ratio": self.ratio,
        }


def measure(quick: bool, directory: str) -> Peak:
    """Reads a file in a process of its own."""
    size = QUICK_SIZE if quick else SIZE
    path = Path(directory, "large")
    with path.open("wb") as file:
        for _ in range(size // 10**6):
            file.write(bytes(range(250)) * 4000)
    small = Path(directory, "small")
    small.write_bytes(bytes(10**5))
    command = [sys.executable, __file__, str(small), str(path)]
    run = subprocess.run(command, capture_output=True, check=True)
    path.unlink()
    small.unlink()
    return Peak(size, *json.loads(run.stdout))


def held() -> tuple[int, int]:
    """The most memory that this process ever held, and what it holds now."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss: on Linux that starts at what the parent held.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024, int(fields["VmRSS"].split()[0]) * 1024
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return most, most


def _read(small: str, large: str) -> None:
    import fordway
    from fordway.component import Sink

    printed = 0
    leave = Sink.__exit__

    def watched(sink: Sink, *exc: object) -> None:
        nonlocal printed
        printed = max(printed, sink.size)
        leave(sink, *exc)

    Sink.__exit__ = watched  # type: ignore[method-assign]
    fordway.read(small)
    printed = 0
    before, _ = held()
    fordway.read(large)
    print(json.dumps([held()[0] - before, printed]))


if __name__ == "__main__":
    _read(*sys.argv[1:])
