"""Rows of the outbox: who is owed a bulletin. Parts of transactions that other modules of this room begin."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import ENDED, Stage
from bot.domain.delivery import State
from bot.storage.dialects import count_anew, insertion
from bot.storage.shelf import hold
from bot.storage.tables import bulletins, chats, deliveries, subscriptions

ROW_COLUMNS: Final = ("bulletin", "chat_id", "state", "version", "attempts", "doubted", "due", "fence")
REACHED: Final = (State.SENT, State.UNKNOWN)
MANY: Final = 10_000
"""So many new rows change how others are best found."""


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def readers(country: str) -> Select[Any]:
    """The subscribers whom a bulletin concerns; one without a country concerns everybody."""
    active = select(subscriptions.c.chat_id).where(subscriptions.c.ended_at.is_(None))
    if not country:
        return active
    return active.outerjoin(chats, chats.c.id == subscriptions.c.chat_id).where(
        or_(subscriptions.c.only_country.is_(False), chats.c.country == country)
    )


def who_got(number: int, version: int) -> Select[Any]:
    return select(deliveries.c.chat_id).where(
        deliveries.c.bulletin == number, deliveries.c.state.in_(REACHED), deliveries.c.version <= version
    )


async def owe(connection: AsyncConnection, number: int, who: Select[Any]) -> int:
    """One pending row per chat, in one statement; chats that have one already keep theirs."""
    chosen = who.subquery()
    rows = select(
        literal(number), chosen.c.chat_id, *(literal(0) for _ in range(3)), literal(value=False), literal(0), literal(0)
    ).order_by(chosen.c.chat_id)
    # SQLite takes ON CONFLICT after a SELECT only where that has a WHERE.
    statement = insertion(connection, deliveries).from_select(list(ROW_COLUMNS), rows.where(literal(value=True)))
    written = await connection.execute(statement.on_conflict_do_nothing())
    if written.rowcount >= MANY:
        await count_anew(connection, deliveries)
    await connection.execute(
        update(bulletins).where(bulletins.c.id == number).values(reached=bulletins.c.reached + written.rowcount)
    )
    return written.rowcount


async def owe_amendments(connection: AsyncConnection, number: int) -> None:
    """Rows that were in flight when their bulletin was changed got the old text: they are owed the newest change,
    unless that was ended itself.
    """
    newest = select(func.max(bulletins.c.id)).where(bulletins.c.corrects == number)
    amendment = await connection.scalar(newest)
    if amendment is None:
        return
    await hold(connection, amendment)
    standing = select(bulletins.c.stage, bulletins.c.corrects_version).where(bulletins.c.id == amendment)
    stage, version = (await connection.execute(standing)).one()
    if stage not in ENDED and await owe(connection, amendment, who_got(number, version)) and stage == Stage.DONE:
        reopened = {"stage": Stage.RUNNING, "finished_at": None}
        await connection.execute(update(bulletins).where(bulletins.c.id == amendment).values(reopened))


async def stop_pending(connection: AsyncConnection, number: int) -> None:
    """What an earlier attempt may have brought counts as unknown, so that its reader hears of a withdrawal."""
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.bulletin == number, deliveries.c.state == State.PENDING)
        .values(state=case((deliveries.c.doubted, int(State.UNKNOWN)), else_=int(State.STOPPED)))
    )
