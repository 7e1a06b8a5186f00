"""What the tests share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fordway import _plan

CHECKOUT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((CHECKOUT / "tests" / "vectors.json").read_text())


def content(size: int) -> bytes:
    """The recipe for file contents in the vectors."""
    return bytes((31 * k + 7) % 251 for k in range(size))


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
    import hashlib

    lines = []
    for k in range(1, 11):
        name = f"httpd-{k:02}.log"
        text = f"GET /{k} 200\n" * 100
        (tmp_path / name).write_text(text)
        signed = text if k != 8 else "tampered"
        lines.append(f"{hashlib.sha1(signed.encode()).hexdigest()}  {name}\n")
    (tmp_path / "sha1sum.txt").write_text("".join(lines))
    return tmp_path


@pytest.fixture(params=["plan", "stock"])
def conversion(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Runs a test with the plans and with wasmtime's own conversion, in an
    instance of its own: both must agree."""
    import fordway

    default = fordway.add.__self__  # type: ignore[attr-defined]
    monkeypatch.setattr(_plan, "LAYOUT_IS_KNOWN", request.param == "plan")
    default._threads.__dict__.pop("guest", None)
    yield request.param
    default._threads.__dict__.pop("guest", None)
