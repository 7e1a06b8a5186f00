"""Interrupts a call once at every point where Python looks for signals.

    python interrupts.py CALL DIRECTORY SWEEPS

Python looks for signals at three kinds of places only: after a call has
returned, at the start of a function, and at a jump backward. A trace function
finds those of the frames of fordway and wasmtime, and raises KeyboardInterrupt
at the first of them in the first call, at the second in the second, and so on
until a call comes to its end. After each, the next call has to give the right
answer.

Prints each point before it is used, so that the last line tells of a death;
then what the sweeps came to.
"""

from __future__ import annotations

import ctypes
import dis
import faulthandler
import gc
import hashlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import wasmtime

import fordway

PACKAGES = tuple(str(Path(str(m.__file__)).parent) + os.sep for m in (fordway, wasmtime))
JUMPS = {*dis.hasjrel, *dis.hasjabs}
CALLS = {code for name, code in dis.opmap.items() if name.startswith("CALL")} - {
    code for name, code in dis.opmap.items() if name.startswith("CALL_INTRINSIC")
}
RESUMES = {code for name, code in dis.opmap.items() if "RESUME" in name}
# 3.10 puts off its look if one of these comes next, and looks after a jump in
# any direction.
OLD = sys.version_info < (3, 11)
UNSEEN = {"SETUP_FINALLY", "SETUP_WITH", "BEFORE_ASYNC_WITH", "YIELD_FROM"} if OLD else set()
PUT_OFF = {dis.opmap[name] for name in UNSEEN}
PATIENCE = 15
"""How long a call and the next may take, in seconds."""

Call = Callable[[], bool]


