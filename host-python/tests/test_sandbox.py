"""A sandbox: one instance, one directory, and limits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import in_threads, plant_sparse

import fordway
from fordway import _core
from fordway.component import Component

MIB = 1 << 20


def test_paths_are_inside_the_root(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "file").write_text("data")
    with fordway.Sandbox(tmp_path) as box:
        assert box.read("dir/file") == b"data"
        assert box.read("./dir/../dir/file") == b"data"
        assert box.digest("dir/file", "md5") == "8d777f385d3dfec8815d20f7496026dc"
        for path in ("../x", "dir/../../x", "/etc/passwd", str(tmp_path / "dir" / "file")):
            with pytest.raises(PermissionError) as caught:
                box.read(path)
            assert caught.value.filename == path
        assert box.squares([3]) == [9.0]
        assert box.add(1, 2) == 3
        assert box.user_info("Al").info == 'User "Al" has 2 letters in their name'


def test_its_root_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("here", "elsewhere"):
        (tmp_path / name / "root").mkdir(parents=True)
        (tmp_path / name / "root" / "file").write_text(name)
    monkeypatch.chdir(tmp_path / "here")
    with fordway.Sandbox("root") as box:
        monkeypatch.chdir(tmp_path / "elsewhere")
        assert box.read("file") == b"here"


def test_it_writes_only_with_leave(tmp_path: Path) -> None:
    with fordway.Sandbox(tmp_path) as box, pytest.raises(PermissionError):
        box.write(b"x", "file")
    assert os.listdir(tmp_path) == []
    with fordway.Sandbox(tmp_path, writable=True) as box:
        box.write(b"x", "file")
        assert box.read("file") == b"x"
        with pytest.raises(PermissionError):
            box.write(b"x", "../file")
    assert os.listdir(tmp_path) == ["file"]


def test_without_a_root_it_touches_no_file(tmp_path: Path) -> None:
    with fordway.Sandbox() as box:
        assert box.join(["a", "b"], "-") == "a-b"
        for path in ("x", "/etc/passwd", str(tmp_path)):
            with pytest.raises(PermissionError):
                box.read(path)
        with pytest.raises(PermissionError):
            box.verify(".")


def test_it_verifies(logs: Path) -> None:
    with fordway.Sandbox(logs.parent) as box:
        report = box.verify(logs.name)
        assert report.passed == 9
        with pytest.raises(fordway.VerificationError) as caught:
            box.check_signatures(logs.name)
        assert str(caught.value) == f'"{logs.name}/httpd-08.log" - mismatch (sha1sum.txt, line 8)'


def test_it_prints(capsys: pytest.CaptureFixture[str]) -> None:
    with fordway.Sandbox() as box:
        box.hello()
    assert capsys.readouterr().out == "Hello world!\n"


def test_used_after_close_is_an_error(tmp_path: Path) -> None:
    box = fordway.Sandbox(tmp_path)
    user = box.user_info("Alice")
    box.close()
    box.close()
    assert "closed" in repr(box)
    for call in (lambda: box.add(1, 2), lambda: box.read("x"), box.hello, box.verify):
        with pytest.raises(fordway.ClosedError, match="closed"):
            call()
    with pytest.raises(fordway.ClosedError):
        _ = user.info
    user.close()


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        ({"root": "nope"}, FileNotFoundError, "nope"),
        ({"root": __file__}, NotADirectoryError, "test_sandbox"),
        ({"root": 5}, TypeError, "root: expected str"),
        ({"root": "a\0"}, ValueError, "root: expected a path without NUL"),
        ({"writable": True}, ValueError, "writable: expected a root"),
        ({"memory_limit": 1.5}, TypeError, "memory_limit: expected an int"),
        ({"memory_limit": 0}, ValueError, "memory_limit: expected 2097152 to"),
        ({"memory_limit": True}, TypeError, "memory_limit: expected an int"),
        ({"timeout": 0}, ValueError, "timeout: expected more than 0"),
        ({"timeout": -1.0}, ValueError, "timeout: expected more than 0"),
        ({"timeout": float("nan")}, ValueError, "timeout: expected more than 0"),
        ({"timeout": "1"}, TypeError, "timeout: expected seconds"),
    ],
)
def test_arguments_are_checked(
    arguments: dict[str, Any], error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        fordway.Sandbox(**arguments)


def test_a_timeout_ends_a_call_and_the_next_one_works(tmp_path: Path) -> None:
    with fordway.Sandbox(tmp_path, timeout=0.05) as box:
        user = box.user_info("Alice")
        begin = time.monotonic()
        with pytest.raises(fordway.CallTimeout, match=r"longer than 0\.05 seconds") as caught:
            box.pi(2**32 - 1)
        assert time.monotonic() - begin < 1
        assert isinstance(caught.value, TimeoutError)
        assert box.add(1, 2) == 3
        # What lived in the instance is gone with it.
        with pytest.raises(fordway.ClosedError, match="discarded after an error"):
            _ = user.info
        assert fordway.add(1, 2) == 3


def test_a_timeout_holds_for_streams(tmp_path: Path) -> None:
    plant_sparse(tmp_path / "large", 20 << 30)
    with fordway.Sandbox(tmp_path, timeout=0.05) as box:
        with pytest.raises(fordway.CallTimeout):
            box.digest("large")
        with pytest.raises(fordway.CallTimeout):
            box.shuffle([0.0] * 5_000_000, 1)
        assert box.add(1, 2) == 3


def test_a_timeout_stops_no_other_sandbox() -> None:
    results: list[float] = []
    with fordway.Sandbox(timeout=60) as patient, fordway.Sandbox(timeout=0.02) as hasty:
        thread = threading.Thread(target=lambda: results.append(patient.pi(150_000_000)))
        thread.start()
        while thread.is_alive():
            with pytest.raises(fordway.CallTimeout):
                hasty.pi(2**32 - 1)
        thread.join()
    assert results[0] == pytest.approx(3.14159265)


def test_a_memory_limit_ends_a_call_and_the_next_one_works() -> None:
    with fordway.Sandbox(memory_limit=8 * MIB) as box:
        assert len(box.repeat("x", 1 * MIB)) == MIB
        with pytest.raises(fordway.MemoryLimitError, match="8388608 bytes"):
            box.repeat("x", 32 * MIB)
        with pytest.raises(MemoryError):
            box.shuffle(list(range(2 * MIB)), 1)
        assert box.add(1, 2) == 3


def test_a_large_file_needs_little_of_a_memory_limit(tmp_path: Path) -> None:
    data = os.urandom(20 * MIB)
    with fordway.Sandbox(tmp_path, writable=True, memory_limit=4 * MIB) as box:
        box.write(data, "file")
        assert box.read("file") == data
        assert box.digest("file") == fordway.digest(tmp_path / "file")


def test_eight_threads_share_a_sandbox(tmp_path: Path) -> None:
    wrong: list[object] = []
    with fordway.Sandbox(tmp_path, writable=True) as box:

        def call(k: int) -> None:
            for n in range(50):
                if box.add(k, n) != k + n:
                    wrong.append((k, n))
                box.write(bytes([k]) * n, f"f{k}")
                if box.read(f"f{k}") != bytes([k]) * n:
                    wrong.append(k)

        in_threads(call, [(k,) for k in range(8)])
    assert wrong == []


def test_thousands_of_sandboxes_leave_nothing_behind(tmp_path: Path) -> None:
    def open_files() -> int:
        return len(os.listdir("/proc/self/fd"))

    for _ in range(10):
        with fordway.Sandbox(tmp_path) as box:
            box.add(1, 2)
    before = open_files()
    for _ in range(2_000):
        with fordway.Sandbox(tmp_path) as box:
            box.add(1, 2)
    assert open_files() <= before


FORK = """
import fordway, os, sys
if {before}:
    fordway.add(1, 2)
child = os.fork()
if child == 0:
    try:
        print(fordway.add(2, 3), len(fordway.read(sys.argv[0] or "/etc/hostname")) >= 0)
    except fordway.ComponentError as error:
        print("refused:", "spawn" in str(error))
    sys.stdout.flush()
    os._exit(0)
_, status = os.waitpid(child, 0)
print(status, fordway.add(1, 2))
"""


@pytest.mark.parametrize("before", [True, False])
def test_a_forked_child_works_or_is_told(before: bool, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(FORK.format(before=before))
    # From 3.12 on Python itself warns of a fork beside threads.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", str(script)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30)
    said = "refused: True\n" if before else "5 True\n"
    assert (found.stdout, found.stderr) == (said + "0 3\n", "")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "text"])
def test_a_damaged_component_is_told(damage: str, tmp_path: Path) -> None:
    file = tmp_path / "fordway.wasm"
    whole = _core._FILE.read_bytes()
    if damage != "missing":
        file.write_bytes({"empty": b"", "cut": whole[:5000], "text": b"hello"}[damage])
    with pytest.raises(fordway.ComponentError, match=r"fordway\.wasm"):
        Component(file.read_bytes, str(file)).compiled()
