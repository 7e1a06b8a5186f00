"""The component that this package carries, and how its functions are called.

Their names are short here, `interface.function`; what they are in full, and
which exception the error case of a result becomes, stands in this file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from ._exceptions import from_error
from .component import Clock, Component, ComponentError, Directory, Err, Instance, Sink, Wasi

__all__ = ["CORE", "NAMES", "call", "command", "lifted", "run"]

PACKAGE = "fordway:core"
VERSION = "0.2.0"

_FILE = files(__package__) / "fordway.wasm"

CORE = Component(_FILE.read_bytes, str(_FILE))
"""The component, compiled when it is first used."""


class _Names(dict[str, str]):
    """Functions in full by their short names."""

    def __missing__(self, name: str) -> str:
        interface, function = name.split(".", 1)
        full = self[name] = f"{PACKAGE}/{interface}@{VERSION}#{function}"
        return full


NAMES = _Names()


def call(
    instance: Instance,
    clock: Clock | None,
    name: str,
    *arguments: Any,
    filename: str | None = None,
) -> Any:
    """Calls a function. The error case of its result is raised as the exception
    of `from_error`, told of `filename`, the path as the caller gave it."""
    try:
        return instance.call_within(clock, NAMES[name], *arguments)
    except Err as error:
        raise lifted(error, filename) from None


def lifted(error: Err, filename: str | None = None) -> Exception:
    """The exception for the error case of a result."""
    if isinstance(error.value, tuple):
        return from_error(error.value, filename)
    return ValueError(str(error.value))


def command(
    directory: Directory,
    arguments: Sequence[str],
    stdout: Sink,
    clock: Clock | None = None,
    *,
    memory_limit: int | None = None,
) -> Any:
    """Runs a verb of the component over a directory, which it may read. Returns
    whether its exit status is 0, and its warnings."""
    with Instance(CORE, Wasi(directory), memory_limit=memory_limit) as instance:
        return instance.command(["fordway", *arguments], (), stdout, clock)


def run(
    instance: Instance,
    clock: Clock | None,
    arguments: Sequence[str],
    stdin: Sequence[memoryview],
    stdout: Sink,
    filename: str | None = None,
) -> None:
    """Runs a verb of the component. Raises what a call would raise for the same
    failure."""
    output = instance.command(["fordway", *arguments], stdin, stdout, clock)
    if output.ok:
        return
    told = _TOLD.fullmatch(output.errors)
    if told is None:
        raise ComponentError(output.errors.strip() or "the command failed without a word")
    code, path, message = told.groups()
    raise from_error((code, json.loads(path), message), filename)


_TOLD = re.compile(r'fordway: ([a-z-]+): ("(?:[^"\\]|\\.)*"): (.*)\n', re.DOTALL)
