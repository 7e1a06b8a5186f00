"""Which of the listed files a worker takes next: the one rule for threads and
executors."""

from __future__ import annotations

import threading

__all__ = ["LANES", "MOST", "Cursor", "joined"]

VECTOR, LANES = 4, 32
"""The core hashes up to 16 files side by side, four in a vector. A range of
twice as many keeps the lanes full for most of its length."""

MOST = 2048
"""The largest range. Between two ranges progress is told."""


class Cursor:
    """What is left of a list of files, for workers that share it.

    Where a range costs little to hand out, the first ones are small, to see how
    it goes."""

    def __init__(self, length: int, workers: int, *, begins_small: bool = True) -> None:
        self._length, self._workers = length, workers
        self._lock = threading.Lock()
        self._next = 0
        self._most = LANES if begins_small else MOST

    def take(self) -> tuple[int, int] | None:
        """The next range; None if nothing is left."""
        with self._lock:
            start = self._next
            left = self._length - start
            if left <= 0:
                return None
            count = min(share(self._length, left, self._workers), self._most)
            self._most *= 2
            self._next = start + count
            return start, self._next


def share(total: int, left: int, workers: int) -> int:
    """How many files to take at once, of those that are left: fewer towards
    the end, so that nobody waits long for another, but enough to fill the
    lanes that are hashed side by side."""
    fair = -(-total // workers)
    return min(left, max(left // (2 * workers), min(max(fair, VECTOR), LANES)), MOST)


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Adjoining ranges as one, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found
