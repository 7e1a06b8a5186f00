"""The laws of the house: who may know whom."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import fordway
from fordway import component

PACKAGE = Path(fordway.__file__).parent
LOWER = PACKAGE / "component"


def imports(file: Path) -> Iterator[tuple[str, list[str]]]:
    """The modules that a file imports, in full, and what from each."""
    home = file.relative_to(PACKAGE.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, []
        elif isinstance(node, ast.ImportFrom):
            base = list(home[: -node.level]) if node.level else []
            names = [alias.name for alias in node.names]
            yield ".".join([*base, *([node.module] if node.module else [])]), names


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def test_only_one_module_imports_wasmtime() -> None:
    importers = [
        file.relative_to(PACKAGE).as_posix()
        for file in files(PACKAGE)
        if any(re.match(r"wasmtime\b", name) for name, _ in imports(file))
    ]
    assert importers == ["component/_wasmtime.py"]


def test_the_lower_floor_knows_nothing_of_the_upper() -> None:
    for file in files(LOWER):
        for name, _ in imports(file):
            if name.split(".")[0] == "fordway":
                assert name.startswith("fordway.component"), f"{file}: {name}"


def test_the_lower_floor_knows_no_noun_of_the_upper() -> None:
    nouns = r"checksum|manifest|sha1|digest\b|fordway:core|user-info|squares"
    for file in files(LOWER):
        found = re.search(nouns, file.read_text(), re.IGNORECASE)
        assert not found, f"{file}: {found}"


def test_the_upper_floor_uses_public_names_of_the_lower() -> None:
    public = set(component.__all__)
    for file in files(PACKAGE):
        if file.is_relative_to(LOWER):
            continue
        for name, what in imports(file):
            if name.startswith("fordway.component"):
                assert name == "fordway.component", f"{file}: {name}"
                assert set(what) <= public, f"{file}: {set(what) - public}"


def test_a_kind_of_value_is_lowered_and_lifted_in_one_file() -> None:
    from fordway.component.values.kinds import TABLE

    for kind, both in TABLE.items():
        homes = {both.lowering.__module__, both.lifting.__module__}
        assert len(homes) == 1, f"{kind}: {homes}"


def test_modules_are_of_a_readable_length() -> None:
    for file in files(PACKAGE):
        assert len(file.read_text().splitlines()) <= 350, file
