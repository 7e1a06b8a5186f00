"""How soon a call ends after Ctrl-C, or after its time is up.

    python host-python/tests/latency.py [TRIES [NAME ...]]

Prints a table of milliseconds, one row for each call that can be given seconds
of work. Each runs in a Python of its own; Ctrl-C is a SIGINT at a random moment
of its work, as a terminal sends it, and counts until the caller has
KeyboardInterrupt in hand (a command: until it has ended). A time limit counts
from the limit to CallTimeout.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fordway

__all__ = ["COMMANDS", "LIMITED", "WORK", "Latencies", "measure"]

GIB = 1 << 30
LONG = 10**7
"""The elements of a list."""
PATIENCE = 40.0
"""A call that takes longer is killed, and counts as endless."""

Call = Callable[[], Any]
Latencies = list[float]


def _sparse(directory: Path, name: str, size: int) -> Path:
    file = directory / name
    with file.open("wb") as sparse:
        sparse.truncate(size)
    return file


def _tree(directory: Path) -> Path:
    """Four sparse files of 3 GB each, and a manifest that holds them for empty."""
    names = [_sparse(directory, f"f{k}", 3 * GIB).name for k in range(4)]
    digest = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    (directory / "sha1sum.txt").write_text("".join(f"{digest}  {name}\n" for name in names))
    return directory


def _numbers(dtype: str) -> Any:
    import numpy as np

    return np.ones(5 * 10**7, dtype)


def _digest(directory: Path) -> Call:
    file = _sparse(directory, "file", 5 * GIB)
    return lambda: fordway.digest(file)


def _read(directory: Path) -> Call:
    file = _sparse(directory, "file", GIB)
    return lambda: fordway.read(file)


def _write(directory: Path) -> Call:
    data = bytearray(GIB)
    return lambda: fordway.write(data, directory / "file")


def _verify(directory: Path) -> Call:
    root = _tree(directory)
    return lambda: fordway.verify(root)


def _squares(directory: Path) -> Call:
    xs = _numbers("f8")
    return lambda: fordway.squares(xs)


def _increase(directory: Path) -> Call:
    xs = _numbers("i8")
    return lambda: fordway.increase(xs, 1)


def _shuffle(directory: Path) -> Call:
    xs = _numbers("i8")
    return lambda: fordway.shuffle(xs, 7)


def _dot(directory: Path) -> Call:
    xs = _numbers("f8")
    return lambda: fordway.dot(xs, xs)


def _squares_list(directory: Path) -> Call:
    xs = [1.5] * LONG
    return lambda: fordway.squares(xs)


def _increase_list(directory: Path) -> Call:
    xs = list(range(LONG))
    return lambda: fordway.increase(xs, 1)


def _shuffle_list(directory: Path) -> Call:
    xs = list(range(LONG))
    return lambda: fordway.shuffle(xs, 7)


def _dot_list(directory: Path) -> Call:
    xs = [1.5] * LONG
    return lambda: fordway.dot(xs, xs)


def _squares_buffer(directory: Path) -> Call:
    xs = array("d", bytes(8 * LONG))
    return lambda: fordway.squares(xs)


def _join(directory: Path) -> Call:
    words = ["word " * 6] * (2 * 10**6)
    return lambda: fordway.join(words, ",")


WORK: dict[str, Callable[[Path], Call]] = {
    "pi": lambda directory: lambda: fordway.pi(2**32 - 1),
    "digest": _digest,
    "verify": _verify,
    "read": _read,
    "write": _write,
    "squares": _squares,
    "increase": _increase,
    "shuffle": _shuffle,
    "dot": _dot,
    "squares-list": _squares_list,
    "increase-list": _increase_list,
    "shuffle-list": _shuffle_list,
    "dot-list": _dot_list,
    "squares-buffer": _squares_buffer,
    "sqrts": lambda directory: lambda: fordway.sqrts(10**6),
    "repeat": lambda directory: lambda: fordway.repeat("x" * 1024, 65_000),
    "join": _join,
}
"""The functions: called again and again until they are interrupted."""

COMMANDS = ("sum", "verify", "digest")
"""The verbs of the command."""


def _limited(directory: Path, limit: float) -> dict[str, Callable[[], Call]]:
    box = fordway.Sandbox(directory, writable=True, timeout=limit)

    def digest() -> Call:
        _sparse(directory, "file", 5 * GIB)
        return lambda: box.digest("file")

    def read() -> Call:
        _sparse(directory, "file", GIB)
        return lambda: box.read("file")

    def write() -> Call:
        data = bytearray(GIB)
        return lambda: box.write(data, "file")

    def verify() -> Call:
        _tree(directory)
        return lambda: box.verify(".")

    def squares() -> Call:
        xs = _numbers("f8")
        return lambda: box.squares(xs)

    def shuffle() -> Call:
        xs = _numbers("i8")
        return lambda: box.shuffle(xs, 7)

    return {
        "pi": lambda: lambda: box.pi(2**32 - 1),
        "digest": digest,
        "verify": verify,
        "read": read,
        "write": write,
        "squares": squares,
        "shuffle": shuffle,
    }


LIMITED = ("pi", "digest", "verify", "read", "write", "squares", "shuffle")
"""The methods that are measured under a time limit."""


# --- in the Python of its own ----------------------------------------------


def _interrupted(name: str, directory: Path, tries: int) -> None:
    call = WORK[name](directory)
    fordway.add(1, 2)
    for _ in range(tries):
        try:
            print("ready", flush=True)
            while True:
                call()
        except KeyboardInterrupt:
            caught = time.monotonic()
        print(caught, flush=True)
        assert fordway.add(1, 2) == 3


def _out_of_time(name: str, directory: Path, tries: int) -> None:
    limit = 0.15
    call = _limited(directory, limit)[name]()
    for _ in range(tries):
        begin = time.monotonic()
        # A call that ends in time is no fault.
        with contextlib.suppress(fordway.CallTimeout):
            call()
        print(max(0.0, time.monotonic() - begin - limit), flush=True)


# --- in the Python that measures -------------------------------------------


@contextlib.contextmanager
def _watched(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _start(*command: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def _line(process: subprocess.Popen[str], seconds: float) -> str:
    """The next line of a process that is killed if it takes too long."""
    assert process.stdout is not None
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        return process.stdout.readline()
    finally:
        timer.cancel()


def _functions(mode: str, name: str, directory: Path, tries: int) -> Latencies:
    found: Latencies = []
    with _watched(_start(__file__, mode, name, directory, tries)) as process:
        for _ in range(tries):
            sent = 0.0
            if mode == "interrupted":
                if _line(process, PATIENCE) != "ready\n":
                    break
                time.sleep(random.uniform(0.05, 1.0))
                sent = time.monotonic()
                process.send_signal(signal.SIGINT)
            if not (told := _line(process, PATIENCE)):
                break
            found.append(float(told) - sent)
    return found + [float("inf")] * (len(found) < tries)


def _command(verb: str, directory: Path, tries: int) -> Latencies:
    paths = [_tree(directory)] if verb != "digest" else [_sparse(directory, "file", 5 * GIB)]
    found: Latencies = []
    for _ in range(tries):
        with _watched(_start("-m", "fordway", verb, *paths)) as process:
            # It imports before it works.
            time.sleep(random.uniform(1.0, 2.0))
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                found.append(float("inf"))
                continue
            found.append(time.monotonic() - sent)
            assert process.returncode == 130, f"{verb}: exit status {process.returncode}"
    return found


def measure(kind: str, name: str, tries: int, directory: Path) -> Latencies:
    """Seconds: `interrupted` and `limited` are kinds of calls, `command` is one."""
    work = Path(tempfile.mkdtemp(dir=directory))
    try:
        if kind == "command":
            return _command(name, work, tries)
        return _functions(kind, name, work, tries)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def row(kind: str, name: str, latencies: Latencies) -> str:
    """A row of the table."""
    ordered = sorted(latencies)
    most = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    figures = (statistics.median(ordered), most, ordered[-1])
    return f"{kind:12}{name:16}" + "".join(f"{figure * 1e3:9.0f}" for figure in figures)


def main(tries: int, names: list[str]) -> None:
    kinds = {"interrupted": tuple(WORK), "command": COMMANDS, "limited": LIMITED}
    print(f"{'ms':12}{'':16}{'p50':>9}{'p95':>9}{'max':>9}")
    for kind, all_names in kinds.items():
        for name in all_names:
            if not names or name in names:
                print(row(kind, name, measure(kind, name, tries, Path(tempfile.gettempdir()))))
                sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["interrupted"]:
        _interrupted(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    elif sys.argv[1:2] == ["limited"]:
        _out_of_time(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main(int((sys.argv[1:] or ["20"])[0]), sys.argv[2:])
