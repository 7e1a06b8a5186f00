"""Ctrl-C at random moments of calls, by real signals."""

from __future__ import annotations

import sys
from pathlib import Path

import interrupts
import pytest
import random_interrupts
from scripts import few_or_many, run

SCRIPT = Path(random_interrupts.__file__)


@few_or_many("count", 150, 2_000)
@pytest.mark.parametrize("call", interrupts.BEGIN)
def test_interrupts_at_random_moments_leave_a_process_that_works(
    call: str, count: int, tmp_path: Path
) -> None:
    out = run(SCRIPT, call, tmp_path, count, 20_261_125, timeout=60 + count / 5).well
    print(f"{call}: {out.strip()}", file=sys.stderr)
    assert int(out.split()[0]) > count / 10
