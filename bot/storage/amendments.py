"""Corrections and withdrawals: they reach exactly those who got what was wrong."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import GOING_ON, Kind, Stage
from bot.domain.news import Bulletin, NewsItem, as_before, fingerprint
from bot.storage import shelf
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.outbox import Published
from bot.storage.owed import owe, stop_pending, who_got
from bot.storage.tables import bulletins


async def correct(database: Database, number: int, corrected: Bulletin, now: datetime) -> Published | None:
    """Replaces what a bulletin says. Who got the old text gets a correction; who has yet to get it gets the new text.

    None where there is no such bulletin that was sent. Rows in flight get theirs when they are settled (`settle`).
    """
    async with database.write() as connection:
        return await correct_in(connection, number, corrected, now)


async def correct_in(connection: AsyncConnection, number: int, corrected: Bulletin, now: datetime) -> Published | None:
    """`correct` as part of a transaction."""
    return await _amend(connection, number, corrected, Kind.CORRECTION, now)


async def withdraw(database: Database, number: int, now: datetime) -> Published | None:
    """Takes a bulletin back: nobody else gets it, and who got it is told."""
    async with database.write() as connection:
        return await withdraw_in(connection, number, now)


async def withdraw_in(connection: AsyncConnection, number: int, now: datetime) -> Published | None:
    """`withdraw` as part of a transaction."""
    return await _amend(connection, number, None, Kind.WITHDRAWAL, now)


async def _amend(
    connection: AsyncConnection, number: int, corrected: Bulletin | None, kind: Kind, now: datetime
) -> Published | None:
    await shelf.hold(connection, number)
    old = await shelf.fetch(connection, number)
    if old is None or old.kind is not Kind.NEWS or old.stage in (Stage.SHELF, Stage.WITHDRAWN):
        return None
    new = old.bulletin if corrected is None else replace(corrected, item=as_before(corrected.item, old.bulletin.item))
    values = shelf.columns(new, kind, Stage.RUNNING, urgent=old.urgent, now=now)
    values |= {"corrects": number, "corrects_version": old.version}
    await _supersede(connection, number)
    amendment = await _insert(connection, values, None if corrected is None else new.item)
    changed: dict[str, Any] = {"content": values["content"], "version": old.version + 1}
    changed |= {"country": new.item.country}
    if new.item.published is not None:
        changed |= {"published": new.item.published}
    if kind is Kind.WITHDRAWAL:
        changed |= {"stage": Stage.WITHDRAWN}
        await stop_pending(connection, number)
    await connection.execute(update(bulletins).where(bulletins.c.id == number).values(changed))
    got_it = who_got(number, old.version)
    return Published(amendment, await owe(connection, amendment, got_it))


async def _insert(connection: AsyncConnection, values: dict[str, Any], corrected: NewsItem | None) -> int:
    """The amendment's number. A correction that says something new is what the same item from elsewhere comes upon."""
    number: int | None
    while corrected is not None and await _is_new(connection, corrected):
        first = insertion(connection, bulletins).values(values | {"fingerprint": fingerprint(corrected)})
        number = await connection.scalar(first.on_conflict_do_nothing().returning(bulletins.c.id))
        if number is not None:
            return number
        # Another transaction has published or shelved it since we looked: look again.
    number = await connection.scalar(insert(bulletins).values(values).returning(bulletins.c.id))
    assert number is not None  # noqa: S101
    return number


async def _is_new(connection: AsyncConnection, item: NewsItem) -> bool:
    """Whether no bulletin says the same; one on the shelf gives way to the correction that says it."""
    while (known := await shelf.find(connection, item)) is not None and known.stage is Stage.SHELF:
        shelved = (bulletins.c.id == known.id, bulletins.c.stage == Stage.SHELF)
        if (await connection.execute(delete(bulletins).where(*shelved))).rowcount:
            return True
        # Another transaction has published it since we looked: look again.
    return known is None


async def _supersede(connection: AsyncConnection, number: int) -> None:
    """Earlier changes of a bulletin that are still going out give way to the next one."""
    earlier = (
        update(bulletins)
        .where(bulletins.c.corrects == number, bulletins.c.stage.in_(GOING_ON))
        .values(stage=Stage.STOPPED)
        .returning(bulletins.c.id)
    )
    for amendment in (await connection.scalars(earlier)).all():
        await stop_pending(connection, amendment)
