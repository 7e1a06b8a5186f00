"""Every kind of value goes through and comes back, by the plans and by
wasmtime's own conversion alike. Runs the component of `tests/echo`."""

from __future__ import annotations

import collections.abc
import math
import os
import struct
from array import array
from collections.abc import Callable
from typing import Any

import pytest
from conftest import CHECKOUT
from hypothesis import given, settings
from hypothesis import strategies as st
from stock import stock_plan
from wasmtime import Engine, Store, WasiConfig, WasmtimeError
from wasmtime.component import Component as StockComponent
from wasmtime.component import Linker

from fordway.component import (
    ClosedError,
    Component,
    ComponentError,
    Err,
    Instance,
    Resource,
    TrapError,
    memory,
)
from fordway.component.plan import Plan
from fordway.component.types import SCALARS, Function, read_function

ECHO = CHECKOUT / "target" / "wasm32-wasip2" / "release" / "fordway_echo.wasm"
INTERFACE = "fordway:echo/values@0.1.0"


class Echo:
    """An instance of the echo component, called by the plans."""

    def __init__(self) -> None:
        if not ECHO.is_file():
            pytest.fail(f"{ECHO.name} is missing: build it with 'make echo'")
        self._instance = Instance(Component(ECHO.read_bytes, str(ECHO)))

    def __call__(self, name: str, *arguments: Any) -> Any:
        return self._instance.call(f"{INTERFACE}#{name}", *arguments)


class StockEcho:
    """The same, called by wasmtime's own conversion."""

    def __init__(self) -> None:
        self._plans: dict[str, Callable[[tuple[Any, ...]], Any]] = {}
        engine = Engine()
        self.store = Store(engine)
        self.store.set_wasi(WasiConfig())
        linker = Linker(engine)
        linker.add_wasip2()
        self._instance = linker.instantiate(self.store, StockComponent.from_file(engine, ECHO))
        self._values = self._instance.get_export_index(self.store, INTERFACE)

    def __call__(self, name: str, *arguments: Any) -> Any:
        if name not in self._plans:
            index = self._instance.get_export_index(self.store, name, self._values)
            assert index is not None, name
            func = self._instance.get_func(self.store, index)
            assert func is not None
            function = read_function(name, func.type(self.store))
            self._plans[name] = stock_plan(function, self.store, func)
        return self._plans[name](arguments)


ECHOES: dict[str, Callable[..., Any]] = {"plan": Echo(), "stock": StockEcho()}


