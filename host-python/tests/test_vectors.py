"""The shared vectors, run through the component."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import pytest
from conftest import VECTORS, content

import fordway

NUMBERS, TOUR = VECTORS["numbers"], VECTORS["tour"]


def doubles(texts: list[str]) -> list[float]:
    return [float(text) for text in texts]


def bits(xs: list[float]) -> list[bytes]:
    """Doubles as bytes, so that signs of zero count; every NaN is one."""
    return [b"nan" if math.isnan(x) else struct.pack("d", x) for x in xs]


@pytest.mark.parametrize("row", NUMBERS["squares"])
def test_squares(row: Any) -> None:
    assert bits(fordway.squares(doubles(row["xs"]))) == bits(doubles(row["expect"]))


@pytest.mark.parametrize("row", NUMBERS["sqrts"])
def test_sqrts(row: Any) -> None:
    if "error" in row:
        with pytest.raises(OverflowError):
            fordway.sqrts(row["n"])
    else:
        assert fordway.sqrts(row["n"]) == (row["heading"], doubles(row["expect"]))


@pytest.mark.parametrize("row", NUMBERS["increase"])
def test_increase(row: Any) -> None:
    xs, by = [int(x) for x in row["xs"]], int(row["by"])
    if "error" in row:
        with pytest.raises(OverflowError, match="does not fit in 64 bits"):
            fordway.increase(xs, by)
    else:
        assert fordway.increase(xs, by) == [int(x) for x in row["expect"]]


@pytest.mark.parametrize("row", NUMBERS["dot"])
def test_dot(row: Any) -> None:
    found = fordway.dot(doubles(row["a"]), doubles(row["b"]))
    assert bits([found]) == bits(doubles([row["expect"]]))


@pytest.mark.parametrize("row", NUMBERS["pi"])
def test_pi(row: Any) -> None:
    assert fordway.pi(row["n"]) == float(row["expect"])


@pytest.mark.parametrize("row", NUMBERS["shuffle"])
def test_shuffle(row: Any) -> None:
    xs = [int(x) for x in row["xs"]]
    assert fordway.shuffle(xs, int(row["seed"])) == [int(x) for x in row["expect"]]


def test_prints(capsys: pytest.CaptureFixture[str]) -> None:
    fordway.hello()
    fordway.greet()
    assert capsys.readouterr().out == TOUR["hello"] + TOUR["greet"]


@pytest.mark.parametrize("row", TOUR["add"])
def test_add(row: Any) -> None:
    a, b = int(row["a"]), int(row["b"])
    if "error" in row:
        with pytest.raises(OverflowError, match="does not fit in 64 bits"):
            fordway.add(a, b)
    else:
        assert fordway.add(a, b) == int(row["expect"])


@pytest.mark.parametrize("row", TOUR["repeat"])
def test_repeat(row: Any) -> None:
    if "error" in row:
        with pytest.raises(OverflowError, match="at most 67108864"):
            fordway.repeat(row["s"], row["n"])
    else:
        assert fordway.repeat(row["s"], row["n"]) == row["expect"]


@pytest.mark.parametrize("row", TOUR["join"])
def test_join(row: Any) -> None:
    assert fordway.join(row["words"], row["sep"]) == row["expect"]


@pytest.mark.parametrize("row", TOUR["full_name"])
def test_full_name(row: Any) -> None:
    assert fordway.full_name(fordway.Person(row["first"], row["last"])) == row["expect"]


@pytest.mark.parametrize("row", TOUR["even"])
def test_even(row: Any) -> None:
    if "error" in row:
        with pytest.raises(ValueError, match="want at least 0") as caught:
            fordway.even(int(row["n"]))
        assert str(caught.value) == row["error"]
    else:
        assert fordway.even(int(row["n"])) is row["expect"]


@pytest.mark.parametrize("row", TOUR["user_info"])
def test_user_info(row: Any) -> None:
    with fordway.UserInfo(row["name"]) as user:
        assert user.info == row["expect"]


def test_digest(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for row in VECTORS["digest"]:
        file.write_bytes(content(row["size"]))
        assert fordway.digest(file, row["algorithm"]) == row["expect"], row


@pytest.mark.parametrize("row", VECTORS["manifest"], ids=lambda row: row["title"])
def test_manifest(row: Any, tree: Path) -> None:
    (tree / row["name"]).write_bytes(row["text"].encode())
    if "error" in row:
        assert row["error"] == "bad-manifest"
        with pytest.raises(fordway.ManifestError, match="states no digest"):
            fordway.verify(tree, row["name"])
        return
    report = fordway.verify(tree, row["name"])
    found = {
        "passed": report.passed,
        "bytes": report.bytes,
        "malformed": list(report.malformed),
        "failures": [
            {"line": f.line, "path": f.path, "reason": f.reason}
            | ({"actual": f.actual} if f.actual else {})
            for f in report.failures
        ],
    }
    assert found == row["expect"]


@pytest.mark.parametrize("row", VECTORS["write"], ids=lambda row: str(row["size"]))
def test_write_and_read(row: Any, tmp_path: Path) -> None:
    data, file = content(row["size"]), tmp_path / "file"
    fordway.write(data, file)
    assert file.read_bytes() == data
    assert fordway.read(file) == data


@pytest.mark.parametrize("row", VECTORS["read_errors"], ids=lambda row: row["error"])
def test_read_errors(row: Any, tree: Path) -> None:
    expected = {
        "not-found": FileNotFoundError,
        "is-a-directory": IsADirectoryError,
        "not-a-directory": NotADirectoryError,
    }
    path = str(tree / row["path"])
    with pytest.raises(expected[row["error"]]) as caught:
        fordway.read(path)
    assert caught.value.filename == path
    assert caught.value.errno
