"""Directories of files, and their manifests."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

__all__ = ["many_lines", "plant"]


def plant(root: Path, count: int, size: int) -> None:
    """`count` files of `size` bytes, no two alike, a `sha1sum.txt` and a
    `sha256sum.txt` of them."""
    root.mkdir()
    source = random.Random(count)
    block = source.randbytes(min(size, 1 << 20))
    sha1, sha256 = [], []
    for at in range(count):
        name = f"file-{at:05}"
        data = at.to_bytes(4, "little") + block[4:]
        data *= -(-size // len(data))
        (root / name).write_bytes(data[:size])
        sha1.append(f"{hashlib.sha1(data[:size]).hexdigest()}  {name}\n")
        sha256.append(f"{hashlib.sha256(data[:size]).hexdigest()}  {name}\n")
    (root / "sha1sum.txt").write_text("".join(sha1))
    (root / "sha256sum.txt").write_text("".join(sha256))


def many_lines(root: Path, count: int) -> str:
    """A manifest of `count` lines over the files that are there, each as often
    as it takes; its name."""
    lines = (root / "sha1sum.txt").read_text().splitlines(keepends=True)
    times = -(-count // len(lines))
    (root / "many.txt").write_text("".join((lines * times)[:count]))
    return "many.txt"
