"""Instances where addresses are scarce."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import output_of

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@LINUX
def test_a_limit_on_addresses_leaves_room_for_all_instances(logs: Path) -> None:
    script = (
        "import array, resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (5 << 29, 5 << 29))\n"
        "import fordway\n"
        "print(fordway.verify(sys.argv[1], jobs=8).passed)\n"
        "boxes = [fordway.Sandbox(memory_limit=4 << 20, timeout=60) for _ in range(8)]\n"
        "print({box.add(1, 2) for box in boxes})\n"
        "print(len(fordway.shuffle(array.array('q', range(1 << 20)), 7)))\n"
        "try:\n"
        "    boxes[0].shuffle(array.array('q', range(1 << 20)), 7)\n"
        "except fordway.MemoryLimitError as error:\n"
        "    print(error)\n"
    )
    told = "9\n{3}\n1048576\nthe call needs more memory than 4194304 bytes\n"
    assert output_of(script, logs) == told


@LINUX
def test_where_no_instance_has_room_an_error_says_so(logs: Path) -> None:
    script = (
        "import resource, sys\n"
        "import fordway\n"
        "fordway.add(1, 2)\n"
        "pages = int(open('/proc/self/statm').read().split()[0])\n"
        "room = pages * resource.getpagesize() + (3 << 30)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (room, room))\n"
        "for call in (lambda: fordway.verify(sys.argv[1]), lambda: fordway.Sandbox().add(1, 2)):\n"
        "    try:\n"
        "        call()\n"
        "    except fordway.TrapError as error:\n"
        "        print(error)\n"
    )
    assert output_of(script, logs).count("the component cannot be instantiated: ") == 2


def test_the_instances_of_threads_that_ended_are_freed() -> None:
    script = (
        "import fordway, gc, threading\n"
        "from fordway.component import epochs\n"
        "def work():\n"
        "    user = fordway.UserInfo('Al')\n"
        "    assert fordway.add(1, 2) == 3 and user.info\n"
        "for _ in range(40):\n"
        "    thread = threading.Thread(target=work)\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "gc.collect()\n"
        "fordway.add(1, 2)\n"
        "fordway.add(1, 2)\n"
        "print(len(epochs.living()) < 5)\n"
    )
    assert output_of(script) == "True\n"
