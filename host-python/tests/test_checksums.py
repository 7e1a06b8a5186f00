"""Digests of files, and directories checked against a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas
import pytest
from conftest import CHECKOUT, output_of, plant_large, plant_sparse

import fordway
from fordway._verification.algorithms import ALGORITHMS

EMPTY = hashlib.sha1(b"").hexdigest()


def test_the_wrong_signature_is_told(logs: Path) -> None:
    report = fordway.verify(logs)
    assert (report.passed, report.malformed, report.ok) == (9, (), False)
    (failure,) = report.failures
    assert (failure.line, failure.path, failure.reason) == (8, "httpd-08.log", "mismatch")
    found = hashlib.sha1((logs / "httpd-08.log").read_bytes()).hexdigest()
    assert failure.actual == found
    assert failure.expected == hashlib.sha1(b"tampered").hexdigest()
    assert (report.root, report.manifest) == (str(logs), "sha1sum.txt")


def test_check_signatures_raises_until_the_signature_is_right(logs: Path) -> None:
    with pytest.raises(ValueError, match="mismatch") as caught:
        fordway.check_signatures(logs)
    assert isinstance(caught.value, fordway.VerificationError)
    assert str(caught.value) == f'"{logs}/httpd-08.log" - mismatch (sha1sum.txt, line 8)'
    error = caught.value
    assert (error.path, error.line, error.manifest) == ("httpd-08.log", 8, "sha1sum.txt")
    manifest = logs / "sha1sum.txt"
    right = hashlib.sha1((logs / "httpd-08.log").read_bytes()).hexdigest()
    wrong = hashlib.sha1(b"tampered").hexdigest()
    manifest.write_text(manifest.read_text().replace(wrong, right))
    fordway.check_signatures(logs)
    assert fordway.verify(logs).ok


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{EMPTY}  gone\n", '/gone" - missing (sha1sum.txt, line 1)'),
        (f"\n{EMPTY}  ../x\n", '/../x" - The name leads outside the root (sha1sum.txt, line 2)'),
        (f"{EMPTY}  e\nbad\n", '/sha1sum.txt" - line 2 is not a checksum line'),
        (f"{EMPTY}  \x1b[31mred\n", '/\\u001b[31mred" - missing (sha1sum.txt, line 1)'),
        (f"{EMPTY}  \u200bunseen\n", '/\\u200bunseen" - missing (sha1sum.txt, line 1)'),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "e").touch()
    (tmp_path / "sha1sum.txt").write_text(text)
    with pytest.raises(fordway.VerificationError) as caught:
        fordway.check_signatures(tmp_path)
    assert str(caught.value) == f'"{tmp_path}{told}'


@pytest.mark.parametrize("jobs", [1, 2, 3, 8, None])
def test_results_are_in_manifest_order_whatever_the_jobs(jobs: int | None, tmp_path: Path) -> None:
    lines = []
    for k in range(200):
        (tmp_path / f"f{k}").write_bytes(b"x" * (k * 997 % 5000))
        digest = EMPTY if k % 7 == 0 else hashlib.sha1(b"x" * (k * 997 % 5000)).hexdigest()
        lines.append(f"{digest}  f{k}\n" + ("bad\n" if k % 31 == 0 else ""))
    (tmp_path / "SHA1SUMS").write_text("".join(lines))
    report = fordway.verify(tmp_path, jobs=jobs)
    wrong = [k for k in range(200) if k % 7 == 0 and k * 997 % 5000]
    assert [failure.path for failure in report.failures] == [f"f{k}" for k in wrong]
    assert report.passed == 200 - len(wrong)
    assert report.bytes == sum(k * 997 % 5000 for k in range(200))
    assert list(report.malformed) == sorted(report.malformed)
    assert len(report.malformed) == 7


def test_a_manifest_is_looked_for_in_the_documented_order(tmp_path: Path) -> None:
    (tmp_path / "e").touch()
    with pytest.raises(fordway.ManifestError, match=r"looked for sha1sum\.txt, sha256sum\.txt"):
        fordway.verify(tmp_path)
    for name in ("SHA256SUMS", "sha256sum.txt", "sha1sum.txt"):
        algorithm = "sha1" if "1s" in name else "sha256"
        (tmp_path / name).write_text(f"{hashlib.new(algorithm).hexdigest()}  e\n")
        assert fordway.verify(tmp_path).manifest == name


@pytest.mark.parametrize(
    ("manifest", "error", "told"),
    [
        ("nope", FileNotFoundError, "nope"),
        ("dir", IsADirectoryError, "dir"),
        ("../list", OSError, "leads outside"),
        ("/etc/passwd", ValueError, "manifest: expected a path relative to root"),
        ("pipe", OSError, "not a regular file"),
        ("out", PermissionError, "out"),
        (5, TypeError, "manifest: expected str"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_an_error(
    manifest: Any, error: type[Exception], told: str, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "dir").mkdir(parents=True)
    os.mkfifo(root / "pipe")
    (tmp_path / "list").write_text(f"{EMPTY}  x\n")
    (root / "out").symlink_to("../list")
    with pytest.raises(error, match=told):
        fordway.verify(root, manifest)


def test_a_root_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, error in (("nope", FileNotFoundError), ("file", NotADirectoryError)):
        with pytest.raises(error) as caught:
            fordway.verify(tmp_path / name)
        assert caught.value.filename == str(tmp_path / name)


@pytest.mark.parametrize(
    ("jobs", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)]
)
def test_jobs_are_checked(jobs: Any, error: type[Exception], logs: Path) -> None:
    with pytest.raises(error, match="jobs: expected"):
        fordway.verify(logs, jobs=jobs)


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    """What may not be read is given a true digest, so that reading it would
    show as a pass."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    root = tmp_path / "root"
    (root / "dir").mkdir(parents=True)
    digest = hashlib.sha1(b"secret").hexdigest()
    (root / "link").symlink_to(secret)
    (root / "relative").symlink_to("../secret")
    (root / "chain").symlink_to("relative")
    (root / "dirlink").symlink_to("..")
    (root / "dir" / "up").symlink_to("../..")
    (root / "proc").symlink_to(f"/proc/self/root{secret}")
    names = [
        "../secret",
        str(secret),
        f"dir/../../{secret.name}",
        "link",
        "relative",
        "chain",
        "dirlink/secret",
        "dir/up/secret",
        "proc",
        f"../{tmp_path.name}/secret",
    ]
    (root / "sha1sum.txt").write_text("".join(f"{digest}  {name}\n" for name in names))
    report = fordway.verify(root)
    assert report.passed == 0
    assert report.bytes == 0
    assert [failure.path for failure in report.failures] == names
    assert {failure.reason for failure in report.failures} == {"unreadable"}


