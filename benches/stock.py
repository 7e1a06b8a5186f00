"""The component as one calls it with wasmtime-py and nothing else."""

from __future__ import annotations

from functools import partial
from typing import Any

from wasmtime import Engine, Store, WasiConfig
from wasmtime.component import Component, Linker

from fordway import _core

__all__ = ["LARGEST", "Stock"]

LARGEST = 2_000_000
"""The largest file that `files.read` returns in one call."""


class Stock:
    """An instance that may touch one directory."""

    def __init__(self, directory: str) -> None:
        engine = Engine()
        linker = Linker(engine)
        linker.add_wasip2()
        wasi = WasiConfig()
        wasi.preopen_dir(directory, ".", True)
        self.store = Store(engine)
        self.store.set_wasi(wasi)
        component = Component(engine, _core._read())
        self._instance = linker.instantiate(self.store, component)

    def find(self, interface: str, name: str) -> Any:
        """A function; the store is its first argument."""
        full = f"{_core.PACKAGE}/{interface}@{_core.VERSION}"
        outer = self._instance.get_export_index(self.store, full)
        inner = self._instance.get_export_index(self.store, name, outer)
        func = inner and self._instance.get_func(self.store, inner)
        if func is None:
            raise LookupError(f"the component exports no {interface}.{name}")
        return func

    def bind(self, interface: str, name: str) -> Any:
        """A function that takes its own arguments alone."""
        return partial(self.find(interface, name), self.store)
