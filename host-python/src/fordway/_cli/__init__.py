"""The command `fordway`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import suppress

from .output import drop_output, flush, told, warn
from .parser import parser

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns its exit status: 0, 1 for a failure, 2 for
    wrong usage, 130 after Ctrl-C."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):
            # Whoever reads the output may not be there to take the rest.
            drop_output()
            warn("interrupted")
        return 130


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    # Only now: the component takes its time, and wrong usage needs none.
    from .._exceptions import FordwayError

    try:
        well = _verb(options.verb)(options)
        flush()
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody to tell.
        drop_output()
        return 1
    except (OSError, ValueError, ImportError, MemoryError, FordwayError) as error:
        try:
            flush()
        except OSError:
            drop_output()
        warn(told(error))
        return 1
    return 0 if well else 1


def _verb(name: str) -> Callable[[argparse.Namespace], bool]:
    if name in ("verify", "digest", "sum"):
        from . import checksums

        return {"verify": checksums.verify, "digest": checksums.digest, "sum": checksums.sum_}[name]
    from . import filters

    return {"read": filters.read, "write": filters.write, "squares": filters.squares}[name]
