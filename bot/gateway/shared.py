"""The rate of all replicas together: each asks one place for departures and leaves at no other time.

The timetable of a process keeps its own calls apart; that of several is kept where all of them can see it. A place is
asked for when somebody is ready to go, and left empty where it comes too late to be used: a process that was asleep
must not make up for lost time among the departures of the others.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from bot.gateway.limits import Timetable, Trip

SPACING: Final = 0.2
"""Seconds by which a second's worth of messages is stretched (25 a second, not 30). Calls of several processes arrive
less evenly than those of one, and answers in a webhook's response cannot be sent again: a fifth of a second for which
everything stands still on the way must not make one too many of them."""
LATE: Final = 0.05
"""How late a place may still be used, in seconds."""
AHEAD: Final = 0.02
"""Places for so long, in seconds, are asked for at once: at high rates one at a time would take too long."""
SHARE: Final = 4
"""While nobody keeps the common timetable each process has this part of the rate to itself."""
TRY_AGAIN: Final = 1.0

log = structlog.get_logger(__name__)

Reserve = Callable[[int, float], Awaitable[float]]
"""Reserves so many places, so many seconds apart, and says in how many seconds the first of them is.

Raises Unkept where the common timetable cannot be reached.
"""
Hold = Callable[[float], Awaitable[None]]
"""Keeps everybody from leaving for so many seconds. Raises Unkept."""


class Unkept(Exception):
    """Nobody keeps the common timetable now."""


class SharedTimetable:
    """One process's view of the common timetable. `changed` is called when there is something new to choose from."""

    def __init__(self, rate: float, reserve: Reserve, hold: Hold, *, clock: Callable[[], float]) -> None:
        self._most = max(1, int(rate))
        self._interval = (self._most / rate + SPACING) / self._most
        self._at_once = max(1, int(rate * AHEAD))
        self._reserve, self._hold, self._clock = reserve, hold, clock
        self._alone = Timetable(max(rate / SHARE, 1.0))
        self._alone_until = -math.inf
        self._places: deque[float] = deque()
        self._asking: asyncio.Task[None] | None = None
        self._holding: set[asyncio.Task[None]] = set()
        self.changed: Callable[[], None] = lambda: None

    def free_at(self, now: float, messages: int) -> float:
        """The earliest moment for a call with so many messages; infinity until that is known."""
        if now < self._alone_until:
            return self._alone.free_at(now, messages)
        while self._places and self._places[0] + LATE < now:
            self._places.popleft()
        wanted = min(messages, self._most)
        if len(self._places) < wanted:
            if self._asking is None:
                self._asking = asyncio.get_running_loop().create_task(self._ask(wanted - len(self._places)))
            return math.inf
        return self._places[0]

    def depart(self, trip: Trip, now: float) -> None:
        if now < self._alone_until:
            self._alone.depart(trip, now)
            return
        for _ in range(min(trip.messages, len(self._places))):
            self._places.popleft()

    def arrive(self, trip: Trip, now: float) -> None:
        self._alone.arrive(trip, now)

    def give_back(self, trip: Trip) -> None:
        """The place is lost: somebody else's follows it already."""
        self._alone.give_back(trip)

    def restart(self, at: float) -> None:
        self._alone.restart(at)

    def hold(self, seconds: float) -> None:
        """Telegram has told this process to wait, and means all."""
        self._places.clear()
        task = asyncio.get_running_loop().create_task(self._hold_all(seconds))
        self._holding.add(task)
        task.add_done_callback(self._holding.discard)

    def close(self) -> None:
        for task in (*self._holding, *((self._asking,) if self._asking else ())):
            task.cancel()

    async def _ask(self, places: int) -> None:
        places = max(places, self._at_once)
        try:
            wait = await self._reserve(places, self._interval)
            first = self._clock() + max(0.0, wait)
            self._places.extend(first + number * self._interval for number in range(places))
        except Unkept as error:
            if self._alone_until == -math.inf:
                log.warning("the common timetable is not kept, sending with a part of the rate", reason=str(error))
            self._alone_until = self._clock() + TRY_AGAIN
        else:
            self._alone_until = -math.inf
        finally:
            self._asking = None
        self.changed()

    async def _hold_all(self, seconds: float) -> None:
        try:
            await self._hold(seconds)
        except Unkept as error:
            log.warning("the others could not be told to wait", reason=str(error))
