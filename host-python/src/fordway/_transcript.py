"""What `fordway verify` prints: standard output line for line that of
`sha1sum --check` in GNU coreutils 9, its warnings in meaning, its exit status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ._exceptions import quoted
from ._job import Entry
from ._report import Failure, Report

__all__ = ["Options", "Transcript"]


@dataclass(frozen=True)
class Options:
    """The options of a check, named as GNU names them."""

    said: Literal["quiet", "status", "warn"] | None = None
    """Which of the three was given last: it alone counts."""
    ignore_missing: bool = False
    strict: bool = False


class Transcript:
    """Prints a check as it goes on, by `out` and `err`, a line at a time."""

    def __init__(
        self, options: Options, out: Callable[[str], object], err: Callable[[str], object]
    ) -> None:
        self._options = options
        silent = options.said == "status"
        self._out = (lambda line: None) if silent else out
        self._err = (lambda line: None) if silent else err

    def range(self, entries: list[Entry], failures: list[Failure]) -> None:
        """Prints the listed files of a range."""
        failed = {failure.line: failure for failure in failures}
        for entry in entries:
            failure = failed.get(entry.line)
            if failure is None:
                if self._options.said != "quiet":
                    self._out(f"{shown(entry.path)}: OK")
            elif failure.reason == "mismatch":
                self._out(f"{shown(entry.path)}: FAILED")
            elif not self._ignores(failure):
                why = failure.text if failure.error else "No such file or directory"
                self._out(f"{shown(entry.path)}: FAILED open or read")
                self._err(f"{quoted(failure.path)}: {why}")

    def summary(self, report: Report) -> bool:
        """Prints the warnings. Returns whether the exit status is 0."""
        options = self._options
        unread = sum(f.reason != "mismatch" and not self._ignores(f) for f in report.failures)
        mismatched = sum(f.reason == "mismatch" for f in report.failures)
        manifest = quoted(report.manifest)
        if options.said == "warn":
            for line in report.malformed:
                self._err(f"{manifest}: {line}: improperly formatted checksum line")
        self._warn(len(report.malformed), "line is", "lines are", "improperly formatted")
        self._warn(unread, "listed file", "listed files", "could not be read")
        self._warn(mismatched, "computed checksum", "computed checksums", "did NOT match")
        if options.ignore_missing and report.passed == 0 and mismatched == 0:
            self._err(f"{manifest}: no file was verified")
        spoilt = options.strict and bool(report.malformed)
        return report.passed > 0 and not unread and not mismatched and not spoilt

    def _ignores(self, failure: Failure) -> bool:
        return failure.reason == "missing" and self._options.ignore_missing

    def _warn(self, count: int, one: str, many: str, what: str) -> None:
        if count:
            self._err(f"WARNING: {count} {one if count == 1 else many} {what}")


def shown(name: str) -> str:
    """A name on standard output: escaped only if it holds a newline, as GNU
    does."""
    if "\n" not in name:
        return name
    return "\\" + name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
