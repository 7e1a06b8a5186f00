"""What a call costs: nothing to do, two integers, a text of 1,000 bytes; and a
loop that stays in the component, which every so often asks whether to go on."""

from __future__ import annotations

import native
from contenders import CTYPES, GRPC, OURS, PYTHON, STOCK
from grpc_noop import served_noop
from harness import Case, Effort, Row, compare
from stock import Stock

import fordway

__all__ = ["SECTION", "measure"]

SECTION = "calls"

TEXT, TIMES = "Badger, snake, gopher and crab. " * 3 + "Why.", 10
TERMS = 100_000
assert len(TEXT * TIMES) == 1000


def measure(effort: Effort, directory: str) -> list[Row]:
    """The rows of this section."""
    tour = Stock(directory)
    store = tour.store
    noop, add, repeat = (tour.find("tour", name) for name in ("noop", "add", "repeat"))
    sum_is_right = (25).__eq__
    text_is_right = (TEXT * TIMES).__eq__
    with served_noop() as remote_noop:
        empty = [
            Case(OURS, fordway.noop),
            Case(STOCK, noop, (store,)),
            Case(CTYPES, native.noop),
            Case(PYTHON, _noop),
            Case(GRPC, remote_noop, (b"",)),
        ]
        rows = [compare(SECTION, "noop", 0, empty, effort)]
    added = [
        Case(OURS, fordway.add, (10, 15), sum_is_right),
        Case(STOCK, add, (store, 10, 15), sum_is_right),
        Case(CTYPES, native.add, (10, 15), sum_is_right),
        Case(PYTHON, _add, (10, 15), sum_is_right),
    ]
    rows.append(compare(SECTION, "add", 0, added, effort))
    repeated = [
        Case(OURS, fordway.repeat, (TEXT, TIMES), text_is_right),
        Case(STOCK, repeat, (store, TEXT, TIMES), text_is_right),
        Case(CTYPES, native.repeat, (TEXT, TIMES), text_is_right),
        Case(PYTHON, _repeat, (TEXT, TIMES), text_is_right),
    ]
    rows.append(compare(SECTION, "repeat, 1 KB", 1000, repeated, effort))
    is_pi = _pi(TERMS).__eq__
    loops = [
        Case(OURS, fordway.pi, (TERMS,), is_pi),
        Case(STOCK, Stock(directory).bind("numbers", "pi"), (TERMS,), is_pi),
        Case(PYTHON, _pi, (TERMS,), is_pi),
    ]
    rows.append(compare(SECTION, "pi", TERMS, loops, effort))
    return rows


def _pi(n: int) -> float:
    total = 0.0
    for k in range(n):
        term = 1.0 / (2.0 * k + 1.0)
        total += term if k % 2 == 0 else -term
    return 4.0 * total


def _noop() -> None:
    pass


def _add(a: int, b: int) -> int:
    return a + b


def _repeat(text: str, times: int) -> str:
    return text * times
