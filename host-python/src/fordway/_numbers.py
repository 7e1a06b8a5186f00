"""Kernels over lists of numbers."""

from __future__ import annotations

from array import array
from collections.abc import MutableSequence
from itertools import pairwise
from typing import Any, TypeVar

from ._arrays import DTYPES, blank, intake, outlet
from ._box import Box
from ._exceptions import Refused
from ._guest import Guest, InstantiationError
from ._lower import Mismatch, integer_of
from ._memory import as_code
from ._sink import Sink
from ._threads import processors, side_by_side

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
        taken = intake(xs, code, "xs")
        target = None if out is None else outlet(out, code, len(taken.view))
        parts = max(1, min(processors(), len(taken.view) // PART))
        try:
            results = self._run(kernel, taken.view, settings, code, parts)
        except (OverflowError, InstantiationError):
            if parts == 1:
                raise
            # A part counts its own elements: the whole tells which it was. Or
            # there is no memory for several instances, but for one.
            results = self._run(kernel, taken.view, settings, code)
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
        parts: int = 1,
    ) -> Any:
        """Runs a kernel over a list, by the lane that suits its length: a long
        one in parts, side by side. What comes is an array, or a view of memory
        that is the caller's own."""
        guest = self._guest()
        if len(view) <= CROSSOVER:
            try:
                return guest.call(f"numbers.{kernel}", view, *settings)
            except Refused as error:
                raise error.lift() from None
        arguments = [kernel, *map(str, settings)]
        results = blank(len(view), code)

        def run(start: int, end: int) -> None:
            _stream(guest, arguments, [view[start:end]], results[start:end])

        cuts = [len(view) * part // parts for part in range(parts + 1)]
        side_by_side(run, list(pairwise(cuts)))
        return results

    def sqrts(self, n: int) -> tuple[str, list[float]]:
        """A heading, and the square roots of 1, 2 ... `n`.

        Raises OverflowError if `n` is above 1,000,000.
        """
        try:
            heading, values = self._guest().call("numbers.sqrts", n)
        except Refused as error:
            raise error.lift() from None
        return heading, values.tolist()

    def dot(self, a: Any, b: Any) -> float:
        """The sum of the products of the elements, added first to last.

        `a` and `b` are lists, buffers, arrays or Series of float64, of one
        length. Raises TypeError for another dtype and ValueError for two
        lengths.
        """
        left, right = intake(a, "d", "a").view, intake(b, "d", "b").view
        if len(left) != len(right):
            raise ValueError(f"b: expected {len(left)} elements as in a, got {len(right)}")
        if len(left) <= CROSSOVER:
            return float(self._guest().call("numbers.dot", left, right))
        total = blank(1, "d")
        _stream(self._guest(), ["dot", str(len(left))], [left, right], total)
        return float(total[0])

    def pi(self, n: int) -> float:
        """Pi by the first `n` terms of the Leibniz series."""
        return float(self._guest().call("numbers.pi", n))

    def shuffle(self, xs: T, seed: int) -> T:
        """The elements in an order that depends on `seed` only.

        `xs` is a list or tuple of any objects, or a buffer, ndarray or Series
        of float64 or int64; the result is of the same kind (a list for a
        tuple). Fisher-Yates driven by SplitMix64; `seed` is an int from 0 to
        2**64 - 1.
        """
        _checked(seed, "seed", "u64")
        if isinstance(xs, (list, tuple)):
            order = memoryview(array("q", range(len(xs))))
            return [xs[at] for at in self._run("shuffle", order, (seed,), "q")]  # type: ignore[return-value]
        code = _code_of(xs)
        taken = intake(xs, code, "xs")
        # An order is an order: doubles cross as the 64-bit words they are.
        words = taken.view.cast("B").cast("q") if len(taken.view) else taken.view
        results = self._run("shuffle", words, (seed,), "q")
        return taken.give(as_code(memoryview(results), code))  # type: ignore[no-any-return]


def _stream(
    guest: Guest, arguments: list[str], views: list[memoryview], results: memoryview
) -> None:
    """Runs a verb over the bytes of `views`; what it prints fills `results`."""
    with Sink() as sink:
        guest.run(arguments, views, sink).check()
        sink.read_into(results.cast("B"))


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
