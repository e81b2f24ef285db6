"""Who did what, and when: written in the transaction that does it, so that the log and the deed agree after a crash."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import audit


@dataclass(frozen=True, slots=True)
class Entry:
    """`action` is a key of the catalogues (`audit.<action>`), `detail` what it was done to."""

    id: int
    at: datetime
    actor: int
    action: str
    detail: dict[str, Any]


async def write(connection: AsyncConnection, actor: int, action: str, now: datetime, **detail: Any) -> None:
    """Notes a deed as part of the transaction that does it."""
    packed = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    await connection.execute(insert(audit).values(at=now, actor=actor, action=action, detail=packed))


async def newest(database: Database, limit: int = 20, before: int | None = None) -> list[Entry]:
    """The last entries, newest first; `before` an entry's number for the page after it."""
    statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    async with database.read() as connection:
        return [_entry(row) for row in await connection.execute(statement)]


async def next_newer(database: Database, after: int, limit: int = 20) -> list[Entry]:
    """The entries that follow one, newest first: the page before `newest(…, before=after + 1)`."""
    statement = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
    async with database.read() as connection:
        return [_entry(row) for row in await connection.execute(statement)][::-1]


def _entry(row: Any) -> Entry:
    return Entry(row.id, row.at, row.actor, row.action, json.loads(row.detail))
