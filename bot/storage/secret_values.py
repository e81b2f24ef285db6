"""Random values made once and the same for all replicas."""

import secrets
from typing import Final

from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import secrets as secret_values

ASKERS: Final = "askers"
"""What the marks of those are made with whose questions found nothing."""
WEBHOOK: Final = "webhook"
"""What Telegram sends along with each update."""
LENGTH: Final = 32
"""Bytes."""


async def secret(database: Database, name: str) -> bytes:
    """The value of this name; the first who asks makes it."""
    async with database.write() as connection:
        made = insertion(connection, secret_values).values(name=name, value=secrets.token_bytes(LENGTH))
        await connection.execute(made.on_conflict_do_nothing())
        value = await connection.scalar(select(secret_values.c.value).where(secret_values.c.name == name))
    assert value is not None  # noqa: S101
    return bytes(value)
