"""The threads of a check, as the scheduler and Ctrl-C see them."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import output_of
from hypothesis import given
from hypothesis import strategies as st

import fordway
from fordway import _threads
from fordway._engine import Core
from fordway._guest import Guest
from fordway._job import LANES, MOST
from fordway._threads import Threads, _Cursor

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_BATCH is Linux's")


@pytest.fixture(scope="module")
def core() -> Core:
    return Core(interruptible=True)


@LINUX
def test_the_threads_are_a_batch_and_their_caller_stays_what_it_is(core: Core) -> None:
    before = os.sched_getscheduler(0)
    with Threads(2, core) as threads:
        assert threads.ask(os.sched_getscheduler, 0) == os.SCHED_BATCH
    assert os.sched_getscheduler(0) == before == os.SCHED_OTHER


@LINUX
def test_what_the_user_set_stays() -> None:
    script = (
        "import os\n"
        "from fordway._engine import Core\n"
        "from fordway._threads import Threads\n"
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n"
        "with Threads(1, Core(interruptible=True)) as threads:\n"
        "    print(threads.ask(os.sched_getscheduler, 0) == os.SCHED_IDLE)\n"
    )
    assert output_of(script) == "True\n"


@LINUX
@pytest.mark.parametrize(("starved", "goes_back"), [(0.0, False), (1e9, True)])
def test_a_thread_that_starves_goes_back_to_the_usual_policy(
    starved: float, goes_back: bool, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies: list[int] = []
    monkeypatch.setattr(_threads, "STARVED", starved)
    monkeypatch.setattr(_threads, "_be", policies.append)
    assert fordway.verify(logs, jobs=1).passed == 9
    assert policies == [os.SCHED_BATCH] + [os.SCHED_OTHER] * goes_back


@given(st.integers(0, 100_000), st.integers(1, 300))
def test_ranges_grow_then_shrink_and_leave_nothing_out(length: int, workers: int) -> None:
    cursor = _Cursor(length, workers)
    ranges = list(iter(cursor.take, None))
    assert list(pairwise([0, *(end for _, end in ranges)])) == ranges
    assert (ranges[-1][1] if ranges else 0) == length
    sizes = [end - start for start, end in ranges]
    assert all(0 < size <= MOST for size in sizes)
    assert all(size <= LANES << at for at, size in enumerate(sizes))


def test_what_is_asked_returns_or_raises_here(core: Core) -> None:
    with Threads(1, core) as threads:
        assert threads.ask(int, "12", base=3) == 5
        with pytest.raises(ValueError, match="invalid literal"):
            threads.ask(int, "x")


def test_ctrl_c_ends_what_is_asked(core: Core) -> None:
    guest = Guest(core)
    begin = time.monotonic()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), Threads(1, core) as threads:
        threads.ask(guest.call, "numbers.pi", 2**32 - 1)
    assert time.monotonic() - begin < 1.3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fordway")]
    guest.close()


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
