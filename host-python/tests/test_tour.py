"""A tour of every kind of value."""

from __future__ import annotations

import gc
from typing import Any

import numpy
import pytest
from conftest import in_threads, output_of
from hypothesis import given, settings
from hypothesis import strategies as st

import fordway


def live() -> int:
    """How many users are alive in this thread's instance."""
    default = fordway.add.__self__  # type: ignore[attr-defined]
    count: int = default._call("tour.[static]user-info.live")
    return count


def test_a_user_is_freed_when_closed() -> None:
    before = live()
    user = fordway.UserInfo("Alice")
    assert user.info == 'User "Alice" has 5 letters in their name'
    assert live() == before + 1
    user.close()
    assert live() == before
    user.close()
    assert user.closed
    assert repr(user) == "<fordway.UserInfo: closed>"


def test_a_user_is_freed_at_the_end_of_a_with_block() -> None:
    before = live()
    with fordway.UserInfo("Alice") as user:
        assert live() == before + 1
    assert live() == before
    with pytest.raises(fordway.ClosedError, match="used after it was closed"), user:
        pass


def test_a_user_is_freed_when_collected() -> None:
    before = live()
    user: Any = fordway.UserInfo("Alice")
    user.itself = user
    del user
    gc.collect()
    assert live() == before


def test_users_forgotten_by_the_thousand_leave_none_alive() -> None:
    before = live()
    for _ in range(100_000):
        fordway.UserInfo("x")
    assert live() == before


def test_a_closed_user_is_a_clear_error() -> None:
    user = fordway.UserInfo("Alice")
    user.close()
    with pytest.raises(ValueError, match="UserInfo: used after it was closed"):
        _ = user.info
    assert fordway.add(1, 2) == 3


def test_a_user_is_freed_from_another_thread() -> None:
    before = live()
    users = [fordway.UserInfo(str(k)) for k in range(100)]
    infos: list[str] = []

    def use() -> None:
        while users:
            infos.append(users.pop().info)

    in_threads(use, [()] * 4)
    gc.collect()
    assert len(infos) == 100
    assert live() == before


def test_a_user_outlives_the_thread_that_made_it() -> None:
    made: list[fordway.UserInfo] = []
    in_threads(lambda: made.append(fordway.UserInfo("Alice")), [()])
    assert made[0].info == 'User "Alice" has 5 letters in their name'


def test_eight_threads_call_side_by_side() -> None:
    wrong: list[object] = []

    def call(k: int) -> None:
        for n in range(500):
            if fordway.add(k, n) != k + n or fordway.repeat(str(k), 3) != str(k) * 3:
                wrong.append((k, n))

    in_threads(call, [(k,) for k in range(8)])
    assert wrong == []


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: fordway.add(2**63, 0), OverflowError, "a: expected an int from -9223372036854"),
        (lambda: fordway.add(0, -(2**63) - 1), OverflowError, "b: expected an int from"),
        (lambda: fordway.add(1.0, 2), TypeError, "a: expected int, got float"),  # type: ignore[arg-type]
        (lambda: fordway.add(1, "2"), TypeError, "b: expected int, got str"),  # type: ignore[arg-type]
        (lambda: fordway.add(True, 2), TypeError, "a: expected int, got bool"),
        (lambda: fordway.add(1, None), TypeError, "b: expected int, got NoneType"),  # type: ignore[arg-type]
        (lambda: fordway.repeat("x", -1), OverflowError, "n: expected an int from 0 to 42949"),
        (lambda: fordway.repeat("x", 2**32), OverflowError, "n: expected an int from 0 to 42949"),
        (lambda: fordway.repeat(b"x", 1), TypeError, "s: expected str, got bytes"),  # type: ignore[arg-type]
        (lambda: fordway.repeat("\ud800", 1), ValueError, "s: expected text without lone surr"),
        (lambda: fordway.join(["a", 5], ""), TypeError, r"words\[1\]: expected str, got int"),  # type: ignore[list-item]
        (lambda: fordway.join("abc", ""), TypeError, "words: expected a list of string"),
        (lambda: fordway.join(["a", "\udc80"], ""), ValueError, r"words\[1\]: expected text"),
        (lambda: fordway.join(["a"], 5), TypeError, "sep: expected str, got int"),  # type: ignore[arg-type]
        (lambda: fordway.full_name("John"), TypeError, "person: expected Person, got str"),  # type: ignore[arg-type]
        (
            lambda: fordway.full_name(fordway.Person("John", 5)),  # type: ignore[arg-type]
            TypeError,
            r"person\.last: expected str, got int",
        ),
        (lambda: fordway.even(2.0), TypeError, "n: expected int, got float"),  # type: ignore[arg-type]
        (lambda: fordway.UserInfo(5), TypeError, "name: expected str, got int"),  # type: ignore[arg-type]
    ],
)
def test_bad_arguments_are_refused_by_name(call: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()
    # After any error the next call works.
    assert fordway.add(10, 15) == 25


def test_integers_of_numpy_are_integers() -> None:
    assert fordway.add(numpy.int64(10), numpy.uint8(15)) == 25  # type: ignore[arg-type]


def test_prints_follow_a_replaced_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    import contextlib
    import io

    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        fordway.hello()
    assert text.getvalue() == "Hello world!\n"
    assert capsys.readouterr().out == ""


def test_prints_reach_the_processs_stdout() -> None:
    script = "import fordway; fordway.hello(); fordway.greet()"
    assert output_of(script) == "Hello world!\nHello! The square root of 4 is: 2\n"


def test_short_scripts_end_without_a_crash() -> None:
    script = (
        "import fordway, threading\n"
        "user = fordway.UserInfo('x'); fordway.hello(); fordway.squares([1.0] * 10_000)\n"
        "threading.Thread(target=fordway.pi, args=(30_000_000,), daemon=True).start()\n"
    )
    for _ in range(10):
        output_of(script)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(0, 20), st.lists(st.text()), st.text())
def test_text_goes_through_unchanged(s: str, n: int, words: list[str], sep: str) -> None:
    try:
        "".join([s, *words, sep]).encode()
    except UnicodeEncodeError:
        return
    assert fordway.repeat(s, n) == s * n
    assert fordway.join(words, sep) == sep.join(words)
