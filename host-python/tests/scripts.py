"""Scripts in a Python of their own: what they do may kill it, or never end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["Ended", "as_nobody", "command", "few_or_many", "run", "wait_for_line"]

FACTOR = float(os.environ.get("FORDWAY_LONG", "1"))
"""How much longer than usual the long tests are."""


def few_or_many(name: str, few: int, many: int) -> pytest.MarkDecorator:
    """Gives a test a count: `few` in every run, `many` in `make test-long`."""
    long = pytest.param(max(few, int(many * FACTOR)), marks=pytest.mark.long)
    return pytest.mark.parametrize(name, [few, long])


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    status: int | None
    """Its exit status, minus the signal that killed it, or None where it had
    to be killed for taking too long."""
    out: str
    err: str
    seconds: float

    @property
    def how(self) -> str:
        """How it ended, in words, with the last it printed."""
        if self.status is None:
            what = f"did not end in {self.seconds:.0f} s"
        elif self.status < 0:
            what = f"was killed by {signal.Signals(-self.status).name}"
        else:
            what = f"ended with status {self.status}"
        tail = "\n".join([*self.out.splitlines()[-4:], *self.err.splitlines()[-25:]])
        return f"the process {what}; its last lines:\n{tail}"

    @property
    def well(self) -> str:
        """What it printed; fails unless it ended well."""
        assert self.status == 0, self.how
        return self.out


def run(
    script: str | Path,
    *arguments: object,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
    before: Sequence[str] = (),
    timeout: float = 60,
) -> Ended:
    """Runs a script, or the file of one. `flags` are Python's; `before` is a
    command that starts the rest; `env` is added to this process's."""
    where = [str(script)] if isinstance(script, Path) else ["-c", script]
    start = [*before, sys.executable, *flags, *where, *map(str, arguments)]
    return command(start, cwd=cwd, env=env, timeout=timeout)


def command(
    start: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
) -> Ended:
    """Runs a command in a session of its own, and leaves nothing of it."""
    begin = time.monotonic()
    process = subprocess.Popen(
        start,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=timeout)
        status: int | None = process.returncode
    except subprocess.TimeoutExpired:
        status = None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if status is None:
        out, err = process.communicate()
    return Ended(status, out, err, time.monotonic() - begin)


def wait_for_line(process: subprocess.Popen[str], line: str) -> None:
    """Waits until a process has printed a line."""
    assert process.stdout is not None
    for found in process.stdout:
        if found.rstrip("\n") == line:
            return
    raise AssertionError(f"the process ended before it printed {line!r}")


def as_nobody() -> list[str]:
    """The start of a command that another user runs, whom limits bind: root
    is exempt. What root alone may read (this checkout, maybe) stays readable."""
    if os.geteuid() != 0:
        return []
    reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *reads]
