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


def locate(path: StrPath, parameter: str = "path") -> tuple[str, str, str]:
    """Splits a path into the directory to grant and the name in it; third, the
    path as text, for messages.

    Raises the OSError that opening the directory would."""
    text = text_of(path, parameter)
    directory, name = os.path.split(text)
    if not text:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
    check_directory(directory or os.curdir, text)
    if name in ("", os.curdir, os.pardir):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), text)
    return directory or os.curdir, name, text


def check_directory(directory: str, filename: str) -> None:
    """Raises what the system says of a directory that cannot be opened, told
    of `filename`: wasmtime would only say that something failed."""
    try:
        with os.scandir(directory):
            pass
    except OSError as error:
        raise type(error)(error.errno, error.strerror, filename) from None
