"""An instance of the component, and what it may touch."""

from __future__ import annotations

import ctypes
import json
import os
import re
import threading
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from ._engine import Core, watch
from ._exceptions import (
    CallTimeout,
    ClosedError,
    ComponentError,
    MemoryLimitError,
    Refused,
    TrapError,
    from_error,
)
from ._memory import view_at
from ._plan import Run, plan
from ._resource import Resource
from ._sink import Sink
from ._wasmtime import Instance, Store, WasiConfig, WasmtimeError, ffi

__all__ = ["Grant", "Guest", "InstantiationError", "Output"]


@dataclass(frozen=True)
class Grant:
    """A directory that an instance may touch: read from, or also write to."""

    directory: str
    writable: bool = False

    def absolute(self) -> Grant:
        """The same for a process with another current directory."""
        return Grant(os.path.abspath(self.directory), self.writable)


class Guest:
    """An instance of the component, made when it is first needed.

    One call at a time: a second thread waits. After a trap the instance is
    discarded, and the next call makes a new one; objects that lived in the
    old one are closed."""

    def __init__(
        self,
        core: Core,
        grant: Grant | None = None,
        *,
        memory_limit: int | None = None,
        timeout: float | None = None,
        stdout: Sink | None = None,
    ) -> None:
        self.core = core
        self._grant = grant
        self._memory_limit = memory_limit
        self._timeout = timeout
        self._stdout = stdout
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._instance: Instance | None = None
        self._plans: dict[str, Run] = {}
        self._dropped: list[tuple[int, Resource]] = []
        self.generation = 0
        """Counts the instances: an object lives in the one it came from."""
        self._closed = False
        watch(self)

    def call(self, name: str, *arguments: Any) -> Any:
        """Calls `interface.function`. Raises `Refused` for the error case of
        its result."""
        with self._lock:
            if self._dropped:
                self._drop_waiting()
            try:
                run = self._plans[name]
            except KeyError:
                run = self._bind(name)
            try:
                if self._timeout is None:
                    return run(arguments)
                return self._within_limit(run, arguments)
            except WasmtimeError as error:
                raise self._discard(error) from None

    def call_on(self, resource: Resource, generation: int, name: str, *arguments: Any) -> Any:
        """Calls a method of an object that lives in this instance."""
        if generation != self.generation:
            raise ClosedError("the object is gone: its instance was discarded after an error")
        return self.call(name, resource, *arguments)

    def drop(self, resource: Resource, generation: int) -> None:
        """Frees an object: at once if no call is under way, else before the
        next one. Called by finalizers, from any thread."""
        self._dropped.append((generation, resource))
        if self._lock.acquire(blocking=False):
            try:
                self._drop_waiting()
            finally:
                self._lock.release()

    def run(self, arguments: Sequence[str], stdin: Iterable[memoryview], stdout: Sink) -> Output:
        """Runs the component as a command, in an instance of its own with the
        same grants: `stdin` in, whatever it prints to `stdout`."""
        if self._closed:
            raise ClosedError("the sandbox was closed")
        with ExitStack() as stack:
            errors = stack.enter_context(Sink())
            wasi = self._wasi(stdout)
            wasi.argv = ["fordway", *arguments]
            wasi.stderr_file = errors.path
            _set_stdin(wasi, list(stdin))
            store, instance = self._instantiate(wasi)
            function, func = self.core.find(store, instance, "run.run")
            command = plan(function, store, func)
            try:
                if self._timeout is None:
                    command(())
                else:
                    with _Alarm(self.core, self._timeout):
                        command(())
                ok = True
            except Refused:
                ok = False
            except WasmtimeError as error:
                raise self._explain(error) from None
            return Output(ok, errors.read().decode(errors="replace"))

    def close(self) -> None:
        """Frees the instance. A call that is under way ends first."""
        with self._lock:
            self._closed = True
            self._forget()

    def abandon(self) -> Any:
        """Gives up the instance without freeing it, in a forked child."""
        self._lock = threading.Lock()
        held = (self._store, self._instance, self._plans, self._dropped)
        self._store, self._instance, self._plans, self._dropped = None, None, {}, []
        self._closed = False
        self.generation += 1
        return held

    def _bind(self, name: str) -> Run:
        if self._closed:
            raise ClosedError("the sandbox was closed")
        if self._store is None:
            self._store, self._instance = self._instantiate(self._wasi(self._stdout))
        assert self._instance is not None
        function, func = self.core.find(self._store, self._instance, name)
        self._plans[name] = run = plan(function, self._store, func)
        return run

    def _wasi(self, stdout: Sink | None) -> WasiConfig:
        wasi = WasiConfig()
        if stdout is not None:
            wasi.stdout_file = stdout.path
        if self._grant is not None:
            wasi.preopen_dir(self._grant.directory, ".", self._grant.writable)
        return wasi

    def _instantiate(self, wasi: WasiConfig) -> tuple[Store, Instance]:
        # Made anew in a forked child, where this refuses.
        core = self.core.usable()
        store = Store(core.engine)
        store.set_wasi(wasi)
        if core.interruptible:
            store.set_epoch_deadline(1)
        if self._memory_limit is not None:
            store.set_limits(memory_size=self._memory_limit)
        try:
            return store, core.instantiate(store)
        except WasmtimeError as error:
            why = self._explain(error)
            if isinstance(why, TrapError):
                raise InstantiationError(f"the component cannot be instantiated: {error}") from None
            raise why from None

    def _within_limit(self, run: Run, arguments: tuple[Any, ...]) -> Any:
        assert self._store is not None
        assert self._timeout is not None
        self._store.set_epoch_deadline(1)
        with _Alarm(self.core, self._timeout):
            return run(arguments)

    def _discard(self, error: WasmtimeError) -> Exception:
        # After a trap neither the instance nor another in its store works.
        self._forget()
        return self._explain(error)

    def _forget(self) -> None:
        self.generation += 1
        self._plans.clear()
        self._dropped.clear()
        self._instance = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _drop_waiting(self) -> None:
        while self._dropped:
            generation, resource = self._dropped.pop()
            any_ = resource.give_away()
            if any_ is None or generation != self.generation or self._store is None:
                continue
            try:
                any_.drop(self._store)
            except WasmtimeError:
                self._forget()

    def _explain(self, error: WasmtimeError) -> Exception:
        text = str(error)
        if "wasm trap: interrupt" in text:
            if self._timeout is None:
                return Interrupted("the call was interrupted")
            return CallTimeout(f"the call took longer than {self._timeout} seconds")
        # The core has no way to panic of its own: it stops at `unreachable`
        # when an allocation fails.
        if self._memory_limit is not None and ("unreachable" in text or "memory" in text):
            return MemoryLimitError(f"the call needs more memory than {self._memory_limit} bytes")
        return TrapError(f"the component failed: {text}")


