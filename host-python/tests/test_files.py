"""Whole files, in and out."""

from __future__ import annotations

import array
import os
import resource
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import output_of, plant_sparse

import fordway

EVERY_BYTE = bytes(range(256))


@pytest.mark.parametrize("data", [b"", b"\0", b"\0" * 9, EVERY_BYTE, EVERY_BYTE * 20_000])
def test_what_is_written_is_read(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "file"
    fordway.write(data, file)
    assert fordway.read(file) == data
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "data",
    [
        bytearray(b"abc"),
        memoryview(b"abc"),
        memoryview(b"a-b-c-")[::2],
        array.array("B", b"abc"),
    ],
)
def test_anything_with_the_buffer_protocol_is_written(data: Any, tmp_path: Path) -> None:
    fordway.write(data, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"abc"


def test_doubles_are_written_as_their_bytes(tmp_path: Path) -> None:
    numbers = array.array("d", [1.5, -0.0])
    fordway.write(numbers, tmp_path / "file")  # type: ignore[arg-type]
    assert (tmp_path / "file").read_bytes() == numbers.tobytes()


@pytest.mark.parametrize("data", ["text", None, 5, [1, 2]])
def test_what_is_not_bytes_is_refused(data: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="data: expected a bytes-like object"):
        fordway.write(data, tmp_path / "file")
    assert os.listdir(tmp_path) == []


def test_paths_of_every_kind_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("file", b"file", Path("file"), str(tmp_path / "file"), "./file", "ü"):
        fordway.write(b"x", path)
        assert fordway.read(path) == b"x"


@pytest.mark.parametrize(("path", "error"), [(5, TypeError), (None, TypeError)])
def test_what_is_no_path_is_refused(path: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"path: expected str, bytes or os\.PathLike"):
        fordway.read(path)


@pytest.mark.parametrize("path", ["a\0b", "a/\ud800", b"a\xff"])
def test_a_path_that_cannot_cross_is_refused(path: Any, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="path: expected a path"):
        fordway.read(path)
    with pytest.raises(ValueError, match="path: expected a path"):
        fordway.write(b"", path)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("nope", FileNotFoundError),
        ("no/file", FileNotFoundError),
        ("dir", IsADirectoryError),
        ("dir/", IsADirectoryError),
        ("dir/..", IsADirectoryError),
        ("file/x", NotADirectoryError),
        ("n" * 256, OSError),
    ],
)
def test_file_errors_are_the_built_in_ones(name: str, error: type[OSError], tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").write_text("x")
    path = str(tmp_path) + "/" + name
    with pytest.raises(error) as caught:
        fordway.read(path)
    assert caught.value.filename == path
    assert caught.value.errno
    assert caught.value.strerror
    # After an error the next call works.
    assert fordway.read(tmp_path / "file") == b"x"


def test_the_empty_path_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        fordway.read("")


@pytest.mark.parametrize("name", ["dir", "dir/", "no/file", "file/x"])
def test_a_write_that_fails_leaves_everything(name: str, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError, match=name.rstrip("/")):
        fordway.write(b"data", str(tmp_path) + "/" + name)
    assert sorted(os.listdir(tmp_path)) == ["dir", "file"]
    assert os.listdir(tmp_path / "dir") == []


def test_special_files_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        for name in ("pipe", "socket"):
            with pytest.raises(OSError, match="Is not a regular file"):
                fordway.read(tmp_path / name)
            with pytest.raises(OSError, match="Is not a regular file"):
                fordway.write(b"", tmp_path / name)


def test_links_are_followed_only_inside(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_text("old")
    (root / "in").symlink_to("file")
    (root / "out").symlink_to("../outside")
    (root / "absolute").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to("loop")
    assert fordway.read(root / "in") == b"old"
    fordway.write(b"new", root / "in")
    assert (root / "in").is_symlink()
    assert (root / "file").read_bytes() == b"new"
    for name in ("out", "absolute"):
        with pytest.raises(PermissionError):
            fordway.read(root / name)
        with pytest.raises(PermissionError):
            fordway.write(b"", root / name)
    with pytest.raises(OSError, match="symbolic links"):
        fordway.read(root / "loop")
    assert (tmp_path / "outside").read_text() == "secret"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_a_file_keeps_its_mode(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(mode)
    fordway.write(b"new", file)
    assert stat.S_IMODE(file.stat().st_mode) == mode
    assert file.read_bytes() == b"new"


SCRIPT = """
import fordway, os, sys
fordway.add(1, 2)
if os.geteuid() == 0:  # whom no file refuses
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    fordway.{call}
except PermissionError as error:
    print(error.errno, error.filename)
"""


@pytest.mark.parametrize(
    "call", ["read('closed')", "write(b'', 'readonly')", "write(b'', 'locked/new')"]
)
def test_no_permission_is_a_permission_error(call: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for name, mode in (("closed", 0o000), ("readonly", 0o444)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    (tmp_path / "locked").mkdir(mode=0o555)
    script = SCRIPT.format(call=call)
    name = call.split("'")[-2]
    assert output_of(script, cwd=tmp_path) == f"13 {name}\n"


def test_a_full_disk_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    script = (
        "import fordway, resource, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "fordway.add(1, 2)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try:\n"
        "    fordway.write(bytes(1_000_000), sys.argv[1])\n"
        "except OSError as error:\n"
        "    print(type(error).__name__, error.filename)\n"
    )
    assert output_of(script, file) == f"OSError {file}\n"
    assert resource.getrlimit(resource.RLIMIT_FSIZE) == limit
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_two_writers_leave_one_content_or_the_other(tmp_path: Path) -> None:
    file = tmp_path / "file"
    contents = [bytes([k]) * 300_000 for k in range(4)]
    errors: list[BaseException] = []

    def write(data: bytes) -> None:
        try:
            for _ in range(10):
                fordway.write(data, file)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(data,)) for data in contents]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if file.exists():
            assert file.read_bytes() in contents
    for thread in threads:
        thread.join()
    assert errors == []
    assert os.listdir(tmp_path) == ["file"]


def test_a_killed_writer_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    script = (
        "import fordway, sys\n"
        "print('ready', flush=True)\n"
        "while True: fordway.write(b'n' * 3_000_000, sys.argv[1])\n"
    )
    for wait in (0.0, 0.003, 0.006, 0.01, 0.02):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(file)], stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            threading.Event().wait(wait)
            writer.kill()
        assert file.read_bytes() in (b"old", b"n" * 3_000_000)


def test_a_large_file_takes_little_more_memory_than_its_size(tmp_path: Path) -> None:
    file, size = tmp_path / "file", 128 << 20
    plant_sparse(file, size)
    script = (
        "import fordway, resource, sys\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "fordway.read(sys.argv[2]); before = peak()\n"
        "assert len(fordway.read(sys.argv[1])) == int(sys.argv[3])\n"
        "print((peak() - before) / int(sys.argv[3]))\n"
    )
    assert float(output_of(script, file, __file__, size)) < 2.5