class Points:
    """Counts the points of a call, and interrupts it at one of them."""

    def __init__(self, at: int = 0) -> None:
        self.count = 0
        self.at = at
        self.fired = False

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        """The trace function of a thread: is told of each function's start."""
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGES):
            return None
        frame.f_trace_opcodes = True
        codes, previous = code.co_code, -1

        def step(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal previous
            if event == "opcode":
                here = frame.f_lasti
                if codes[here] in RESUMES:
                    return step
                came, previous = previous, here
                if codes[here] not in PUT_OFF and _is_point(codes, came, here):
                    self._pass(frame.f_code, frame.f_lineno, codes[here])
            return step

        return step

    def _pass(self, code: CodeType, line: int, opcode: int) -> None:
        self.count += 1
        if self.count == self.at:
            self.fired = True
            where = f"{'/'.join(Path(code.co_filename).parts[-2:])}:{line} {code.co_name}"
            os.write(1, f"{self.at} {where}, before {dis.opname[opcode]}\n".encode())
            raise KeyboardInterrupt


def _is_point(codes: bytes, came: int, here: int) -> bool:
    if came < 0:
        return True
    if codes[came] in JUMPS:
        return here <= came or (OLD and here != came + 2)
    return codes[came] in CALLS


def traced(call: Call, points: Points) -> None:
    """One call under a trace. It is right, or interrupted."""
    sys.settrace(points.enter)
    try:
        right = call()
    except KeyboardInterrupt:
        if not points.fired:
            raise
    else:
        assert right, f"a wrong answer with an interrupt at point {points.at}"
    finally:
        sys.settrace(None)


def sweep(call: Call, most: int) -> int:
    """Interrupts one call at each of its points; how many there were. A call
    that gets longer and longer carries what earlier ones left."""
    for at in range(1, most):
        # A call that hangs tells where, and the process ends.
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        points = Points(at)
        traced(call, points)
        assert call(), f"a wrong answer after an interrupt at point {at}"
        if not points.fired:
            return at - 1
        # 3.13 gives no events of a function that was left by an exception of
        # the trace, until it has run to its end once.
        traced(call, Points())
    raise AssertionError(f"more than {most} points: interrupts make the next calls longer")


# --- calls ------------------------------------------------------------------


def _add(directory: Path) -> Call:
    return lambda: fordway.add(2, 3) == 5


def _repeat(directory: Path) -> Call:
    return lambda: fordway.repeat("abc", 40) == "abc" * 40


def _join(directory: Path) -> Call:
    return lambda: fordway.join(["a", "bc", ""], ", ") == "a, bc, "


def _squares(directory: Path) -> Call:
    return lambda: fordway.squares([1.0, 2.0, -3.0]) == [1.0, 4.0, 9.0]


def _squares_long(directory: Path) -> Call:
    numbers, wanted = [3.0] * 20_000, [9.0] * 20_000
    return lambda: fordway.squares(numbers) == wanted


def _sandbox(directory: Path) -> Call:
    def call() -> bool:
        with fordway.Sandbox(directory, timeout=60) as box:
            return box.add(2, 3) == 5

    return call


def _user_info(directory: Path) -> Call:
    def call() -> bool:
        user = fordway.UserInfo("Al")
        right = user.info == 'User "Al" has 2 letters in their name'
        del user
        return right

    return call


def _user_info_closed(directory: Path) -> Call:
    def call() -> bool:
        user = fordway.UserInfo("Al")
        right = user.info == 'User "Al" has 2 letters in their name'
        user.close()
        return right and user.closed

    return call


def _read(size: int) -> Callable[[Path], Call]:
    def begin(directory: Path) -> Call:
        file, data = directory / "read", os.urandom(size)
        file.write_bytes(data)
        return lambda: fordway.read(file) == data

    return begin


def _digest(directory: Path) -> Call:
    file = directory / "digest"
    file.write_bytes(b"alpha\n")
    wanted = hashlib.sha1(b"alpha\n").hexdigest()
    return lambda: fordway.digest(file) == wanted


def _write(size: int) -> Callable[[Path], Call]:
    def begin(directory: Path) -> Call:
        file, data = directory / "written", os.urandom(size)

        def call() -> bool:
            fordway.write(data, file)
            return file.read_bytes() == data

        return call

    return begin


def _verify(directory: Path) -> Call:
    tree = directory / "tree"
    tree.mkdir()
    lines = []
    for k in range(10):
        data = b"x" * k * 1000
        (tree / f"f{k}").write_bytes(data)
        lines.append(f"{hashlib.sha1(data).hexdigest()}  f{k}\n")
    (tree / "sha1sum.txt").write_text("".join(lines))

    def call() -> bool:
        report = fordway.verify(tree)
        return report.ok and report.passed == 10

    return call


BEGIN: dict[str, tuple[Callable[[Path], Call], int]] = {
    "add": (_add, 4),
    "repeat": (_repeat, 4),
    "join": (_join, 4),
    "squares": (_squares, 6),
    "squares-long": (_squares_long, 20),
    "user-info": (_user_info, 10),
    "user-info-closed": (_user_info_closed, 10),
    "sandbox": (_sandbox, 20),
    "read": (_read(1_000), 15),
    "read-large": (_read(1_000_000), 20),
    "digest": (_digest, 15),
    "write": (_write(100), 15),
    "write-large": (_write(100_000), 20),
    "verify": (_verify, 50),
}
"""Each call, and the least number of points that it can have: fewer would mean
that the trace sees nothing."""


# --- what is left behind ----------------------------------------------------


class _Mallinfo2(ctypes.Structure):
    """`struct mallinfo2` of glibc."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    ]


def malloced() -> int:
    """The bytes that are allocated and not freed, in all arenas."""
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = _Mallinfo2
    found = mallinfo2()
    return int(found.uordblks + found.hblkhd)


def held() -> tuple[int, int, int]:
    """Bytes, descriptors and threads of this process."""
    tasks = len(os.listdir("/proc/self/task"))
    return malloced(), len(os.listdir("/proc/self/fd")), max(tasks, threading.active_count())


def main(name: str, directory: str, sweeps: int) -> None:
    # What a finalizer or a callback may not raise is told here, at length.
    sys.unraisablehook = lambda unraisable: None
    begin, least = BEGIN[name]
    call = begin(Path(directory))
    for _ in range(3):
        assert call()
        traced(call, Points())
    points = Points()
    traced(call, points)
    assert points.count >= least, f"only {points.count} points are seen"
    swept = 0
    before = held()
    for done in range(sweeps):
        swept += sweep(call, 2 * points.count + 100)
        # One table grows once, after some ten thousand objects.
        if done == min(99, sweeps // 2 - 1):
            before = held()
    after = held()
    # The number of times that a check waits for its threads varies.
    assert swept >= points.count * sweeps / 2, f"{swept} interrupts at {points.count} points"
    print("grown by", *(now - then for now, then in zip(after, before, strict=True)))
    print(f"{points.count} points, {swept} interrupts")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
