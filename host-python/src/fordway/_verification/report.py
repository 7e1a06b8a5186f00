"""What a check found."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .._exceptions import VerificationError, from_error, quoted

if TYPE_CHECKING:
    import pandas

__all__ = ["MALFORMED_SHOWN", "Failure", "Report"]

MALFORMED_SHOWN = 1000
"""How many lines that could not be understood a report tells by their numbers;
the others it counts."""

Reason = Literal["mismatch", "missing", "unreadable"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A listed file that did not pass."""

    line: int
    """The number of its line in the manifest, from 1."""
    path: str
    """Its name as the manifest gives it."""
    expected: str
    """The digest stated, in lower case."""
    reason: Reason
    """What is wrong."""
    actual: str | None = None
    """The digest found, if it was read in full."""
    error: Exception | None = None
    """Why it could not be read, if it could not."""

    @property
    def text(self) -> str:
        """What is wrong in a word, or the error's message."""
        return str(getattr(self.error, "strerror", None) or self.error or self.reason)

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "line": self.line,
            "path": self.path,
            "reason": self.reason,
            "expected": self.expected,
            "actual": self.actual,
            "error": None if self.error is None else self.text,
        }

    @classmethod
    def lift(cls, fields: tuple[int, str, str, tuple[str, Any]]) -> Failure:
        """From the fields of the WIT record."""
        line, path, expected, (case, payload) = fields
        if case == "mismatch":
            return cls(line, path, expected, "mismatch", actual=payload)
        if case == "missing":
            return cls(line, path, expected, "missing")
        return cls(line, path, expected, "unreadable", error=from_error(payload, path))


@dataclass(frozen=True)
class Report:
    """What a check found."""

    passed: int
    """How many listed files were read in full and matched."""
    bytes: int
    """How many bytes were hashed."""
    failures: tuple[Failure, ...] = ()
    """The files that did not pass, in the manifest's order."""
    malformed: tuple[int, ...] = ()
    """The numbers of the lines that could not be understood, from 1: the first
    1,000 of them."""
    malformed_count: int = 0
    """How many such lines there are."""
    unlisted: tuple[str, ...] = ()
    """The required names that no line names."""
    extra: tuple[str, ...] = ()
    """The files that no line names, if they were asked for."""
    unseen: tuple[Exception, ...] = ()
    """What could not be looked at in the search for those."""
    root: str = ""
    """The directory, as the caller gave it."""
    manifest: str = ""
    """The manifest's path, relative to the directory."""
    seconds: float = 0.0
    """How long the check took."""
    ok: bool = False
    """Whether all is well: every line was understood, every listed file passed,
    every required name is listed, and nothing was in the way of a search for
    extra files. Those do not count. `verify` sets it, by the rule of the
    core."""

    def raise_for_failures(self) -> None:
        """Raises VerificationError (a ValueError) unless `ok`. It tells of the
        first that is wrong: in its text, as `"DIRECTORY/NAME" - mismatch
        (sha1sum.txt, line 8)`, and in its attributes `path`, `line` and
        `manifest`."""
        if self.ok:
            return
        if self.failures:
            first = self.failures[0]
            where = f" ({self._shown_manifest()}, line {first.line})"
            raise self._error(first.path, f"{first.text}{where}", first.path, first.line)
        if self.malformed:
            line = self.malformed[0]
            raise self._error(self.manifest, f"line {line} is not a checksum line", None, line)
        if self.unlisted:
            name = self.unlisted[0]
            raise self._error(name, f"not listed ({self._shown_manifest()})", name)
        if self.unseen:
            error = self.unseen[0]
            name = getattr(error, "filename", None) or ""
            raise self._error(name, getattr(error, "strerror", None) or str(error), name)
        raise self._error(self.manifest, "not every file that it lists was checked")

    def _error(
        self, name: str, what: str, path: str | None = None, line: int | None = None
    ) -> VerificationError:
        slash = "" if self.root.endswith("/") or not self.root else "/"
        text = f"{quoted(f'{self.root}{slash}{name}')} - {what}"
        error = VerificationError(text)
        error.path, error.line, error.manifest = path, line, self.manifest
        return error

    def _shown_manifest(self) -> str:
        """The manifest's path, in quotes only if it needs them."""
        name = quoted(self.manifest)
        return self.manifest if name == f'"{self.manifest}"' else name

    @property
    def files(self) -> int:
        """How many files were judged."""
        return self.passed + len(self.failures)

    @property
    def summary(self) -> str:
        """Files, bytes, seconds and speed, in a line."""
        speed = self.bytes / self.seconds / 1e9 if self.seconds else 0.0
        return (
            f"{self.files:,} files, {self.bytes:,} bytes in {self.seconds:.2f} s, {speed:.2f} GB/s"
        )

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values, ready for JSON."""
        return {
            "root": self.root,
            "manifest": self.manifest,
            "ok": self.ok,
            "passed": self.passed,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 6),
            "failures": [failure.to_dict() for failure in self.failures],
            "malformed": list(self.malformed),
            "malformed_count": self.malformed_count,
            "unlisted": list(self.unlisted),
            "extra": list(self.extra),
            "unseen": [str(error) for error in self.unseen],
        }

    def to_frame(self) -> pandas.DataFrame:
        """The failures as a pandas DataFrame, one row each: `line` (int64),
        `path`, `reason` (category), `expected`, `actual`, `error` (text or
        None). Needs pandas: `pip install fordway[pandas]`."""
        import pandas

        rows = self.failures
        reasons = ["mismatch", "missing", "unreadable"]
        columns = {
            "line": pandas.Series([row.line for row in rows], dtype="int64"),
            "path": pandas.Series([row.path for row in rows], dtype=object),
            "reason": pandas.Categorical([row.reason for row in rows], categories=reasons),
            "expected": pandas.Series([row.expected for row in rows], dtype=object),
            "actual": pandas.Series([row.actual for row in rows], dtype=object),
            "error": pandas.Series(
                [None if row.error is None else row.text for row in rows], dtype=object
            ),
        }
        return pandas.DataFrame(columns)

    def __str__(self) -> str:
        parts = [f"{self.passed} passed", f"{len(self.failures)} failed"]
        if self.malformed_count:
            parts.append(f"{self.malformed_count} malformed lines{self._more()}")
        if self.unlisted:
            parts.append(f"{len(self.unlisted)} required names not listed")
        if self.extra:
            parts.append(f"{len(self.extra)} extra files")
        if self.unseen:
            parts.append(f"{len(self.unseen)} names could not be looked at")
        return ", ".join(parts)

    def _more(self) -> str:
        """How many malformed lines are not told by their numbers."""
        more = self.malformed_count - len(self.malformed)
        return f" ({more} more than are told)" if more else ""

    def _repr_html_(self) -> str:
        """A table of the failures, for notebooks."""
        heads = "".join(
            f"<th>{head}</th>" for head in ("line", "path", "what", "expected", "actual")
        )
        rows = "".join(
            "<tr>"
            + "".join(
                f"<td>{html.escape(str(cell))}</td>"
                for cell in (row.line, quoted(row.path), row.text, row.expected, row.actual or "")
            )
            + "</tr>"
            for row in self.failures
        )
        table = f"<table><tr>{heads}</tr>{rows}</table>" if rows else ""
        return f"<p><b>{'OK' if self.ok else 'FAILED'}</b>: {html.escape(str(self))}</p>{table}"
