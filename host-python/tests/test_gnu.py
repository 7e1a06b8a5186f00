"""`fordway verify` and `fordway sum` against the real GNU tools."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import VECTORS

ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}
NAMES = [
    "plain",
    "two words",
    " lead",
    "tail ",
    "new\nline",
    "back\\slash",
    "both\\\nof them",
    "carriage\rreturn",
    "-dash",
    "--check",
    "*star",
    "#hash",
    "ünïcode-😀",
    "quote'\"s",
    "paren) = (",
    "dir/below",
    "dir/sub/deep er",
]


@pytest.fixture(autouse=True)
def _tools() -> None:
    if shutil.which("sha1sum") is None:
        if os.environ.get("CI"):
            pytest.fail("sha1sum of GNU coreutils is missing")
        pytest.skip("needs sha1sum of GNU coreutils")


def gnu(tool: str, *arguments: str, cwd: Path) -> tuple[int, bytes, str]:
    found = subprocess.run([tool, *arguments], cwd=cwd, capture_output=True, env=ENVIRONMENT)
    return found.returncode, found.stdout, found.stderr.decode()


def ours(*arguments: str, cwd: Path) -> tuple[int, bytes, str]:
    return gnu(sys.executable, "-m", "fordway", *arguments, cwd=cwd)


def meaning(stderr: str) -> list[str]:
    """The warnings of either tool, without names of tools and algorithms."""
    lines = []
    for line in stderr.splitlines():
        _, _, line = line.partition(": ")
        line = line.replace("SHA1 ", "").replace("SHA256 ", "")
        if line.startswith("WARNING") or "improperly" in line or "no file was" in line:
            lines.append(line.replace('"', ""))
    return lines


def plant(root: Path, seed: int) -> None:
    """A tree of odd names and sizes."""
    chance = random.Random(seed)
    for name in NAMES:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(chance.randbytes(chance.choice([0, 1, 55, 64, 1000, 70_000])))


def spoil(root: Path) -> None:
    (root / "plain").write_text("changed")
    (root / "new\nline").write_text("changed")
    (root / "two words").unlink()
    (root / "dir" / "below").unlink()
    (root / "dir" / "below").mkdir()


OPTIONS = ["--quiet", "--status", "--ignore-missing", "--strict", "--warn"]


@pytest.mark.parametrize(
    "options",
    [[], *[[option] for option in OPTIONS], *map(list, itertools.combinations(OPTIONS, 2))],
    ids="".join,
)
@pytest.mark.parametrize("state", ["right", "spoilt", "malformed", "all missing"])
def test_a_check_prints_what_gnu_prints(state: str, options: list[str], tmp_path: Path) -> None:
    plant(tmp_path, 1)
    _, text, _ = gnu("sha1sum", "--", *NAMES, cwd=tmp_path)
    if state == "spoilt":
        spoil(tmp_path)
    if state == "malformed":
        lines = text.splitlines(keepends=True)
        text = b"hello\n" + b"".join(lines[:3]) + b"# comment\n\nbad  line\n" + b"".join(lines[3:])
    if state == "all missing":
        text = hashlib.sha1().hexdigest().encode() + b"  gone\n"
    (tmp_path / "list").write_bytes(text)
    expected = gnu("sha1sum", "--check", *options, "list", cwd=tmp_path)
    found = ours("verify", *options, ".", "list", cwd=tmp_path)
    assert found[1] == expected[1]
    assert found[0] == expected[0]
    assert meaning(found[2]) == meaning(expected[2])


@pytest.mark.parametrize(
    "row",
    [row for row in VECTORS["manifest"] if row["gnu"]],
    ids=lambda row: row["title"],
)
def test_the_vectors_are_what_gnu_says(row: Any, tree: Path) -> None:
    (tree / row["name"]).write_bytes(row["text"].encode())
    expected = gnu("sha1sum", "--check", row["name"], cwd=tree)
    found = ours("verify", ".", row["name"], cwd=tree)
    assert found[:2] == expected[:2]
    assert meaning(found[2]) == meaning(expected[2])
    passed = sum(line.endswith(b": OK") for line in expected[1].split(b"\n"))
    assert passed == row["expect"]["passed"]


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("form", [[], ["--tag"], ["--binary"]], ids=["text", "tag", "binary"])
def test_every_list_of_gnu_passes(algorithm: str, form: list[str], tmp_path: Path) -> None:
    plant(tmp_path, 2)
    _, text, _ = gnu(f"{algorithm}sum", *form, "--", *NAMES, cwd=tmp_path)
    (tmp_path / "list").write_bytes(text)
    status, out, err = ours("verify", ".", "list", cwd=tmp_path)
    assert (status, err) == (0, "")
    assert out.count(b"\n") == len(NAMES)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("form", [[], ["--tag"]], ids=["text", "tag"])
def test_gnu_accepts_every_sum(algorithm: str, form: list[str], tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    plant(root, 3)
    status, text, err = ours("sum", "-a", algorithm, *form, "root", cwd=tmp_path)
    assert (status, err) == (0, "")
    (root / "list").write_bytes(text)
    tool = f"{algorithm}sum"
    status, out, _ = gnu(tool, "--check", "--strict", "list", cwd=root)
    assert status == 0
    assert out.count(b"\n") == len(NAMES)
    # And it is, line for line, what the tool writes for the same files.
    lines = gnu(tool, *form, "--", *NAMES, cwd=root)[1].split(b"\n")
    assert sorted(text.split(b"\n")) == sorted(lines)


def test_verdicts_equal_gnus_on_mutilated_lists(tmp_path: Path) -> None:
    """Random edits of true lists: the same lines OK, the same exit status."""
    for name in ("a", "b b", "c\\d"):
        (tmp_path / name).write_text(name)
    _, whole, _ = gnu("sha1sum", "--", "a", "b b", "c\\d", cwd=tmp_path)
    _, tagged, _ = gnu("sha1sum", "--tag", "--", "a", "b b", "c\\d", cwd=tmp_path)
    chance = random.Random(4)
    names = []
    for k in range(300):
        text = bytearray(chance.choice([whole, tagged, whole + tagged]))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            edit = chance.choice(["drop", "insert", "replace"])
            letter = chance.choice(b" *\\\r\n\t#()=aA0gSH")
            if edit == "drop":
                del text[at]
            elif edit == "insert":
                text.insert(at, letter)
            else:
                text[at] = letter
        name = f"sha1sum{k}.txt"  # so that other algorithms are malformed here too
        (tmp_path / name).write_bytes(text)
        names.append(name)
    import fordway

    for name in names:
        _, out, err = gnu("sha1sum", "--check", name, cwd=tmp_path)
        text = (tmp_path / name).read_bytes()
        try:
            report = fordway.verify(tmp_path, name)
        except fordway.ManifestError:
            assert "no properly formatted" in err, text
            continue
        passed = sum(line.endswith(b": OK") for line in out.split(b"\n"))
        failed = out.count(b": FAILED")
        assert (report.passed, len(report.failures)) == (passed, failed), text
        told = [line for line in err.splitlines() if "improperly" in line]
        count = int(told[0].split("WARNING: ")[1].split()[0]) if told else 0
        assert len(report.malformed) == count, text
