"""How long a call may take, and who may end it before."""

from __future__ import annotations

import time

from .errors import CallTimeout, Cancelled

__all__ = ["Clock"]


class Clock:
    """The time of one call of the user's, whatever it is made of: copies, waits
    and any number of calls into components. It runs from when it is made."""

    __slots__ = ("_cancelled", "deadline", "seconds")

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self.deadline = None if seconds is None else time.monotonic() + seconds
        self._cancelled = False

    @property
    def stopped(self) -> bool:
        """Whether it is over."""
        return self._cancelled or self.is_late()

    def is_late(self) -> bool:
        """Whether the time is over."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def left(self) -> float | None:
        """The seconds that are left; None if there is no limit."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def check(self) -> None:
        """Raises what ends a call whose time is over."""
        if self.stopped:
            raise self.error()

    def error(self) -> Exception:
        """The exception of a call that this clock has ended."""
        if self._cancelled:
            return Cancelled("the call was cancelled")
        return CallTimeout(f"the call took longer than {self.seconds:g} seconds")

    def stop(self) -> None:
        """Ends every call under this clock, from any thread."""
        self._cancelled = not self.is_late()
        self.expire()

    def expire(self) -> None:
        """Has the calls under this clock look at it now."""
        # Imported here: epochs look at clocks.
        from .epochs import ticker

        ticker.tick()
