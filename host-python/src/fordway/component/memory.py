"""Memory that C and Python share, and bulk copies into and out of it.

wasmtime's C API holds every component value in a struct of its own: a kind in
the first byte, a payload some bytes on. A list of numbers is a block of such
structs, so it is copied with a stride: numpy does that where it is loaded,
slices of bytearray and memoryview where it is not, with the same result.
"""

from __future__ import annotations

import ctypes
import sys
from array import array
from typing import Any

from ._wasmtime import ffi

__all__ = [
    "ENTRY",
    "KINDS",
    "LAYOUT_IS_KNOWN",
    "PAYLOAD",
    "VALUE",
    "Memory",
    "address_of_field",
    "as_code",
    "blank_bytes",
    "gather",
    "scatter",
    "view_at",
]

_val = ffi.wasmtime_component_val_t
_union = ffi.wasmtime_component_valunion

# The layout that the plans are written for, in bytes.
VALUE = 32
PAYLOAD = 8
ENTRY = 48
"""A record's field: a name of two words, then a value."""


def _layout_is_known() -> bool:
    """Holds the layout that the plans expect against wasmtime's declarations."""
    words = (
        (ffi.wasm_byte_vec_t, ("size", "data")),
        (ffi.wasmtime_component_vallist, ("size", "data")),
        (ffi.wasmtime_component_valrecord, ("size", "data")),
        (ffi.wasmtime_component_valtuple, ("size", "data")),
        (ffi.wasmtime_component_valflags, ("size", "data")),
        (ffi.wasmtime_component_valresult, ("is_ok", "val")),
    )
    try:
        return (
            sys.byteorder == "little"
            and ctypes.sizeof(ctypes.c_size_t) == 8
            and ctypes.sizeof(_val) == VALUE
            and _val.kind.offset == 0
            and _val.kind.size == 1
            and _val.of.offset == PAYLOAD
            and all(field.offset == 0 for field in _fields(_union))
            and all(_offsets(struct, names) == [0, 8] for struct, names in words)
            and _offsets(ffi.wasmtime_component_valvariant, ("discriminant", "val")) == [0, 16]
            and ctypes.sizeof(ffi.wasmtime_component_valrecord_entry) == ENTRY
            and _offsets(ffi.wasmtime_component_valrecord_entry, ("name", "val")) == [0, 16]
        )
    except AttributeError:
        return False


def _fields(struct: Any) -> list[Any]:
    return [getattr(struct, field[0]) for field in struct._fields_]


def _offsets(struct: Any, names: tuple[str, ...]) -> list[int]:
    return [getattr(struct, name).offset for name in names]


LAYOUT_IS_KNOWN = _layout_is_known()

_NAMED = (
    *("bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "string"),
    *("list", "record", "tuple", "variant", "enum", "option", "result", "flags"),
)

KINDS: dict[str, int] = {
    **{kind: getattr(ffi, f"WASMTIME_COMPONENT_{kind.upper()}").value for kind in _NAMED},
    "char": ffi.WASMTIME_COMPONENT_CHAR.value,
    "own": ffi.WASMTIME_COMPONENT_RESOURCE.value,
    "borrow": ffi.WASMTIME_COMPONENT_RESOURCE.value,
}
"""The byte that tells a value's kind."""


class _Views(dict[str, "memoryview[Any]"]):
    """Views of the same bytes by array code, each made when it is needed."""

    def __init__(self, raw: bytearray) -> None:
        self._raw = raw

    def __missing__(self, code: str) -> memoryview[Any]:
        view = self[code] = as_code(memoryview(self._raw), code)
        return view


class Memory:
    """Zeroed bytes at an address that does not change, and a view of them for
    each width of number."""

    __slots__ = ("address", "raw", "views")

    def __init__(self, size: int) -> None:
        # A whole number of words, and at least one: an empty buffer has no address.
        self.raw = bytearray(max(8, (size + 7) & ~7))
        self.address = address_of_field(self.raw, 0)
        self.views = _Views(self.raw)

    @classmethod
    def values(cls, kind: str, count: int) -> Memory:
        """A block of `count` values of one kind, their payloads zero."""
        memory = cls(VALUE * count)
        if count:
            memory.raw[: VALUE * count : VALUE] = bytes([KINDS[kind]]) * count
        return memory


def as_code(view: memoryview, code: str) -> memoryview[Any]:
    """The same bytes, as numbers of an array code."""
    flat = view.cast("B")
    # A cast from one code to itself is refused, and an empty view has no shape.
    return flat.cast(code) if flat.nbytes else memoryview(array(code))  # type: ignore[call-overload]


def address_of_field(raw: bytearray, offset: int) -> int:
    """Where a byte of `raw` lies. It stays there: `raw` is exported from now
    on, and Python refuses to resize it."""
    return ctypes.addressof(ctypes.c_char.from_buffer(raw, offset))


_from_memory = ctypes.pythonapi.PyMemoryView_FromMemory
_from_memory.restype = ctypes.py_object
_from_memory.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]


def view_at(address: int, size: int, *, writable: bool = False) -> memoryview:
    """A view of C memory, good for as long as C keeps it."""
    view: memoryview = _from_memory(address, size, 0x200 if writable else 0x100)
    return view


def blank_bytes(size: int) -> tuple[bytes, memoryview]:
    """Bytes that nobody else has seen yet, and a view to fill them by: what is
    read into them need not be copied into them."""
    data = bytes(size)
    address = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value
    assert address is not None
    return data, view_at(address, size, writable=True)


def scatter(block: Memory, code: str, source: memoryview) -> None:
    """Copies numbers into the payloads of a block, `source` being
    one-dimensional and of format `code`."""
    count = len(source)
    if count == 0:
        return
    if code == "B":
        block.raw[PAYLOAD : PAYLOAD + VALUE * count : VALUE] = source
        return
    first, step = PAYLOAD // source.itemsize, VALUE // source.itemsize
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        target = numpy.frombuffer(block.raw, dtype=code)
        target[first : first + step * count : step] = numpy.frombuffer(source, dtype=code)
    else:
        block.views[code][first : first + step * count : step] = source


def gather(address: int, code: str, count: int) -> array[Any]:
    """Copies the payloads of a block in C memory into an array."""
    numbers = array(code)
    if count == 0:
        return numbers
    view = view_at(address, VALUE * count)
    first, step = PAYLOAD // numbers.itemsize, VALUE // numbers.itemsize
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numbers.frombytes(numpy.frombuffer(view, dtype=code)[first::step].tobytes())
    else:
        numbers.frombytes(as_code(view, code)[first::step].tobytes())
    return numbers