def test_special_files_are_failures_of_their_rows(tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("gone")
    names = ["dir", "pipe", "loop", "dangling", "n" * 300, "ok"]
    (tmp_path / "ok").touch()
    (tmp_path / "sha1sum.txt").write_text("".join(f"{EMPTY}  {name}\n" for name in names))
    report = fordway.verify(tmp_path)
    assert report.passed == 1
    assert [failure.path for failure in report.failures] == names[:-1]
    told = [failure.text for failure in report.failures]
    assert told == [
        "Is a directory",
        "Is not a regular file",
        "Leads through too many symbolic links",
        "missing",
        "The name is too long",
    ]


def test_a_name_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "sha1sum.txt").write_bytes(EMPTY.encode() + b"  a\xff\n")
    (tmp_path / "a\ufffd").touch()
    (failure,) = fordway.verify(tmp_path).failures
    assert failure.reason == "unreadable"
    assert failure.path == "a\ufffd"


def test_a_report_is_a_value(logs: Path) -> None:
    report = fordway.verify(logs)
    assert pickle.loads(pickle.dumps(report)).failures == report.failures
    assert str(report) == "9 passed, 1 failed"
    frame = report.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["reason"].tolist() == ["mismatch"]
    assert frame["line"].dtype == "int64"
    html = report._repr_html_()
    assert "httpd-08.log" in html
    assert "FAILED" in html
    with pytest.raises(AttributeError):
        report.passed = 10  # type: ignore[misc]


