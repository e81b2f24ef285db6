"""PTB's rate limiter: no call that puts messages into chats leaves before Telegram is sure to take it.

Over all a timetable, for every chat its own limits, replies before broadcasts. Should a call be refused all the same
(429), nothing leaves until the time it names has passed: then a reply is tried again, while a broadcast is given back
to its sender at once. Whoever waits for a chat's own limit holds up nobody else.
"""

import asyncio
import math
import time
import warnings
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, Final

import structlog
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter
from telegram.warnings import PTBDeprecationWarning

from bot.gateway.calls import chat_of, messages_in
from bot.gateway.limits import TELEGRAM, UNPAID_RATE, Allowance, Departures, Timetable, Trip
from bot.gateway.shared import SharedTimetable
from bot.gateway.transport import NotSent
from bot.gateway.waiting import Broadcast, Priority, Waiter, WaitingRooms
from bot.metrics import REFUSALS
from bot.turn import arrival, goes_in_response

__all__ = ["Broadcast", "Counters", "Pacing", "Priority", "seconds_asked"]

TRIES: Final = 4
"""How often a reply is sent that is refused each time."""

PASSED_OVER: Final = 9
"""After so many replies that went before a waiting broadcast it is a broadcast's turn."""

SHORTEST_TIMER: Final = 0.001
"""uvloop rounds to milliseconds, also downwards: a shorter timer would spin."""

