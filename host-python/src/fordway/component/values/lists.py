"""Lists. Those of numbers are copied in bulk."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Callable, Sequence
from typing import Any

from ..clock import Clock
from ..memory import PAYLOAD, VALUE, Memory, as_code, gather, scatter, view_at
from ..types import SCALARS, Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch, into, lifting, lowering, string_at, two_words
from .scalars import integer, narrowed, out_of_range, real
from .text import utf8

__all__ = ["array_of", "buffer_of"]

CACHED = 8192
"""Up to this many elements the block of a list is kept for the next call."""

CHUNK = 1 << 18
"""How many elements are converted before the clock is looked at."""


def _lower_list(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    element = type_.part
    is_number = element.kind in SCALARS
    cached: list[Memory] = []

    def block_for(count: int) -> Memory:
        if count > CACHED or not is_number:
            return Memory.values(element.kind, count)
        if not cached:
            cached.append(Memory.values(element.kind, CACHED))
        return cached[0]

    def lower(value: Any) -> None:
        if is_number:
            numbers = numbers_of(value, element.kind)
            count = len(numbers)
            block = block_for(count)
            scatter(block, SCALARS[element.kind].code, numbers)
        else:
            items = items_of(value, element.kind)
            count = len(items)
            block = block_for(count)
            fill = _fill_strings if element.kind == "string" else _fill
            fill(element, block, items, keep)
        keep.append(block)
        words[at], words[at + 1] = count, block.address

    return lower


def items_of(value: Any, kind: str) -> list[Any] | tuple[Any, ...]:
    """The items of a sequence, which must be as many as it says."""
    if type(value) is list or type(value) is tuple:
        return value
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise Mismatch(TypeError, f"a list of {kind}", value)
    said = len(value)
    items = list(value)
    if len(items) != said:
        raise Mismatch(ValueError, f"as many items as its length says, {said}", len(items))
    return items


def numbers_of(value: Any, kind: str) -> memoryview:
    """Numbers as one flat view: a buffer's own memory where it fits, else a
    copy. Sequences are checked element by element, buffers by their format."""
    code = SCALARS[kind].code
    if is_masked(value):
        raise Mismatch(TypeError, f"a list of {kind} without a mask", value)
    try:
        view = memoryview(value)
    except TypeError:
        return memoryview(array_of(value, kind))
    return buffer_of(view, code, kind)


def is_masked(value: Any) -> bool:
    """Whether it is a masked array of numpy's: what is masked is no value."""
    masked = sys.modules.get("numpy.ma")
    return masked is not None and isinstance(value, masked.MaskedArray)


def buffer_of(view: memoryview, code: str, expected: str) -> memoryview:
    """A buffer as a flat, contiguous view of format `code`. A mismatch is a
    TypeError that tells `expected` and the buffer's format."""
    if _format(view) != _format_of(code):
        raise Mismatch(TypeError, expected, _Format(view))
    if not view.contiguous or not view.c_contiguous:
        view = memoryview(view.tobytes())
    return as_code(view, code)


def _format(view: memoryview) -> tuple[str, int]:
    text = view.format.lstrip("@=")
    kind = "i" if text in "bhilqn" else "u" if text in "BHILQNc" else text
    return (kind if len(text) == 1 else view.format, view.itemsize)


def _format_of(code: str) -> tuple[str, int]:
    return _format(memoryview(array(code)))


class _Format:
    """Stands for a buffer in a message: its type name is its format."""

    def __new__(cls, view: memoryview) -> Any:
        return type(f"a buffer of format {view.format!r}", (), {})()


def array_of(value: Any, kind: str, clock: Clock | None = None) -> array[Any]:
    """A list or a tuple of numbers as an array, each one checked. A long one is
    converted in pieces, and the clock looked at between them."""
    items = items_of(value, kind)
    if len(items) <= CHUNK:
        return _array_of(items, kind, 0)
    numbers = array(SCALARS[kind].code)
    for start in range(0, len(items), CHUNK):
        if clock is not None:
            clock.check()
        numbers.extend(_array_of(items[start : start + CHUNK], kind, start))
    return numbers


def _array_of(items: list[Any] | tuple[Any, ...], kind: str, first: int) -> array[Any]:
    code = SCALARS[kind].code
    allowed = {float, int} if code in "fd" else {int}
    found = set(map(type, items))
    try:
        if allowed.issuperset(found):
            numbers = array(code, items)
            if code == "d":
                # An integer may have been rounded.
                if int not in found or _is_exact(numbers, items):
                    return numbers
            # What does not fit in a C float has become infinite.
            elif code != "f" or not (math.inf in numbers or -math.inf in numbers or int in found):
                return numbers
    except OverflowError:
        pass
    # Something is not of the plain types: convert one by one, and say which.
    numbers = array(code)
    convert: Callable[[Any], Any] = real if code in "fd" else integer
    for at, item in enumerate(items, first):
        try:
            number = convert(item)
            if code == "f":
                narrowed(number)
            try:
                numbers.append(number)
            except OverflowError:
                raise out_of_range(kind, number) from None
        except Mismatch as mismatch:
            raise mismatch.within(f"[{at}]") from None
    return numbers


_EXACT = 2.0**53
"""Up to here a double holds every integer."""


def _is_exact(numbers: array[Any], items: list[Any] | tuple[Any, ...]) -> bool:
    if min(numbers) > -_EXACT and max(numbers) < _EXACT:
        # A NaN compares with nothing, and may have hidden another number.
        return not math.isnan(sum(numbers)) or numbers.tolist() == list(items)
    return numbers.tolist() == list(items)


def _fill_strings(element: Type, block: Memory, values: Sequence[Any], keep: list[Any]) -> None:
    """Lowers a list of strings: all bytes in one piece, then their places."""
    texts = []
    for at, value in enumerate(values):
        try:
            texts.append(utf8(value))
        except Mismatch as mismatch:
            raise mismatch.within(f"[{at}]") from None
    data = b"".join(texts)
    whole = Memory(len(data))
    whole.raw[: len(data)] = data
    keep.append(whole)
    words, place = block.views["Q"], whole.address
    for at, text in enumerate(texts):
        words[at * 4 + 1] = len(text)
        words[at * 4 + 2] = place
        place += len(text)


def _fill(element: Type, block: Memory, values: Sequence[Any], keep: list[Any]) -> None:
    for at, value in enumerate(values):
        lower = lowering(element, block, at * VALUE, keep)
        keep.append(lower)
        into(lower, value, f"[{at}]")


def _lift_list(type_: Type, home: list[Any]) -> Lift:
    element = type_.part
    if element.kind in SCALARS:
        code = SCALARS[element.kind].code

        def lift_numbers(address: int) -> Any:
            count, data = two_words(string_at(address + PAYLOAD, 16))
            if code == "B":
                return bytes(view_at(data, VALUE * count)[PAYLOAD::VALUE]) if count else b""
            return gather(data, code, count)

        return lift_numbers
    item = lifting(element, home)

    def lift(address: int) -> list[Any]:
        count, data = two_words(string_at(address + PAYLOAD, 16))
        return [item(at) for at in range(data, data + VALUE * count, VALUE)]

    return lift


TABLE["list"] = Kind(_lower_list, _lift_list)