def test_html_and_frames_hold_hostile_names(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>"
    (tmp_path / "sha1sum.txt").write_text(f"{EMPTY}  {name}\n")
    report = fordway.verify(tmp_path)
    assert "<script>" not in report._repr_html_()
    assert report.to_frame()["path"].tolist() == [name]
    (tmp_path / "e").touch()
    (tmp_path / "sha1sum.txt").write_text(f"{EMPTY}  e\n")
    assert len(fordway.verify(tmp_path).to_frame()) == 0


def test_progress_is_told_and_ends_at_the_total(logs: Path) -> None:
    told: list[fordway.Progress] = []
    report = fordway.verify(logs, progress=told.append, jobs=2)
    assert [step.files for step in told] == sorted(step.files for step in told)
    assert told[-1] == fordway.Progress(10, 10, report.bytes, report.bytes)


def test_progress_shows_a_bar(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fordway.verify(logs, progress=True)
    assert "10/10 files" in capsys.readouterr().err


@pytest.mark.parametrize("progress", [5, "yes"])
def test_progress_is_checked(progress: Any, logs: Path) -> None:
    with pytest.raises(TypeError, match="progress: expected True or a callable"):
        fordway.verify(logs, progress=progress)


def test_extra_and_unlisted_files_are_told(logs: Path) -> None:
    (logs / "dir").mkdir()
    (logs / "dir" / "more").touch()
    (logs / "zz").symlink_to("nowhere")
    report = fordway.verify(logs, extra=True, require=["./httpd-01.log", "httpd-11.log"])
    assert report.extra == ("dir/more",)
    assert [error.filename for error in report.unseen] == ["zz"]  # type: ignore[attr-defined]
    assert report.unlisted == ("httpd-11.log",)
    assert fordway.verify(logs).extra == ()


def test_a_name_that_is_required_and_not_listed_fails(tmp_path: Path) -> None:
    (tmp_path / "e").touch()
    (tmp_path / "sha1sum.txt").write_text(f"{EMPTY}  e\n")
    assert fordway.verify(tmp_path, require=["e"]).ok
    report = fordway.verify(tmp_path, require=["e", "f"])
    assert not report.ok
    with pytest.raises(fordway.VerificationError, match='/f" - not listed'):
        report.raise_for_failures()
    with pytest.raises(TypeError, match="require: expected a list of names, got str"):
        fordway.verify(tmp_path, require="e")
    with pytest.raises(TypeError, match=r"require\[1\]: expected str"):
        fordway.verify(tmp_path, require=["e", 5])  # type: ignore[list-item]


def test_every_file_of_a_tree_is_seen(tmp_path: Path) -> None:
    names = [f"n{k}" for k in range(18)]
    for name in names:
        (tmp_path / name).touch()
    for name in (b"bad\xff", b"\xfe"):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb"):
            pass
    (tmp_path / "sha1sum.txt").write_text(f"{EMPTY}  n0\n")
    report = fordway.verify(tmp_path, extra=True)
    assert report.extra == tuple(sorted(names[1:]))
    # Which names they are WASI does not tell; the host does.
    told = [error.strerror for error in report.unseen]  # type: ignore[attr-defined]
    why = "Holds a name that is not UTF-8: "
    assert told == [why + r"bad\xff", why + r"\xfe"]
    assert not report.ok
    with pytest.raises(fordway.VerificationError, match=r"not UTF-8: bad\\xff"):
        report.raise_for_failures()


def test_names_that_are_not_utf8_are_told_below_the_root_and_past_no_link(tmp_path: Path) -> None:
    (tmp_path / "root" / "dir").mkdir(parents=True)
    (tmp_path / "else").mkdir()
    (tmp_path / "root" / "link").symlink_to("../else")
    for place in ("root/dir", "else"):
        with open(os.fsencode(tmp_path / place) + b"/caf\xe9", "wb"):
            pass
    (tmp_path / "root" / "e").touch()
    (tmp_path / "root" / "sha1sum.txt").write_text(f"{EMPTY}  e\n")
    with fordway.Sandbox(tmp_path) as box:
        found = box.verify("root", extra=True).unseen
    told = {error.filename: error.strerror for error in found}  # type: ignore[attr-defined]
    assert told["dir"] == r"Holds a name that is not UTF-8: caf\xe9"
    assert told["link"].startswith("Leads outside")


@pytest.mark.parametrize("jobs", [1, 4])
def test_failures_and_malformed_lines_cost_what_they_are(jobs: int, tmp_path: Path) -> None:
    """A report that is too large for one answer comes in several; of malformed
    lines the first thousand are told, the others counted."""
    name = "n" * 60_000
    lines = [f"{EMPTY}  {k}{name}\n" + "bad\n" * 9 for k in range(400)]
    (tmp_path / "sha1sum.txt").write_text("".join(lines))
    report = fordway.verify(tmp_path, jobs=jobs)
    assert [failure.line for failure in report.failures] == list(range(1, 4000, 10))
    assert report.malformed_count == 3600
    assert report.malformed == tuple(k for k in range(1, 1113) if k % 10 != 1)
    assert len(report.malformed) == 1000
    assert str(report) == "0 passed, 400 failed, 3600 malformed lines (2600 more than are told)"
    assert report.to_dict()["malformed_count"] == 3600
    assert "2600 more" in report._repr_html_()


def test_memory_is_what_failed(tmp_path: Path) -> None:
    lines = "".join(f"{EMPTY}  {'n' * 200}/{k}\n" for k in range(100_000))
    (tmp_path / "sha1sum.txt").write_text(lines)
    script = (
        "import fordway, resource, sys\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "fordway.digest(sys.argv[1] + '/sha1sum.txt'); before = peak()\n"
        "assert len(fordway.verify(sys.argv[1]).failures) == 100_000\n"
        "print(peak() - before)\n"
    )
    # 22 MB of text, in two workers or more, and some 500 bytes a failure.
    assert int(output_of(script, tmp_path)) < 200 * 1024


def test_a_report_is_not_ok_unless_it_was_judged() -> None:
    assert not fordway.Report(passed=3, bytes=9).ok
    with pytest.raises(fordway.VerificationError, match="not every file"):
        fordway.Report(passed=3, bytes=9).raise_for_failures()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_that_takes_a_files_place_hangs_nobody(tmp_path: Path) -> None:
    """Neither the caller nor the end of the program waits for it."""
    plant_large(tmp_path, 60, 1 << 20)
    script = (
        "import os, sys, threading, time, fordway\n"
        "os.chdir(sys.argv[1])\n"
        "os.mkfifo('pipe')\n"
        "def swap():\n"
        "    while True:\n"
        "        for k in range(60):\n"
        "            os.link('pipe', 'p'); os.replace('p', f'f{k}')\n"
        "            open('g', 'w').close(); os.replace('g', f'f{k}')\n"
        "threading.Thread(target=swap, daemon=True).start()\n"
        "begin = time.monotonic()\n"
        "for _ in range(50):\n"
        "    with fordway.Sandbox('.', timeout=0.5) as box:\n"
        "        try:\n"
        "            assert box.verify('.').passed <= 60\n"
        "        except fordway.CallTimeout:\n"
        "            break\n"
        "assert time.monotonic() - begin < 30\n"
        "print(fordway.add(1, 2))\n"
    )
    begin = time.monotonic()
    assert output_of(script, tmp_path) == "3\n"
    assert time.monotonic() - begin < 40


def test_a_sandboxs_time_is_that_of_the_whole_check(tmp_path: Path) -> None:
    plant_large(tmp_path, 8, 2 << 30)
    with fordway.Sandbox(tmp_path, timeout=0.3) as box:
        begin = time.monotonic()
        with pytest.raises(fordway.CallTimeout):
            box.verify()
        assert time.monotonic() - begin < 1
        assert box.add(1, 2) == 3


def test_a_report_sums_up(logs: Path) -> None:
    report = fordway.verify(logs)
    assert report.files == 10
    assert re.fullmatch(r"10 files, [\d,]+ bytes in \d+\.\d\d s, \d+\.\d\d GB/s", report.summary)
    plain = json.loads(json.dumps(report.to_dict()))
    assert plain["failures"][0]["actual"] == report.failures[0].actual
    assert plain["passed"] == 9
    assert plain["ok"] is False


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_files_of_every_size_pass_side_by_side(algorithm: str, tmp_path: Path) -> None:
    """In the component, where they are hashed in SIMD lanes."""
    edges = [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 4096, 65535, 65536, 65537]
    sizes = edges + [edge * 3 + 1 for edge in edges] + [300_001, 1_000_000]
    lines = []
    for k, size in enumerate(sizes):
        data = bytes(range(k, 251)) * (size // (251 - k) + 1)
        (tmp_path / str(k)).write_bytes(data[:size])
        lines.append(f"{hashlib.new(algorithm, data[:size]).hexdigest()}  {k}\n")
    for order in (lines, lines[::-1], lines * 3):
        (tmp_path / "CHECKSUM").write_text("".join(order))
        for jobs in (1, 2):
            report = fordway.verify(tmp_path, jobs=jobs)
            assert report.ok, report.failures
            assert report.passed == len(order)


def test_what_progress_raises_ends_the_check(logs: Path) -> None:
    def stop(step: fordway.Progress) -> None:
        raise LookupError("enough")

    begin = time.monotonic()
    with pytest.raises(LookupError, match="enough"):
        fordway.verify(logs, progress=stop)
    assert time.monotonic() - begin < 1
    assert fordway.verify(logs).passed == 9


def test_digest_checks_its_algorithm(logs: Path) -> None:
    with pytest.raises(ValueError, match="algorithm: expected one of md5, sha1"):
        fordway.digest(logs / "sha1sum.txt", "crc32")


def test_the_algorithms_are_those_of_the_wit() -> None:
    text = (CHECKOUT / "wit" / "checksums.wit").read_text()
    (cases,) = re.findall(r"enum algorithm \{(.*?)\n    \}", text, re.DOTALL)
    assert tuple(re.findall(r"^ +([a-z0-9-]+),$", cases, re.MULTILINE)) == ALGORITHMS


def test_memory_does_not_grow_with_a_files_size(tmp_path: Path) -> None:
    size = 1 << 30
    plant_sparse(tmp_path / "file", size)
    (tmp_path / "sha1sum.txt").write_text(f"{EMPTY}  file\n")
    script = (
        "import fordway, resource, sys\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "fordway.digest(__import__('sys').argv[1] + '/sha1sum.txt'); before = peak()\n"
        "assert fordway.verify(sys.argv[1]).bytes == 1 << 30\n"
        "print(peak() - before)\n"
    )
    assert int(output_of(script, tmp_path)) < 64 * 1024


def test_ctrl_c_stops_at_once_and_leaves_nothing_running(tmp_path: Path) -> None:
    plant_large(tmp_path, 4, 20 << 30)
    script = (
        "import fordway, sys, threading\n"
        "print('ready', flush=True)\n"
        "try:\n"
        "    fordway.verify(sys.argv[1])\n"
        "except KeyboardInterrupt:\n"
        "    print(threading.active_count(), fordway.add(1, 2), flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as checker:
        assert checker.stdout is not None
        checker.stdout.readline()
        time.sleep(0.7)
        begin = time.monotonic()
        checker.send_signal(signal.SIGINT)
        assert checker.stdout.readline() == "1 3\n"
        assert time.monotonic() - begin < 0.5
        assert checker.wait() == 0
        assert time.monotonic() - begin < 1
