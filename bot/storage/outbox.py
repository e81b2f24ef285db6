"""The outbox: a bulletin and one row per subscriber, written before anything is sent.

The rows of a bulletin are written by one INSERT … SELECT in the transaction that makes it run, so a crash leaves
either all of them or none. One sender at a time leases rows; its lease has a fencing number, and a row can be settled
only by the lease that took it, so a sender that slept through its successor's start changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import GOING_ON, OVER, Kind, Stage
from bot.domain.delivery import State
from bot.domain.news import Bulletin
from bot.storage import shelf
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.owed import owe, readers, stop_pending
from bot.storage.shelf import Stored
from bot.storage.tables import bulletins, deliveries, subscriptions


@dataclass(frozen=True, slots=True)
class Published:
    """A bulletin was put into the outbox for `reached` chats."""

    number: int
    reached: int


@dataclass(frozen=True, slots=True)
class AlreadyPublished:
    """The same item went out before; nothing was written."""

    number: int


@dataclass(frozen=True, slots=True)
class Report:
    """How many deliveries of a bulletin stand where."""

    counts: dict[State, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        return self.counts.get(State.PENDING, 0) + self.counts.get(State.LEASED, 0)


async def reach(database: Database, country: str) -> int:
    """How many chats a bulletin for this country ("" for everybody) would go to now."""
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(readers(country).subquery())) or 0


async def publish(
    database: Database, bulletin: Bulletin, *, urgent: bool, now: datetime
) -> Published | AlreadyPublished:
    """Puts a bulletin into the outbox, once: the same item from wherever it comes sends nothing again."""
    async with database.write() as connection:
        return await publish_in(connection, bulletin, urgent=urgent, now=now)


async def publish_in(
    connection: AsyncConnection, bulletin: Bulletin, *, urgent: bool, now: datetime
) -> Published | AlreadyPublished:
    """`publish` as part of a transaction, for a source that notes in it what it has seen."""
    known = await shelf.find(connection, bulletin.item)
    if known is not None and known.stage is not Stage.SHELF:
        return AlreadyPublished(known.corrects or known.id)
    values = shelf.columns(bulletin, Kind.NEWS, Stage.RUNNING, urgent=urgent, now=now)
    number = await _begin(connection, known, values)
    if number is None:  # another transaction has published or shelved it since we looked: look again
        return await publish_in(connection, bulletin, urgent=urgent, now=now)
    return Published(number, await owe(connection, number, readers(bulletin.item.country)))


async def _begin(connection: AsyncConnection, known: Stored | None, values: dict[str, Any]) -> int | None:
    """Makes the bulletin run, from the shelf where it lies there. None where another transaction was first."""
    if known is None:
        first = insertion(connection, bulletins).values(values).on_conflict_do_nothing()
        number: int | None = await connection.scalar(first.returning(bulletins.c.id))
    else:
        shelved = (bulletins.c.id == known.id, bulletins.c.stage == Stage.SHELF)
        taken = update(bulletins).where(*shelved).values(values)
        number = await connection.scalar(taken.returning(bulletins.c.id))
    return number


async def stop(database: Database, number: int, stage: Stage, reason: str = "") -> bool:
    """Ends a bulletin before its time: what is pending is not sent any more. False where it had ended already."""
    async with database.write() as connection:
        return await stop_in(connection, number, stage, reason)


async def stop_in(connection: AsyncConnection, number: int, stage: Stage, reason: str = "") -> bool:
    """`stop` as part of a transaction."""
    stopped = await connection.execute(
        update(bulletins)
        .where(bulletins.c.id == number, bulletins.c.stage.in_(GOING_ON))
        .values(stage=stage, reason=reason)
    )
    await stop_pending(connection, number)
    return stopped.rowcount > 0


async def running(database: Database) -> list[Stored]:
    """The bulletins to send from now: urgent ones first, then the oldest."""
    async with database.read() as connection:
        rows = await connection.execute(
            select(bulletins)
            .where(bulletins.c.stage == Stage.RUNNING)
            .order_by(bulletins.c.urgent.desc(), bulletins.c.id)
        )
        return [shelf.stored(row) for row in rows]


async def finish(database: Database, number: int, now: datetime) -> bool:
    """Marks a running bulletin done once nothing of it is open."""
    pending, leased = (
        select(deliveries.c.chat_id).where(deliveries.c.bulletin == number, deliveries.c.state == state).exists()
        for state in (State.PENDING, State.LEASED)
    )
    async with database.write() as connection:
        await shelf.hold(connection, number)
        done = await connection.execute(
            update(bulletins)
            .where(bulletins.c.id == number, bulletins.c.stage == Stage.RUNNING, ~pending, ~leased)
            .values(stage=Stage.DONE, finished_at=now)
        )
        return done.rowcount > 0


async def report(database: Database, number: int) -> Report:
    async with database.read() as connection:
        return Report(await count(connection, number))


async def count(connection: AsyncConnection, number: int) -> dict[State, int]:
    """How many deliveries of a bulletin stand where."""
    standing = select(deliveries.c.state, func.count()).where(deliveries.c.bulletin == number)
    rows = await connection.execute(standing.group_by(deliveries.c.state))
    return {State(state): number for state, number in rows}


async def purge(database: Database, before: datetime) -> int:
    """Forgets who got the bulletins that ended before a moment. Returns how many rows went."""
    ended_at = func.coalesce(bulletins.c.finished_at, bulletins.c.created_at)
    old = select(bulletins.c.id).where(bulletins.c.stage.in_(OVER), ended_at < before)
    async with database.write() as connection:
        return (await connection.execute(delete(deliveries).where(deliveries.c.bulletin.in_(old)))).rowcount


async def forget(database: Database, chat_id: int) -> None:
    """Erases a chat from the outbox and from the subscribers."""
    async with database.write() as connection:
        every = select(bulletins.c.id)  # the key begins with the bulletin: by chat alone all deliveries would be read
        mine = (deliveries.c.bulletin.in_(every), deliveries.c.chat_id == chat_id)
        await connection.execute(delete(deliveries).where(*mine))
        await connection.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat_id))
