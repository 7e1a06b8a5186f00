"""The core as a shared library, called through ctypes the way the write-ups on
sharing compiled code do it: C symbols, pointers, lengths, and a free."""

from __future__ import annotations

import ctypes
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = [
    "add",
    "noop",
    "read",
    "repeat",
    "squares_array",
    "squares_list",
    "squares_list_star",
    "squares_numpy",
    "write",
]

_NAMES = {"darwin": "libfordway_native.dylib", "win32": "fordway_native.dll"}
_LIBRARY = Path(__file__).parent.parent / "target" / "native" / "release"
_lib = ctypes.CDLL(str(_LIBRARY / _NAMES.get(sys.platform, "libfordway_native.so")))

_bytes, _size, _pointer = ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p


def _declare(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_lib, f"fordway_{name}")
    function.restype, function.argtypes = result, arguments
    return function


noop = _declare("noop", None)
_add = _declare("add", ctypes.c_int, ctypes.c_int64, ctypes.c_int64, _pointer)
_repeat = _declare("repeat", ctypes.c_int, _bytes, _size, ctypes.c_uint32, _pointer, _pointer)
_squares = _declare("squares", None, _pointer, _size, _pointer)
_read = _declare("read", ctypes.c_int, _bytes, _size, _pointer, _pointer)
_write = _declare("write", ctypes.c_int, _pointer, _size, _bytes, _size)
_free = _declare("free", None, _pointer, _size)


def add(a: int, b: int) -> int:
    """The sum."""
    total = ctypes.c_int64()
    if _add(a, b, ctypes.byref(total)):
        raise OverflowError("the sum does not fit")
    return total.value


def repeat(text: str, times: int) -> str:
    """The text, `times` times over."""
    data = text.encode()
    out, length = ctypes.c_void_p(), ctypes.c_size_t()
    if _repeat(data, len(data), times, ctypes.byref(out), ctypes.byref(length)):
        raise OverflowError("the text gets too long")
    return _taken(out, length).decode()


def squares_list(xs: Sequence[float]) -> list[float]:
    """Squares of a list, by way of arrays: the faster conversion."""
    return squares_array(array("d", xs)).tolist()


def squares_list_star(xs: Sequence[float]) -> list[float]:
    """Squares of a list, by way of ctypes' own arrays: the usual conversion."""
    block = ctypes.c_double * len(xs)
    source, target = block(*xs), block()
    _squares(ctypes.addressof(source), len(xs), ctypes.addressof(target))
    return list(target)


def squares_array(xs: array[float]) -> array[float]:
    """Squares of an array."""
    out = array("d", bytes(8 * len(xs)))
    _squares(xs.buffer_info()[0], len(xs), out.buffer_info()[0])
    return out


def squares_numpy(xs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Squares of a float64 ndarray."""
    out = np.empty_like(xs)
    _squares(xs.ctypes.data, xs.size, out.ctypes.data)
    return out


def read(path: bytes) -> bytes:
    """A file's bytes."""
    out, length = ctypes.c_void_p(), ctypes.c_size_t()
    if _read(path, len(path), ctypes.byref(out), ctypes.byref(length)):
        raise OSError(f"cannot read {path!r}")
    return _taken(out, length)


def write(data: bytes, path: bytes) -> None:
    """Puts data at a path, all or nothing."""
    if _write(data, len(data), path, len(path)):
        raise OSError(f"cannot write {path!r}")


def _taken(out: ctypes.c_void_p, length: ctypes.c_size_t) -> bytes:
    """A copy of what the library allocated, which is then freed."""
    try:
        return ctypes.string_at(out, length.value)
    finally:
        _free(out, length)
