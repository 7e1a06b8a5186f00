"""Kernels over lists of numbers."""

from __future__ import annotations

from array import array
from collections.abc import Callable, MutableSequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, TypeVar

from . import _core
from ._arrays import DTYPES, blank, intake, outlet
from ._box import Box
from ._verification.threads import processors
from .component import (
    Clock,
    Instance,
    InstantiationError,
    Mismatch,
    Sink,
    Started,
    as_code,
    begin,
    detached,
    integer_of,
)

__all__ = ["Numbers"]

CROSSOVER = 6000
"""Up to this many elements a list crosses as component values (the list
lane), above it as bytes on the component's standard streams (the stream
lane). Measured on 2 cores: at 5,120 doubles the lanes take 193 and 218 us, at
7,168 they take 261 and 231 us."""

PART = 150_000
"""A kernel that looks at one element at a time runs in as many threads as there
are processors and parts of this many elements. Measured on 2 processors: one
and two threads take 1.15 and 1.16 ms for 200,000 doubles, 1.58 and 1.39 ms for
300,000, 5.4 and 3.7 ms for 1,000,000. Most of that is the system's work for the
pages that the results pass through."""

T = TypeVar("T")


class Numbers(Box):
    """The functions of `numbers.wit`."""

    def squares(self, xs: T, *, out: Any = None) -> T:
        """The square of every element.

        `xs` is a list or tuple of numbers, an `array('d')` or another buffer
        of float64, a float64 ndarray of any shape or a float64 Series; the
        result is of the same kind (a list for a tuple). With `out`, a
        writable, contiguous float64 buffer of as many elements, the result
        goes there, and `out` is returned; `out=xs` squares in place. From
        300,000 elements on, the processors share the work.

        Raises TypeError for another dtype.
        """
        return self._map("squares", xs, (), "d", out)  # type: ignore[no-any-return]

    def increase(self, xs: T, by: int, *, out: Any = None) -> T:
        """Every element plus `by`.

        `xs` is a list or tuple of ints, an `array('q')` or another buffer of
        int64, an int64 ndarray of any shape or an int64 Series; the result is
        of the same kind (a list for a tuple). With `out`, a writable,
        contiguous int64 buffer of as many elements, the result goes there,
        and `out` is returned; `out=xs` adds in place. A pandas column copies
        on write: assign to it instead. From 300,000 elements on, the
        processors share the work.

        Raises TypeError for another dtype, and OverflowError if a sum does
        not fit in 64 bits; nothing is changed then.
        """
        return self._map("increase", xs, (_checked(by, "by", "s64"),), "q", out)  # type: ignore[no-any-return]

    def _map(self, kernel: str, xs: Any, settings: tuple[int, ...], code: str, out: Any) -> Any:
        """Runs a kernel that looks at one element at a time."""
        clock = self._clock()
        taken = intake(xs, code, "xs", clock)
        target = None if out is None else outlet(out, code, len(taken.view))
        parts = max(1, min(processors(), len(taken.view) // PART))
        try:
            results = self._run(kernel, taken.view, settings, code, clock, parts)
        except (OverflowError, InstantiationError):
            if parts == 1:
                raise
            # A part counts its own elements: the whole tells which it was. Or
            # there is no memory for several instances, but for one.
            results = self._run(kernel, taken.view, settings, code, clock)
        if target is None:
            return taken.give(results)
        target[:] = memoryview(results)
        return out

    def _run(
        self,
        kernel: str,
        view: memoryview,
        settings: tuple[int, ...],
        code: str,
        clock: Clock,
        parts: int = 1,
    ) -> Any:
        """Runs a kernel over a list, by the lane that suits its length: a long
        one in parts, side by side. What comes is an array, or a view of memory
        that is the caller's own."""
        if len(view) <= CROSSOVER:
            return self._call(f"numbers.{kernel}", view, *settings)
        instance = self._instance()
        arguments = [kernel, *map(str, settings)]
        results = blank(len(view), code)
        cuts = [len(view) * part // parts for part in range(parts + 1)]

        def run(start: int, end: int) -> None:
            _stream(instance, clock, arguments, [view[start:end]], results[start:end])

        detached(_side_by_side, run, list(pairwise(cuts)), clock=clock)
        return results

    def sqrts(self, n: int) -> tuple[str, list[float]]:
        """A heading, and the square roots of 1, 2 ... `n`.

        Raises OverflowError if `n` is above 1,000,000.
        """
        heading, values = self._call("numbers.sqrts", n)
        return heading, values.tolist()

    def dot(self, a: Any, b: Any) -> float:
        """The sum of the products of the elements, added first to last.

        `a` and `b` are lists, buffers, arrays or Series of float64, of one
        length. Raises TypeError for another dtype and ValueError for two
        lengths.
        """
        clock = self._clock()
        left, right = intake(a, "d", "a", clock).view, intake(b, "d", "b", clock).view
        if len(left) != len(right):
            raise ValueError(f"b: expected {len(left)} elements as in a, got {len(right)}")
        if len(left) <= CROSSOVER:
            return float(self._call("numbers.dot", left, right))
        total = blank(1, "d")
        arguments = ["dot", str(len(left))]
        detached(_stream, self._instance(), clock, arguments, [left, right], total, clock=clock)
        return float(total[0])

    def pi(self, n: int) -> float:
        """Pi by the first `n` terms of the Leibniz series."""
        return float(self._call("numbers.pi", n))

    def shuffle(self, xs: T, seed: int) -> T:
        """The elements in an order that depends on `seed` only.

        `xs` is a list or tuple of any objects, or a buffer, ndarray or Series
        of float64 or int64; the result is of the same kind (a list for a
        tuple). Fisher-Yates driven by SplitMix64; `seed` is an int from 0 to
        2**64 - 1.
        """
        _checked(seed, "seed", "u64")
        clock = self._clock()
        if isinstance(xs, (list, tuple)):
            # What it holds, whatever a class of the user's says of its length.
            items = list(xs)
            order = memoryview(_counted(len(items), clock))
            return [items[at] for at in self._run("shuffle", order, (seed,), "q", clock)]  # type: ignore[return-value]
        code = _code_of(xs)
        taken = intake(xs, code, "xs", clock)
        # An order is an order: doubles cross as the 64-bit words they are.
        words = taken.view.cast("B").cast("q") if len(taken.view) else taken.view
        results = self._run("shuffle", words, (seed,), "q", clock)
        return taken.give(as_code(memoryview(results), code))  # type: ignore[no-any-return]


def _counted(count: int, clock: Clock) -> array[int]:
    """The integers from 0 on."""
    numbers = array("q")
    for start in range(0, count, 1 << 18):
        clock.check()
        numbers.extend(range(start, min(count, start + (1 << 18))))
    return numbers


def _stream(
    instance: Instance,
    clock: Clock,
    arguments: list[str],
    views: list[memoryview],
    results: memoryview,
) -> None:
    """Runs a verb over the bytes of `views`; what it prints fills `results`."""
    with Sink() as sink:
        _core.run(instance, clock, arguments, views, sink)
        sink.read_into(results.cast("B"), clock)


def _side_by_side(function: Callable[[int, int], None], ranges: list[tuple[int, int]]) -> None:
    """Calls a function for each range, for the first in this thread and for
    each other in one of its own. Returns, or raises what the first that failed
    has raised, when all have ended. Where no thread is to be had this one does
    what is left."""
    works = [Started(function, start, end) for start, end in ranges]
    for work in works[1:]:
        with suppress(RuntimeError):
            begin(work)
    for work in works:
        if not work.begun:
            work.carry_out()
    for work in works:
        work.done.wait()
    for work in works:
        work.result()


def _code_of(xs: Any) -> str:
    """The array code of the dtype of a buffer, an ndarray or a Series."""
    dtype = getattr(xs, "dtype", None)
    if dtype is None and not isinstance(xs, MutableSequence):
        try:
            dtype = memoryview(xs).format
        except TypeError:
            got = type(xs).__name__
            raise TypeError(f"xs: expected a list or an array, got {got}") from None
    elif dtype is None:
        dtype = getattr(xs, "typecode", None)
    text = str(dtype).lstrip("<>=@")
    return "d" if text in ("d", "f8", DTYPES["d"]) else "q"


def _checked(value: Any, parameter: str, kind: str) -> int:
    """An integer argument that crosses as text in one of the lanes."""
    try:
        return integer_of(kind, value)
    except Mismatch as mismatch:
        raise mismatch.lift(parameter) from None
