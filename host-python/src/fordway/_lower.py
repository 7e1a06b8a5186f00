"""Python values into C values.

`lowering` builds, once for each parameter, a function that writes a value into
memory laid out beforehand. Every check comes before the call crosses: integers
fit, text holds no lone surrogate, names of cases exist.
"""

from __future__ import annotations

import ctypes
import math
import operator
import struct
from array import array
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any, NamedTuple

from ._memory import ENTRY, KINDS, PAYLOAD, VALUE, Memory, as_code, scatter
from ._resource import Resource
from ._types import SCALARS, Type

__all__ = ["Given", "Lower", "Mismatch", "buffer_of", "lowering"]

Lower = Callable[[Any], None]

CACHED = 8192
"""Up to this many elements the block of a list is kept for the next call."""


class Mismatch(Exception):
    """A value that does not fit its type: the exception it becomes, what was
    expected, what came, and where in the argument."""

    def __init__(self, error: type[Exception], expected: str, value: object) -> None:
        self.error, self.expected, self.value, self.path = error, expected, value, ""

    def within(self, part: str) -> Mismatch:
        """The same, seen from the value that holds this one."""
        self.path = part + self.path
        return self

    def lift(self, parameter: str) -> Exception:
        """The exception to raise."""
        got = shown(self.value) if self.error is not TypeError else type(self.value).__name__
        return self.error(f"{parameter}{self.path}: expected {self.expected}, got {got}")


def shown(value: object) -> str:
    """A value in a message, cut to a readable length."""
    try:
        text = ascii(value)
    except ValueError:  # an int too long for str()
        return f"an int of {value.bit_length()} bits"  # type: ignore[attr-defined]
    return text if len(text) <= 80 else text[:60] + "..." + text[-12:]