Result = bool | dict[str, Any] | list[dict[str, Any]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Counters:
    """`sent`: messages that Telegram took; `waited`, `refused`: how often a call had to; `halt`: seconds left of it."""

    sent: int
    waited: int
    refused: int
    halt: float
    chats: int
    """Chats whose limits are remembered or waited for."""


class Pacing(BaseRateLimiter[Priority | Broadcast]):
    """`rate` messages a second. `rate_limit_args` marks a broadcast; what has none is a reply.

    Above what is allowed without payment, 30 a second, the rate is that of messages with `allow_paid_broadcast`; all
    others keep to those 30 among themselves. `shared`: the timetables of all replicas together, of the rate and, where
    that is above 30, of those others. `desk`: chats whose replies go before all others.
    `clock` must be the event loop's own.
    """

    def __init__(
        self,
        rate: float = UNPAID_RATE,
        *,
        allowance: Allowance = TELEGRAM,
        shared: Sequence[SharedTimetable] = (),
        desk: Collection[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._timetable = Timetable(rate)
        unpaid = () if rate <= allowance.unpaid_rate else (Timetable(allowance.unpaid_rate),)
        self._timetables: tuple[Departures, ...] = (self._timetable, *unpaid, *shared)
        self._paid_timetables: tuple[Departures, ...] = (self._timetable, *shared[:1])
        self._shared = tuple(shared)
        self._desk = frozenset(desk)
        for each in shared:
            each.changed = self._dispatch
        self._rooms = WaitingRooms(allowance.chat_pace)
        self._calls = count()
        self._halted_until = -math.inf
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = math.inf
        self._nobody_waits = True
        self._passed_over = 0
        self._sent = self._waited = self._refused = 0

    @property
    def halted_until(self) -> float:
        """The moment of the clock before which nothing leaves; in the past when nothing is halted."""
        return self._halted_until

    @property
    def counters(self) -> Counters:
        halt = max(0.0, self._halted_until - self._clock())
        return Counters(self._sent, self._waited, self._refused, halt, self._rooms.chats)

    def pause(self, seconds: float) -> None:
        """Lets nothing leave for so long from now; a longer halt stays."""
        self.hold_until(self._clock() + seconds)

    def hold_until(self, moment: float) -> None:
        """Lets nothing leave before that moment of the clock."""
        self._halted_until = max(self._halted_until, moment)

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Whoever still waits is told that nothing was sent."""
        self._set_timer(math.inf)
        for each in self._shared:
            each.close()
        for waiter in self._rooms:
            if waiter.turn is not None and not waiter.turn.done():
                waiter.turn.set_exception(NotSent("The bot is closing"))
        self._rooms.clear()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | Broadcast | None,
    ) -> Result:
        messages = messages_in(endpoint, data)
        if not messages or goes_in_response(endpoint):  # kept for the response, it takes its turn when that is written
            return await callback(*args, **kwargs)
        may_leave = rate_limit_args.may_leave if isinstance(rate_limit_args, Broadcast) else None
        priority = Priority.BROADCAST if isinstance(rate_limit_args, Broadcast) else rate_limit_args or Priority.REPLY
        waiter = self._waiter(data, priority, messages)
        tries = 1 if waiter.priority is Priority.BROADCAST else TRIES
        while True:
            trip = await self._turn(waiter)
            if may_leave is not None and not may_leave():
                self._give_back(waiter, trip)
                raise NotSent("Not sent: another process does that now")
            try:
                result = await callback(*args, **kwargs)
            except RetryAfter as refusal:
                tries -= 1
                self._refuse(endpoint, seconds_asked(refusal))
                if not tries:
                    raise
            else:
                self._sent += messages
                return result
            finally:
                self._arrive(waiter, trip)

    def _waiter(self, data: dict[str, Any], priority: Priority, messages: int) -> Waiter:
        timetables = self._paid_timetables if data.get("allow_paid_broadcast") else self._timetables
        chat = chat_of(data)
        if priority is Priority.REPLY and chat in self._desk:
            priority = Priority.DESK
        return Waiter((arrival(), next(self._calls)), priority, chat, messages, timetables)

    async def _turn(self, waiter: Waiter) -> Trip:
        """Waits until the call may leave."""
        while True:
            waiter.start_over()
            self._rooms.enter(waiter, self._clock())
            self._dispatch()
            trip = waiter.trip or await self._wait(waiter)
            now = self._clock()
            if now >= self._halted_until:
                trip.left = now
                return trip
            self._give_back(waiter, trip)  # the halt began between its turn and now

    async def _wait(self, waiter: Waiter) -> Trip:
        self._waited += 1
        waiter.turn = asyncio.get_running_loop().create_future()
        try:
            return await waiter.turn
        except asyncio.CancelledError:
            self._withdraw(waiter)
            raise

    def _withdraw(self, waiter: Waiter) -> None:
        if waiter.trip is None:
            self._rooms.leave(waiter, self._clock())
        else:
            self._give_back(waiter, waiter.trip)
        self._dispatch()

    def _give_back(self, waiter: Waiter, trip: Trip) -> None:
        for timetable in waiter.timetables:
            timetable.give_back(trip)

    def _arrive(self, waiter: Waiter, trip: Trip) -> None:
        now = self._clock()
        for timetable in waiter.timetables:
            timetable.arrive(trip, now)
        self._dispatch()

    def _refuse(self, endpoint: str, seconds: float) -> None:
        self._refused += 1
        REFUSALS.inc()
        self.pause(seconds)
        for each in self._shared:
            each.hold(seconds)
        log.warning("Telegram refuses: too many requests", method=endpoint, seconds=seconds)

    def _dispatch(self) -> None:
        """Lets everybody leave whose turn it is, and sets the timer for the next."""
        now = self._clock()
        for timetable in self._timetables:
            timetable.restart(max(now, self._halted_until) if self._nobody_waits else self._halted_until)
        waiter, next_turn = self._choose(now)
        while waiter is not None:
            self._let_go(waiter, now)
            waiter, next_turn = self._choose(now)
        self._nobody_waits = next_turn == math.inf
        self._set_timer(min(next_turn, self._rooms.next_opening()))

    def _choose(self, now: float) -> tuple[Waiter | None, float]:
        """Whose turn it is now; else nobody, and when it will be the next one's."""
        next_turn = math.inf
        for priority in reversed(Priority) if self._passed_over >= PASSED_OVER else Priority:
            first = self._rooms.first(priority, now)
            if first is None:
                continue
            free_at = max(timetable.free_at(now, first.messages) for timetable in first.timetables)
            if free_at <= now:
                return first, now
            next_turn = min(next_turn, free_at)
            if self._timetable.free_at(now, first.messages) > now:
                break  # the next place is kept for it; what it lacks otherwise is one among the unpaid ones
        return None, next_turn

    def _let_go(self, waiter: Waiter, now: float) -> None:
        self._rooms.go(waiter, now)
        is_broadcast = waiter.priority is Priority.BROADCAST
        overtakes = not is_broadcast and self._rooms.first(Priority.BROADCAST, now) is not None
        self._passed_over = self._passed_over + 1 if overtakes else 0
        waiter.trip = Trip(waiter.messages)
        for timetable in waiter.timetables:
            timetable.depart(waiter.trip, now)
        if waiter.turn is not None:
            waiter.turn.set_result(waiter.trip)

    def _set_timer(self, at: float) -> None:
        if at == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, at
        if at < math.inf:
            delay = max(at - self._clock(), SHORTEST_TIMER)
            self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._timer, self._timer_at = None, math.inf
        self._dispatch()


def seconds_asked(refusal: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PTBDeprecationWarning)  # a number now, a timedelta in PTB's next major version
        wait = refusal.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
