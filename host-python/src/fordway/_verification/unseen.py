"""Names that are not UTF-8. WASI tells that a directory holds one, not which;
the directory is listed here, to say it."""

from __future__ import annotations

import errno
import os

from ..component import Directory

__all__ = ["name_unseen"]

TOLD = "holds a name that is not UTF-8"
"""What the core says of such a directory, once for each name."""


def name_unseen(
    directory: Directory, root: str, faults: list[tuple[str, str, str]]
) -> dict[int, Exception]:
    """The errors that say which name it was, by the positions of those faults
    that are of this kind. No link is followed; where the directory cannot be
    listed this way, they stay as they are."""
    found: dict[int, Exception] = {}
    names: dict[str, list[str]] = {}
    for at, (code, path, message) in enumerate(faults):
        if code != "invalid-name" or message != TOLD:
            continue
        if path not in names:
            names[path] = _hidden_in(directory, os.path.join(root, path))[::-1]
        if names[path]:
            told = f"{TOLD[:1].upper()}{TOLD[1:]}: {names[path].pop()}"
            found[at] = OSError(errno.EINVAL, told, path)
    return found


def _hidden_in(directory: Directory, path: str) -> list[str]:
    """The names in a directory that are not UTF-8, as text that harms no
    terminal."""
    try:
        descriptor = directory.step(path)
    except OSError:
        return []
    try:
        raw = sorted(map(os.fsencode, os.listdir(descriptor)))
    except OSError:
        return []
    finally:
        os.close(descriptor)
    return [escaped(name) for name in raw if not _is_utf8(name)]


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def escaped(name: bytes) -> str:
    """Bytes as `caf\\xe9`: what is no printable ASCII, and the backslash, by
    its number."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte != 92 else f"\\x{byte:02x}" for byte in name
    )
