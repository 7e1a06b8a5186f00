"""`fordway verify`, `digest` and `sum`."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
from contextlib import suppress
from importlib.util import find_spec

import fordway

from .._core import command
from .._default import default
from .._exceptions import quoted
from .._verification.check import Options, check
from .._verification.report import Report
from .._verification.transcript import Options as Wording
from .._verification.transcript import Transcript, shown
from ..component import Clock, Directory, Output, Sink, detached
from .output import Out, told, warn

__all__ = ["digest", "sum_", "verify"]


def verify(options: argparse.Namespace) -> bool:
    """Checks a directory and prints what GNU prints."""
    root, manifest = options.root, options.manifest
    if manifest is None and os.path.isfile(root):
        root, manifest = os.path.split(root)
        root = root or os.curdir
    out = Out()
    progress = _shows_bar(options)
    silent = options.json or options.said == "status"
    wording = Wording("status" if silent else options.said, options.ignore_missing, options.strict)
    transcript = Transcript(wording, out.line, _beside_bar if progress else warn)
    asked = Options(
        manifest=manifest,
        jobs=options.jobs,
        progress=True if progress else None,
        require=options.require,
        extra=options.extra,
        each=None if silent else transcript.range,
    )
    report = check(default, root, asked)
    well = transcript.summary(report)
    if options.json:
        out.line(json.dumps(report.to_dict(), indent=2))
    if not silent:
        _tell_more(report)
    if options.summary:
        warn(report.summary)
    return well


def _tell_more(report: Report) -> None:
    """What GNU does not tell, on standard error."""
    for name in report.unlisted:
        warn(f"{quoted(name)}: required, and not listed")
    for name in report.extra:
        warn(f"{quoted(name)}: not listed")
    for error in report.unseen:
        warn(told(error))


def _shows_bar(options: argparse.Namespace) -> bool:
    if options.progress is not None:
        return bool(options.progress)
    if options.json or options.said == "status" or sys.stderr is None:
        return False
    return sys.stderr.isatty() and find_spec("tqdm") is not None


def _beside_bar(line: str) -> None:
    from tqdm.auto import tqdm

    tqdm.write(f"fordway: {line}", file=sys.stderr)


def digest(options: argparse.Namespace) -> bool:
    """Prints the digest of a file, or those of several with their names."""
    out, well = Out(), True
    for path in options.paths:
        try:
            found = fordway.digest(path, options.algorithm)
        except (OSError, ValueError) as error:
            # A name that cannot cross is one name's fault, too.
            warn(told(error))
            well = False
        else:
            out.line(found if len(options.paths) == 1 else _line(found, path))
    return well


def _line(found: str, path: str) -> str:
    """A line of a manifest, as GNU prints it."""
    if not {"\\", "\n", "\r"} & set(path):
        return f"{found}  {path}"
    return f"\\{found}  {shown(path, always=True)[1:]}"


def sum_(options: argparse.Namespace) -> bool:
    """Prints a manifest of a directory."""
    tag = ["--tag"] if options.tag else []
    clock = Clock()

    def run(directory: Directory, sink: Sink) -> Output:
        own = _own_output(directory.path)
        leave = [] if own is None else ["--except", own]
        arguments = ["sum", "-a", options.algorithm, *tag, *leave, "--", "."]
        return command(directory, arguments, sink, clock)  # type: ignore[no-any-return,unused-ignore]

    with Directory(options.root, options.root) as directory, Sink() as sink:
        output = detached(run, directory, sink, clock=clock)
        Out().write(sink.read())
    for line in output.errors.splitlines():
        warn(line.removeprefix("fordway: "))
    return output.ok


def _own_output(root: str) -> str | None:
    """The file that standard output is, as a path below a directory: it is half
    written, and lists itself if it is listed. None if it is none, or elsewhere."""
    if sys.stdout is None:
        return None
    with suppress(OSError, ValueError):
        descriptor = sys.stdout.fileno()
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        with suppress(OSError):  # there may be no /proc
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            below = os.path.relpath(path, os.path.realpath(root))
            return None if below.split(os.sep)[0] == os.pardir else below
        with os.scandir(root) as entries:
            for entry in entries:
                there = entry.stat(follow_symlinks=False)
                if (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino):
                    return entry.name
    return None
