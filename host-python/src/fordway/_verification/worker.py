"""An instance with a manifest open in it, which checks ranges of what is
listed."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._core import CORE, NAMES, call, lifted
from .._exceptions import from_error
from ..component import Clock, ComponentError, Directory, Err, Instance, Wasi
from .progress import Entry, Piece, Plan
from .report import Failure
from .unseen import name_unseen

__all__ = ["Asked", "Target", "Worker"]


MOST = 1 << 30
"""How much memory a worker may use where nothing is said, in bytes. Some MiB do,
for a list of any length; a search for unlisted files takes by what there is."""

CHANGED = "The manifest changed while it was checked"


@dataclass(frozen=True)
class Target:
    """What a worker opens in a directory."""

    root: str
    """The root as an instance knows it."""
    filename: str
    """The root as the caller gave it."""
    manifest: str | None
    """The manifest's path, relative to the root."""
    memory_limit: int | None
    """How much memory an instance may use."""


@dataclass(frozen=True)
class Asked:
    """What there is to find out beside the digests."""

    require: tuple[str, ...] = ()
    """Names that are to be listed."""
    extra: bool = False
    """Whether to look for files that are not."""
    sizes: bool = False
    """Whether to say how many bytes there are."""
    entries: bool = False
    """Whether to tell what is listed."""


class Worker:
    """An instance with a manifest open in it. All of its life is one thread's,
    or one task's at a time. A context manager."""

    def __init__(self, directory: Directory, target: Target, clock: Clock | None) -> None:
        """Opens the manifest. Raises what the caller of `verify` is to see."""
        self.clock = clock
        """What ends its calls."""
        self._directory, self._target = directory, target
        limit = target.memory_limit or MOST
        self._instance = Instance(CORE, Wasi(directory), memory_limit=limit)
        try:
            self._handle = self._open()
        except BaseException:
            self._instance.close()
            raise

    def _open(self) -> Any:
        target = self._target
        name = NAMES["checksums.[static]verification.open"]
        try:
            return self._instance.call_within(self.clock, name, target.root, target.manifest)
        except Err as error:
            raise lifted(error, self._named(error.value)) from None

    def _named(self, error: Any) -> str | None:
        """The path of an error as the caller knows it."""
        if not isinstance(error, tuple):
            return None
        path = error[1]
        filename = self._target.filename
        return filename if path == self._target.root else os.path.join(filename, path)

    def _call(self, name: str, *arguments: Any) -> Any:
        name = f"checksums.[method]verification.{name}"
        return call(self._instance, self.clock, name, self._handle, *arguments)

    def plan(self, asked: Asked) -> Plan:
        """Looks around."""
        length = self._call("len")
        paths, faults = self._call("extras") if asked.extra else ([], [])
        named = name_unseen(self._directory, self._target.root, faults)
        return Plan(
            length=length,
            manifest=self._call("manifest"),
            fingerprint=self._call("fingerprint"),
            size=self._call("size", 0, length) if asked.sizes else 0,
            unlisted=self._call("unlisted", list(asked.require)) if asked.require else [],
            extra=paths,
            unseen=[named.get(at) or from_error(fault) for at, fault in enumerate(faults)],
        )

    def check_manifest(self, fingerprint: str, manifest: str) -> None:
        """Raises OSError if this is another list than the first worker's."""
        if self._call("fingerprint") != fingerprint:
            raise self._changed(manifest)

    def _changed(self, manifest: str) -> OSError:
        return OSError(errno.EIO, CHANGED, os.path.join(self._target.filename, manifest))

    def check(self, start: int, end: int, asked: Asked) -> Iterator[Piece]:
        """Checks a range. There is more than one piece where failures are many
        and their names are long."""
        while start < end:
            passed, size, failures, count, malformed, done = self._call("check", start, end)
            if not start < done <= end:
                raise ComponentError(f"a check from {start} to {end} came to {done}")
            failed = list(map(Failure.lift, failures))
            entries: list[Entry] = []
            if asked.entries:
                entries += itertools.starmap(Entry, self._call("entries", start, done))
            # The core reads the list again, part by part: of one that is not
            # what it was no line is judged.
            if any(failure.text == CHANGED for failure in failed) or (
                asked.entries and len(entries) < done - start
            ):
                raise self._changed(self._call("manifest"))
            yield Piece(start, done, passed, size, failed, count, list(malformed), entries)
            start = done

    def close(self) -> None:
        """Frees the instance."""
        self._instance.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
