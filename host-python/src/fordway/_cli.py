"""The command `fordway`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, BinaryIO

from . import __version__
from ._checksums import ALGORITHMS
from ._default import default
from ._exceptions import FordwayError, quoted
from ._guest import Guest
from ._report import Report
from ._sink import Sink
from ._transcript import Options, Transcript

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command. Returns its exit status: 0, 1 for a failure, 2 for
    wrong usage, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        print("fordway: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, FordwayError) as error:
        print(f"fordway: {_told(error)}", file=sys.stderr)
        return 1


def _told(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fordway",
        description="Checks files against their digests on all cores, in a sandbox.",
        epilog="'fordway VERB --help' tells of a verb.",
    )
    parser.add_argument("--version", action="version", version=f"fordway {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    verify = verbs.add_parser(
        "verify",
        help="check the files that a manifest lists",
        description=(
            "Checks the files that a manifest lists and prints what 'sha1sum --check' prints. "
            "Exit status 0 if all is well, 1 if not."
        ),
    )
    verify.add_argument(
        "root",
        nargs="?",
        default=".",
        metavar="DIR",
        help="the directory (default: the current one), or a manifest in it",
    )
    verify.add_argument(
        "manifest",
        nargs="?",
        metavar="MANIFEST",
        help="the manifest's path inside DIR (default: sha1sum.txt, SHA256SUMS and their like)",
    )
    # As in GNU, the last of these three counts.
    said: dict[str, Any] = {"action": "store_const", "dest": "said"}
    verify.add_argument("--quiet", **said, const="quiet", help="no line for a file that is right")
    verify.add_argument("--status", **said, const="status", help="no output, only the exit status")
    verify.add_argument("-w", "--warn", **said, const="warn", help="warn of every malformed line")
    verify.add_argument(
        "--ignore-missing", action="store_true", help="say nothing of missing files"
    )
    verify.add_argument("--strict", action="store_true", help="a malformed line is a failure")
    verify.add_argument(
        "-j", "--jobs", type=_positive, metavar="N", help="threads (default: what measures best)"
    )
    verify.add_argument("--json", action="store_true", help="print the report as JSON instead")
    verify.add_argument(
        "--extra", action="store_true", help="tell the files that no line names, on standard error"
    )
    verify.add_argument(
        "--require",
        action="append",
        default=[],
        metavar="NAME",
        help="fail if no line names NAME; may be given again",
    )
    verify.add_argument(
        "--summary", action="store_true", help="tell files, bytes, seconds and speed at the end"
    )
    verify.add_argument(
        "--progress",
        action=argparse.BooleanOptionalAction,
        help="show a bar (default: if standard error is a terminal and tqdm is installed)",
    )
    verify.set_defaults(run=_verify)

    digest = verbs.add_parser("digest", help="print the digest of each file, a line each")
    digest.add_argument("paths", nargs="+", metavar="PATH")
    digest.set_defaults(run=_digest)

    sum_ = verbs.add_parser(
        "sum",
        help="print a manifest of every file below a directory",
        description=(
            "Prints a manifest of every file below DIR, that 'sha1sum --check' accepts in DIR. "
            "A manifest with one of the usual names in DIR itself is left out."
        ),
    )
    sum_.add_argument("root", nargs="?", default=".", metavar="DIR")
    sum_.add_argument("--tag", action="store_true", help="BSD style: SHA1 (name) = digest")
    sum_.set_defaults(run=_sum)

    for verb in (digest, sum_):
        verb.add_argument("-a", "--algorithm", choices=ALGORITHMS, default="sha1")

    read = verbs.add_parser("read", help="print a file's bytes on standard output")
    read.add_argument("path", metavar="PATH")
    read.set_defaults(run=_read)

    write = verbs.add_parser("write", help="put standard input into a file, all or nothing")
    write.add_argument("path", metavar="PATH")
    write.set_defaults(run=_write)

    squares = verbs.add_parser(
        "squares",
        help="square doubles from standard input to standard output",
        description="Squares doubles: 64 bits each, little-endian, nothing between them.",
    )
    squares.set_defaults(run=_squares)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "number of threads"


def _verify(options: argparse.Namespace) -> int:
    root, manifest = options.root, options.manifest
    if manifest is None and os.path.isfile(root):
        root, manifest = os.path.split(root)
        root = root or os.curdir
    out = _binary(sys.stdout)
    progress = _shows_bar(options)
    err = _beside_bar if progress else _warn
    silent = options.json or options.said == "status"
    transcript = Transcript(
        Options("status" if silent else options.said, options.ignore_missing, options.strict),
        lambda line: out.write(line.encode(errors="surrogateescape") + b"\n"),
        err,
    )
    report = default._verify(
        root,
        manifest,
        options.jobs,
        progress,
        None,
        options.require,
        options.extra,
        None if silent else transcript.range,
    )
    ok = transcript.summary(report) and not report.unlisted
    if options.json:
        out.write(json.dumps(report.to_dict(), indent=2).encode() + b"\n")
    if not silent:
        _tell_more(report)
    if options.summary:
        _warn(report.summary)
    return 0 if ok else 1


def _tell_more(report: Report) -> None:
    """What GNU does not tell, on standard error."""
    for name in report.unlisted:
        _warn(f"{quoted(name)}: required, and not listed")
    for name in report.extra:
        _warn(f"{quoted(name)}: not listed")
    for error in report.unseen:
        _warn(_told(error))


def _shows_bar(options: argparse.Namespace) -> bool:
    if options.progress is not None:
        return bool(options.progress)
    quiet = options.json or options.said == "status"
    return not quiet and sys.stderr.isatty() and find_spec("tqdm") is not None


def _warn(line: str) -> None:
    print(f"fordway: {line}", file=sys.stderr)


def _beside_bar(line: str) -> None:
    from tqdm.auto import tqdm

    tqdm.write(f"fordway: {line}", file=sys.stderr)


def _digest(options: argparse.Namespace) -> int:
    status = 0
    for path in options.paths:
        try:
            print(default.digest(path, options.algorithm))
        except OSError as error:
            print(f"fordway: {_told(error)}", file=sys.stderr)
            status = 1
    return status


def _sum(options: argparse.Namespace) -> int:
    grant, inside, _ = default._grant(options.root)
    tag = ["--tag"] if options.tag else []
    arguments = ["sum", "-a", options.algorithm, *tag, "--", inside]
    guest = Guest(default._guest().core, grant)
    with Sink() as sink:
        output = guest.run(arguments, (), sink)
        _binary(sys.stdout).write(sink.read())
    sys.stderr.write(output.errors)
    return 0 if output.ok else 1


def _read(options: argparse.Namespace) -> int:
    _binary(sys.stdout).write(default.read(options.path))
    return 0


def _write(options: argparse.Namespace) -> int:
    default.write(_binary(sys.stdin).read(), options.path)
    return 0


def _squares(options: argparse.Namespace) -> int:
    data = _binary(sys.stdin).read()
    if len(data) % 8:
        raise ValueError(f"standard input has {len(data)} bytes, expected a multiple of 8")
    results = default.squares(memoryview(data).cast("d"))
    _binary(sys.stdout).write(memoryview(results).cast("B"))
    return 0


def _binary(stream: object) -> BinaryIO:
    return stream.buffer  # type: ignore[attr-defined,no-any-return]
