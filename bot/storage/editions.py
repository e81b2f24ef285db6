"""Editions of the mission tables: stored whole, one of them live, some of them shown to an admin and not live yet."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.editions import Edition
from bot.domain.missions import Directory
from bot.storage.changes import tell_edition
from bot.storage.database import Database
from bot.storage.dialects import Lock, take_lock
from bot.storage.edition_rows import TABLES, Record, Row, directory_of, rows_of
from bot.storage.tables import editions, missions

KEPT: Final = 10
"""How many editions are kept that are or were live, to go back to."""
SHOWN: Final = 5
"""How many editions are kept that somebody was shown and that were never live."""
NEVER_LIVE: Final = -1
AT_ONCE: Final = 500
"""Rows of one statement: between two of them questions are answered."""
_TURN: Final = func.coalesce(editions.c.turn, 0)
_WAS_LIVE: Final = _TURN > NEVER_LIVE


@dataclass(frozen=True, slots=True)
class Listed:
    """An edition that can be live again."""

    number: int
    loaded_at: datetime
    missions: int
    live: bool


@dataclass(frozen=True, slots=True)
class LiveSources:
    number: int
    provenance: bytes | None


async def add(
    database: Database, directory: Directory, digest: str, now: datetime, provenance: bytes | None = None
) -> int:
    """Stores the tables as a new edition and makes it live, all or nothing. Returns the edition's number."""
    async with database.write() as connection:
        return await add_in(connection, Edition(directory, provenance), digest, now)


async def add_in(connection: AsyncConnection, edition: Edition, digest: str, now: datetime) -> int:
    """`add` as part of a transaction."""
    number = await _store(connection, edition, digest, now)
    await make_live(connection, number)
    return number


async def stage(database: Database, edition: Edition, digest: str, now: datetime) -> int:
    """Stores the tables as an edition that `make_live` can make live at once. Returns its number.

    That is the work of showing a change: agreeing to it takes no longer for a large table than for a small one.
    """
    async with database.write() as connection:
        number = await _store(connection, edition, digest, now)
        staged = editions.c.turn == NEVER_LIVE
        newest = select(editions.c.id).where(staged).order_by(editions.c.id.desc()).limit(SHOWN)
        await connection.execute(delete(editions).where(staged, editions.c.id.not_in(newest)))
        return number


async def _store(connection: AsyncConnection, edition: Edition, digest: str, now: datetime) -> int:
    values = {"loaded_at": now, "digest": digest, "live": False, "turn": NEVER_LIVE, "provenance": edition.provenance}
    number = await connection.scalar(insert(editions).values(values).returning(editions.c.id))
    assert number is not None  # noqa: S101
    for table, rows in (await asyncio.to_thread(rows_of, edition.directory)).items():
        await _insert(connection, table, number, rows)
    return int(number)


async def make_live(connection: AsyncConnection, number: int) -> bool:
    """Makes a stored edition the live one, as part of a transaction; False where it is not kept any more.

    Two processes that do it at once, even with the first edition of all, do it one after the other.
    """
    await take_lock(connection, Lock.CHANGE_EDITION)
    if not await is_kept(connection, number):
        return False
    turn = await connection.scalar(select(func.max(_TURN)))
    await connection.execute(update(editions).where(editions.c.live).values(live=False))
    await connection.execute(update(editions).where(editions.c.id == number).values(live=True, turn=int(turn or 0) + 1))
    kept = select(editions.c.id).where(_WAS_LIVE).order_by(_TURN.desc(), editions.c.id.desc()).limit(KEPT)
    old = (_WAS_LIVE, editions.c.live.is_(False), editions.c.id.not_in(kept))
    await connection.execute(delete(editions).where(*old))
    await tell_edition(connection)
    return True


async def is_kept(connection: AsyncConnection, number: int) -> bool:
    """Whether there is such an edition; it stays to the end of the transaction."""
    found = select(editions.c.id).where(editions.c.id == number).with_for_update()
    return await connection.scalar(found) is not None


async def live_number(connection: AsyncConnection, *, hold: bool = False) -> int | None:
    """The number of the live edition; `hold` lets no other become live before the transaction ends."""
    if hold:
        await take_lock(connection, Lock.CHANGE_EDITION)
    number = await connection.scalar(select(editions.c.id).where(editions.c.live))
    return None if number is None else int(number)


async def live(database: Database) -> Directory | None:
    """The live edition, or None where nothing was loaded yet."""
    edition = await live_edition(database)
    return None if edition is None else edition.directory


async def live_edition(database: Database) -> Edition | None:
    """The same with its provenance."""
    return await _get(database, editions.c.live)


async def get(database: Database, number: int) -> Edition | None:
    return await _get(database, editions.c.id == number)


async def _get(database: Database, which: ColumnElement[bool]) -> Edition | None:
    async with database.read() as connection:
        found = select(editions.c.id, editions.c.provenance).where(which)
        row = (await connection.execute(found)).one_or_none()
        if row is None:
            return None
        rows = {table: await _select(connection, table, row.id) for table in TABLES}
    return Edition(await asyncio.to_thread(directory_of, rows, int(row.id)), row.provenance)


async def live_sources(database: Database) -> LiveSources | None:
    """The live edition's number and provenance, without its tables."""
    async with database.read() as connection:
        row = (
            await connection.execute(select(editions.c.id, editions.c.provenance).where(editions.c.live))
        ).one_or_none()
    return None if row is None else LiveSources(row.id, row.provenance)


async def listing(database: Database) -> list[Listed]:
    """The kept editions that are or were live: the live one, then the others, the one that was live last first."""
    counted = select(func.count()).where(missions.c.edition == editions.c.id).scalar_subquery()
    statement = (
        select(editions.c.id, editions.c.loaded_at, editions.c.live, counted.label("counted"))
        .where(_WAS_LIVE)
        .order_by(editions.c.live.desc(), _TURN.desc(), editions.c.id.desc())
    )
    async with database.read() as connection:
        return [Listed(row.id, row.loaded_at, row.counted, row.live) for row in await connection.execute(statement)]


async def newest_digest(database: Database) -> str | None:
    """The digest of the files that the newest edition was loaded from, of those that are or were live."""
    newest = select(editions.c.digest).where(_WAS_LIVE).order_by(editions.c.id.desc()).limit(1)
    async with database.read() as connection:
        digest: str | None = await connection.scalar(newest)
        return digest


async def _insert(connection: AsyncConnection, table: Table, edition: int, rows: list[Row]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        part: list[dict[str, Any]] = [
            {"edition": edition, "position": place, **row}
            for place, row in enumerate(rows[first : first + AT_ONCE], first)
        ]
        await connection.execute(insert(table), part)


async def _select(connection: AsyncConnection, table: Table, edition: int) -> list[Record]:
    found = await connection.execute(select(table).where(table.c.edition == edition).order_by(table.c.position))
    return list(found.mappings())
