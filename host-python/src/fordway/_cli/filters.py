"""`fordway read`, `write` and `squares`: bytes in, bytes out."""

from __future__ import annotations

import argparse

import fordway

from .output import Out, standard_input

__all__ = ["read", "squares", "write"]


def read(options: argparse.Namespace) -> bool:
    """Prints a file's bytes."""
    Out().write(fordway.read(options.path))
    return True


def write(options: argparse.Namespace) -> bool:
    """Puts standard input into a file."""
    fordway.write(standard_input().read(), options.path)
    return True


def squares(options: argparse.Namespace) -> bool:
    """Squares doubles."""
    data = standard_input().read()
    if len(data) % 8:
        raise ValueError(f"standard input has {len(data)} bytes, expected a multiple of 8")
    results = fordway.squares(memoryview(data).cast("d"))
    Out().write(memoryview(results).cast("B"))
    return True
