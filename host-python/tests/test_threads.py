"""The threads of a check, as the scheduler and Ctrl-C see them."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import output_of, plant_large
from hypothesis import given
from hypothesis import strategies as st

import fordway
from fordway._verification import policy, threads
from fordway._verification.policy import Yielding
from fordway._verification.ranges import LANES, MOST, Cursor, joined
from fordway.component import spawn

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")


def policy_in_a_thread(workers: int = 1, busy: float = 1.0) -> list[int]:
    """The policies of a thread of a check: in it, after a range in which it had
    the processor for a part of the time, and after all."""

    def ask() -> list[int]:
        found = []
        with Yielding(workers) as yielding:
            found.append(os.sched_getscheduler(0))
            with yielding.watched():
                end = time.perf_counter() + 0.2 * busy
                while time.perf_counter() < end:
                    pass
                time.sleep(0.2 * (1 - busy))
            found.append(os.sched_getscheduler(0))
        return [*found, os.sched_getscheduler(0)]

    asked = spawn(ask)
    assert asked.done.wait(10)
    return asked.result()


@LINUX
def test_the_threads_are_a_batch_and_their_caller_stays_what_it_is() -> None:
    before = os.sched_getscheduler(0)
    # A thread goes back to what it was: it may do other work next.
    batch, usual = os.SCHED_BATCH, os.SCHED_OTHER
    assert policy_in_a_thread() == [batch, batch, usual]
    assert os.sched_getscheduler(0) == before == usual


@LINUX
def test_what_the_user_set_stays() -> None:
    script = (
        "import os\n"
        "from fordway._verification.policy import Yielding\n"
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "with Yielding(1) as yielding:\n"
        "    assert os.sched_getscheduler(0) == os.SCHED_IDLE\n"
        "print(os.sched_getscheduler(0) == os.SCHED_IDLE)\n"
    )
    assert output_of(script) == "True\n"


@LINUX
def test_a_thread_that_starves_goes_back_to_the_usual_policy() -> None:
    assert policy_in_a_thread(busy=0.01)[1] == os.SCHED_OTHER


@LINUX
@pytest.mark.parametrize("error", [OSError(38, "Function not implemented"), AttributeError()])
def test_where_there_are_no_policies_a_check_does_without(
    error: Exception, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with musl, which has the names and no more."""

    def refuse(*arguments: object) -> None:
        raise error

    for name in ("sched_getscheduler", "sched_setscheduler"):
        monkeypatch.setattr(policy.os, name, refuse)
        assert fordway.verify(logs).passed == 9


@given(st.integers(0, 100_000), st.integers(1, 300), st.booleans())
def test_ranges_grow_then_shrink_and_leave_nothing_out(
    length: int, workers: int, begins_small: bool
) -> None:
    cursor = Cursor(length, workers, begins_small=begins_small)
    ranges = list(iter(cursor.take, None))
    assert list(pairwise([0, *(end for _, end in ranges)])) == ranges
    assert (ranges[-1][1] if ranges else 0) == length
    assert joined(ranges[::-1]) == ([(0, length)] if length else [])
    sizes = [end - start for start, end in ranges]
    assert all(0 < size <= MOST for size in sizes)
    if begins_small:
        assert all(size <= LANES << at for at, size in enumerate(sizes))


def test_the_threads_are_daemons_and_do_not_delay_the_end(tmp_path: Path) -> None:
    plant_large(tmp_path, 4, 20 << 30)
    script = (
        "import fordway, sys, threading, time\n"
        "check = threading.Thread(target=fordway.verify, args=sys.argv[1:], daemon=True)\n"
        "check.start()\n"
        "time.sleep(0.5)\n"
        "print(fordway.add(1, 2))\n"
    )
    begin = time.monotonic()
    assert output_of(script, tmp_path) == "3\n"
    assert time.monotonic() - begin < 3


def test_a_check_works_at_the_end_of_the_program(logs: Path) -> None:
    script = (
        "import atexit, fordway, sys\n"
        "atexit.register(lambda: print(fordway.verify(sys.argv[1])))\n"
        "fordway.verify(sys.argv[1])\n"
    )
    assert output_of(script, logs) == "9 passed, 1 failed\n"


@pytest.mark.parametrize("most", [0, 1, 2])
def test_fewer_threads_do_it_all(most: int, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = [most]

    def scarce(*arguments: object) -> object:
        if not left[0]:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        return spawn(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(threads, "spawn", scarce)
    if most:
        assert fordway.verify(logs, jobs=4).passed == 9
    else:
        with pytest.raises(fordway.ComponentError, match="no thread"):
            fordway.verify(logs, jobs=4)


@LINUX
@pytest.mark.parametrize("most", [48, 80, 128])
def test_few_descriptors_are_fewer_workers(most: int, tmp_path: Path) -> None:
    lines = []
    for k in range(300):
        (tmp_path / f"f{k}").touch()
        lines.append(f"{hashlib.sha1().hexdigest()}  f{k}\n")
    (tmp_path / "sha1sum.txt").write_text("".join(lines))
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[2]),) * 2)\n"
        "import fordway\n"
        "print(fordway.verify(sys.argv[1], jobs=8))\n"
    )
    assert output_of(script, tmp_path, most) == "300 passed, 0 failed\n"


@LINUX
def test_ctrl_c_ends_a_check_that_waits_for_a_pipe(logs: Path) -> None:
    """What hangs in the system no one ends; it is left alone."""
    script = (
        "import fordway, os, signal, sys, threading, time\n"
        "from fordway._verification.worker import Worker\n"
        "os.chdir(sys.argv[1])\n"
        "os.mkfifo('pipe')\n"
        "Worker.check = lambda *arguments: open('pipe').read()\n"
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "begin = time.monotonic()\n"
        "try:\n"
        "    fordway.verify('.', jobs=4)\n"
        "except KeyboardInterrupt:\n"
        "    print(time.monotonic() - begin < 0.9, fordway.add(1, 2))\n"
    )
    assert output_of(script, logs) == "True 3\n"


@LINUX
def test_where_one_instance_has_room_it_does_all_the_work(logs: Path) -> None:
    script = (
        "import array, resource, sys\n"
        "import fordway\n"
        "from fordway import _numbers\n"
        "fordway.add(1, 2)\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "room = pages * resource.getpagesize() + (6 << 30)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (room, room))\n"
        "report = fordway.verify(sys.argv[1], jobs=4)\n"
        "print(report.passed, len(report.failures))\n"
        "_numbers.processors = lambda: 4\n"
        "xs = array.array('d', [3]) * (4 * _numbers.PART)\n"
        "with fordway.Sandbox() as box:\n"
        "    print(set(box.squares(xs)))\n"
    )
    assert output_of(script, logs) == "9 1\n{9.0}\n"
