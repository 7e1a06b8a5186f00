"""Kernels over lists of numbers, in every kind of list and by every lane."""

from __future__ import annotations

import array
import math
import struct
import sys
from typing import Any

import numpy
import pandas
import pytest
from conftest import output_of
from hypothesis import given, settings
from hypothesis import strategies as st

import fordway
from fordway import _numbers

LANES = [0, 1, 2, 63, 64, 65, 4095, 4096, 4097]
LENGTHS = sorted({*LANES, _numbers.CROSSOVER - 1, _numbers.CROSSOVER, _numbers.CROSSOVER + 1})


@pytest.fixture(params=["list", "stream", "parts"])
def lane(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sends every list by one lane, whatever its length."""
    monkeypatch.setattr(_numbers, "CROSSOVER", 10**9 if request.param == "list" else -1)
    if request.param == "parts":
        monkeypatch.setattr(_numbers, "PART", 1)
        monkeypatch.setattr(_numbers, "processors", lambda: 3)
    name: str = request.param
    return name


@pytest.fixture(params=["numpy", "no numpy"])
def _numpy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a test with numpy loaded, and as if it were not there."""
    if request.param == "no numpy":
        monkeypatch.delitem(sys.modules, "numpy")
        monkeypatch.delitem(sys.modules, "pandas")


@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.usefixtures("_numpy")
def test_every_length_gives_the_squares(n: int) -> None:
    xs = [k / 7 for k in range(n)]
    squares = [x * x for x in xs]
    assert fordway.squares(xs) == squares
    assert fordway.squares(tuple(xs)) == squares  # type: ignore[comparison-overlap]
    found = fordway.squares(array.array("d", xs))
    assert isinstance(found, array.array)
    assert found == array.array("d", squares)


@pytest.mark.parametrize("n", LENGTHS)
def test_lanes_agree_on_every_kernel(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    xs, ys = [k / 3 for k in range(n)], [k / 5 for k in range(n)]
    ints = list(range(-n, n, 2))

    def results() -> list[Any]:
        return [
            fordway.squares(xs),
            fordway.increase(ints, -3),
            fordway.dot(xs, ys),
            fordway.shuffle(ints, 5),
        ]

    here = results()
    for crossover in (-1, 10**9):
        monkeypatch.setattr(_numbers, "CROSSOVER", crossover)
        assert results() == here


def test_integers_in_a_list_are_doubles() -> None:
    assert fordway.squares([1, 2, 3]) == [1.0, 4.0, 9.0]
    assert all(type(x) is float for x in fordway.squares([1, 2, 3]))
    assert fordway.squares([numpy.float32(1.5), numpy.int8(2)]) == [2.25, 4.0]


@pytest.mark.usefixtures("lane")
def test_special_values_keep_their_bits() -> None:
    payload = struct.unpack("d", struct.pack("Q", 0x7FF8_0000_DEAD_BEEF))[0]
    xs = [0.0, -0.0, math.inf, -math.inf, 5e-324, 2.2e-308, 1.8e308, math.nan, payload]
    found = fordway.squares(array.array("d", xs))
    expected = numpy.array(xs) * numpy.array(xs)
    finite = [k for k, x in enumerate(xs) if not math.isnan(x)]
    assert [found[k] for k in finite] == expected[finite].tolist()
    assert math.copysign(1, found[1]) == 1
    words = struct.unpack("9Q", found.tobytes())
    assert words[8] == 0x7FF8_0000_DEAD_BEEF
    shuffled = fordway.shuffle(array.array("d", xs), 1)
    assert sorted(struct.unpack("9Q", shuffled.tobytes())) == sorted(
        struct.unpack("9Q", array.array("d", xs).tobytes())
    )


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize("shape", [(0,), (7,), (3, 4), (2, 0), (2, 3, 4), ()])
def test_arrays_keep_their_shape(shape: tuple[int, ...]) -> None:
    xs = numpy.arange(math.prod(shape), dtype="f8").reshape(shape)
    found = fordway.squares(xs)
    assert found.shape == shape
    assert found.dtype == numpy.float64
    numpy.testing.assert_array_equal(found, xs * xs)
    ints = xs.astype("i8")
    numpy.testing.assert_array_equal(fordway.increase(ints, 2), ints + 2)
    assert fordway.increase(ints, 2).shape == shape


@pytest.mark.usefixtures("lane")
def test_arrays_of_every_layout_are_read_right() -> None:
    base = numpy.arange(24, dtype="f8")
    views = {
        "strided": base[::3],
        "backwards": base[::-1],
        "fortran": numpy.asfortranarray(base.reshape(4, 6)),
        "transposed": base.reshape(4, 6).T,
        "swapped": base.astype(">f8"),
        "unaligned": numpy.frombuffer(b"x" + base.tobytes(), dtype="f8", offset=1),
    }
    frozen = base.copy()
    frozen.flags.writeable = False
    views["read-only"] = frozen
    for name, view in views.items():
        found = fordway.squares(view)
        numpy.testing.assert_array_equal(found, view * view, err_msg=name)
        assert found.dtype == numpy.float64
        assert found.flags.writeable


@pytest.mark.usefixtures("lane", "_numpy")
def test_memoryviews_of_every_layout_are_read_right() -> None:
    xs = array.array("d", range(10))
    view = memoryview(xs)
    assert list(fordway.squares(view)) == [x * x for x in xs]
    assert list(fordway.squares(view[::2])) == [x * x for x in xs[::2]]
    assert list(fordway.squares(view[::-1])) == [x * x for x in xs[::-1]]
    assert list(fordway.squares(view.toreadonly())) == [x * x for x in xs]
    table = view.cast("B").cast("d", [2, 5])
    assert list(fordway.squares(table)) == [x * x for x in xs]


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize("dtype", ["float32", "int64", "uint64", "complex128", "bool", "object"])
def test_another_dtype_is_a_type_error(dtype: str) -> None:
    with pytest.raises(TypeError) as caught:
        fordway.squares(numpy.zeros(3, dtype))
    assert str(caught.value) == f"expected float64, got {dtype}"


def test_a_wrong_dtype_is_told() -> None:
    with pytest.raises(TypeError) as caught:
        fordway.increase(numpy.array([20.0, 30.0]), 5)
    assert str(caught.value) == "expected int64, got float64"
    for other in ("int32", "uint64", ">f8"):
        with pytest.raises(TypeError, match="expected int64, got"):
            fordway.increase(numpy.zeros(3, other), 1)
    with pytest.raises(TypeError, match="expected int64, got Int64"):
        fordway.increase(pandas.Series([1, 2], dtype="Int64"), 1)
    for buffer in (b"12345678", array.array("f", [1]), array.array("d", [1])):
        with pytest.raises(TypeError, match="xs: expected int64, got a buffer of format"):
            fordway.increase(buffer, 1)


@pytest.mark.parametrize(
    ("xs", "told"),
    [
        ([1.0, 2.0, "3"], r"xs\[2\]: expected float, got str"),
        ([1.0] * 100_000 + [None], r"xs\[100000\]: expected float, got NoneType"),
        ([1.0, True], r"xs\[1\]: expected float, got bool"),
        ([1.0, 1j], r"xs\[1\]: expected float, got complex"),
        ("123", "xs: expected a list of f64, got str"),
        (5, "xs: expected a list of f64, got int"),
        (None, "xs: expected a list of f64, got NoneType"),
        ({1.0}, "xs: expected a list of f64, got set"),
        ((x for x in [1.0]), "xs: expected a list of f64, got generator"),
    ],
)
def test_what_is_no_list_of_doubles_is_refused(xs: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        fordway.squares(xs)


def test_what_does_not_fit_is_an_overflow_error() -> None:
    with pytest.raises(OverflowError, match=r"xs\[1\]: expected a number that fits"):
        fordway.squares([1, 10**400])
    for wrong in (2**63, -(2**63) - 1, 10**4000):
        with pytest.raises(OverflowError, match=r"xs\[1\]: expected an int from -9223372036"):
            fordway.increase([1, wrong], 1)
        with pytest.raises(OverflowError, match="by: expected an int from"):
            fordway.increase([1], wrong)
    with pytest.raises(TypeError, match=r"xs\[1\]: expected int, got float"):
        fordway.increase([1, 2.0], 1)  # type: ignore[list-item]


@pytest.mark.usefixtures("lane")
def test_an_increase_that_overflows_changes_nothing() -> None:
    xs = numpy.array([1, 2**63 - 1, 3])
    with pytest.raises(OverflowError, match="element 1 is 9223372036854775807"):
        fordway.increase(xs, 1, out=xs)
    assert xs.tolist() == [1, 2**63 - 1, 3]


@pytest.mark.usefixtures("lane")
@pytest.mark.parametrize("processors", [1, 2, 5])
@pytest.mark.parametrize("beyond", [-1, 0, 1])
@pytest.mark.usefixtures("_numpy")
def test_a_long_list_in_parts_is_a_long_list(
    processors: int, beyond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_numbers, "processors", lambda: processors)
    for parts in (2, 3, 5):
        xs = array.array("q", range(parts * _numbers.PART + beyond))
        assert fordway.increase(xs, -7) == array.array("q", range(-7, len(xs) - 7))


def test_an_overflow_in_a_later_part_is_told_as_in_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_numbers, "processors", lambda: 4)
    xs = numpy.zeros(4 * _numbers.PART, "int64")
    at = len(xs) - 3
    xs[at] = 2**63 - 1
    out = xs.copy()
    with pytest.raises(OverflowError, match=f"element {at} "):
        fordway.increase(xs, 1, out=out)
    assert (out == xs).all()


def test_parts_have_the_limits_of_their_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_numbers, "processors", lambda: 4)
    xs = numpy.arange(40 * _numbers.PART, dtype="float64")
    with fordway.Sandbox(timeout=0.001) as hasty, pytest.raises(fordway.CallTimeout):
        hasty.squares(xs)
    with fordway.Sandbox(memory_limit=2 << 20, timeout=60) as small:
        assert (small.squares(xs) == xs * xs).all()
    small.close()
    with pytest.raises(fordway.ClosedError):
        small.squares(xs)


def test_parts_are_done_where_no_thread_is_to_be_had() -> None:
    script = (
        "import array, atexit, fordway\n"
        "from fordway import _numbers\n"
        "_numbers.processors = lambda: 4\n"
        "xs = array.array('d', [3]) * (4 * _numbers.PART)\n"
        "atexit.register(lambda: print(set(fordway.squares(xs))))\n"
    )
    assert output_of(script) == "{9.0}\n"


def test_out_takes_the_result_in_place() -> None:
    ages = numpy.array([20, 30, 40])
    assert fordway.increase(ages, 5, out=ages) is ages
    assert ages.tolist() == [25, 35, 45]
    xs, out = array.array("d", [1, 2, 3]), array.array("d", bytes(24))
    assert fordway.squares(xs, out=out) is out
    assert list(out) == [1, 4, 9]
    assert fordway.squares([1, 2, 3], out=out) is out  # type: ignore[comparison-overlap]
    table = numpy.zeros((2, 2))
    fordway.squares(numpy.array([[1.0, 2], [3, 4]]), out=table)
    assert table.tolist() == [[1, 4], [9, 16]]


@pytest.mark.parametrize(
    ("out", "error", "told"),
    [
        (numpy.zeros(3, "f4"), TypeError, "out: expected float64, got float32"),
        (numpy.zeros(3, ">f8"), TypeError, "out: expected float64, got >f8"),
        (numpy.zeros(3, "i8"), TypeError, "out: expected float64, got int64"),
        (numpy.zeros(2), ValueError, "out: expected 3 elements, got 2"),
        (numpy.zeros(6)[::2], ValueError, "out: expected a contiguous buffer"),
        (bytes(24), ValueError, "out: expected a writable buffer"),
        (bytearray(24), TypeError, "out: expected float64, got a buffer of format 'B'"),
        ([0.0] * 3, TypeError, "out: expected a writable buffer of float64, got list"),
        (pandas.Series([0.0] * 3), TypeError, "pandas copies on write"),
    ],
)
def test_an_unfit_out_is_refused(out: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        fordway.squares(numpy.array([1.0, 2, 3]), out=out)


def test_a_column_is_assigned() -> None:
    people = pandas.DataFrame({"name": ["A", "B", "C"], "age": [20, 30, 40]}, index=[7, 8, 9])
    people["age"] = fordway.increase(people["age"], 5)
    assert people["age"].tolist() == [25, 35, 45]
    assert people.index.tolist() == [7, 8, 9]
    found = fordway.squares(pandas.Series([1.0, 2.0], name="x"))
    assert isinstance(found, pandas.Series)
    assert found.name == "x"
    # Another frame that shares the data does not change.
    other = people[["age"]]
    people["age"] = fordway.increase(people["age"], 1)
    assert other["age"].tolist() == [25, 35, 45]


@pytest.mark.usefixtures("lane")
def test_dot_adds_first_to_last() -> None:
    a, b = [0.1 * k for k in range(1000)], [1e10, -1e-10] * 500
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += x * y
    assert fordway.dot(a, b) == total
    assert fordway.dot(numpy.array(a), array.array("d", b)) == total
    with pytest.raises(ValueError, match="b: expected 1000 elements as in a, got 999"):
        fordway.dot(a, b[1:])
    with pytest.raises(TypeError, match="expected float64, got int64"):
        fordway.dot(numpy.arange(3), numpy.arange(3))


@pytest.mark.usefixtures("lane")
def test_shuffle_takes_any_objects() -> None:
    words = [str(k) for k in range(50)]
    order = fordway.shuffle(list(range(50)), 9)
    assert order != list(range(50))
    assert fordway.shuffle(words, 9) == [words[k] for k in order]
    assert fordway.shuffle(tuple(words), 9) == [words[k] for k in order]  # type: ignore[comparison-overlap]
    assert fordway.shuffle(numpy.arange(50), 9).tolist() == order
    assert fordway.shuffle(numpy.arange(50.0), 9).tolist() == order
    assert fordway.shuffle(array.array("q", range(50)), 9).tolist() == order
    assert fordway.shuffle(array.array("d", range(50)), 9).tolist() == order
    assert fordway.shuffle(pandas.Series(range(50)), 9).tolist() == order
    assert sorted(order) == list(range(50))


@pytest.mark.parametrize(
    ("seed", "error"), [(-1, OverflowError), (2**64, OverflowError), (1.0, TypeError)]
)
def test_the_seed_is_checked(seed: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="seed: expected"):
        fordway.shuffle([1, 2], seed)
    with pytest.raises(TypeError, match="xs: expected a list or an array"):
        fordway.shuffle({1, 2}, 1)
    with pytest.raises(TypeError, match="expected int64, got float32"):
        fordway.shuffle(numpy.zeros(3, "f4"), 1)


def test_pi_and_sqrts_check_their_argument() -> None:
    for call in (fordway.pi, fordway.sqrts):
        for wrong in (-1, 2**32):
            with pytest.raises(OverflowError, match="n: expected an int from 0 to 4294967295"):
                call(wrong)
        with pytest.raises(TypeError, match="n: expected int, got float"):
            call(1.0)  # type: ignore[arg-type]
    heading, roots = fordway.sqrts(1_000_000)
    assert heading == "Square roots up to 1000000:"
    numpy.testing.assert_array_equal(roots, numpy.sqrt(numpy.arange(1, 1_000_001)))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats()))
def test_squares_equal_numpys(xs: list[float]) -> None:
    with numpy.errstate(over="ignore", invalid="ignore", under="ignore"):
        expected = numpy.array(xs, dtype="f8") * numpy.array(xs, dtype="f8")
    numpy.testing.assert_array_equal(numpy.array(fordway.squares(xs)), expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.integers(-(2**63), 2**63 - 1))
def test_increase_is_exact_or_refused(xs: list[int], by: int) -> None:
    expected = [x + by for x in xs]
    if all(-(2**63) <= x < 2**63 for x in expected):
        assert fordway.increase(xs, by) == expected
    else:
        with pytest.raises(OverflowError):
            fordway.increase(xs, by)
