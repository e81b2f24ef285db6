"""What SQLite and PostgreSQL are asked in different words."""

from enum import IntEnum

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = sqlite.Insert | postgresql.Insert


class Lock(IntEnum):
    """What one transaction at a time may do: the keys of PostgreSQL's advisory locks."""

    MIGRATE = 0x656D6261737379
    CHANGE_EDITION = 0x65646974696F6E


def insertion(connection: AsyncConnection, table: Table) -> Insert:
    """An INSERT that can say what is to happen where the row is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


async def count_anew(connection: AsyncConnection, table: Table) -> None:
    """After many rows were added: PostgreSQL plans by what it counted last, and counts by itself only minutes later."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"ANALYZE {table.name}"))


async def take_lock(connection: AsyncConnection, lock: Lock) -> None:
    """Waits until no other transaction holds the lock, and keeps it to the end of this one.

    What is read after it is what the one before has left. SQLite has one writing transaction at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": int(lock)})
