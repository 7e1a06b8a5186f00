"""Who is compared, under which name."""

from __future__ import annotations

__all__ = [
    "ABOUT",
    "CTYPES",
    "CTYPES_STAR",
    "GNU",
    "GRPC",
    "HASHLIB",
    "HASHLIB_ONE",
    "NUMPY",
    "ONE_JOB",
    "OURS",
    "PYTHON",
    "SANDBOX",
    "SCALAR",
    "SHELL",
    "STOCK",
]

OURS = "fordway"
"""What ratios are relative to."""
SANDBOX = "fordway.Sandbox"
STOCK = "stock wasmtime"
CTYPES = "native, ctypes"
CTYPES_STAR = "native, *xs"
PYTHON = "pure Python"
NUMPY = "numpy"
GRPC = "gRPC"

ONE_JOB = "fordway, 1 job"
SHELL = "fordway, shell"
SCALAR = "scalar, 1 job"
HASHLIB = "hashlib, 2 threads"
HASHLIB_ONE = "hashlib, 1 thread"
GNU = "GNU"

ABOUT = {
    OURS: "this package",
    SANDBOX: "the same in a sandbox that is kept, as stock keeps its instance",
    STOCK: "wasmtime-py's own wasmtime.component.Func.__call__ on the same component",
    CTYPES: "the same Rust core as a shared library: no sandbox, a build a platform",
    CTYPES_STAR: "the same, its list converted the usual way: (c_double * n)(*xs)",
    PYTHON: "the obvious Python",
    NUMPY: "numpy by itself",
    GRPC: "a call to another process on this machine, raw bytes, no protobuf",
    ONE_JOB: "fordway.verify(jobs=1): one thread",
    SHELL: "the command `fordway verify`, its start included",
    SCALAR: "the component built without SIMD lanes, one thread",
    HASHLIB: "ten lines over hashlib (OpenSSL, with the processor's SHA instructions if any)",
    HASHLIB_ONE: "the same in one thread",
    GNU: "sha1sum --check or sha256sum --check of coreutils",
}
"""One line on each."""
