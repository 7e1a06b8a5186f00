"""Trees that are replaced by others: a call sees one of them, whole, and never
one that is gone."""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from scripts import few_or_many, run

import fordway

LARGE = 1_000_000


@pytest.fixture
def worker() -> Iterator[ProcessPoolExecutor]:
    """One process that stays: it sees every check."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def plant(root: Path, filled: str) -> Path:
    """A tree whose manifest is always the same: sound only where `filled` is "a"."""
    root.mkdir()
    lines = []
    for name, size in (("small", 100), ("large", LARGE), ("other", 5)):
        (root / name).write_bytes(filled.encode() * size)
        lines.append(f"{hashlib.sha1(b'a' * size).hexdigest()}  {name}\n")
    (root / "sha1sum.txt").write_text("".join(lines))
    return root


def test_a_worker_sees_the_tree_that_took_anothers_place(
    worker: ProcessPoolExecutor, tmp_path: Path
) -> None:
    root = plant(tmp_path / "D", "a")
    assert fordway.verify(root, executor=worker).ok
    root.rename(tmp_path / "gone")
    plant(root, "b")
    for _ in range(2):
        found = fordway.verify(root, executor=worker)
        assert not found.ok
        assert found.passed == 0
        assert [failure.reason for failure in found.failures] == ["mismatch"] * 3


def test_a_worker_sees_where_a_link_leads_now(worker: ProcessPoolExecutor, tmp_path: Path) -> None:
    for name, filled in (("1", "a"), ("2", "b")):
        plant(tmp_path / name, filled)
    current = tmp_path / "current"
    for target in ("1", "2", "1", "2"):
        (tmp_path / "next").symlink_to(target)
        (tmp_path / "next").replace(current)
        assert fordway.verify(current, executor=worker).ok == (target == "1")


def test_a_worker_of_a_sandbox_sees_the_tree_that_is_there(
    worker: ProcessPoolExecutor, tmp_path: Path
) -> None:
    root = plant(tmp_path / "D", "a")
    with fordway.Sandbox(tmp_path) as box:
        assert box.verify("D", executor=worker).ok
        root.rename(tmp_path / "gone")
        plant(root, "b")
        assert not box.verify("D", executor=worker).ok
        assert not box.verify("D").ok


def test_a_worker_refuses_a_tree_that_is_gone(worker: ProcessPoolExecutor, tmp_path: Path) -> None:
    root = plant(tmp_path / "D", "a")
    assert fordway.verify(root, executor=worker).ok
    root.rename(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        fordway.verify(root, executor=worker)


def seen(call: Callable[[], Any]) -> str:
    """Which tree a call saw, "a" or "b", or the error that it raised."""
    try:
        found = call()
    except (OSError, fordway.FordwayError) as error:
        return type(error).__name__
    if isinstance(found, bytes):
        return found[:1].decode()
    if isinstance(found, fordway.Report):
        return "a" if found.ok else "b"
    digests = {hashlib.sha1(letter * 100).hexdigest(): letter.decode() for letter in (b"a", b"b")}
    return digests[found]


@pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
def test_all_calls_of_a_sandbox_see_one_tree(used: bool, tmp_path: Path) -> None:
    root = plant(tmp_path / "root", "a")
    with fordway.Sandbox(root, writable=True) as box:
        if used:
            assert box.verify(".").ok
            assert box.read("small") + box.read("large") == b"a" * (100 + LARGE)
        gone = root.rename(tmp_path / "gone")
        plant(root, "b")
        views = {
            "small": seen(lambda: box.read("small")),
            "large": seen(lambda: box.read("large")),
            "digest": seen(lambda: box.digest("small")),
            "verify": seen(lambda: box.verify(".")),
            "again": seen(lambda: box.read("small")),
        }
        assert len(set(views.values())) == 1, views
        (view,) = set(views.values())
        there = {"a": gone, "b": root}.get(view)
        for name, size in (("new", 100), ("new-large", LARGE)):
            if there is None:
                with pytest.raises((OSError, fordway.FordwayError)):
                    box.write(b"n" * size, name)
            else:
                box.write(b"n" * size, name)
                assert (there / name).read_bytes() == b"n" * size
            other = gone if there == root else root
            assert not (other / name).exists()


@pytest.mark.parametrize("limit", [2 << 20, 3 << 20])
def test_a_worker_that_ran_out_of_memory_is_still_of_use(
    limit: int, worker: ProcessPoolExecutor, tmp_path: Path
) -> None:
    lines = []
    for k in range(64):
        data = bytes([k]) * 400_000
        (tmp_path / f"f{k}").write_bytes(data)
        lines.append(f"{hashlib.sha1(data).hexdigest()}  f{k}\n")
    (tmp_path / "sha1sum.txt").write_text("".join(lines))
    with fordway.Sandbox(tmp_path, memory_limit=limit) as box:
        for _ in range(2):
            with contextlib.suppress(fordway.MemoryLimitError):
                assert box.verify(".", executor=worker).passed == 64
    assert fordway.verify(tmp_path, executor=worker).passed == 64


SWAP = """
import fordway, hashlib, os, sys, threading, time
root, seconds = sys.argv[1], float(sys.argv[2])
os.mkfifo(root + "/pipe")
open(root + "/plain", "w").close()
digest = hashlib.sha1().hexdigest()
open(root + "/sha1sum.txt", "w").write(f"{digest}  swapped\\n" * 20)
os.link(root + "/plain", root + "/swapped")
end = time.monotonic() + seconds
stop = False
def swap():
    while not stop:
        for kind in ("pipe", "plain"):
            os.link(f"{root}/{kind}", root + "/next")
            os.replace(root + "/next", root + "/swapped")
