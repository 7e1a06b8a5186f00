"""What goes wrong with any component, and as which exception."""

from __future__ import annotations

__all__ = [
    "CallTimeout",
    "Cancelled",
    "ClosedError",
    "ComponentError",
    "Err",
    "FordwayError",
    "InstantiationError",
    "MemoryLimitError",
    "ReentryError",
    "TrapError",
]


class FordwayError(Exception):
    """The base of every exception that is fordway's own."""


class ClosedError(FordwayError, ValueError):
    """An object of the core was used after it was closed."""


class CallTimeout(FordwayError, TimeoutError):
    """A call took longer than its sandbox allows."""


class MemoryLimitError(FordwayError, MemoryError):
    """A call needed more memory than its sandbox allows."""


class TrapError(FordwayError, RuntimeError):
    """The component failed in a way that its contract does not foresee."""


class ComponentError(FordwayError, RuntimeError):
    """The component is missing or damaged, or cannot be used in this process."""


class ReentryError(FordwayError, RuntimeError):
    """An instance was called while the same thread was inside one of its
    calls."""


class InstantiationError(TrapError):
    """There is no instance to be had: each reserves 4 GiB of addresses, and the
    process may be held to less (`ulimit -v`)."""


class Cancelled(TrapError):
    """A call was ended from outside, by its clock."""


class Err(Exception):
    """The error case of a WIT result. `value` is the lifted error, or None."""

    def __init__(self, value: object) -> None:
        super().__init__(value)
        self.value = value


for _class in (
    FordwayError,
    ClosedError,
    CallTimeout,
    MemoryLimitError,
    TrapError,
    ComponentError,
    ReentryError,
):
    # Tracebacks show where to import it from, not where it happens to be.
    _class.__module__ = "fordway"
del _class
