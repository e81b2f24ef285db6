"""What is kept of a chat: its chosen language and its country, and nothing else.

Every update needs both, so they are held in memory; a row exists only once somebody chose something.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select

from bot.storage.changes import tell_chats
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.dialects import insertion
from bot.storage.tables import chats

REMEMBERED: Final = 100_000
"""How many chats are held in memory at the most."""
PATIENCE_S: Final = 2.0
"""How long an answer may wait for the choices of its chat."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The choices of one chat; None where it made none."""

    id: int
    language: str | None = None
    country: str | None = None


class Chats:
    """The chats' choices, read once each and then held, the longest unused forgotten first."""

    def __init__(self, database: Database, patience: float = PATIENCE_S) -> None:
        self._database = database
        self._patience = patience
        self._held: OrderedDict[int, Chat] = OrderedDict()
        self._drops = 0

    async def get(self, chat_id: int) -> Chat:
        """The choices of a chat; those of one that made none while the database is away, for an answer matters more."""
        if (chat := self._held.get(chat_id)) is not None:
            self._held.move_to_end(chat_id)
            return chat
        try:
            async with asyncio.timeout(self._patience):
                return await self._read(chat_id)
        except (DatabaseUnavailable, TimeoutError):
            return Chat(chat_id)

    async def _read(self, chat_id: int) -> Chat:
        drops = self._drops
        async with self._database.read() as connection:
            row = (await connection.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
        # Two updates of one chat may both come here; what a write has stored meanwhile is the newer.
        if (chat := self._held.get(chat_id)) is not None:
            return chat
        chat = Chat(chat_id, row.language, row.country) if row is not None else Chat(chat_id)
        # Word that another process has written may have come between the reading and now.
        return self._hold(chat) if drops == self._drops else chat

    async def choose_language(self, chat_id: int, language: str | None, now: datetime) -> Chat:
        return await self._store(chat_id, {"language": language}, now)

    async def choose_country(self, chat_id: int, country: str | None, now: datetime) -> Chat:
        return await self._store(chat_id, {"country": country}, now)

    async def forget(self, chat_id: int) -> None:
        """Erases everything that is kept of the chat."""
        async with self._database.write() as connection:
            await connection.execute(delete(chats).where(chats.c.id == chat_id))
            await tell_chats(connection, chat_id)
        self._hold(Chat(chat_id))

    def drop(self, *chat_ids: int) -> None:
        """Forgets what is held in memory, after somebody else has written."""
        self._drops += 1
        for chat_id in chat_ids:
            self._held.pop(chat_id, None)

    def drop_all(self) -> None:
        """Forgets everything that is held in memory, after changes may have been missed."""
        self._drops += 1
        self._held.clear()

    async def _store(self, chat_id: int, choice: dict[str, Any], now: datetime) -> Chat:
        values = {**choice, "changed_at": now}
        async with self._database.write() as connection:
            first = insertion(connection, chats).values(id=chat_id, **values)
            chosen = first.on_conflict_do_update(index_elements=[chats.c.id], set_=values)
            row = (await connection.execute(chosen.returning(chats.c.language, chats.c.country))).one()
            await tell_chats(connection, chat_id)
        stored = Chat(chat_id, row.language, row.country)
        return self._hold(replace(self._held.get(chat_id, stored), **choice))

    def _hold(self, chat: Chat) -> Chat:
        self._held[chat.id] = chat
        self._held.move_to_end(chat.id)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return chat