@pytest.fixture(params=ECHOES)
def echo(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return ECHOES[request.param]


def test_the_layout_of_this_wasmtime_is_known() -> None:
    """Else the plans are not what is tested, and not what users get."""
    assert memory.LAYOUT_IS_KNOWN


def test_an_unknown_layout_is_told_apart_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "VALUE", 40)
    assert not memory._layout_is_known()
    monkeypatch.setattr("fordway.component.plan.LAYOUT_IS_KNOWN", False)
    with pytest.raises(ComponentError, match="install a release from 48 to 50"):
        Plan(Function("f", (), None))


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CHAR = st.characters(exclude_categories=["Cs"])
F32 = st.floats(width=32, allow_nan=False)
F64 = st.floats(allow_nan=False)
NUMBERS = {
    kind: st.integers(scalar.low, scalar.high) for kind, scalar in SCALARS.items() if scalar.high
} | {"f32": F32, "f64": F64}
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    **NUMBERS,
    "bool": st.booleans(),
    "char": CHAR,
    "string": TEXT,
}
COIN = st.sampled_from(["heads", "tails"])
COLOUR = st.frozensets(st.sampled_from(["red", "green", "blue"]))
SHAPE = st.one_of(
    st.just(("point", None)),
    st.tuples(st.just("circle"), F64),
    st.tuples(st.just("named"), TEXT),
    st.tuples(st.just("rectangle"), st.tuples(PLAIN["u32"], PLAIN["u32"])),
)
LEAF = st.tuples(TEXT, st.none() | PLAIN["u64"])
TREE = st.tuples(COIN, COLOUR, SHAPE, st.lists(LEAF), st.tuples(PLAIN["s8"], CHAR))
COMPOUND: dict[str, st.SearchStrategy[Any]] = {
    "coin": COIN,
    "colour": COLOUR,
    "shape": SHAPE,
    "leaf": LEAF,
    "tree": TREE,
    "pair": st.tuples(st.booleans(), TEXT),
    "maybe": st.none() | TEXT,
    "perhaps": st.none() | st.just((None,)) | st.tuples(PLAIN["u8"]),
    "shapes": st.lists(SHAPE),
    "leaves": st.lists(LEAF),
    "words": st.lists(st.lists(TEXT)),
    "maybes": st.lists(st.none() | PLAIN["u8"]),
    "outcomes": st.lists(st.tuples(st.just("ok"), PLAIN["u8"]) | st.tuples(st.just("err"), TEXT)),
    "colours": st.lists(COLOUR),
    "pairs": st.lists(st.tuples(PLAIN["u8"], TEXT)),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_a_value_comes_back(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(PLAIN[kind])
    def check(value: Any) -> None:
        for echo in ECHOES.values():
            found = echo(f"a-{kind}", value)
            assert found == value
            assert type(found) is type(value)

    check()


@pytest.mark.parametrize("kind", PLAIN)
def test_a_list_comes_back(kind: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(PLAIN[kind]))
    def check(values: list[Any]) -> None:
        for echo in ECHOES.values():
            found = echo(f"list-{kind}", values)
            if kind == "u8":
                assert found == bytes(values)
                assert echo("list-u8", bytes(values)) == found
            elif kind in SCALARS:
                assert found == array(SCALARS[kind].code, values)
                assert echo(f"list-{kind}", found) == found
                assert echo(f"list-{kind}", memoryview(found)) == found
            else:
                assert found == values
                assert echo(f"list-{kind}", tuple(values)) == values

    check()


@pytest.mark.parametrize("kind", COMPOUND)
def test_a_compound_value_comes_back(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(COMPOUND[kind])
    def check(value: Any) -> None:
        for echo in ECHOES.values():
            assert echo(f"a-{kind}", value) == value

    check()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(F64)))
def test_a_table_comes_back(rows: list[list[float]]) -> None:
    for echo in ECHOES.values():
        assert echo("a-table", rows) == [array("d", row) for row in rows]


@pytest.mark.parametrize("n", [0, 1, 8191, 8192, 8193, 50_000])
@pytest.mark.parametrize("kind", NUMBERS)
def test_lists_of_every_length_come_back(kind: str, n: int) -> None:
    code = SCALARS[kind].code
    values = array(code, bytes(k * 37 % 251 for k in range(n)) * array(code).itemsize)[:n]
    if code in "fd":
        values = array(code, [k / 8 for k in range(n)])
    found = ECHOES["plan"](f"list-{kind}", values)
    assert bytes(found) == values.tobytes() if kind == "u8" else found == values


def test_nan_keeps_its_payload(echo: Callable[..., Any]) -> None:
    word = 0x7FF8_1234_5678_9ABC
    nan = struct.unpack("d", struct.pack("Q", word))[0]
    assert struct.unpack("Q", struct.pack("d", echo("a-f64", nan)))[0] == word
    (found,) = echo("list-f64", array("d", [nan]))
    assert struct.unpack("Q", struct.pack("d", found))[0] == word
    assert math.copysign(1, echo("a-f64", -0.0)) == -1


@pytest.mark.parametrize("kind", [kind for kind, scalar in SCALARS.items() if scalar.high])
def test_integers_are_held_to_their_range(kind: str, echo: Callable[..., Any]) -> None:
    low, high = SCALARS[kind].low, SCALARS[kind].high
    for value in (low, high):
        assert echo(f"a-{kind}", value) == value
    for value in (low - 1, high + 1, 10**30, -(10**30)):
        with pytest.raises(OverflowError, match=f"x: expected an int from {low} to {high}"):
            echo(f"a-{kind}", value)
        with pytest.raises(OverflowError, match=r"x\[1\]: expected an int from"):
            echo(f"list-{kind}", [0, value])
    for value in (True, 1.0, "1", None):
        with pytest.raises(TypeError, match="x: expected int"):
            echo(f"a-{kind}", value)


def test_floats_are_held_to_their_range(echo: Callable[..., Any]) -> None:
    for value in (1e39, -1e300):
        with pytest.raises(OverflowError, match="x: expected a float that fits in 32 bits"):
            echo("a-f32", value)
        with pytest.raises(OverflowError, match=r"x\[1\]: expected a float that fits in 32 bits"):
            echo("list-f32", [0.0, value])
    assert list(echo("list-f32", [math.inf, -math.inf])) == [math.inf, -math.inf]
    assert echo("a-f32", math.inf) == math.inf
    assert echo("a-f64", 5) == 5.0
    for value in (True, "1", None, 1j):
        with pytest.raises(TypeError, match="x: expected float"):
            echo("a-f64", value)
    with pytest.raises(OverflowError, match="x: expected a number that fits in a float"):
        echo("a-f64", 10**400)


@pytest.mark.parametrize(
    ("name", "value", "error", "told"),
    [
        ("a-bool", 1, TypeError, "x: expected bool, got int"),
        ("a-char", "ab", ValueError, "x: expected one character"),
        ("a-char", "", ValueError, "x: expected one character"),
        ("a-char", "\ud800", ValueError, "x: expected text without lone surrogates"),
        ("a-string", b"x", TypeError, "x: expected str, got bytes"),
        ("a-coin", "edge", ValueError, "x: expected one of heads, tails, got 'edge'"),
        ("a-coin", 1, TypeError, "x: expected str, got int"),
        ("a-colour", {"pink"}, ValueError, "x: expected names among red, green, blue"),
        ("a-colour", ["red"], TypeError, "x: expected a set of str, got list"),
        ("a-shape", "point", TypeError, "x: expected a tuple of a case and its value"),
        ("a-shape", ("cube", 1), ValueError, "x: expected one of point, circle"),
        ("a-shape", ("circle", "x"), TypeError, r"x\.circle: expected float, got str"),
        ("a-shape", ("point", 1), TypeError, "x: expected None with point, got int"),
        ("a-shape", ("rectangle", (1, -1)), OverflowError, r"x\.rectangle\[1\]: expected an int"),
        ("a-leaf", ("oak",), TypeError, "x: expected a tuple of 2 fields"),
        ("a-leaf", ("oak", -1), OverflowError, r"x\.size: expected an int from 0"),
        ("a-pair", (True,), TypeError, "x: expected a tuple of 2"),
        ("a-pair", (True, 5), TypeError, r"x\[1\]: expected str"),
        ("a-perhaps", 5, TypeError, "x: expected None or a tuple of one"),
        ("a-leaves", [("oak", None), ("elm", "x")], TypeError, r"x\[1\]\.size: expected int"),
        ("a-words", [["a"], ["b", 5]], TypeError, r"x\[1\]\[1\]: expected str"),
        ("a-words", ["ab"], TypeError, r"x\[0\]: expected a list of string"),
        ("list-u8", "abc", TypeError, "x: expected a list of u8, got str"),
        ("list-u8", array("d", [1]), TypeError, "x: expected u8, got a buffer of format 'd'"),
        ("list-f32", array("d", [1]), TypeError, "x: expected f32, got a buffer of format 'd'"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    name: str, value: Any, error: type[Exception], told: str, echo: Callable[..., Any]
) -> None:
    with pytest.raises(error, match=told):
        echo(name, value)
    # Nothing crossed, so the instance lives.
    assert echo("a-u8", 5) == 5


def test_the_number_of_arguments_is_checked(echo: Callable[..., Any]) -> None:
    for arguments in ((), (1, 2)):
        with pytest.raises((TypeError, ValueError)):
            echo("a-u8", *arguments)


@pytest.mark.parametrize(
    ("name", "value", "payload"),
    [
        ("both", 7, "failed"),
        ("ok-only", 7, None),
        ("err-only", None, "tails"),
        ("neither", None, None),
        ("alike", "worked", "failed"),
        ("nested", ("oak", 2**64 - 1), ("rectangle", (3, 4))),
    ],
)
def test_a_result_is_its_value_or_an_exception(
    name: str, value: Any, payload: Any, echo: Callable[..., Any]
) -> None:
    assert echo(name, False) == value
    with pytest.raises(Err) as caught:
        echo(name, True)
    assert caught.value.value == payload


def test_objects_are_lent_and_given_away() -> None:
    echo = ECHOES["plan"]
    with pytest.raises(TypeError, match="x: expected a resource, got int"):
        echo("peek", 5)
    before = echo("[static]counter.live")
    counter = echo("[constructor]counter", 5)
    assert isinstance(counter, Resource)
    assert echo("[method]counter.next", counter) == 6
    assert echo("peek", counter) == 6
    assert echo("peek", counter) == 6
    assert echo("[static]counter.live") == before + 1
    assert echo("take", counter) == 6
    assert echo("[static]counter.live") == before
    for name in ("peek", "take", "[method]counter.next"):
        with pytest.raises(ClosedError, match="the object was closed"):
            echo(name, counter)
    given = echo("give", 9)
    assert echo("take", given) == 9
    assert echo("[static]counter.live") == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a-tree", ("heads", {"red"}, ("named", "x" * 50), [("a", 1), ("b", None)], (-1, "c"))),
        ("a-outcomes", [("ok", 1), ("err", "x" * 50)] * 5),
        ("a-shapes", [("rectangle", (1, 2)), ("point", None)] * 5),
        ("list-string", ["x" * 100] * 20),
        ("list-f64", [1.0] * 1000),
        ("a-maybe", "x" * 200),
    ],
)
def test_calls_leave_memory_flat(name: str, value: Any) -> None:
    echo = ECHOES["plan"]

    def resident() -> int:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    for _ in range(2_000):
        echo(name, value)
    before = resident()
    for _ in range(20_000):
        echo(name, value)
    # A leak of 48 bytes a call would be a megabyte here.
    assert resident() - before < 500_000


def test_a_panic_is_an_error_and_the_next_call_works() -> None:
    echo = Echo()
    counter = echo("[constructor]counter", 5)
    for _ in range(3):
        with pytest.raises(TrapError):
            echo("panic")
        assert echo("a-u8", 5) == 5
    with pytest.raises(ClosedError, match="its instance was discarded"):
        echo("peek", counter)
    with pytest.raises(WasmtimeError):
        StockEcho()("panic")


def test_an_object_of_another_instance_is_refused() -> None:
    one, other = Echo(), Echo()
    counter = one("[constructor]counter", 5)
    with pytest.raises(ClosedError, match="lives in another instance"):
        other("peek", counter)
    assert one("peek", counter) == 5


def test_what_calls_again_while_it_is_converted_is_let_through() -> None:
    echo = Echo()

    class Calls:
        def __index__(self) -> int:
            return int(echo("a-u8", 3))

    assert echo("a-u8", Calls()) == 3
    assert echo("list-u8", [Calls(), 1]) == bytes([3, 1])


def test_a_sequence_that_lies_about_its_length_is_refused() -> None:
    class Lies(list):  # type: ignore[type-arg]
        pass

    class Sequence(collections.abc.Sequence):  # type: ignore[type-arg]
        def __init__(self, length: int) -> None:
            self._length = length

        def __len__(self) -> int:
            return self._length

        def __getitem__(self, at: Any) -> Any:
            if at >= 3:
                raise IndexError(at)
            return "abc"[at]

    echo = ECHOES["plan"]
    assert echo("list-string", Sequence(3)) == ["a", "b", "c"]
    for length in (0, 2, 4, 10**6):
        with pytest.raises(ValueError, match="x: expected as many items as its length says"):
            echo("list-string", Sequence(length))
    assert echo("list-string", Lies(["a"])) == ["a"]


def test_an_integer_that_a_float_cannot_hold_is_refused(echo: Callable[..., Any]) -> None:
    for value in (2**53 + 1, -(2**63) - 1, 2**1000 + 1):
        with pytest.raises(OverflowError, match="x: expected an integer that a float holds"):
            echo("a-f64", value)
        with pytest.raises(OverflowError, match=r"x\[1\]: expected an integer that a float holds"):
            echo("list-f64", [math.nan, value])
    assert list(echo("list-f64", [2**53, 2**1000])) == [2.0**53, 2.0**1000]
