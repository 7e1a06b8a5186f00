"""A progress bar on standard error, by tqdm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .progress import Progress, Tell

__all__ = ["bar"]


@contextmanager
def bar() -> Iterator[Tell]:
    """A bar for as long as the context lasts; tells of bytes, and of files
    beside. Raises ImportError with what to install."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm: pip install 'fordway[progress]', or pass a function"
        ) from None
    with tqdm(unit="B", unit_scale=True, unit_divisor=1000, leave=False) as shown:

        def tell(step: Progress) -> None:
            # A file may have grown since, and a bar must not overflow.
            shown.total = max(step.total_bytes, step.bytes)
            shown.set_postfix_str(f"{step.files}/{step.total_files} files", refresh=False)
            shown.update(step.bytes - shown.n)
            shown.refresh()

        yield tell
