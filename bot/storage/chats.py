"""What is kept of a chat: its chosen language and its country, and nothing else.

Every update needs both, so they are held in memory; a row exists only once somebody chose something.
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.changes import tell_chats
from bot.storage.database import Database
from bot.storage.tables import chats

REMEMBERED: Final = 100_000
"""How many chats are held in memory at the most."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The choices of one chat; None where it made none."""

    id: int
    language: str | None = None
    country: str | None = None


class Chats:
    """The chats' choices, read once each and then held, the longest unused forgotten first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: OrderedDict[int, Chat] = OrderedDict()

    async def get(self, chat_id: int) -> Chat:
        if (chat := self._held.get(chat_id)) is not None:
            self._held.move_to_end(chat_id)
            return chat
        async with self._database.read() as connection:
            row = (await connection.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
        # Two updates of one chat may both come here; what a write has stored meanwhile is the newer.
        return self._held.get(chat_id) or self._hold(
            Chat(chat_id, row.language, row.country) if row is not None else Chat(chat_id)
        )

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
        for chat_id in chat_ids:
            self._held.pop(chat_id, None)

    def drop_all(self) -> None:
        """Forgets everything that is held in memory, after changes may have been missed."""
        self._held.clear()

    async def _store(self, chat_id: int, choice: dict[str, Any], now: datetime) -> Chat:
        before = await self.get(chat_id)
        dialect = sqlite if self._database.is_sqlite else postgresql
        statement = dialect.insert(chats).values(id=chat_id, changed_at=now, **choice)
        async with self._database.write() as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[chats.c.id], set_={**choice, "changed_at": now})
            )
            await tell_chats(connection, chat_id)
        return self._hold(replace(self._held.get(chat_id, before), **choice))

    def _hold(self, chat: Chat) -> Chat:
        self._held[chat.id] = chat
        self._held.move_to_end(chat.id)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return chat