thread = threading.Thread(target=swap)
thread.start()
slowest, calls, errors = 0.0, 0, set()
box = fordway.Sandbox(root, timeout=1)
work = {"digest": lambda: box.digest("swapped"), "read": lambda: box.read("swapped"),
    "verify": lambda: box.verify(".")}[sys.argv[3]]
while time.monotonic() < end:
    begin = time.monotonic()
    try:
        work()
    except (OSError, fordway.CallTimeout) as error:
        errors.add(type(error).__name__)
    slowest = max(slowest, time.monotonic() - begin)
    calls += 1
stop = True
thread.join()
assert box.add(1, 2) == 3
print(calls, slowest, *sorted(errors))
"""


@few_or_many("seconds", 3, 20)
@pytest.mark.parametrize("work", ["digest", "read", "verify"])
def test_a_pipe_swapped_in_between_look_and_open_is_given_up(
    work: str, seconds: int, tmp_path: Path
) -> None:
    ended = run(SWAP, tmp_path, seconds, work, timeout=seconds + 12)
    calls, slowest, *errors = ended.well.split()
    print(work, calls, slowest, errors)
    assert float(slowest) < 1.5
    assert ended.seconds < seconds + 5
    assert ended.err == ""


def test_a_pipe_swapped_in_does_not_stop_ctrl_c(tmp_path: Path) -> None:
    script = (
        SWAP.replace("timeout=1", "timeout=60")
        .replace("stop = False\n", "stop = False\nimport signal\n", 1)
        .replace(
            "while time.monotonic() < end:\n    begin",
            "signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
            "signal.setitimer(signal.ITIMER_REAL, seconds)\n"
            "while time.monotonic() < end + 60:\n    begin",
        )
        .replace("(OSError, fordway.CallTimeout)", "OSError")
        .replace(
            "    slowest = max",
            "    except KeyboardInterrupt:\n"
            "        slowest = time.monotonic() - end\n"
            "        break\n"
            "    0 and max",
        )
    )
    ended = run(script, tmp_path, 2, "digest", timeout=15)
    assert float(ended.well.split()[1]) < 1.0
    assert ended.seconds < 7


def test_nothing_outside_is_seen_while_links_are_swapped(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.write_bytes(b"secret")
    script = (
        "import fordway, os, sys, threading, time\n"
        "root, outside = sys.argv[1:]\n"
        "open(root + '/plain', 'w').write('inside')\n"
        "os.symlink(outside, root + '/link')\n"
        "os.link(root + '/plain', root + '/swapped')\n"
        "end = time.monotonic() + 2\n"
        "def swap():\n"
        "    while time.monotonic() < end:\n"
        "        os.rename(root + '/link', root + '/swapped')\n"
        "        os.link(root + '/plain', root + '/next')\n"
        "        os.symlink(outside, root + '/link')\n"
        "        os.rename(root + '/next', root + '/swapped')\n"
        "thread = threading.Thread(target=swap)\n"
        "thread.start()\n"
        "seen, refused = set(), 0\n"
        "box = fordway.Sandbox(root)\n"
        "while time.monotonic() < end:\n"
        "    try: seen.add(box.read('swapped'))\n"
        "    except OSError: refused += 1\n"
        "thread.join()\n"
        "print(seen, refused > 0)\n"
    )
    assert run(script, root, outside).well == "{b'inside'} True\n"
    assert os.listdir(root)
