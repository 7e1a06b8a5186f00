"""The machine that is measured, without its name."""

from __future__ import annotations

import os
import platform
import shutil
import ssl
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["cores", "describe", "is_busy", "load", "one_line", "roomy"]

ROOM = 2 << 30


def roomy() -> str | None:
    """The memory file system if it has room for the files of a run; else None,
    for the usual temporary directory."""
    memory = "/dev/shm"
    if os.path.isdir(memory) and shutil.disk_usage(memory).free >= ROOM:
        return memory
    return None


def cores() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def load() -> float | None:
    """How many processes wanted a processor in the last minute."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def is_busy(machine: dict[str, Any]) -> bool:
    """Whether something else was running when a run began."""
    return (machine["load_before"] or 0) > 0.5


def describe() -> dict[str, Any]:
    """What a figure should not be read without."""
    flags = _cpuinfo("flags").split() or _cpuinfo("Features").split()
    return {
        "processor": _cpuinfo("model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "sha_instructions": "sha_ni" in flags or "sha1" in flags,
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "wasmtime": version("wasmtime"),
        "numpy": version("numpy"),
        "grpcio": version("grpcio"),
        "openssl": ssl.OPENSSL_VERSION.split(" ")[1],
        "coreutils": _coreutils(),
        "load_before": load(),
        "files": "memory file system" if roomy() else "temporary directory",
    }


def one_line(machine: dict[str, Any]) -> str:
    """The machine for captions."""
    sha = "with" if machine["sha_instructions"] else "without"
    return (
        f"{machine['processor']} ({sha} SHA instructions), {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}, wasmtime {machine['wasmtime']}"
    )


def _cpuinfo(field: str) -> str:
    path = Path("/proc/cpuinfo")
    for line in path.read_text().splitlines() if path.exists() else ():
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return ""


def _coreutils() -> str:
    tool = shutil.which("sha1sum")
    if tool is None:
        return ""
    run = subprocess.run([tool, "--version"], capture_output=True, text=True)
    return run.stdout.splitlines()[0].split()[-1] if run.returncode == 0 else ""
