"""Checks files against their digests on all cores, in a sandbox, and shows how
a WebAssembly component is called from Python, typed and fast.

    >>> import fordway
    >>> fordway.verify("downloads").raise_for_failures()  # doctest: +SKIP
    >>> fordway.squares([1, 2, 3])
    [1.0, 4.0, 9.0]

A function that takes a path may touch the directory of that path, for that one
call, and nothing else. A `Sandbox` keeps one directory, and can have limits.
"""

from ._default import default as _default
from ._exceptions import (
    CallTimeout,
    ClosedError,
    ComponentError,
    FordwayError,
    IncompleteError,
    ManifestError,
    MemoryLimitError,
    ReentryError,
    TrapError,
    VerificationError,
)
from ._sandbox import Sandbox
from ._tour import Person, UserInfo
from ._verification.progress import Progress
from ._verification.report import Failure, Report

__version__ = "0.2.0"

add = _default.add
check_signatures = _default.check_signatures
digest = _default.digest
dot = _default.dot
even = _default.even
full_name = _default.full_name
greet = _default.greet
hello = _default.hello
increase = _default.increase
join = _default.join
noop = _default.noop
pi = _default.pi
read = _default.read
repeat = _default.repeat
shuffle = _default.shuffle
sqrts = _default.sqrts
squares = _default.squares
verify = _default.verify
write = _default.write

__all__ = [
    "CallTimeout",
    "ClosedError",
    "ComponentError",
    "Failure",
    "FordwayError",
    "IncompleteError",
    "ManifestError",
    "MemoryLimitError",
    "Person",
    "Progress",
    "ReentryError",
    "Report",
    "Sandbox",
    "TrapError",
    "UserInfo",
    "VerificationError",
    "add",
    "check_signatures",
    "digest",
    "dot",
    "even",
    "full_name",
    "greet",
    "hello",
    "increase",
    "join",
    "noop",
    "pi",
    "read",
    "repeat",
    "shuffle",
    "sqrts",
    "squares",
    "verify",
    "write",
]

for _name in __all__:
    # Tracebacks and help show where a class is imported from.
    if isinstance(_class := globals()[_name], type):
        _class.__module__ = "fordway"
del _name, _class
