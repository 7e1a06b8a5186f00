"""Lists of numbers: squares of a list, an array and a numpy array."""

from __future__ import annotations

from array import array
from typing import Any

import native
import numpy as np
from contenders import CTYPES, CTYPES_STAR, NUMPY, OURS, PYTHON, STOCK
from harness import Case, Effort, Row, compare
from stock import Stock

import fordway

__all__ = ["ARRAY", "LIST", "NDARRAY", "SECTIONS", "measure", "numbers"]

LIST, ARRAY, NDARRAY = "squares, list", "squares, array('d')", "squares, numpy"
SECTIONS = [LIST, ARRAY, NDARRAY]

SIZES = [10**power for power in range(1, 8)]
QUICK_SIZES = [10, 1000, 10**4, 10**5]
STOCK_LARGEST = 10**6
"""A second or more each; 10^7 is also more than wasmtime lets one call carry."""


def measure(effort: Effort, directory: str) -> list[Row]:
    """The rows of these sections."""
    stock = _StockSquares(directory)
    rows = []
    for size in QUICK_SIZES if effort.quick else SIZES:
        rows += [
            compare(LIST, _name(size), size, _of_list(size, stock), effort),
            compare(ARRAY, _name(size), size, _of_array(size, stock), effort),
            compare(NDARRAY, _name(size), size, _of_ndarray(size, stock), effort),
        ]
    return [row for section in SECTIONS for row in rows if row.section == section]


def numbers(size: int) -> np.ndarray[Any, Any]:
    """The same numbers in each run."""
    return np.random.default_rng(size).normal(size=size)


class _StockSquares:
    """The stock call takes a list and returns one; what else its caller has
    is converted first, and back."""

    def __init__(self, directory: str) -> None:
        instance = Stock(directory)
        self.store = instance.store
        self.squares = instance.find("numbers", "squares")

    def array(self, xs: array[float]) -> array[float]:
        return array("d", self.squares(self.store, xs.tolist()))

    def ndarray(self, xs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.array(self.squares(self.store, xs.tolist()))


def _of_list(size: int, stock: _StockSquares) -> list[Case]:
    xs = numbers(size).tolist()
    expected = [x * x for x in xs]
    is_right = expected.__eq__
    cases = [
        Case(OURS, fordway.squares, (xs,), is_right),
        Case(STOCK, stock.squares, (stock.store, xs), is_right),
        Case(CTYPES, native.squares_list, (xs,), is_right),
        Case(CTYPES_STAR, native.squares_list_star, (xs,), is_right),
        Case(PYTHON, _python_list, (xs,), is_right),
        Case(NUMPY, _numpy_list, (xs,), is_right),
    ]
    return _able(cases, size)


def _of_array(size: int, stock: _StockSquares) -> list[Case]:
    xs = array("d", numbers(size).tolist())
    expected = array("d", [x * x for x in xs])
    is_right = expected.__eq__
    cases = [
        Case(OURS, fordway.squares, (xs,), is_right),
        Case(STOCK, stock.array, (xs,), is_right),
        Case(CTYPES, native.squares_array, (xs,), is_right),
        Case(PYTHON, _python_array, (xs,), is_right),
        Case(NUMPY, _numpy_array, (xs,), is_right),
    ]
    return _able(cases, size)


def _of_ndarray(size: int, stock: _StockSquares) -> list[Case]:
    xs = numbers(size)
    expected = xs * xs

    def is_right(found: Any) -> bool:
        return bool(np.array_equal(expected, found))

    cases = [
        Case(OURS, fordway.squares, (xs,), is_right),
        Case(STOCK, stock.ndarray, (xs,), is_right),
        Case(CTYPES, native.squares_numpy, (xs,), is_right),
        Case(NUMPY, np.square, (xs,), is_right),
    ]
    return _able(cases, size)


def _able(cases: list[Case], size: int) -> list[Case]:
    return [case for case in cases if case.contender != STOCK or size <= STOCK_LARGEST]


def _name(size: int) -> str:
    return f"10^{len(str(size)) - 1}"


def _python_list(xs: list[float]) -> list[float]:
    return [x * x for x in xs]


def _numpy_list(xs: list[float]) -> list[float]:
    result: list[float] = np.square(np.array(xs)).tolist()
    return result


def _python_array(xs: array[float]) -> array[float]:
    return array("d", [x * x for x in xs])


def _numpy_array(xs: array[float]) -> array[float]:
    return array("d", np.square(np.frombuffer(xs)).tobytes())
