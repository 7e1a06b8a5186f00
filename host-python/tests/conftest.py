"""What the tests share."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((CHECKOUT / "tests" / "vectors.json").read_text())


def content(size: int) -> bytes:
    """The recipe for file contents in the vectors."""
    return bytes((31 * k + 7) % 251 for k in range(size))


def output_of(script: str, *arguments: object, cwd: Path | None = None) -> str:
    """What a script prints in a Python of its own, where it ends well and
    warns of nothing."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    found = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    return found.stdout


def in_threads(call: Callable[..., object], arguments: Iterable[tuple[object, ...]]) -> None:
    """Calls a function in a thread for each tuple of arguments, and waits."""
    threads = [threading.Thread(target=call, args=given) for given in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def plant_sparse(file: Path, size: int) -> Path:
    """A file of `size` zeros that takes no room."""
    with file.open("wb") as sparse:
        sparse.truncate(size)
    return file


def plant_large(root: Path, count: int, size: int) -> None:
    """Files `f0`, `f1` ... of `size` zeros, and a manifest that holds them for
    empty: work that takes its time, and ends in failures."""
    empty = hashlib.sha1().hexdigest()
    names = [plant_sparse(root / f"f{k}", size).name for k in range(count)]
    (root / "sha1sum.txt").write_text("".join(f"{empty}  {name}\n" for name in names))


@pytest.fixture
def vectors() -> dict[str, Any]:
    return VECTORS


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with the files of the vectors."""
    for name, text in VECTORS["files"].items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Ten log files and their manifest, in which one signature is wrong."""
    lines = []
    for k in range(1, 11):
        name = f"httpd-{k:02}.log"
        text = f"GET /{k} 200\n" * 100
        (tmp_path / name).write_text(text)
        signed = text if k != 8 else "tampered"
        lines.append(f"{hashlib.sha1(signed.encode()).hexdigest()}  {name}\n")
    (tmp_path / "sha1sum.txt").write_text("".join(lines))
    return tmp_path
