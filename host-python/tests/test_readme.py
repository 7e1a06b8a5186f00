"""Every example of the README, run."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CHECKOUT

README = CHECKOUT / "README.md"


@pytest.fixture
def readers_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader of the README stands: `logs` is here."""
    sys.path.insert(0, str(CHECKOUT / "host-python" / "examples"))
    try:
        import demo  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    (tmp_path / "logs").mkdir()
    demo.plant(tmp_path / "logs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("readers_directory")
def test_python_examples() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) >= 5
    text = "\n".join(blocks)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    parsed = doctest.DocTestParser().get_doctest(text, {}, "README.md", str(README), 0)
    runner = doctest.DocTestRunner(optionflags=flags)
    runner.run(parsed)
    assert runner.tries >= 25
    assert runner.failures == 0


def test_console_examples(readers_directory: Path) -> None:
    (block,) = re.findall(r"```console\n(.*?)```", README.read_text(), re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    examples = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    assert len(examples) >= 3
    for command, expected in examples:
        found = subprocess.run(
            ["bash", "-c", f"{command} 2>&1"],
            cwd=readers_directory,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
        )
        assert found.stdout == expected, command


def test_the_demo_shows_what_it_promises() -> None:
    demo = CHECKOUT / "host-python" / "examples" / "demo.py"
    found = subprocess.run([sys.executable, str(demo)], capture_output=True, text=True)
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert "httpd-08.log: FAILED" in lines
    assert sum(re.fullmatch(r"httpd-\d\d\.log: OK", line) is not None for line in lines) == 9
    for told in (
        'httpd-08.log" - mismatch',
        "[1.0, 4.0, 9.0]",
        "BadgerBadgerBadgerBadger",
        "yabadabadoo!",
        "John Galt",
        "-5 is negative, want at least 0",
        'User "Alice" has 5 letters in their name',
        "Hello world!",
    ):
        assert told in found.stdout
