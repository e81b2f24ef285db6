"""Random values made once and the same for all replicas."""

import secrets
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Database
from bot.storage.tables import secrets as secret_values

ASKERS: Final = "askers"
"""What the marks of those are made with whose questions found nothing."""
WEBHOOK: Final = "webhook"
"""What Telegram sends along with each update."""
LENGTH: Final = 32
"""Bytes."""


async def secret(database: Database, name: str) -> bytes:
    """The value of this name; the first who asks makes it."""
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    made = insert(secret_values).values(name=name, value=secrets.token_bytes(LENGTH)).on_conflict_do_nothing()
    async with database.write() as connection:
        await connection.execute(made)
        value = await connection.scalar(select(secret_values.c.value).where(secret_values.c.name == name))
    assert value is not None  # noqa: S101
    return bytes(value)
