"""Times contenders side by side.

The machine is never quiet and never twice the same, so no contender is timed
by itself: they take turns, a sample each and round after round, and a ratio
compares samples of one round. What is reported is the median.
"""

from __future__ import annotations

import gc
import random
import statistics
import sys
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contenders import OURS

__all__ = ["FULL", "QUICK", "Case", "Effort", "Row", "Timing", "compare", "tell"]

SAMPLE = 0.004
"""Seconds that a sample of a short call lasts: it is called that many times."""


@dataclass(frozen=True)
class Effort:
    """How much time a run may take."""

    rounds: int
    seconds: float
    """What a row may take: rounds end there, though not before the third. A
    contender that has used up its share of them sits out the rest."""
    quick: bool


FULL = Effort(rounds=25, seconds=4.0, quick=False)
QUICK = Effort(rounds=5, seconds=0.4, quick=True)


@dataclass(frozen=True)
class Case:
    """One contender's way to do what a row measures."""

    contender: str
    call: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    check: Callable[[Any], bool] | None = None
    """Whether a result is right: looked at once, before the clock starts."""
    once: bool = False
    """Takes so long that one sample has to do."""


@dataclass
class Timing:
    """The samples of a contender, in seconds a call."""

    samples: dict[int, float] = field(default_factory=dict)
    """By round."""

    @property
    def median(self) -> float:
        return statistics.median(self.samples.values())

    @property
    def quartiles(self) -> tuple[float, float]:
        values = sorted(self.samples.values())
        if len(values) == 1:
            return values[0], values[0]
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        return low, high

    @property
    def fastest(self) -> float:
        return min(self.samples.values())

    def over(self, other: Timing) -> float:
        """How many times as long as `other`: the median over the rounds that
        both took part in."""
        shared = self.samples.keys() & other.samples.keys()
        return statistics.median(self.samples[at] / other.samples[at] for at in shared)


@dataclass
class Row:
    """What one comparison found."""

    section: str
    name: str
    size: int
    """Elements or bytes; 0 where there is no size."""
    timings: dict[str, Timing]
    bytes: int = 0
    """How many bytes the work has, where a rate makes sense."""

    def ratio(self, contender: str, to: str = OURS) -> float | None:
        """How many times as long `contender` takes, or None if it was not
        there."""
        if contender not in self.timings or to not in self.timings:
            return None
        return self.timings[contender].over(self.timings[to])

    def fastest_ratio(self, contender: str, to: str = OURS) -> float | None:
        """The same of the fastest samples, which other processes disturb
        least."""
        if contender not in self.timings or to not in self.timings:
            return None
        return self.timings[contender].fastest / self.timings[to].fastest

    def data(self) -> dict[str, Any]:
        """The row as JSON holds it."""
        contenders = {}
        for name, timing in self.timings.items():
            low, high = timing.quartiles
            contenders[name] = {
                "median_s": timing.median,
                "quartiles_s": [low, high],
                "fastest_s": timing.fastest,
                "samples": len(timing.samples),
                "ratio": self.ratio(name),
            }
        found: dict[str, Any] = {
            "section": self.section,
            "name": self.name,
            "size": self.size,
        }
        if self.bytes:
            found["bytes"] = self.bytes
        return {**found, "contenders": contenders}


class _Sampler:
    """Takes samples of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        names = ", ".join(f"a{at}" for at in range(len(case.arguments)))
        scope = {f"a{at}": value for at, value in enumerate(case.arguments)}
        # The arguments stand in the statement, so that no wrapper is timed.
        self._timer = timeit.Timer(f"f({names})", globals={"f": case.call, **scope})
        self.timing = Timing()
        self.spent = 0.0
        self._number = 1
        if not case.once:
            self._warm_up()

    def _warm_up(self) -> None:
        begin = time.perf_counter()
        result = self.case.call(*self.case.arguments)
        if time.perf_counter() - begin > 50 * SAMPLE:
            self._number = 0
        if self.case.check is not None and not self.case.check(result):
            raise AssertionError(f"{self.case.contender}: a wrong result")
        del result
        if self._number == 0:  # long enough by itself
            self._number = 1
            return
        while (took := self._timer.timeit(self._number)) < SAMPLE / 2:
            self._number *= 2 if took > SAMPLE / 50 else 10
        self._number = max(1, round(self._number * SAMPLE / took))

    def sample(self, at: int) -> None:
        took = self._timer.timeit(self._number)
        self.timing.samples[at] = took / self._number
        self.spent += took


def tell(what: str = "") -> None:
    """Says on a terminal what is being measured; without a word, cleans up."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def compare(
    section: str,
    name: str,
    size: int,
    cases: Sequence[Case],
    effort: Effort,
    bytes_: int = 0,
) -> Row:
    """Times the cases in turns, in an order that changes from round to round."""
    tell(f"{section}: {name}")
    gc.collect()
    samplers = [_Sampler(case) for case in cases]
    order = random.Random(0)
    for at in range(effort.rounds):
        share = effort.seconds / len(samplers)
        # A slow contender goes on while the others have time left to give.
        if at >= 3 and sum(sampler.spent for sampler in samplers) > effort.seconds:
            break
        due = [
            sampler
            for sampler in samplers
            if at == 0 or (not sampler.case.once and (at < 3 or sampler.spent < share * 2))
        ]
        for sampler in order.sample(due, len(due)):
            sampler.sample(at)
    timings = {sampler.case.contender: sampler.timing for sampler in samplers}
    return Row(section, name, size, timings, bytes_)
