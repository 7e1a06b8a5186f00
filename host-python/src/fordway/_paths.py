"""Paths as callers give them, and what is granted for one call."""

from __future__ import annotations

import errno
import os
from typing import TypeAlias

__all__ = ["StrPath", "locate", "text_of"]

StrPath: TypeAlias = "str | bytes | os.PathLike[str] | os.PathLike[bytes]"
"""What is accepted wherever a path is."""


def text_of(path: StrPath, parameter: str) -> str:
    """A path as text that can cross: no NUL, no lone surrogate."""
    try:
        text = os.fsdecode(os.fspath(path))
    except TypeError:
        got = type(path).__name__
        raise TypeError(f"{parameter}: expected str, bytes or os.PathLike, got {got}") from None
    if "\0" in text:
        raise ValueError(f"{parameter}: expected a path without NUL, got {text!a}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{parameter}: expected a path that is UTF-8, got {text!a}") from None
    return text


def locate(text: str) -> tuple[str, str]:
    """Splits a path into the directory to grant and the name in it. Raises
    OSError for a path that can be no file's."""
    directory, name = os.path.split(text)
    if not text:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
    if name in ("", os.curdir, os.pardir):
        # What the system says of the directory comes first.
        os.stat(text)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), text)
    return directory or os.curdir, name
