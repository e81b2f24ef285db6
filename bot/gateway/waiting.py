"""Calls that wait for their turn: a line for every chat and priority, and whose turn it would be."""

import asyncio
import heapq
import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from bot.gateway.calls import Chat, is_group
from bot.gateway.limits import ChatLimits, Departures, Trip

SWEPT_AT_ONCE: Final = 2
"""Chats looked at, to be forgotten, whenever a call leaves: above one, so that they cannot pile up."""


Place = tuple[int, int]
"""In the line: which update is answered, and which of its calls that is. Who asked first is answered first."""


class Priority(Enum):
    DESK = auto()
    """An operator waits for it: however many people ask at once, a bulletin can be published and paused."""
    REPLY = auto()
    """Somebody waits for it."""
    BROADCAST = auto()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast of somebody who may lose the right to send it while it waits."""

    may_leave: Callable[[], bool]


@dataclass(slots=True, eq=False)
class Waiter:
    """A call. `trip` once it may leave, `turn` while somebody waits for that."""

    place: Place
    priority: Priority
    chat: Chat
    messages: int
    timetables: tuple[Departures, ...]
    trip: Trip | None = None
    turn: asyncio.Future[Trip] | None = None

    @property
    def gave_up(self) -> bool:
        return self.turn is not None and self.turn.cancelled()

    def start_over(self) -> None:
        self.trip = self.turn = None


@dataclass(slots=True, eq=False)
class Room:
    limits: ChatLimits
    lines: dict[Priority, deque[Waiter]] = field(default_factory=dict)


class WaitingRooms:
    """Only the first of each line is looked at: it is in `_later` while its chat must wait, else in `_ready`.

    Entries that are not first in their line any more are skipped when they come up.
    """

    def __init__(self, chat_pace: float) -> None:
        self._chat_pace = chat_pace
        self._rooms: dict[Chat, Room] = {None: Room(ChatLimits(pace=0.0))}
        self._ready: dict[Priority, list[tuple[Place, Waiter]]] = {priority: [] for priority in Priority}
        self._later: list[tuple[float, Place, Waiter]] = []

    def __iter__(self) -> Iterator[Waiter]:
        return (waiter for room in self._rooms.values() for line in room.lines.values() for waiter in line)

    @property
    def chats(self) -> int:
        return len(self._rooms) - 1

    def enter(self, waiter: Waiter, now: float) -> None:
        """Puts a call into the line of its chat, behind those with earlier places."""
        if (room := self._rooms.get(waiter.chat)) is None:
            limits = ChatLimits(pace=self._chat_pace, group=is_group(waiter.chat))
            room = self._rooms[waiter.chat] = Room(limits)
        line = room.lines.setdefault(waiter.priority, deque())
        index = len(line)
        while index and line[index - 1].place > waiter.place:
            index -= 1
        line.insert(index, waiter)
        if index == 0:
            self._present(waiter, now)

    def leave(self, waiter: Waiter, now: float) -> None:
        """Takes a call out of its line, if it still stands there."""
        room = self._rooms.get(waiter.chat)
        line = room.lines.get(waiter.priority) if room else None
        if room is None or line is None or waiter not in line:
            return
        was_first = line[0] is waiter
        line.remove(waiter)
        if not line:
            del room.lines[waiter.priority]
        elif was_first:
            self._present(line[0], now)

    def go(self, waiter: Waiter, now: float) -> None:
        """Takes a call that is sent now out of its line."""
        self._rooms[waiter.chat].limits.take(now, waiter.messages)
        self.leave(waiter, now)
        self._sweep(now)

    def first(self, priority: Priority, now: float) -> Waiter | None:
        """The longest waiting call of those whose chats can take it now."""
        while self._later and self._later[0][0] <= now:
            _, place, waiter = heapq.heappop(self._later)
            heapq.heappush(self._ready[waiter.priority], (place, waiter))
        ready = self._ready[priority]
        while ready:
            waiter = ready[0][1]
            if waiter.gave_up:
                self.leave(waiter, now)
            elif self._is_first(waiter):
                if (free_at := self._free_at(waiter)) <= now:
                    return waiter
                heapq.heappush(self._later, (free_at, waiter.place, waiter))
            heapq.heappop(ready)
        return None

    def next_opening(self) -> float:
        """When the next chat can take a call that waits for it; infinity if none does."""
        return self._later[0][0] if self._later else math.inf

    def clear(self) -> None:
        for room in self._rooms.values():
            room.lines.clear()
        for ready in self._ready.values():
            ready.clear()
        self._later.clear()

    def _present(self, waiter: Waiter, now: float) -> None:
        if (free_at := self._free_at(waiter)) <= now:
            heapq.heappush(self._ready[waiter.priority], (waiter.place, waiter))
        else:
            heapq.heappush(self._later, (free_at, waiter.place, waiter))

    def _free_at(self, waiter: Waiter) -> float:
        limits = self._rooms[waiter.chat].limits
        return limits.free_at(waiter.messages, burst=waiter.priority is not Priority.BROADCAST)

    def _is_first(self, waiter: Waiter) -> bool:
        room = self._rooms.get(waiter.chat)
        line = room.lines.get(waiter.priority) if room else None
        return line is not None and line[0] is waiter

    def _sweep(self, now: float) -> None:
        for _ in range(min(SWEPT_AT_ONCE, len(self._rooms))):
            chat = next(iter(self._rooms))
            room = self._rooms.pop(chat)
            if chat is None or room.lines or not room.limits.is_clear(now):
                self._rooms[chat] = room
