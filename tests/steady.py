"""The event loop of the tests: its clock does not count the time for which the process stood still.

A machine that is busy may give a process no processor for seconds. By an ordinary clock every limit that somebody set
is then over at once, before what it limits had a chance to happen: a message counts as not answered, a database as
away. By this clock each turn of the loop counts for at most a moment beyond the time that the loop meant to sleep.
"""

import asyncio
import selectors
from collections.abc import Callable
from time import monotonic
from typing import Final

PATIENCE_S: Final = 60.0
"""How long a test waits for what must come: long enough for any machine, so that only what never comes is missed."""
MOMENT_S: Final = 0.005
"""What a turn counts for at the most, beside its sleep."""
NAP_S: Final = 0.05
"""The loop sleeps in pieces so long: standing still in the middle of a long sleep shows as well."""

Events = list[tuple[selectors.SelectorKey, int]]


class SteadySelector(selectors.DefaultSelector):
    """Keeps the clock, for it knows how long the loop meant to sleep."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._looked = clock()
        self._lost = 0.0

    def time(self) -> float:
        """Seconds since whenever, while the process was at work or asleep of its own will."""
        self._look(0.0)
        return self._looked - self._lost

    def select(self, timeout: float | None = None) -> Events:
        if timeout is None:  # nobody has set a limit
            found = super().select(None)
            self._looked = self._clock()
            return found
        until = self.time() + timeout
        while True:
            nap = max(0.0, min(until - self.time(), NAP_S))
            found = super().select(nap)
            self._look(nap)
            if found or self.time() >= until:
                return found

    def _look(self, meant: float) -> None:
        now = self._clock()
        self._lost += max(0.0, now - self._looked - meant - MOMENT_S)
        self._looked = now


class SteadyLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._steady = SteadySelector()
        super().__init__(self._steady)

    def time(self) -> float:
        return self._steady.time()
