"""What `fordway verify` prints: standard output line for line that of
`sha1sum --check` in GNU coreutils 9, its warnings in meaning, its exit status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .._exceptions import quoted
from .progress import Entry
from .report import Failure, Report
from .verdict import Leniency, tally_of, verdict

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
        tally = tally_of(
            report.passed,
            report.failures,
            report.malformed_count,
            len(report.unlisted),
            len(report.unseen),
        )
        manifest = quoted(report.manifest)
        if options.said == "warn":
            for line in report.malformed:
                self._err(f"{manifest}: {line}: improperly formatted checksum line")
        unread = tally.unreadable + (0 if options.ignore_missing else tally.missing)
        self._warn(tally.malformed, "line is", "lines are", "improperly formatted")
        self._warn(unread, "listed file", "listed files", "could not be read")
        self._warn(tally.mismatched, "computed checksum", "computed checksums", "did NOT match")
        if options.ignore_missing and report.passed == 0 and tally.mismatched == 0:
            self._err(f"{manifest}: no file was verified")
        return verdict(tally, Leniency(options.ignore_missing, not options.strict))

    def _ignores(self, failure: Failure) -> bool:
        return failure.reason == "missing" and self._options.ignore_missing

    def _warn(self, count: int, one: str, many: str, what: str) -> None:
        if count:
            self._err(f"WARNING: {count} {one if count == 1 else many} {what}")


def shown(name: str, *, always: bool = False) -> str:
    """A name on standard output: escaped, with a backslash before it, only if
    it holds a newline, as GNU does."""
    if "\n" not in name and not always:
        return name
    return "\\" + name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
