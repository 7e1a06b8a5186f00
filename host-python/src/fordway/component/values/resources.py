"""Handles to objects that live in an instance."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..memory import KINDS, PAYLOAD, VALUE, Memory, view_at
from ..resources import Resource
from ..types import Type
from .kinds import TABLE, Kind, Lift, Lower, Mismatch

__all__ = ["Lent"]


class Lent(NamedTuple):
    """Says that an argument is an object: it must be there when the call is
    made, and if it is given it is its owner's no more."""

    resource: Resource
    given: bool


def _lower(given: bool) -> Any:
    def lowering(type_: Type, memory: Memory, offset: int, keep: list[Any]) -> Lower:
        words, at = memory.views["Q"], (offset + PAYLOAD) // 8

        def lower(value: Any) -> None:
            if not isinstance(value, Resource):
                raise Mismatch(TypeError, "a resource", value)
            # wasmtime copies the handle; the Resource stays its owner's.
            words[at] = value.pointer
            keep.append(Lent(value, given))

        return lower

    return lowering


def _lift(type_: Type, home: list[Any]) -> Lift:
    nothing = KINDS["bool"]

    # An object that is a call's whole result does not come here: the plan moves
    # it to its owner where no interrupt can come between.
    def lift(address: int) -> Resource:
        slot = view_at(address, VALUE, writable=True).cast("Q")
        resource = Resource(home[0], home[1])
        resource.take(slot, nothing)
        return resource

    return lift


TABLE["own"] = Kind(_lower(given=True), _lift)
TABLE["borrow"] = Kind(_lower(given=False), _lift)
