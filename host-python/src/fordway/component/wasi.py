"""What an instance may touch, and how wasmtime is told of it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._wasmtime import address, ffi, function
from .clock import Clock
from .directory import Directory
from .errors import ComponentError
from .memory import view_at
from .sink import CHUNK, Sink

__all__ = ["Wasi"]

_new = function("wasi_config_new", ctypes.c_void_p, quick=True)
_delete = function("wasi_config_delete")
_preopen = function("wasi_config_preopen_dir", ctypes.c_bool)
_set_argv = function("wasi_config_set_argv", ctypes.c_bool, quick=True)
_set_stdin = function("wasi_config_set_stdin_bytes", quick=True)
_set_stdout = function("wasi_config_set_stdout_file", ctypes.c_bool)
_set_stderr = function("wasi_config_set_stderr_file", ctypes.c_bool)
_new_bytes = function("wasm_byte_vec_new_uninitialized")


@dataclass(frozen=True)
class Wasi:
    """A directory, to be read or also written to, and where standard output
    goes. What is not named here does not exist for the instance."""

    directory: Directory | None = None
    writable: bool = False
    stdout: Sink | None = None

    def configure(
        self,
        argv: Sequence[str] = (),
        stdin: Sequence[memoryview] = (),
        stderr: Sink | None = None,
        clock: Clock | None = None,
    ) -> Any:
        """A configuration of wasmtime's, for a store to take."""
        config = address(_new())
        try:
            if argv:
                encoded = [argument.encode() for argument in argv]
                _set_argv(
                    config,
                    ctypes.c_size_t(len(encoded)),
                    (ctypes.c_char_p * len(encoded))(*encoded),
                )
            if stdin:
                _hand_over(config, stdin, clock)
            for sink, set_file in ((self.stdout, _set_stdout), (stderr, _set_stderr)):
                if sink is not None and not set_file(config, _text(sink.path)):
                    raise ComponentError(f"{sink.path} cannot be opened to print into")
            if self.directory is not None:
                self._preopen(config, self.directory)
        except BaseException:
            _delete(config)
            raise
        return config

    def _preopen(self, config: Any, directory: Directory) -> None:
        name = directory.name()
        if not _preopen(config, _text(name), _text("."), ctypes.c_bool(self.writable)):
            # wasmtime does not say why; this may.
            os.close(os.open(name, os.O_RDONLY | os.O_CLOEXEC))
            raise ComponentError(f"{directory.filename} cannot be handed over")


def _text(text: str) -> Any:
    return ctypes.c_char_p(os.fsencode(text))


def _hand_over(config: Any, parts: Sequence[memoryview], clock: Clock | None) -> None:
    """Hands bytes over as standard input: one copy, into memory that wasmtime
    owns from then on."""
    size = sum(part.nbytes for part in parts)
    vector = ffi.wasm_byte_vec_t()
    _new_bytes(ctypes.byref(vector), ctypes.c_size_t(size))
    try:
        if size:
            target = view_at(ctypes.addressof(vector.data.contents), size, writable=True)
            at = 0
            for part in parts:
                flat = part.cast("B") if part.nbytes else part
                for start in range(0, part.nbytes, CHUNK):
                    if clock is not None:
                        clock.check()
                    piece = flat[start : start + CHUNK]
                    target[at : at + piece.nbytes] = piece
                    at += piece.nbytes
    except BaseException:
        ffi.wasm_byte_vec_delete(ctypes.byref(vector))
        raise
    _set_stdin(config, ctypes.byref(vector))
