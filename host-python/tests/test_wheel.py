"""The wheel, and the command that makes it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from conftest import CHECKOUT

from fordway import _core


def test_the_wheel_is_pure_and_carries_the_component(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir"]
    subprocess.run([*command, tmp_path, CHECKOUT / "host-python"], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as file:
        names = file.namelist()
        assert file.read("fordway/fordway.wasm") == _core._FILE.read_bytes()
    assert "fordway/py.typed" in names
    assert not [name for name in names if "test" in name or name.endswith(".so")]


def test_without_rust_the_build_says_what_is_missing(tmp_path: Path) -> None:
    """The package's sources alone, as in a copy without the component."""
    import shutil

    package = tmp_path / "host-python"
    ignore = shutil.ignore_patterns("*.wasm", "tests", "__pycache__", ".*cache")
    shutil.copytree(CHECKOUT / "host-python", package, ignore=ignore)
    script = (
        "import sys; sys.path.insert(0, '.'); sys.modules['hatchling'] = None\n"
        "import types\n"
        "names = 'hatchling hatchling.builders hatchling.builders.hooks'.split()\n"
        "names += [names[-1] + '.plugin', names[-1] + '.plugin.interface']\n"
        "for name in names: sys.modules[name] = types.ModuleType(name)\n"
        "sys.modules[names[-1]].BuildHookInterface = object\n"
        "import hatch_build; hatch_build.ComponentHook().initialize('1', {})\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=package,
        capture_output=True,
        text=True,
        env={"PATH": ""},
    )
    assert found.returncode == 1
    assert found.stderr == (
        "fordway: fordway.wasm is missing and cargo was not found: "
        "install Rust from https://rustup.rs and try again.\n"
    )
