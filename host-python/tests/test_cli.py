"""The command `fordway`."""

from __future__ import annotations

import array
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import plant_sparse

import fordway


def run(
    *arguments: str | Path, cwd: Path | None = None, stdin: bytes = b""
) -> tuple[int, bytes, str]:
    command = [sys.executable, "-m", "fordway", *map(str, arguments)]
    found = subprocess.run(command, cwd=cwd, input=stdin, capture_output=True)
    return found.returncode, found.stdout, found.stderr.decode()


def test_verify_tells_each_file(logs: Path) -> None:
    status, out, err = run("verify", logs)
    wanted = [f"httpd-{k:02}.log: {'FAILED' if k == 8 else 'OK'}" for k in range(1, 11)]
    assert out.decode().splitlines() == wanted
    assert err == "fordway: WARNING: 1 computed checksum did NOT match\n"
    assert status == 1


def test_verify_takes_a_manifest(logs: Path) -> None:
    whole = run("verify", logs)
    assert run("verify", logs, "sha1sum.txt") == whole
    assert run("verify", logs / "sha1sum.txt") == whole
    assert run("verify", "sha1sum.txt", cwd=logs) == whole
    assert run("verify", cwd=logs) == whole
    assert run("verify", logs, "--jobs", "1") == whole


@pytest.mark.parametrize(
    ("name", "told"),
    [("nope", "nope: No such file or directory"), ("empty", '"empty": holds no manifest')],
)
def test_verify_tells_what_it_cannot_open(name: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    status, out, err = run("verify", name, cwd=tmp_path)
    assert (status, out) == (1, b"")
    assert err.startswith(f"fordway: {told}")
    assert err.count("\n") == 1


def test_verify_prints_json(logs: Path) -> None:
    status, out, err = run("verify", "--json", "--extra", logs)
    assert (status, err) == (1, "")
    report = json.loads(out)
    assert report["passed"] == 9
    (failure,) = report["failures"]
    found = hashlib.sha1((logs / "httpd-08.log").read_bytes()).hexdigest()
    assert (failure["path"], failure["reason"]) == ("httpd-08.log", "mismatch")
    assert failure["actual"] == found
    assert set(report) == set(fordway.verify(logs).to_dict())


def test_verify_tells_more_if_asked(logs: Path) -> None:
    (logs / "more").touch()
    arguments = ["--extra", "--require", "gone", "--summary", "--quiet"]
    status, out, err = run("verify", *arguments, logs)
    assert (status, out) == (1, b"httpd-08.log: FAILED\n")
    lines = err.splitlines()
    assert lines[:3] == [
        "fordway: WARNING: 1 computed checksum did NOT match",
        'fordway: "gone": required, and not listed',
        'fordway: "more": not listed',
    ]
    assert lines[3].startswith("fordway: 10 files, ")


def test_what_could_not_be_looked_at_for_extra_files_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "e").touch()
    (tmp_path / "sha1sum.txt").write_text(f"{hashlib.sha1().hexdigest()}  e\n")
    assert run("verify", "--extra", tmp_path) == (0, b"e: OK\n", "")
    with open(os.fsencode(tmp_path) + b"/caf\xe9", "wb"):
        pass
    status, out, err = run("verify", "--extra", tmp_path)
    assert (status, out) == (1, b"e: OK\n")
    assert "caf\\xe9" in err


def test_verify_shows_a_bar_on_a_terminal(logs: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("4H", 25, 100, 0, 0))
    command = [sys.executable, "-m", "fordway", "verify", "--quiet", str(logs)]
    with subprocess.Popen(command, stderr=end, stdout=subprocess.PIPE) as process:
        os.close(end)
        shown = b""
        try:
            while chunk := os.read(terminal, 4096):
                shown += chunk
        except OSError:  # how Linux tells the end
            pass
        assert process.stdout is not None
        assert process.stdout.read() == b"httpd-08.log: FAILED\n"
    os.close(terminal)
    assert b"10/10 files" in shown
    assert b"WARNING: 1 computed checksum did NOT match" in shown


def test_filters_move_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 100
    assert run("write", tmp_path / "file", stdin=data) == (0, b"", "")
    assert run("read", tmp_path / "file") == (0, data, "")
    doubles = array.array("d", range(10_000))
    squares = array.array("d", [x * x for x in doubles])
    assert run("squares", stdin=doubles.tobytes()) == (0, squares.tobytes(), "")
    assert run("squares") == (0, b"", "")
    status, out, err = run("squares", stdin=b"123456789")
    assert (status, out) == (1, b"")
    assert err == "fordway: standard input has 9 bytes, expected a multiple of 8\n"


def test_digest_prints_a_line_a_file(tmp_path: Path) -> None:
    names = ["a", "b b", "c\\d\ne"]
    for name in names:
        (tmp_path / name).write_text(name)
    status, out, err = run("digest", "-a", "sha256", "a", "nope", *names[1:], cwd=tmp_path)
    found = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    wanted = [f"{found[0]}  a", f"{found[1]}  b b", f"\\{found[2]}  c\\\\d\\ne"]
    assert (status, out.decode().splitlines()) == (1, wanted)
    assert err == "fordway: nope: No such file or directory\n"
    (tmp_path / "CHECKSUM").write_bytes(out)
    assert fordway.verify(tmp_path).passed == 3


def test_digest_of_one_file_is_the_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    assert run("digest", "a", cwd=tmp_path) == (
        0,
        hashlib.sha1(b"a").hexdigest().encode() + b"\n",
        "",
    )


