"""The command line: verbs and their options."""

from __future__ import annotations

import argparse
from typing import Any

from .. import __version__
from .._verification.algorithms import ALGORITHMS

__all__ = ["parser"]

Verbs = Any
"""What argparse calls `_SubParsersAction`."""


def parser() -> argparse.ArgumentParser:
    """A parser; what it returns has the verb's name in `verb`."""
    made = argparse.ArgumentParser(
        prog="fordway",
        description="Checks files against their digests on all cores, in a sandbox.",
        epilog="'fordway VERB --help' tells of a verb.",
    )
    made.add_argument("--version", action="version", version=f"fordway {__version__}")
    verbs = made.add_subparsers(title="verbs", metavar="VERB", dest="verb", required=True)
    for add in (_add_verify, _add_digest, _add_sum, _add_read, _add_write, _add_squares):
        add(verbs)
    return made


def _add_verify(verbs: Verbs) -> None:
    verify = verbs.add_parser(
        "verify",
        help="check the files that a manifest lists",
        description=(
            "Checks the files that a manifest lists and prints what 'sha1sum --check' prints. "
            "Exit status 0 if all is well, 1 if not."
        ),
    )
    add = verify.add_argument
    root = "the directory (default: the current one), or a manifest in it"
    add("root", nargs="?", default=".", metavar="DIR", help=root)
    manifest = "the manifest's path inside DIR (default: sha1sum.txt, SHA256SUMS and their like)"
    add("manifest", nargs="?", metavar="MANIFEST", help=manifest)
    # As in GNU, the last of these three counts.
    said: dict[str, Any] = {"action": "store_const", "dest": "said"}
    add("--quiet", **said, const="quiet", help="no line for a file that is right")
    add("--status", **said, const="status", help="no output, only the exit status")
    add("-w", "--warn", **said, const="warn", help="warn of every malformed line")
    add("--ignore-missing", action="store_true", help="say nothing of missing files")
    add("--strict", action="store_true", help="a malformed line is a failure")
    jobs = "threads (default: what measures best)"
    add("-j", "--jobs", type=_positive, metavar="N", help=jobs)
    add("--json", action="store_true", help="print the report as JSON instead")
    extra = "tell the files that no line names, on standard error"
    add("--extra", action="store_true", help=extra)
    require = "fail if no line names NAME; may be given again"
    add("--require", action="append", default=[], metavar="NAME", help=require)
    summary = "tell files, bytes, seconds and speed at the end"
    add("--summary", action="store_true", help=summary)
    progress = "show a bar (default: if standard error is a terminal and tqdm is installed)"
    add("--progress", action=argparse.BooleanOptionalAction, help=progress)


def _add_digest(verbs: Verbs) -> None:
    digest = verbs.add_parser(
        "digest",
        help="print the digest of each file",
        description=(
            "Prints the digest of a file; of several, a line each as 'sha1sum' prints it, "
            "with the name."
        ),
    )
    digest.add_argument("paths", nargs="+", metavar="PATH")
    _add_algorithm(digest)


def _add_sum(verbs: Verbs) -> None:
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
    _add_algorithm(sum_)


def _add_algorithm(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("-a", "--algorithm", choices=ALGORITHMS, default="sha1")


def _add_read(verbs: Verbs) -> None:
    read = verbs.add_parser("read", help="print a file's bytes on standard output")
    read.add_argument("path", metavar="PATH")


def _add_write(verbs: Verbs) -> None:
    write = verbs.add_parser("write", help="put standard input into a file, all or nothing")
    write.add_argument("path", metavar="PATH")


def _add_squares(verbs: Verbs) -> None:
    verbs.add_parser(
        "squares",
        help="square doubles from standard input to standard output",
        description="Squares doubles: 64 bits each, little-endian, nothing between them.",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "number of threads"
