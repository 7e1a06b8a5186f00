"""How values of each kind cross, one kind a file.

| file | kinds |
| --- | --- |
| `scalars` | bool, integers, floats |
| `text` | char, string, enum |
| `lists` | list |
| `records` | record, tuple |
| `variants` | variant, option, result |
| `flags` | flags |
| `resources` | own, borrow |
"""

from . import flags, lists, records, resources, scalars, text, variants
from .kinds import Mismatch, lifting, lowering
from .variants import lifting_result

__all__ = [
    "Mismatch",
    "flags",
    "lifting",
    "lifting_result",
    "lists",
    "lowering",
    "records",
    "resources",
    "scalars",
    "text",
    "variants",
]
