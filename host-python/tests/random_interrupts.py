"""Interrupts calls at random moments by a timer's signal.

    python random_interrupts.py CALL DIRECTORY COUNT SEED

Prints how many of the calls were interrupted.
"""

from __future__ import annotations

import faulthandler
import random
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import interrupts

LEAST = 0.002
"""Calls are interrupted in loops that take at least so many seconds."""

armed = False


def _interrupt(signum: int, frame: FrameType | None) -> None:
    if armed:
        raise KeyboardInterrupt


def once(call: interrupts.Call, repeats: int, after: float) -> bool:
    """Calls, interrupted after so many seconds if they take as long."""
    global armed
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, after)
        try:
            for _ in range(repeats):
                assert call(), "a wrong answer of a call that was not interrupted"
        finally:
            armed = False
    except KeyboardInterrupt:
        # There is one signal each time: none comes after it.
        armed = False
        return True
    signal.setitimer(signal.ITIMER_REAL, 0)
    return False


def _took(call: interrupts.Call) -> float:
    begin = time.perf_counter()
    assert call()
    return time.perf_counter() - begin


def main(name: str, directory: str, count: int, seed: int) -> None:
    sys.unraisablehook = lambda unraisable: None
    signal.signal(signal.SIGALRM, _interrupt)
    call = interrupts.BEGIN[name][0](Path(directory))
    assert call()
    usual = min(_took(call) for _ in range(7))
    # A timer cannot tell the moments of a call of microseconds apart.
    repeats = int(LEAST / usual) + 1
    moments = random.Random(seed)
    interrupted = 0
    for number in range(count):
        faulthandler.dump_traceback_later(15, exit=True)
        interrupted += once(call, repeats, moments.uniform(1e-5, 1.3 * usual * repeats))
        if number % 8 == 0:
            assert call(), "a wrong answer after an interrupt"
    assert call(), "a wrong answer after the last interrupt"
    print(f"{interrupted} of {count} interrupted, a call takes {usual * 1e6:.0f} us")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
