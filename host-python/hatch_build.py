"""Puts the component into the package when a wheel or an sdist is built."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TARGET = "wasm32-wasip2"
HERE = Path(__file__).parent
COMPONENT = HERE / "src" / "fordway" / "fordway.wasm"


class ComponentHook(BuildHookInterface):  # type: ignore[misc]
    """In a checkout the component is built from its sources, so that it cannot
    be older than they are; in an sdist it is there already."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        checkout = HERE.parent
        cargo = shutil.which("cargo")
        if cargo and (checkout / "wit" / "world.wit").is_file():
            build(cargo, checkout)
        if not COMPONENT.is_file():
            raise SystemExit(
                "fordway: fordway.wasm is missing and cargo was not found: "
                "install Rust from https://rustup.rs and try again."
            )
        state_hash()


def state_hash() -> None:
    """Puts the component's digest beside it: the package runs no other."""
    digest = hashlib.sha256(COMPONENT.read_bytes()).hexdigest()
    COMPONENT.with_name(COMPONENT.name + ".sha256").write_text(digest + "\n")


def build(cargo: str, checkout: Path) -> None:
    rustup = shutil.which("rustup")
    if rustup:
        subprocess.run([rustup, "target", "add", TARGET], cwd=checkout, check=True)
    command = [cargo, "build", "--release", "--locked", "--target", TARGET]
    if subprocess.run(command, cwd=checkout).returncode != 0:
        raise SystemExit(
            f"fordway: {' '.join(command[1:])} failed: its messages stand above; "
            f"if it knows no target {TARGET}, install Rust from https://rustup.rs."
        )
    built = checkout / "target" / TARGET / "release" / "fordway.wasm"
    shutil.copyfile(built, COMPONENT)