class InstantiationError(TrapError):
    """There is no instance to be had: each reserves 4 GiB of addresses, and the
    process may be held to less (`ulimit -v`)."""


class Interrupted(TrapError):
    """A call was ended from outside by `Core.interrupt`."""


@dataclass(frozen=True)
class Output:
    """How a command ended: whether its exit status is 0, and its warnings."""

    ok: bool
    errors: str

    def check(self, filename: str | None = None) -> None:
        """Raises what the call lane would raise for the same failure."""
        if self.ok:
            return
        told = _TOLD.fullmatch(self.errors)
        if told is None:
            raise ComponentError(self.errors.strip() or "the command failed without a word")
        code, path, message = told.groups()
        raise from_error((code, json.loads(path), message), filename)


_TOLD = re.compile(r'fordway: ([a-z-]+): ("(?:[^"\\]|\\.)*"): (.*)\n', re.DOTALL)


def _set_stdin(wasi: WasiConfig, parts: list[memoryview]) -> None:
    """Hands bytes over as standard input: one copy, into memory that wasmtime
    owns from then on."""
    size = sum(part.nbytes for part in parts)
    vector = ffi.wasm_byte_vec_t()
    ffi.wasm_byte_vec_new_uninitialized(ctypes.byref(vector), size)
    if size:
        address = ctypes.addressof(vector.data.contents)
        target = view_at(address, size, writable=True)
        at = 0
        for part in parts:
            if part.nbytes:
                target[at : at + part.nbytes] = part.cast("B")
                at += part.nbytes
    ffi.wasi_config_set_stdin_bytes(wasi.ptr(), ctypes.byref(vector))


class _Alarm:
    """Interrupts a core when its time is over."""

    def __init__(self, core: Core, seconds: float) -> None:
        self._timer = threading.Timer(seconds, core.interrupt)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
