"""What one replica writes and the others hold in memory: they hear of it with the commit that makes it true.

PostgreSQL carries the word (NOTIFY). On SQLite there is nobody to tell: of a command that loads another edition beside
the running bot, the bot learns by looking.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database

CHANNEL: Final = "embassy_changes"
EDITION: Final = "edition"
KEEPALIVE_S: Final = 2.0
"""A connection over which nothing comes is tried this often."""


@dataclass(frozen=True, slots=True)
class EditionChanged:
    """Another edition may be live."""


@dataclass(frozen=True, slots=True)
class ChatChanged:
    """The choices of this chat are others now."""

    chat_id: int


Change = EditionChanged | ChatChanged


async def tell_edition(connection: AsyncConnection) -> None:
    """Said when the transaction is committed."""
    await _tell(connection, EDITION)


async def tell_chats(connection: AsyncConnection, *chat_ids: int) -> None:
    """Said when the transaction is committed."""
    for chat_id in chat_ids:
        await _tell(connection, str(chat_id))


@asynccontextmanager
async def heard(database: Database) -> AsyncIterator[AsyncIterator[Change]]:
    """The changes that are said from the beginning of the block on. Raises DatabaseUnavailable, also while waiting."""
    words: asyncio.Queue[str] = asyncio.Queue()

    def take(_connection: Any, _process: int, _channel: str, word: str) -> None:
        words.put_nowait(word)

    async with database.read() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(CHANNEL, take)
        try:
            yield _changes(connection, words)
        finally:
            await connection.invalidate()  # a connection that listens must not go back to the others


async def _changes(connection: AsyncConnection, words: asyncio.Queue[str]) -> AsyncIterator[Change]:
    while True:
        try:
            async with asyncio.timeout(KEEPALIVE_S):
                word = await words.get()
        except TimeoutError:
            await connection.scalar(select(1))
            await connection.commit()
            continue
        yield EditionChanged() if word == EDITION else ChatChanged(int(word))


async def _tell(connection: AsyncConnection, word: str) -> None:
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(CHANNEL, word)))
