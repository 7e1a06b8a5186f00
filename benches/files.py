"""Whole files: read and write.

The files lie in the memory file system where there is one, so that what is
timed is the way and not a disk; a write syncs before it renames.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import native
from contenders import CTYPES, OURS, PYTHON, SANDBOX, STOCK
from harness import Case, Effort, Row, compare
from stock import LARGEST, Stock

import fordway

__all__ = ["READ", "SECTIONS", "WRITE", "measure", "payload", "size_name"]

READ, WRITE = "read", "write"
SECTIONS = [READ, WRITE]

SIZES = [10**3, 10**4, 10**5, 10**6, 10**7, 64 * 10**6, 256 * 10**6]
QUICK_SIZES = [10**3, 10**5, 64 * 10**6]
STOCK_LARGEST = 64 * 10**6
"""Half a minute each way; also the size that a target is about."""


def measure(effort: Effort, directory: str) -> list[Row]:
    """The rows of these sections."""
    stock = _StockFiles(directory)
    with fordway.Sandbox(directory, writable=True) as sandbox:
        return _measure(effort, directory, stock, sandbox)


def _measure(
    effort: Effort, directory: str, stock: _StockFiles, sandbox: fordway.Sandbox
) -> list[Row]:
    rows = []
    for size in QUICK_SIZES if effort.quick else SIZES:
        data = payload(size)
        name = size_name(size)
        # Past one call stock takes so long that it is left out of quick runs.
        with_stock = size <= (LARGEST if effort.quick else STOCK_LARGEST)
        cases = _reads(data, directory, sandbox, stock if with_stock else None)
        rows.append(compare(READ, name, size, cases, effort, size))
        cases = _writes(data, directory, sandbox, stock if with_stock else None)
        rows.append(compare(WRITE, name, size, cases, effort, size))
        for path in Path(directory).iterdir():
            path.unlink()
    return [row for section in SECTIONS for row in rows if row.section == section]


def payload(size: int) -> bytes:
    """Bytes of every value, some of which look like newlines."""
    block = bytes(range(256)) * 16 + b"\n\r\0"
    return (block * (size // len(block) + 1))[:size]


def size_name(size: int) -> str:
    """A size in decimal units."""
    for unit, factor in (("MB", 10**6), ("KB", 10**3)):
        if size >= factor:
            return f"{size // factor} {unit}"
    return f"{size} B"


class _StockFiles:
    """Files of up to 2,000,000 bytes in one call; `files.read` returns no
    more. As many bytes as a larger file has are moved by as many calls as it
    takes, each on a file of its own: the best that stock calls can do."""

    def __init__(self, directory: str) -> None:
        instance = Stock(directory)
        self._store = instance.store
        self._read = instance.find("files", "read")
        self._write = instance.find("files", "write")

    def read(self, names: list[str]) -> list[Any]:
        return [self._read(self._store, name) for name in names]

    def write(self, parts: list[bytes], names: list[str]) -> list[Any]:
        return [
            self._write(self._store, part, name) for part, name in zip(parts, names, strict=True)
        ]


def _parts(data: bytes) -> tuple[list[bytes], list[str]]:
    parts = [data[at : at + LARGEST] for at in range(0, len(data), LARGEST)]
    return parts, [f"part-{at}" for at in range(len(parts))]


def _reads(
    data: bytes, directory: str, sandbox: fordway.Sandbox, stock: _StockFiles | None
) -> list[Case]:
    path = os.path.join(directory, "data")
    Path(path).write_bytes(data)
    is_right = data.__eq__
    cases = [
        Case(OURS, fordway.read, (path,), is_right),
        Case(SANDBOX, sandbox.read, ("data",), is_right),
        Case(CTYPES, native.read, (os.fsencode(path),), is_right),
        Case(PYTHON, _python_read, (path,), is_right),
    ]
    if stock is not None:
        parts, names = _parts(data)
        for part, name in zip(parts, names, strict=True):
            Path(directory, name).write_bytes(part)
        cases.append(Case(STOCK, stock.read, (names,), parts.__eq__, once=len(parts) > 1))
    return cases


def _writes(
    data: bytes, directory: str, sandbox: fordway.Sandbox, stock: _StockFiles | None
) -> list[Case]:
    def wrote(name: str, expected: bytes) -> Callable[[Any], bool]:
        return lambda _: Path(directory, name).read_bytes() == expected

    def case(contender: str, call: Callable[..., Any], name: str) -> Case:
        path = os.path.join(directory, name)
        given = os.fsencode(path) if contender == CTYPES else path
        return Case(contender, call, (data, given), wrote(name, data))

    cases = [
        case(OURS, fordway.write, "ours"),
        Case(SANDBOX, sandbox.write, (data, "sandbox"), wrote("sandbox", data)),
        case(CTYPES, native.write, "native"),
        case(PYTHON, _python_write, "python"),
    ]
    if stock is not None:
        parts, names = _parts(data)
        check = wrote(names[0], parts[0])
        cases.append(Case(STOCK, stock.write, (parts, names), check, once=len(parts) > 1))
    return cases


def _python_read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _python_write(data: bytes, path: str) -> None:
    """All or nothing, as the core does it."""
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
