"""Telegram's limits on sending: how soon the next message may leave, over all and to one chat.

The server counts what arrives; seen from here are only the moments when a call leaves and when it is answered. A call
that is held up on the way arrives closer to those behind it, and with exactly 30 a second the first such call is one
too many within a second. So a message keeps its place in the window until a second after its answer, less the
quickest round trip seen lately: as long as that was no slower than the path can be, the next one cannot come too soon.

Sources: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this and
https://core.telegram.org/bots/api#paid-broadcasts
"""

import math
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

UNPAID_RATE: Final = 30.0
"""Messages a second that Telegram takes without payment."""

SPACING: Final = 0.008
"""Seconds by which a window's worth of messages is stretched, to be ahead of small delays: 29.8 a second, not 30."""

MARGIN: Final = 0.002
LATEST: Final = 0.25
"""A call whose answer is so much later than the quickest counts as arrived: a lost answer must not hold up others."""

PERIOD: Final = 30.0
"""The quickest round trip is that of this period and the one before."""

CATCH_UP: Final = 0.05
"""How far behind its timetable a late event loop may be and still make up for it."""

LATE: Final = 0.1
"""How late a message may arrive without its chat's next one coming too soon."""

CHAT_PACE: Final = 1.0 + LATE
CHAT_BURST: Final = 20
GROUP_MOST: Final = 20
GROUP_MINUTE: Final = 60.0 + LATE


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a server takes: messages a second without payment, and the seconds that it wants between two to a chat."""

    unpaid_rate: float = UNPAID_RATE
    chat_pace: float = CHAT_PACE


TELEGRAM: Final = Allowance()


@dataclass(slots=True, eq=False)
class Trip:
    """A call that may leave: how many messages it puts into the chat, when it left, infinity until it has."""

    messages: int
    left: float = math.inf


class Departures(Protocol):
    """Says when a call may leave, and is told which one did."""

    def free_at(self, now: float, messages: int) -> float: ...
    def depart(self, trip: Trip, now: float) -> None: ...
    def arrive(self, trip: Trip, now: float) -> None: ...
    def give_back(self, trip: Trip) -> None: ...
    def restart(self, at: float) -> None: ...


class Timetable:
    """Evenly spaced departures, and never more than `rate` messages in a second at their destination."""

    def __init__(self, rate: float) -> None:
        if not rate > 0:
            raise ValueError("A rate must be above 0")
        self._most = max(1, int(rate))
        window = self._most / rate
        self._interval = (window + SPACING) / self._most
        self._window = window + MARGIN
        self._slot = -math.inf
        self._under_way: dict[Trip, int] = {}
        self._under_way_count = 0
        self._arrived: deque[float] = deque()
        self._quickest = self._quickest_before = math.inf
        self._period_ends = -math.inf

    def free_at(self, now: float, messages: int) -> float:
        """The earliest moment at which a call with so many messages may leave, as far as is known now."""
        self._settle(now)
        arrived = self._arrived
        kept = self._window - self._round_trip
        over = self._under_way_count + len(arrived) + min(messages, self._most) - self._most
        if over <= 0:
            return self._slot
        if over <= len(arrived):
            return max(self._slot, arrived[over - 1] + kept)
        first_left = min(next(iter(self._under_way)).left, now)
        return max(self._slot, first_left + self._round_trip + LATEST + kept)

    def depart(self, trip: Trip, now: float) -> None:
        messages = min(trip.messages, self._most)
        self._slot = max(self._slot, now - CATCH_UP) + messages * self._interval
        self._under_way[trip] = messages
        self._under_way_count += messages

    def arrive(self, trip: Trip, now: float) -> None:
        """The call was answered, or nobody waits for its answer any more."""
        self._settle(now)
        if now >= self._period_ends:
            self._quickest_before, self._quickest = self._quickest, math.inf
            self._period_ends = now + PERIOD
        self._quickest = min(self._quickest, now - trip.left)
        self._arrived.extend([now] * self._taken_off(trip))

    def give_back(self, trip: Trip) -> None:
        """The call did not leave after all."""
        self._slot -= self._taken_off(trip) * self._interval

    def restart(self, at: float) -> None:
        """Nobody was waiting, or nobody was let go: what was not used until then is not made up for."""
        self._slot = max(self._slot, at)

    @property
    def _round_trip(self) -> float:
        """The quickest lately; 0 as long as none is known."""
        quickest = min(self._quickest, self._quickest_before)
        return quickest if quickest < math.inf else 0.0

    def _settle(self, now: float) -> None:
        round_trip = self._round_trip
        while self._under_way:
            trip = next(iter(self._under_way))
            latest = trip.left + round_trip + LATEST
            if latest > now:
                break
            self._arrived.extend([max(latest, self._arrived[-1]) if self._arrived else latest] * self._taken_off(trip))
        kept = self._window - round_trip
        while self._arrived and self._arrived[0] + kept <= now:
            self._arrived.popleft()

    def _taken_off(self, trip: Trip) -> int:
        messages = self._under_way.pop(trip, 0)
        self._under_way_count -= messages
        return messages


class ChatLimits:
    """What one chat takes: a message a second, in private a few replies at once, in a group or channel 20 a minute."""

    __slots__ = ("_burst", "_last", "_minute", "_pace", "_paid_up")

    def __init__(self, *, pace: float, group: bool = False) -> None:
        self._pace = pace
        self._burst = 1 if group else CHAT_BURST
        self._minute: deque[float] | None = deque() if group else None
        self._last = -math.inf
        self._paid_up = -math.inf  # when what was sent is paid for by the passing of time

    def free_at(self, messages: int, *, burst: bool) -> float:
        """The earliest moment for a call with so many messages; `burst`: it need not keep a second's distance."""
        at = self._paid_up - (self._burst - min(messages, self._burst)) * self._pace
        if not burst:
            at = max(at, self._last + self._pace)
        if self._minute is None or (over := len(self._minute) + min(messages, GROUP_MOST) - GROUP_MOST) <= 0:
            return at
        return max(at, self._minute[over - 1] + GROUP_MINUTE)

    def take(self, now: float, messages: int) -> None:
        self._last = now
        self._paid_up = max(self._paid_up, now) + messages * self._pace
        if self._minute is not None:
            self._forget_minute(now)
            self._minute.extend([now] * min(messages, GROUP_MOST))

    def is_clear(self, now: float) -> bool:
        """Whether nothing that was sent matters any more."""
        if self._minute is not None:
            self._forget_minute(now)
        return self._paid_up <= now and not self._minute

    def _forget_minute(self, now: float) -> None:
        while self._minute and self._minute[0] + GROUP_MINUTE <= now:
            self._minute.popleft()
