"""Any component: compiled once, instantiated with what it may touch, called
with typed values, and stopped when its time is over. Nothing here knows what
fordway's own component does.

| module | what it holds |
| --- | --- |
| `engine` | the engine that all components are compiled for |
| `component` | a component and its functions |
| `instance` | an instance: one call at a time, made anew after an error |
| `store` | what an instance lives in |
| `resources` | objects that live in an instance |
| `plan` | how a function is called |
| `types` | the types of WIT, read from a component |
| `values` | how each kind of value crosses |
| `memory` | memory that C and Python share |
| `wasi`, `directory`, `sink` | what an instance may touch, and where it prints |
| `clock`, `epochs`, `detached` | how calls are stopped |
| `owned` | who frees what lives in C |
| `errors` | what goes wrong |

Data walks one way: caller, instance, plan, component, WASI.
"""

from .clock import Clock
from .component import Component
from .detached import Started, begin, detached, give_up, given_up, spawn
from .directory import Directory
from .errors import (
    CallTimeout,
    Cancelled,
    ClosedError,
    ComponentError,
    Err,
    FordwayError,
    InstantiationError,
    MemoryLimitError,
    ReentryError,
    TrapError,
)
from .instance import Instance, Output
from .memory import as_code
from .resources import Resource
from .sink import Sink
from .values.kinds import Mismatch
from .values.lists import array_of, buffer_of, is_masked
from .values.scalars import integer_of
from .wasi import Wasi

__all__ = [
    "CallTimeout",
    "Cancelled",
    "Clock",
    "ClosedError",
    "Component",
    "ComponentError",
    "Directory",
    "Err",
    "FordwayError",
    "Instance",
    "InstantiationError",
    "MemoryLimitError",
    "Mismatch",
    "Output",
    "ReentryError",
    "Resource",
    "Sink",
    "Started",
    "TrapError",
    "Wasi",
    "array_of",
    "as_code",
    "begin",
    "buffer_of",
    "detached",
    "give_up",
    "given_up",
    "integer_of",
    "is_masked",
    "spawn",
]
