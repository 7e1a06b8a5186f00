"""Digests of files, and directories checked against a manifest."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Literal

from . import _core
from ._box import Box
from ._paths import StrPath, text_of
from ._verification.algorithms import ALGORITHMS
from ._verification.check import Options, check
from ._verification.progress import Tell
from ._verification.report import Report
from .component import Clock, detached

__all__ = ["Checksums"]


class Checksums(Box):
    """The functions of `checksums.wit`."""

    def digest(self, path: StrPath, algorithm: str = "sha1") -> str:
        """The digest of a file in lower-case hexadecimal digits.

        `algorithm` is md5, sha1, sha224, sha256, sha384 or sha512. Memory does
        not grow with the file's size. Raises OSError with errno and filename,
        also if the file changes while it is read.
        """
        if algorithm not in ALGORITHMS:
            expected = ", ".join(ALGORITHMS)
            raise ValueError(f"algorithm: expected one of {expected}, got {algorithm!r}")
        filename, clock = text_of(path, "path"), self._clock()
        return detached(self._digest, filename, algorithm, clock, clock=clock)

    def _digest(self, filename: str, algorithm: str, clock: Clock) -> str:
        with self._reach(filename) as reach:
            arguments = ("checksums.digest", reach.path, algorithm)
            digest: str = _core.call(reach.instance, clock, *arguments, filename=filename)
            return digest

    def verify(
        self,
        root: StrPath = ".",
        manifest: StrPath | None = None,
        *,
        jobs: int | None = None,
        progress: Tell | Literal[True] | None = None,
        executor: Executor | None = None,
        require: Sequence[str] = (),
        extra: bool = False,
    ) -> Report:
        """Checks every file that a manifest lists, on all cores.

        `root` is the directory that the manifest's names are relative to;
        `manifest` its path relative to `root`. Without it `sha1sum.txt`,
        `sha256sum.txt`, `SHA1SUMS`, `SHA256SUMS` and their like are looked
        for.

        `jobs` is the number of threads; if None, what measures best. With
        `executor`, any `concurrent.futures.Executor`, the work is done by its
        workers instead, in about `jobs` ranges at a time; each loads its own
        component and reads the files from the same path. Processes that were
        forked after fordway was used cannot be workers: start them by "spawn"
        or "forkserver".

        `progress` is True for a bar on standard error (needs tqdm), or is
        called with a `Progress` as work gets done, in this thread; what it
        raises ends the check.

        `require` names files that must be listed; those that are not are in
        the report's `unlisted`. With `extra` the report tells the files that
        no line names, and what could not be looked at in search of them.

        A file that is wrong, missing or unreadable is a failure in the report.
        Raises ManifestError if there is nothing to check, OSError if the
        directory or the manifest cannot be read, or was replaced meanwhile, and
        IncompleteError if an executor loses workers for good. A sandbox's limit
        on time holds for the whole check.
        """
        options = Options(manifest, jobs, progress, executor, require, extra)
        return check(self, root, options)

    def check_signatures(self, root: StrPath = ".") -> None:
        """Checks a directory against its manifest; raises VerificationError (a
        ValueError) with the text `"DIRECTORY/NAME" - mismatch (MANIFEST, line
        N)` for the first file that does not pass."""
        self.verify(root).raise_for_failures()
