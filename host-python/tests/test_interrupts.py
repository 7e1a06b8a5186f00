"""Ctrl-C at every point of a call where Python looks for signals."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import interrupts
import pytest
from scripts import few_or_many, run

SCRIPT = Path(interrupts.__file__)
GLIBC = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallinfo2 is glibc's")


def swept(call: str, directory: Path, sweeps: int) -> tuple[list[int], int]:
    """What sweeps left behind, and how many interrupts there were."""
    out = run(SCRIPT, call, directory, sweeps, timeout=90 + 3 * sweeps).well
    grown, told = out.splitlines()[-2:]
    count = int(told.split(", ")[1].split()[0])
    print(f"{call}: {told}; {grown}", file=sys.stderr)
    return [int(number) for number in grown.split()[-3:]], count


@pytest.mark.parametrize("call", interrupts.BEGIN)
def test_an_interrupt_at_any_point_leaves_a_process_that_works(call: str, tmp_path: Path) -> None:
    _, count = swept(call, tmp_path, 1)
    assert count >= interrupts.BEGIN[call][1]


@GLIBC
@few_or_many("sweeps", 20, 1_000)
@pytest.mark.parametrize("call", ["add", "repeat", "user-info"])
def test_interrupts_leave_no_memory_no_descriptor_and_no_thread(
    call: str, sweeps: int, tmp_path: Path
) -> None:
    (memory, descriptors, threads), count = swept(call, tmp_path, sweeps)
    # Free lists come and go; a value left behind each time would be 32 bytes.
    assert memory < 4096 + count / 10
    assert descriptors <= 0
    assert threads <= 0
