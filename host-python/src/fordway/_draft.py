"""The file that is written before it takes another's place.

WASI knows no owners and no permissions. So the component says where a write
goes and what the draft may be called (`files.place`), this makes the draft with
the permissions of its target, and the component fills it and puts it in place.
No path is followed here: the directory is opened part by part, and everything
else goes by its descriptor.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from contextlib import suppress

from .component import Directory

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["Draft", "keeps_modes"]

MODES = 0o7777
SPECIAL = stat.S_ISUID | stat.S_ISGID


def keeps_modes(directory: Directory) -> bool:
    """Whether drafts can be made here: by descriptors, and locked."""
    return fcntl is not None and directory.descriptor is not None and hasattr(os, "fchown")


class Draft:
    """A draft that is there, empty, with the owner and the permissions of its
    target; a context manager. At its end the draft is gone, or in place.

    A lock on it says that somebody is at work: one that is not locked was left
    by a writer that ended before its time, and is removed."""

    def __init__(
        self,
        root: Directory,
        directory: str,
        target: str,
        temporaries: Sequence[str],
        *,
        filename: str,
    ) -> None:
        self._filename = filename
        prefix = "" if directory == os.curdir else f"{directory}/"
        self.target = prefix + target
        """The target's name as the component knows it."""
        self._held = -1
        try:
            self._directory = root.step(directory)
        except OSError as error:
            raise self._told(error) from None
        try:
            found = self._look(target)
            self._name = self._create(temporaries, 0o666 if found is None else 0o600)
            self.temporary = prefix + self._name
            """The draft's name as the component knows it."""
            try:
                if found is not None:
                    self._resemble(found)
            except BaseException:
                self._remove()
                raise
        except OSError as error:
            self._close()
            raise self._told(error) from None
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *exc: object) -> None:
        self._remove()
        self._close()

    def _told(self, error: OSError) -> OSError:
        return OSError(error.errno, os.strerror(error.errno or 0), self._filename)

    def _look(self, target: str) -> os.stat_result | None:
        """What is to be replaced. Raises PermissionError if it is read-only: a
        rename would not ask."""
        try:
            found = os.stat(target, dir_fd=self._directory, follow_symlinks=False)
        except FileNotFoundError:
            return None
        if stat.S_ISREG(found.st_mode) and not os.access(target, os.W_OK, dir_fd=self._directory):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), target)
        return found

    def _create(self, names: Sequence[str], mode: int) -> str:
        """Creates a file that was not there and locks it; meanwhile those that
        nobody holds are removed."""
        made = None
        for name in names:
            if made is None:
                made = self._try(name, mode)
            else:
                self._clear(name)
        if made is None:
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), names[0])
        return made

    def _try(self, name: str, mode: int) -> str | None:
        self._clear(name)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            held = os.open(name, flags, mode, dir_fd=self._directory)
        except FileExistsError:
            return None
        # Another writer may have taken it for a stale one, before the lock.
        if _lock(held) is not False and os.fstat(held).st_nlink > 0:
            self._held = held
            return name
        os.close(held)
        return None

    def _clear(self, name: str) -> None:
        """Removes a draft that nobody holds."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            there = os.open(name, flags, dir_fd=self._directory)
        except OSError:
            # Not there, or not to be judged.
            return
        try:
            found = os.fstat(there)
            if stat.S_ISREG(found.st_mode) and _lock(there):
                now = os.stat(name, dir_fd=self._directory, follow_symlinks=False)
                if (now.st_dev, now.st_ino) == (found.st_dev, found.st_ino):
                    os.unlink(name, dir_fd=self._directory)
        except OSError:
            # Somebody else may have removed it.
            pass
        finally:
            os.close(there)

    def _resemble(self, found: os.stat_result) -> None:
        """Gives the draft the owner, then the permissions of its target, before
        the first byte is in it."""
        mode = found.st_mode & MODES
        mine = os.fstat(self._held)
        if (mine.st_uid, mine.st_gid) != (found.st_uid, found.st_gid):
            try:
                os.fchown(self._held, found.st_uid, found.st_gid)
            except OSError:
                with suppress(OSError):
                    os.fchown(self._held, -1, found.st_gid)
            mine = os.fstat(self._held)
            if (mine.st_uid, mine.st_gid) != (found.st_uid, found.st_gid):
                mode &= ~SPECIAL
        os.fchmod(self._held, mode)

    def _remove(self) -> None:
        """Removes the draft, unless it is in place or not ours any more."""
        with suppress(OSError):
            mine = os.fstat(self._held)
            there = os.stat(self._name, dir_fd=self._directory, follow_symlinks=False)
            if (mine.st_dev, mine.st_ino) == (there.st_dev, there.st_ino):
                os.unlink(self._name, dir_fd=self._directory)

    def _close(self) -> None:
        for descriptor in (self._held, self._directory):
            if descriptor >= 0:
                os.close(descriptor)
        self._held = self._directory = -1


def _lock(descriptor: int) -> bool | None:
    """Locks a file; False if somebody else has. None where files cannot be
    locked: there nobody knows whether a draft is held, and it stays."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
