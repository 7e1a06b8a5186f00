"""Arrays of numbers: what comes in, as flat memory, and what goes out again in
the kind that came."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable
from typing import Any, NamedTuple

from .component import Clock, Mismatch, array_of, as_code, buffer_of, is_masked

__all__ = ["DTYPES", "Intake", "blank", "intake", "outlet"]

DTYPES = {"d": "float64", "q": "int64"}
"""The dtypes of the kernels, by array code."""

_KINDS = {"d": "f64", "q": "s64"}


class Intake(NamedTuple):
    """Numbers that came in."""

    view: memoryview
    """Their values: flat, contiguous, in native byte order."""
    give: Callable[[array[Any] | memoryview], Any]
    """Turns results, as many, into the kind of object that came in."""


def intake(value: Any, code: str, parameter: str, clock: Clock) -> Intake:
    """Numbers from a list, a tuple, a buffer, a numpy array or a pandas Series.

    `code` is "d" for float64 or "q" for int64. Another dtype is a TypeError: it
    is never read as if it were this one. A masked array is a TypeError, too:
    what is masked is no value."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.Series):
        return _series(value, code, parameter, numpy, pandas)
    if numpy is not None and isinstance(value, numpy.ndarray):
        if is_masked(value):
            got = "a masked array: fill it first, or compress it"
            raise TypeError(f"{parameter}: expected an array without a mask, got {got}")
        return _ndarray(value, code, numpy)
    try:
        try:
            view = memoryview(value)
        except TypeError:
            numbers = memoryview(array_of(value, _KINDS[code], clock))
            return Intake(numbers, lambda results: _list(results, clock))
        return Intake(buffer_of(view, code, DTYPES[code]), lambda results: _array(results, code))
    except Mismatch as mismatch:
        raise mismatch.lift(parameter) from None


CHUNK = 1 << 18
"""How many elements are converted before the clock is looked at."""


def _list(results: array[Any] | memoryview, clock: Clock) -> list[Any]:
    if len(results) <= CHUNK:
        return results.tolist()
    numbers: list[Any] = []
    for start in range(0, len(results), CHUNK):
        clock.check()
        numbers += results[start : start + CHUNK].tolist()
    return numbers


def _array(results: array[Any] | memoryview, code: str) -> array[Any]:
    if isinstance(results, array):
        return results
    numbers = array(code)
    numbers.frombytes(results.cast("B"))
    return numbers


def _ndarray(value: Any, code: str, numpy: Any) -> Intake:
    dtype = numpy.dtype(DTYPES[code])
    if value.dtype.newbyteorder("=") != dtype:
        raise TypeError(f"expected {dtype}, got {value.dtype}")
    flat = numpy.ascontiguousarray(value, dtype=dtype).reshape(-1)
    shape = value.shape
    return Intake(
        as_code(memoryview(flat), code),
        lambda results: (
            numpy.frombuffer(results, dtype=dtype).reshape(shape)
            if len(results)
            else numpy.empty(shape, dtype)
        ),
    )


def _series(value: Any, code: str, parameter: str, numpy: Any, pandas: Any) -> Intake:
    if not isinstance(value.dtype, numpy.dtype):
        raise TypeError(f"expected {DTYPES[code]}, got {value.dtype}")
    view, give = _ndarray(value.to_numpy(), code, numpy)
    return Intake(
        view, lambda results: pandas.Series(give(results), index=value.index, name=value.name)
    )


def outlet(out: Any, code: str, count: int) -> memoryview:
    """The memory of an `out` argument: writable, contiguous, of the exact
    dtype and length."""
    dtype = DTYPES[code]
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and isinstance(out, pandas.Series):
        raise TypeError(
            "out: expected a writable buffer, got Series: pandas copies on write, "
            "assign the result instead"
        )
    if is_masked(out):
        raise TypeError("out: expected an array without a mask, got a masked array")
    if numpy is not None and isinstance(out, numpy.ndarray) and out.dtype != numpy.dtype(dtype):
        raise TypeError(f"out: expected {dtype}, got {out.dtype}")
    try:
        view = memoryview(out)
    except TypeError:
        got = type(out).__name__
        raise TypeError(f"out: expected a writable buffer of {dtype}, got {got}") from None
    if view.readonly:
        raise ValueError("out: expected a writable buffer, got a read-only one")
    if not view.c_contiguous:
        raise ValueError("out: expected a contiguous buffer, got a strided one")
    try:
        flat = buffer_of(view, code, dtype)
    except Mismatch as mismatch:
        raise mismatch.lift("out") from None
    if view.nbytes != count * 8:
        raise ValueError(f"out: expected {count} elements, got {view.nbytes // 8}")
    return flat


def blank(count: int, code: str) -> memoryview:
    """Numbers that are about to be overwritten: numpy, where it is loaded, does
    not fill them before.

    Not a mapping of the file that they come from: mapping it and freeing it
    costs more than a copy into memory that is used again."""
    numpy = sys.modules.get("numpy")
    memory = bytearray(count * 8) if numpy is None else numpy.empty(count * 8, "u1")
    return as_code(memoryview(memory), code)
