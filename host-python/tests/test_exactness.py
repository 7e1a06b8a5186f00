"""Values that cannot cross as they are: refused, never bent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from scripts import run

import fordway

ONES = np.ones(4)
MASKED = np.ma.masked_array([1.0, 2.0, 3.0, 4.0], mask=[False, True, False, False])
UNMASKED = np.ma.masked_array([1.0, 2.0, 3.0, 4.0])
MASKED_INTS = np.ma.masked_array([1, 2, 3], mask=[True, False, False])


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda: fordway.squares(MASKED), "xs"),
        (lambda: fordway.squares(UNMASKED), "xs"),
        (lambda: fordway.squares(ONES, out=UNMASKED), "out"),
        (lambda: fordway.increase(MASKED_INTS, 1), "xs"),
        (lambda: fordway.shuffle(MASKED_INTS, 7), "xs"),
        (lambda: fordway.dot(MASKED, ONES), "a"),
        (lambda: fordway.dot(ONES, MASKED), "b"),
        (lambda: fordway.dot(UNMASKED, UNMASKED), "a"),
        (lambda: fordway.squares(np.ma.masked_array(np.ones(400_000))), "xs"),
    ],
)
def test_an_array_with_a_mask_is_refused(call: Callable[[], Any], parameter: str) -> None:
    with pytest.raises(TypeError, match=rf"^{parameter}: .*mask"):
        call()


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**60 + 1, 3**50, 10**400])
@pytest.mark.parametrize("length", [1, 7, 10_000])
def test_an_int_that_no_double_holds_is_refused(number: int, length: int) -> None:
    numbers = [1] * (length - 1) + [number]
    with pytest.raises((OverflowError, ValueError), match=rf"xs\[{length - 1}\]"):
        fordway.squares(numbers)
    with pytest.raises((OverflowError, ValueError), match=rf"b\[{length - 1}\]"):
        fordway.dot([0.0] * length, numbers)


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**53 + 2, 2**60, -(2**1000)])
def test_an_int_that_a_double_holds_is_exact(number: int) -> None:
    assert fordway.dot([1.0], [number]) == number
    assert fordway.dot([0.5] * 10_000, [0] * 9_999 + [number]) == number / 2


class Lying(Sequence[Any]):
    """Says that it has more or fewer elements than it has."""

    def __init__(self, items: list[Any], claimed: int) -> None:
        self.items = items
        self.claimed = claimed

    def __len__(self) -> int:
        return self.claimed

    def __getitem__(self, at: Any) -> Any:
        return self.items[at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


class LyingList(list[Any]):
    """A list that lies: what it holds counts, or it is refused."""

    def __len__(self) -> int:
        return 7


@pytest.mark.parametrize("claimed", [0, 2, 4, 100, 10_000])
def test_a_sequence_that_lies_about_its_length_is_refused(claimed: int) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^words"):
        fordway.join(Lying(["a", "b", "c"], claimed), "-")


@pytest.mark.parametrize("claimed", [2, 4, 10_000])
@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda xs: fordway.squares(xs), "xs"),
        (lambda xs: fordway.increase(xs, 1), "xs"),
        (lambda xs: fordway.dot(xs, [1.0] * len(xs)), "[ab]"),
    ],
)
def test_numbers_that_lie_about_their_length_are_refused(
    call: Callable[[Any], Any], parameter: str, claimed: int
) -> None:
    with pytest.raises((ValueError, TypeError), match=f"^{parameter}"):
        call(Lying([1, 2, 3], claimed))


def outcome(call: Callable[[Any], Any], argument: Any) -> Any:
    """What a call returns, or how it refuses its argument."""
    try:
        return call(argument)
    except (ValueError, TypeError) as error:
        return error


def test_a_list_that_lies_is_taken_for_what_it_holds_or_refused() -> None:
    for call, parameter, right in [
        (lambda xs: fordway.squares(xs), "xs", [1.0, 4.0, 9.0]),
        (lambda xs: fordway.increase(xs, 1), "xs", [2, 3, 4]),
        (lambda xs: sorted(fordway.shuffle(xs, 7)), "xs", [1, 2, 3]),
        (lambda xs: fordway.join([*map(str, xs)], ""), "words", "123"),
    ]:
        found = outcome(call, LyingList([1, 2, 3]))
        assert found == right or str(found).startswith(f"{parameter}: ")
    with pytest.raises((ValueError, TypeError), match=r"^words"):
        fordway.join(LyingList(["a", "b", "c"]), "-")


@pytest.mark.parametrize(("left", "right"), [(3, 4), (4, 3), (0, 1), (10_000, 10_001), (1, 10_000)])
def test_two_lengths_are_refused(left: int, right: int) -> None:
    for one in ([1.0], np.ones(1)):
        with pytest.raises(ValueError, match=f"b: expected {left} elements.*{right}"):
            fordway.dot(_times(one, left), _times(one, right))


def _times(one: Any, count: int) -> Any:
    return one * count if isinstance(one, list) else np.ones(count)


AGAIN = """
import fordway, sys, threading
from collections.abc import Sequence

class Index:
    def __index__(self):
        return fordway.add(1, 1)

class Words(Sequence):
    def __len__(self):
        return fordway.add(1, 1)
    def __getitem__(self, at):
        if not 0 <= at < 2:
            raise IndexError
        return fordway.repeat("ab", fordway.add(at, 1))

class Numbers(Sequence):
    def __len__(self):
        return 3
    def __getitem__(self, at):
        if not 0 <= at < 3:
            raise IndexError
        return fordway.add(at, 1)

class Name(str):
    def encode(self, *rest):
        fordway.add(1, 1)
        return str.encode(self, *rest)

box = fordway.Sandbox()
boxed = box.add

class Boxed:
    def __index__(self):
        return boxed(20, 20)

print({call})
print(fordway.add(1, 2), box.add(1, 2))
"""


@pytest.mark.parametrize(
    ("call", "right"),
    [
        ("fordway.add(Index(), 3)", "5"),
        ("fordway.repeat('x', Index())", "xx"),
        ("fordway.join(Words(), '-')", "ab-abab"),
        ("fordway.increase([Index(), 5], Index())", "[4, 7]"),
        ("fordway.pi(Index()) > 2.6", "True"),
        ("fordway.UserInfo(Name('Al')).info", 'User "Al" has 2 letters in their name'),
        ("box.add(Boxed(), 2)", "42"),
        ("box.increase([Boxed()], 2)", "[42]"),
        ("fordway.squares([1, 2, Numbers()[1]])", "[1.0, 4.0, 4.0]"),
    ],
)
def test_an_argument_may_call_fordway_again(call: str, right: str) -> None:
    ended = run(AGAIN.replace("{call}", call), timeout=10)
    *told, last = ended.well.splitlines()
    assert last == "3 3"
    assert told == [right]
