"""Messages that show how far a broadcast has got and change as it goes on, at little cost to the sending itself.

What is watched is known in memory only: after a restart a message stands still until somebody asks for it again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Final

from bot.domain.broadcasts import Broadcast, Stage
from bot.storage import broadcasts
from bot.storage.database import Database, DatabaseUnavailable
from bot.texts.broadcasts import progress
from bot.texts.catalog import Catalog
from bot.texts.messages import Message

LOOK_EVERY_S: Final = 1.0
EDIT_EVERY_S: Final = 3.0
SHARE: Final = 0.01
"""At most this much of what may be sent goes into changing messages."""
MEASURED_S: Final = 20.0
"""The rate is that of so many seconds."""


class Edited(Enum):
    DONE = auto()
    LATER = auto()
    """Not now: too many requests, or no connection."""
    GONE = auto()
    """The message cannot be changed any more: it was deleted, or the chat is closed to the bot."""


Edit = Callable[[int, int, Message], Awaitable[Edited]]
"""Changes a message of a chat, behind everything that readers wait for."""


@dataclass(slots=True, eq=False)
class Watched:
    message_id: int
    language: str
    shown: Message | None = None
    next_at: float = 0.0
    at_rest: bool = False


@dataclass(slots=True)
class Progress:
    """Keeps one message per chat and bulletin true until the bulletin is over."""

    database: Database
    catalog: Catalog
    clock: Callable[[], datetime]
    rate: float
    timer: Callable[[], float]
    """Seconds that only ever grow, to measure rates with."""
    _watched: dict[tuple[int, int], Watched] = field(default_factory=dict)
    _settled: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)

    def watch(self, chat_id: int, message_id: int, number: int, language: str) -> None:
        """From now on this message shows the broadcast; one that did so before in the same chat stands still."""
        # What it shows is what it was sent with: the first change may wait.
        self._watched[chat_id, number] = Watched(message_id, language, next_at=self.timer() + self._pause())

    async def run(self, edit: Edit) -> None:
        """Works until cancelled."""
        while True:
            with suppress(DatabaseUnavailable):
                await self.look(edit)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self, edit: Edit) -> None:
        """Brings every message up to date whose turn it is, and at once those of broadcasts that came to rest."""
        for (chat_id, number), watched in list(self._watched.items()):
            moves = await broadcasts.stage(self.database, number) is Stage.RUNNING
            watched.at_rest = watched.at_rest and not moves
            if watched.at_rest or (moves and self.timer() < watched.next_at):
                continue
            broadcast = await broadcasts.get(self.database, number, self.clock())
            if broadcast is None:
                self._forget(chat_id, number, watched)
            elif moves or broadcast.at_rest:
                await self._show(edit, chat_id, watched, broadcast)

    async def _show(self, edit: Edit, chat_id: int, watched: Watched, broadcast: Broadcast) -> None:
        words = self.catalog.words(watched.language)
        message = progress(broadcast, self._measured(broadcast), words)
        watched.next_at = self.timer() + self._pause()
        same = message == watched.shown and not broadcast.over
        outcome = Edited.DONE if same else await edit(chat_id, watched.message_id, message)
        if outcome is Edited.DONE:
            watched.shown, watched.at_rest = message, broadcast.at_rest
        if outcome is Edited.GONE or (outcome is Edited.DONE and broadcast.over):
            self._forget(chat_id, broadcast.number, watched)

    def _forget(self, chat_id: int, number: int, watched: Watched) -> None:
        if self._watched.get((chat_id, number)) is watched:
            del self._watched[chat_id, number]
        if not any(other == number for _, other in self._watched):
            self._settled.pop(number, None)

    def _measured(self, broadcast: Broadcast) -> float:
        """Deliveries a second, lately; before two looks at it, what may be sent."""
        now = self.timer()
        seen = self._settled.setdefault(broadcast.number, deque())
        while len(seen) > 1 and seen[0][0] < now - MEASURED_S:
            seen.popleft()
        if broadcast.stage != "running":
            seen.clear()
        seen.append((now, broadcast.settled))
        seconds = now - seen[0][0]
        return (broadcast.settled - seen[0][1]) / seconds if seconds > 0 else self.rate

    def _pause(self) -> float:
        return max(EDIT_EVERY_S, 1 / (SHARE * self.rate)) * max(1, len(self._watched))
