"""Writes that are raced, killed, stopped or refused: old content or new, modes
and owners kept, nothing left."""

from __future__ import annotations

import itertools
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import writes
from scripts import as_nobody, command, few_or_many, run, wait_for_line

import fordway

SCRIPT = Path(writes.__file__)
ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
OWNER, GROUP = 1234, 4321
LARGE = 24 << 20


@pytest.fixture
def nobody(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What another user needs: a cache directory that he may write to."""
    cache = tmp_path_factory.mktemp("cache")
    cache.chmod(0o777)
    return {"XDG_CACHE_HOME": str(cache)}


def plant(file: Path, mode: int, owner: int = -1, group: int = -1) -> Path:
    file.write_bytes(b"old")
    os.chown(file, owner, group)
    file.chmod(mode)
    return file


def kept(file: Path) -> tuple[int, int, int]:
    """Mode, owner and group."""
    found = file.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


@few_or_many("seconds", 2, 20)
def test_no_mode_outside_is_changed_while_a_link_is_swapped_in(
    seconds: int, tmp_path: Path
) -> None:
    root, outside = tmp_path / "root", plant(tmp_path / "outside", 0o600)
    root.mkdir()
    # The file inside is 0666: that is what the one outside must not become.
    plant(root / "file", 0o666)
    out = run(SCRIPT, "race", root, outside, seconds, timeout=seconds + 30).well
    written, *modes = out.split()
    print(out, file=sys.stderr)
    assert int(written) > 10
    assert modes == ["0o600"]
    assert outside.read_bytes() == b"old"


@pytest.mark.parametrize("way", ["module", "sandbox", "command"])
@pytest.mark.parametrize("size", [5_000, LARGE])
def test_a_draft_has_the_mode_and_owner_of_its_target(size: int, way: str, tmp_path: Path) -> None:
    given = (OWNER, GROUP) if os.geteuid() == 0 else (-1, -1)
    file = plant(tmp_path / "file", 0o600, *given)
    wanted = kept(file)
    seen: set[tuple[int, int, int]] = set()
    modes_of_empty: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in os.scandir(tmp_path):
                if entry.name == "file":
                    continue
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                # A file is made before it is given away: empty, it holds no secret.
                if found.st_size:
                    seen.add((stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid))
                else:
                    modes_of_empty.add(stat.S_IMODE(found.st_mode))

    watcher = threading.Thread(target=watch)
    watcher.start()
    data = bytes(size)
    try:
        with fordway.Sandbox(tmp_path, writable=True) as box:
            for _ in range(2 if size == LARGE or way == "command" else 8):
                if way == "command":
                    write = [sys.executable, "-m", "fordway", "write", str(file)]
                    subprocess.run(write, input=data, check=True)
                elif way == "sandbox":
                    box.write(data, "file")
                else:
                    fordway.write(data, file)
    finally:
        done.set()
        watcher.join()
    assert seen <= {wanted}
    assert all(mode & ~0o600 == 0 for mode in modes_of_empty)
    assert seen or size < LARGE
    assert kept(file) == wanted
    assert os.listdir(tmp_path) == ["file"]


@ROOT
@few_or_many("kills", 12, 110)
def test_a_killed_writer_leaves_content_mode_and_owner(kills: int, tmp_path: Path) -> None:
    file = plant(tmp_path / "file", 0o600, OWNER, GROUP)
    size = 3_000_000
    whole = {b"old", *(bytes([letter]) * size for letter in b"xyz")}
    left = 0
    for k in range(kills):
        arguments = [sys.executable, str(SCRIPT), "loop", str(file), str(size)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
            wait_for_line(writer, "ready")
            time.sleep(0.37 * k / kills)
            writer.kill()
        assert file.read_bytes() in whole
        assert kept(file) == (0o600, OWNER, GROUP)
        drafts = [entry for entry in tmp_path.iterdir() if entry != file]
        left += len(drafts)
        for draft in drafts:
            if draft.stat().st_size:
                assert kept(draft) == (0o600, OWNER, GROUP)
        if k % 3 == 2:
            # The next write finds what the killed have left, and removes it.
            fordway.write(b"old", file)
            assert os.listdir(tmp_path) == ["file"]
    print(f"{left} drafts were left by {kills} kills", file=sys.stderr)


@ROOT
@few_or_many("kills", 12, 110)
def test_a_killed_command_leaves_content_mode_and_owner(kills: int, tmp_path: Path) -> None:
    file = plant(tmp_path / "file", 0o600, OWNER, GROUP)
    data = b"n" * 20_000_000
    write = [sys.executable, "-m", "fordway", "write", str(file)]
    begin = time.monotonic()
    subprocess.run(write, input=data, check=True)
    usual = time.monotonic() - begin
    for k in range(kills):
        with subprocess.Popen(write, stdin=subprocess.PIPE) as writer:
            feeder = threading.Thread(target=feed, args=(writer, data))
            feeder.start()
            # The first half of its time it only starts.
            time.sleep(usual * (0.5 + 0.6 * k / kills))
            writer.kill()
            feeder.join()
        assert file.read_bytes() == data
        assert kept(file) == (0o600, OWNER, GROUP)
    fordway.write(b"new", file)
    assert os.listdir(tmp_path) == ["file"]
    assert kept(file) == (0o600, OWNER, GROUP)


def feed(writer: subprocess.Popen[bytes], data: bytes) -> None:
    assert writer.stdin is not None
    try:
        writer.stdin.write(data)
        writer.stdin.close()
    except BrokenPipeError:
        pass


def test_writes_that_run_out_of_time_leave_nothing(tmp_path: Path) -> None:
    plant(tmp_path / "file", 0o600)
    ended, *names = run(SCRIPT, "limits", tmp_path, 40, timeout=120).well.split()
    assert int(ended) >= 16
    assert names == ["file"]
    assert (tmp_path / "file").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


@ROOT
@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6711, 0o1644, 0o600, 0o444])
@pytest.mark.parametrize("size", [3, 100_000])
def test_root_keeps_owner_and_mode(mode: int, size: int, tmp_path: Path) -> None:
    file = plant(tmp_path / "file", mode, OWNER, GROUP)
    fordway.write(b"n" * size, file)
    assert kept(file) == (mode, OWNER, GROUP)
    with fordway.Sandbox(tmp_path, writable=True) as box:
        box.write(b"m" * size, "file")
    assert kept(file) == (mode, OWNER, GROUP)
    assert file.read_bytes() == b"m" * size


@ROOT
def test_another_user_never_hands_on_a_set_user_id_file(
    tmp_path: Path, nobody: dict[str, str]
) -> None:
    """Who may write to a file and cannot give it away gets one of his own,
    without its powers, or none."""
    tmp_path.chmod(0o777)
    file = plant(tmp_path / "file", 0o6777, OWNER, GROUP)
    script = (
        "import fordway, sys\n"
        "try: fordway.write(b'new', sys.argv[1])\n"
        "except PermissionError: pass\n"
    )
    assert run(script, file, before=as_nobody(), env=nobody).well == ""
    mode, owner, group = kept(file)
    if (owner, group) != (OWNER, GROUP):
        assert mode == 0o777
    assert file.read_bytes() == (b"old" if owner == OWNER else b"new")


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
@pytest.mark.parametrize("size", [3, 100_000])
def test_a_new_file_obeys_the_umask(umask: int, size: int, tmp_path: Path) -> None:
    script = (
        f"import fordway, os, sys\nos.umask({umask})\nfordway.write(b'n' * {size}, sys.argv[1])\n"
    )
    assert run(script, tmp_path / "file").well == ""
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("size", [3, 100_000])
def test_a_read_only_file_is_refused(size: int, tmp_path: Path, nobody: dict[str, str]) -> None:
    tmp_path.chmod(0o777)
    file = plant(tmp_path / "file", 0o444, *((65534, 65534) if os.geteuid() == 0 else ()))
    script = (
        "import fordway, sys\n"
        f"try: fordway.write(b'n' * {size}, sys.argv[1])\n"
        "except PermissionError as error: print(error.errno, error.filename)\n"
    )
    ended = run(script, file, before=as_nobody(), env=nobody)
    assert ended.well == f"13 {file}\n"
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_hard_link_keeps_the_old_content(tmp_path: Path) -> None:
    """All or nothing takes a new file: other names of the old one stay with it."""
    file = plant(tmp_path / "file", 0o640)
    os.link(file, tmp_path / "other")
    fordway.write(b"new", file)
    assert (tmp_path / "other").read_bytes() == b"old"
    assert file.read_bytes() == b"new"
    assert kept(file)[0] == kept(tmp_path / "other")[0] == 0o640


def test_two_writers_leave_one_content_or_the_other(tmp_path: Path) -> None:
    file = plant(tmp_path / "file", 0o600)
    size = 2_000_000
    whole = {b"old", *(bytes([letter]) * size for letter in b"xyz")}
    arguments = [sys.executable, str(SCRIPT), "loop", str(file), str(size)]
    writers = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        for writer in writers:
            wait_for_line(writer, "ready")
        end = time.monotonic() + 2
        for _ in itertools.takewhile(lambda _: time.monotonic() < end, itertools.count()):
            assert file.read_bytes() in whole
            assert kept(file)[0] == 0o600
        assert all(writer.poll() is None for writer in writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    fordway.write(b"new", file)
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_is_written_through_and_stays(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    file = plant(tmp_path / "dir" / "file", 0o600)
    (tmp_path / "link").symlink_to("dir/file")
    with fordway.Sandbox(tmp_path, writable=True) as box:
        for data in (b"new", b"n" * 100_000):
            box.write(data, "link")
            assert (tmp_path / "link").is_symlink()
            assert file.read_bytes() == data
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["dir", "link"]
    assert os.listdir(tmp_path / "dir") == ["file"]


def test_a_full_disk_is_told_and_leaves_the_old_content(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        "import errno, fordway, os, sys\n"
        "file = sys.argv[1] + '/file'\n"
        "fordway.write(b'old', file)\n"
        "for size in (5_000_000, 2_000_000, 1_200_000):\n"
        "    try: fordway.write(bytes(size), file)\n"
        "    except OSError as error: print(errno.errorcode[error.errno])\n"
        "print(fordway.read(file), os.listdir(sys.argv[1]))\n"
    )
    mount = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"'
    hide = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    hide += ["sh", "-c", mount, str(disk)]
    if command([*hide, "true"]).status != 0:
        pytest.skip("this process may not mount")
    assert run(script, disk, before=hide).well == "ENOSPC\n" * 3 + "b'old' ['file']\n"