def test_a_hostile_name_harms_no_terminal(tmp_path: Path) -> None:
    status, out, err = run("digest", "\x1b[31mred\u202e", cwd=tmp_path)
    assert (status, out) == (1, b"")
    assert err == 'fordway: "\\u001b[31mred\\u202e": No such file or directory\n'


def test_a_sum_passes_its_own_check(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    for name in ("a", "dir/b b", "back\\slash", "new\nline", "-x"):
        (tmp_path / name).write_text(name)
    for options in ([], ["--tag"], ["-a", "sha512"]):
        status, out, err = run("sum", *options, tmp_path)
        assert (status, err) == (0, "")
        (tmp_path / "CHECKSUM").write_bytes(out)
        assert fordway.verify(tmp_path).passed == 5
        assert fordway.verify(tmp_path).ok


def test_wrong_usage_is_told_and_exits_with_2(tmp_path: Path) -> None:
    for arguments in (["fly"], ["verify", "--jobs", "0"], ["read"], ["sum", "-a", "crc32"], []):
        status, out, err = run(*arguments, cwd=tmp_path)
        assert (status, out) == (2, b"")
        assert "usage: fordway" in err


def test_help_names_every_verb() -> None:
    status, out, _ = run("--help")
    assert status == 0
    for verb in ("verify", "digest", "sum", "read", "write", "squares"):
        assert f"    {verb} " in out.decode()
        assert run(verb, "--help")[0] == 0
    assert run("--version")[1].decode() == f"fordway {fordway.__version__}\n"


def test_a_reader_that_leaves_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(10_000_000))
    script = f"{sys.executable} -m fordway read file | head -c 10 >/dev/null"
    found = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert found.stderr == ""


def wait_until_open(process: int, file: Path) -> None:
    """Waits until a process has a file open; where that is not to be seen, for
    some time."""
    descriptors = Path(f"/proc/{process}/fd")
    end = time.monotonic() + (30 if descriptors.exists() else 3)
    while time.monotonic() < end:
        time.sleep(0.05)
        for descriptor in descriptors.glob("*"):
            with contextlib.suppress(OSError):
                if descriptor.readlink() == file:
                    return


@pytest.mark.parametrize("verb", ["verify", "digest", "sum"])
def test_ctrl_c_ends_it_with_130(verb: str, tmp_path: Path) -> None:
    plant_sparse(tmp_path / "large", 40 << 30)
    (tmp_path / "sha1sum.txt").write_text(f"{hashlib.sha1().hexdigest()}  large\n")
    path = tmp_path / "large" if verb == "digest" else tmp_path
    command = [sys.executable, "-m", "fordway", verb, str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until_open(process.pid, tmp_path / "large")
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        assert process.wait() == 130
        assert time.monotonic() - begin < 0.5
        assert process.stderr is not None
        assert process.stderr.read() == "fordway: interrupted\n"


@pytest.mark.parametrize("verb", ["verify", "digest", "sum", "read"])
def test_a_closed_output_is_told_in_a_sentence(verb: str, logs: Path) -> None:
    path = logs / "sha1sum.txt" if verb in ("digest", "read") else logs
    command = f"{sys.executable} -m fordway {verb} {path}"
    shell = ["bash", "-c"]
    found = subprocess.run([*shell, f"{command} >&-"], capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (1, "fordway: standard output is closed\n")
    found = subprocess.run([*shell, f"{command} >/dev/full"], capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (1, "fordway: No space left on device\n")


@pytest.mark.parametrize("verb", ["verify", "digest"])
def test_a_closed_standard_error_is_no_matter(verb: str, logs: Path) -> None:
    """And what goes there goes nowhere else."""
    path = "httpd-01.log nope" if verb == "digest" else "."
    command = f"{sys.executable} -m fordway {verb} {path}"
    whole = subprocess.run(["bash", "-c", command], capture_output=True, cwd=logs)
    for where in ("2>&-", "2>/dev/full"):
        shell = ["bash", "-c", f"{command} {where}"]
        found = subprocess.run(shell, capture_output=True, cwd=logs)
        assert (found.returncode, found.stdout) == (1, whole.stdout)
        assert found.stderr == b""


def test_a_closed_standard_input_is_told(tmp_path: Path) -> None:
    shell = ["bash", "-c", f"{sys.executable} -m fordway squares <&-"]
    found = subprocess.run(shell, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (1, "fordway: standard input is closed\n")


def test_the_command_is_installed() -> None:
    found = subprocess.run(
        [os.path.join(os.path.dirname(sys.executable), "fordway"), "--version"],
        capture_output=True,
        text=True,
    )
    assert found.stdout.startswith("fordway ")


@pytest.mark.parametrize("where", ["", "sub/"])
def test_sum_leaves_out_the_file_that_it_prints_into(where: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a", "sub/b"):
        (tmp_path / name).write_text(name)
    own = tmp_path / f"{where}checksums.txt"
    command = [sys.executable, "-m", "fordway", "sum", "."]
    with own.open("wb") as out:
        assert subprocess.run(command, cwd=tmp_path, stdout=out).returncode == 0
    assert [line[42:] for line in own.read_text().splitlines()] == ["a", "sub/b"]
    assert run("verify", ".", own.relative_to(tmp_path), cwd=tmp_path)[0] == 0
    # It is a file like any other where it is not what is printed into.
    assert b"checksums.txt" in run("sum", ".", cwd=tmp_path)[1]