def lowering(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    """A function that writes a value of `type_` into `memory` at `offset`.

    What it allocates for one call it appends to `keep`, which the caller
    clears when the call is over."""
    memory.raw[offset] = KINDS[type_.kind]
    return _LOWERINGS[type_.kind](type_, memory, offset, keep)


def _integer(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    scalar = SCALARS[type_.kind]
    view = memory.views[scalar.code]
    at = (offset + PAYLOAD) // view.itemsize

    def lower(value: Any) -> None:
        if type(value) is not int:
            value = integer(value)
        try:
            view[at] = value
        except ValueError:
            raise _out_of_range(type_.kind, value) from None

    return lower


def integer(value: Any) -> int:
    """An integer of Python's or numpy's own type as an int; no bool, no float."""
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise Mismatch(TypeError, "int", value)


def integer_of(kind: str, value: Any) -> int:
    """An integer that fits a kind."""
    number = integer(value)
    if not SCALARS[kind].low <= number <= SCALARS[kind].high:
        raise _out_of_range(kind, number)
    return number


def _out_of_range(kind: str, value: int) -> Mismatch:
    low, high = SCALARS[kind].low, SCALARS[kind].high
    return Mismatch(OverflowError, f"an int from {low} to {high}", value)


def _float(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view = memory.views[SCALARS[type_.kind].code]
    at = (offset + PAYLOAD) // view.itemsize
    narrow = type_.kind == "f32"

    def lower(value: Any) -> None:
        if type(value) is not float:
            value = real(value)
        view[at] = narrowed(value) if narrow else value

    return lower


def narrowed(value: float) -> float:
    """A float that is about to lose half its bits, if it does not become
    infinite by it."""
    try:
        struct.pack("<f", value)
    except OverflowError:
        raise Mismatch(OverflowError, "a float that fits in 32 bits", value) from None
    return value


def real(value: Any) -> float:
    """A real number of Python's or numpy's own type as a float; no bool."""
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            raise Mismatch(OverflowError, "a number that fits in a float", value) from None
    raise Mismatch(TypeError, "float", value)


def _bool(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view, at = memory.views["B"], offset + PAYLOAD

    def lower(value: Any) -> None:
        if type(value) is not bool:
            raise Mismatch(TypeError, "bool", value)
        view[at] = value

    return lower


def _char(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    view, at = memory.views["I"], (offset + PAYLOAD) // 4

    def lower(value: Any) -> None:
        utf8(value)
        if len(value) != 1:
            raise Mismatch(ValueError, "one character", value)
        view[at] = ord(value)

    return lower


def utf8(value: Any) -> bytes:
    """Text as UTF-8; a lone surrogate would end the process further down."""
    if not isinstance(value, str):
        raise Mismatch(TypeError, "str", value)
    try:
        return value.encode()
    except UnicodeEncodeError:
        raise Mismatch(ValueError, "text without lone surrogates", value) from None


def _string(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    put = _bytes_putter(memory, offset + PAYLOAD)

    def lower(value: Any) -> None:
        put(utf8(value))

    return lower


def _bytes_putter(memory: Memory, offset: int) -> Callable[[bytes], None]:
    """A function that makes a size and a pointer of bytes, and keeps them."""
    size, at = memory.views["Q"], offset // 8
    pointer = ctypes.c_char_p.from_buffer(memory.raw, offset + 8)

    def put(data: bytes) -> None:
        size[at] = len(data)
        pointer.value = data

    return put


def _list(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
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
            if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
                raise Mismatch(TypeError, f"a list of {element.kind}", value)
            count = len(value)
            block = block_for(count)
            fill = _fill_strings if element.kind == "string" else _fill
            fill(element, block, value, keep)
        keep.append(block)
        words[at], words[at + 1] = count, block.address

    return lower


def numbers_of(value: Any, kind: str) -> memoryview:
    """Numbers as one flat view: a buffer's own memory where it fits, else a
    copy. Sequences are checked element by element, buffers by their format."""
    code = SCALARS[kind].code
    try:
        view = memoryview(value)
    except TypeError:
        return memoryview(array_of(value, kind))
    return buffer_of(view, code, kind)


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


def array_of(value: Any, kind: str) -> array[Any]:
    """A list or a tuple of numbers as an array, each one checked."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Mismatch(TypeError, f"a list of {kind}", value)
    code = SCALARS[kind].code
    allowed = {float, int} if code in "fd" else {int}
    try:
        if allowed.issuperset(map(type, value)):
            numbers = array(code, value)
            # What does not fit in a C float has become infinite.
            if code != "f" or not (math.inf in numbers or -math.inf in numbers):
                return numbers
    except OverflowError:
        pass
    # Something is not of the plain types: convert one by one, and say which.
    numbers = array(code)
    convert: Callable[[Any], Any] = real if code in "fd" else integer
    for at, item in enumerate(value):
        try:
            number = convert(item)
            if code == "f":
                narrowed(number)
            try:
                numbers.append(number)
            except OverflowError:
                raise _out_of_range(kind, number) from None
        except Mismatch as mismatch:
            raise mismatch.within(f"[{at}]") from None
    return numbers


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
        _into(lower, value, f"[{at}]")


def _into(lower: Lower, value: Any, part: str) -> None:
    try:
        lower(value)
    except Mismatch as mismatch:
        raise mismatch.within(part) from None


def _record(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    count = len(type_.names)
    entries = Memory(ENTRY * count)
    lowers = []
    for at, (name, part) in enumerate(zip(type_.names, type_.parts, strict=True)):
        assert part is not None
        _bytes_putter(entries, at * ENTRY)(data := name.encode())
        lowers.append((lowering(part, entries, at * ENTRY + 16, keep), "." + name, data))
    # The names lie in `lowers`, which the closure keeps.
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    words[at], words[at + 1] = count, entries.address

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != count:
            raise Mismatch(TypeError, f"a tuple of {count} fields", value)
        for (part, name, _), item in zip(lowers, value, strict=True):
            _into(part, item, name)

    lower.entries = entries  # type: ignore[attr-defined]
    return lower


def _tuple(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    count = len(type_.parts)
    items = Memory(VALUE * count)
    lowers = [
        lowering(part, items, at * VALUE, keep) for at, part in enumerate(type_.parts) if part
    ]
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    words[at], words[at + 1] = count, items.address

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != count:
            raise Mismatch(TypeError, f"a tuple of {count}", value)
        for at, (part, item) in enumerate(zip(lowers, value, strict=True)):
            _into(part, item, f"[{at}]")

    lower.items = items  # type: ignore[attr-defined]
    return lower


def _child(part: Type | None, keep: list[Any]) -> tuple[Memory, Lower | None]:
    memory = Memory(VALUE)
    return memory, None if part is None else lowering(part, memory, 0, keep)


def _option(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    child, inner = _child(type_.part, keep)
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8
    nested = type_.part.kind == "option"

    def lower(value: Any) -> None:
        if value is None:
            words[at] = 0
            return
        if nested:
            if not isinstance(value, tuple) or len(value) != 1:
                raise Mismatch(TypeError, "None or a tuple of one", value)
            (value,) = value
        assert inner is not None
        inner(value)
        words[at] = child.address

    return lower


def _variant(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    children = {
        name: _child(part, keep) for name, part in zip(type_.names, type_.parts, strict=True)
    }
    is_result = type_.kind == "result"
    put = None if is_result else _bytes_putter(memory, offset + PAYLOAD)
    flag, words = memory.views["B"], memory.views["Q"]
    pointer = (offset + PAYLOAD) // 8 + (1 if is_result else 2)

    def lower(value: Any) -> None:
        if not isinstance(value, tuple) or len(value) != 2:
            raise Mismatch(TypeError, "a tuple of a case and its value", value)
        case, payload = value
        if not isinstance(case, str) or case not in children:
            raise Mismatch(ValueError, "one of " + ", ".join(type_.names), case)
        child, inner = children[case]
        if inner is None:
            if payload is not None:
                raise Mismatch(TypeError, f"None with {case}", payload)
        else:
            _into(inner, payload, "." + case)
        if put is None:
            flag[offset + PAYLOAD] = case == "ok"
        else:
            put(case.encode())
        words[pointer] = 0 if inner is None else child.address

    return lower


def _enum(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    put = _bytes_putter(memory, offset + PAYLOAD)
    names = {name: name.encode() for name in type_.names}

    def lower(value: Any) -> None:
        if not isinstance(value, str):
            raise Mismatch(TypeError, "str", value)
        if value not in names:
            raise Mismatch(ValueError, "one of " + ", ".join(names), value)
        put(names[value])

    return lower


def _flags(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    vectors = Memory(16 * len(type_.names))
    putters = [_bytes_putter(vectors, 16 * at) for at in range(len(type_.names))]
    names = {name: name.encode() for name in type_.names}
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8

    def lower(value: Any) -> None:
        if not isinstance(value, (set, frozenset)):
            raise Mismatch(TypeError, "a set of str", value)
        unknown = value - names.keys()
        if unknown:
            raise Mismatch(ValueError, "names among " + ", ".join(names), sorted(unknown, key=repr))
        for put, name in zip(putters, sorted(value), strict=False):
            put(names[name])
        words[at], words[at + 1] = len(value), vectors.address

    return lower


def _resource(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    words, at = memory.views["Q"], (offset + PAYLOAD) // 8

    def lower(value: Any) -> None:
        if not isinstance(value, Resource):
            raise Mismatch(TypeError, "a resource", value)
        # wasmtime copies the handle; the Resource stays its owner's.
        words[at] = value.address

    return lower


class Given(NamedTuple):
    """Says that a resource is no longer its owner's once the call was made."""

    resource: Resource


def _own(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
    borrow = _resource(type_, memory, offset, keep)

    def lower(value: Any) -> None:
        borrow(value)
        keep.append(Given(value))

    return lower


_LOWERINGS: dict[str, Callable[[Type, Memory, int, list[Any]], Lower]] = {
    **dict.fromkeys(("s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64"), _integer),
    "f32": _float,
    "f64": _float,
    "bool": _bool,
    "char": _char,
    "string": _string,
    "list": _list,
    "record": _record,
    "tuple": _tuple,
    "option": _option,
    "variant": _variant,
    "result": _variant,
    "enum": _enum,
    "flags": _flags,
    "own": _own,
    "borrow": _resource,
}
