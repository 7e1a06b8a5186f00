"""Directories checked against their manifests. The files are in the page
cache: planting them put them there."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contenders import GNU, HASHLIB, HASHLIB_ONE, ONE_JOB, OURS, SCALAR, SHELL
from harness import Case, Effort, Row, compare
from trees import plant
from worker import Worker

__all__ = ["SECTION", "TREES", "measure", "scalar_component"]

SECTION = "verify"

THREADS = 2
BLOCK = 1 << 20


@dataclass(frozen=True)
class Tree:
    """A directory, and the function that its manifest is of."""

    name: str
    folder: str
    count: int
    size: int
    algorithm: str

    @property
    def bytes(self) -> int:
        """How many bytes there are to hash."""
        return self.count * self.size


MB = 10**6
TREES = [
    Tree("256 x 1 MB, sha1", "256x1", 256, MB, "sha1"),
    Tree("8 x 64 MB, sha1", "8x64", 8, 64 * MB, "sha1"),
    Tree("10,000 x 4 KB, sha1", "10000x4k", 10_000, 4096, "sha1"),
    Tree("256 x 1 MB, sha256", "256x1", 256, MB, "sha256"),
]
QUICK_TREES = [
    Tree("64 x 1 MB, sha1", "64x1", 64, MB, "sha1"),
    Tree("8 x 8 MB, sha1", "8x8", 8, 8 * MB, "sha1"),
    Tree("2,000 x 4 KB, sha1", "2000x4k", 2_000, 4096, "sha1"),
    Tree("64 x 1 MB, sha256", "64x1", 64, MB, "sha256"),
]


def measure(effort: Effort, directory: str) -> list[Row]:
    """The rows of this section."""
    # A round takes seconds here.
    effort = replace(effort, seconds=effort.seconds * 4)
    rows = []
    with ExitStack() as stack:
        ours = stack.enter_context(Worker())
        component = scalar_component()
        scalar = stack.enter_context(Worker(component)) if component else None
        for tree in QUICK_TREES if effort.quick else TREES:
            with planted(Path(directory, tree.folder), tree.count, tree.size) as root:
                cases = _cases(tree, root, ours, scalar)
                rows.append(compare(SECTION, tree.name, tree.size, cases, effort, tree.bytes))
    return rows


def scalar_component() -> Path | None:
    """The component without lanes, if it was built."""
    target = Path(__file__).parent.parent / "target" / "scalar" / "wasm32-wasip2"
    path = target / "release" / "fordway.wasm"
    return path if path.is_file() else None


@contextmanager
def planted(root: Path, count: int, size: int) -> Iterator[str]:
    """A directory of files with manifests, gone afterwards."""
    plant(root, count, size)
    try:
        yield str(root)
    finally:
        shutil.rmtree(root)


def _cases(tree: Tree, root: str, ours: Worker, scalar: Worker | None) -> list[Case]:
    manifest = f"{tree.algorithm}sum.txt"
    all_pass = tree.count.__eq__

    def case(contender: str, call: Callable[..., Any], *arguments: Any) -> Case:
        return Case(contender, call, (root, manifest, *arguments), all_pass)

    cases = [
        case(OURS, ours.verify, None),
        case(ONE_JOB, ours.verify, 1),
        case(SHELL, _shell),
        case(HASHLIB, _hashlib, tree.algorithm, THREADS),
        case(HASHLIB_ONE, _hashlib, tree.algorithm, 1),
    ]
    if scalar is not None:
        cases.append(case(SCALAR, scalar.verify, 1))
    if shutil.which(f"{tree.algorithm}sum"):
        cases.append(case(GNU, _gnu, tree.algorithm))
    return cases


def _shell(root: str, manifest: str) -> int:
    command = [sys.executable, "-m", "fordway", "verify", "--quiet", root, manifest]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return _lines(root, manifest)


def _gnu(root: str, manifest: str, algorithm: str) -> int:
    command = [f"{algorithm}sum", "--check", "--quiet", manifest]
    subprocess.run(command, check=True, cwd=root, stdout=subprocess.DEVNULL)
    return _lines(root, manifest)


def _hashlib(root: str, manifest: str, algorithm: str, threads: int) -> int:
    """A checker of the fewest lines; OpenSSL hashes without the GIL."""

    def passes(line: str) -> bool:
        digest, name = line.rstrip("\n").split("  ", 1)
        hasher = hashlib.new(algorithm)
        block = memoryview(bytearray(BLOCK))
        with open(os.path.join(root, name), "rb", buffering=0) as file:
            while count := file.readinto(block):
                hasher.update(block[:count])
        return hasher.hexdigest() == digest

    with (
        open(os.path.join(root, manifest)) as lines,
        ThreadPoolExecutor(threads) as pool,
    ):
        return sum(pool.map(passes, lines))


def _lines(root: str, manifest: str) -> int:
    with open(os.path.join(root, manifest)) as lines:
        return sum(1 for _ in lines)
