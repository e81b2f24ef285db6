"""The sender's side of the outbox: rows are leased, and settled by the lease that took them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import ENDED, GOING_ON
from bot.domain.delivery import Ended, Settlement, Standing, State
from bot.domain.quiet import Quiet
from bot.storage.database import Database
from bot.storage.leases import SENDER
from bot.storage.owed import milliseconds, owe_amendments, stop_pending
from bot.storage.shelf import Stored, hold
from bot.storage.subscriptions import move_in
from bot.storage.tables import bulletins, chats, deliveries, leases, subscriptions

REST: Final = timedelta(seconds=1.2)
"""What a dead sender may just have sent is not sent again sooner: Telegram takes one message a second in a chat."""


@dataclass(frozen=True, slots=True)
class Due:
    """One row of the outbox, leased, with what is needed to send it. `ended`: why the chat is no reader any more."""

    chat_id: int
    standing: Standing
    language: str
    country: str | None
    silent: bool
    quiet: Quiet | None
    timezone: str | None
    ended: Ended | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What to write down of one row; `moved_to` is the group's new id."""

    chat_id: int
    settlement: Settlement
    moved_to: int | None = None


async def lease(database: Database, bulletin: Stored, fence: int, limit: int, now: datetime) -> list[Due]:
    """Takes up to `limit` rows that are due. The same statement on both databases: SKIP LOCKED is PostgreSQL's only.

    The rows are chosen in a part of their own (WITH), which is worked out once. PostgreSQL may work out a subquery of
    WHERE again for every row, each time with other rows locked, and so take more than the limit.

    Nothing is taken by a sender that has lost its lease and does not know it yet.
    """
    table = deliveries.c
    due = (
        select(table.chat_id)
        .where(table.bulletin == bulletin.id, table.state == State.PENDING, table.due <= milliseconds(now))
        .order_by(table.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    chosen = table.chat_id.in_(select(due.c.chat_id))
    async with database.write() as connection:
        if await _is_overtaken(connection, fence):
            return []
        taken = await connection.execute(
            update(deliveries)
            .where(table.bulletin == bulletin.id, chosen, table.state == State.PENDING)
            .values(state=State.LEASED, fence=fence, version=bulletin.version)
            .returning(table.chat_id, table.attempts, table.doubted)
        )
        standings = {row.chat_id: Standing(row.attempts, row.doubted) for row in taken}
        if not standings:
            return []
        readers = await connection.execute(
            select(subscriptions, chats.c.language.label("chosen"), chats.c.country)
            .join_from(subscriptions, chats, chats.c.id == subscriptions.c.chat_id, isouter=True)
            .where(subscriptions.c.chat_id.in_(standings))
        )
        found = {row.chat_id: row for row in readers}
    return [_due(chat_id, standing, found.get(chat_id)) for chat_id, standing in standings.items()]


async def _is_overtaken(connection: AsyncConnection, fence: int) -> bool:
    """Whether another sender has the lease now; if not, none gets it before this transaction ends."""
    newest = select(leases.c.fence).where(leases.c.name == SENDER).with_for_update(read=True)
    return (await connection.scalar(newest) or 0) > fence


async def settle(database: Database, number: int, fence: int, settled: list[Settled], now: datetime) -> None:
    """Writes down the outcomes of leased rows, and what they end, in one transaction.

    It holds the bulletin: a correction written at the same moment would know nothing of these rows, nor they of it.
    """
    async with database.write() as connection:
        await hold(connection, number)
        settled = await _still_ours(connection, number, fence, settled)
        await _write_outcomes(connection, number, settled)
        gone = [one for one in settled if one.settlement.state is State.GONE]
        if gone:
            await connection.execute(
                update(subscriptions)
                .where(subscriptions.c.chat_id == bindparam("chat"), subscriptions.c.ended_at.is_(None))
                .values(ended_at=now, ended_reason=bindparam("why")),
                [{"chat": one.chat_id, "why": one.settlement.reason} for one in gone],
            )
        for one in settled:
            if one.moved_to is not None:
                await _move(connection, number, one.chat_id, one.moved_to)
                await move_in(connection, one.chat_id, one.moved_to, now)
        if await connection.scalar(select(bulletins.c.stage).where(bulletins.c.id == number)) in ENDED:
            await stop_pending(connection, number)
        await owe_amendments(connection, number)


async def revive(database: Database, now: datetime) -> int:
    """Gives back what a dead sender had leased; only for who holds the sender's lease. Returns how many rows.

    What it had leased of a bulletin that was stopped since is not sent again, and may have arrived.
    """
    revived, rested = 0, milliseconds(now + REST)
    async with database.write() as connection:
        leased = select(deliveries.c.bulletin).where(deliveries.c.state == State.LEASED).distinct()
        for number in sorted(await connection.scalars(leased)):
            await hold(connection, number)
            stage = await connection.scalar(select(bulletins.c.stage).where(bulletins.c.id == number))
            rows = update(deliveries).where(deliveries.c.bulletin == number, deliveries.c.state == State.LEASED)
            if stage in GOING_ON:
                revived += (await connection.execute(rows.values(state=State.PENDING, fence=0, due=rested))).rowcount
            elif stage in ENDED:
                await connection.execute(rows.values(state=State.UNKNOWN))
                await owe_amendments(connection, number)
    return revived


async def _still_ours(connection: AsyncConnection, number: int, fence: int, settled: list[Settled]) -> list[Settled]:
    """Those that the lease with this fence still holds; who would take them from it has to hold the bulletin too."""
    table = deliveries.c
    held = await connection.scalars(
        select(table.chat_id).where(
            table.bulletin == number,
            table.chat_id.in_([one.chat_id for one in settled]),
            table.state == State.LEASED,
            table.fence == fence,
        )
    )
    ours = set(held)
    return [one for one in settled if one.chat_id in ours]


async def _write_outcomes(connection: AsyncConnection, number: int, settled: list[Settled]) -> None:
    if not settled:
        return
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.bulletin == number, deliveries.c.chat_id == bindparam("chat"))
        .values(
            state=bindparam("to_state"),
            attempts=bindparam("to_attempts"),
            doubted=bindparam("to_doubted"),
            due=bindparam("to_due"),
            message_id=bindparam("to_message"),
            reason=bindparam("to_reason"),
        ),
        [_outcome_values(one) for one in settled],
    )


def _outcome_values(one: Settled) -> dict[str, Any]:
    made = one.settlement
    return {
        "chat": one.chat_id,
        "to_state": made.state,
        "to_attempts": made.standing.attempts,
        "to_doubted": made.standing.doubted,
        "to_due": milliseconds(made.due) if made.due is not None else 0,
        "to_message": made.message_id,
        "to_reason": made.reason or None,
    }


async def _move(connection: AsyncConnection, number: int, old: int, new: int) -> None:
    """The row of a group that has become a supergroup; where the new one has a row of its own, the old one ends."""
    row = and_(deliveries.c.bulletin == number, deliveries.c.chat_id == old, deliveries.c.state == State.PENDING)
    taken = await connection.scalar(
        select(deliveries.c.state).where(deliveries.c.bulletin == number, deliveries.c.chat_id == new)
    )
    values: dict[str, Any] = {"chat_id": new} if taken is None else {"state": State.GONE, "reason": "moved"}
    await connection.execute(update(deliveries).where(row).values(values))


def _due(chat_id: int, standing: Standing, reader: Any) -> Due:
    if reader is None:
        return Due(chat_id, standing, language="", country=None, silent=False, quiet=None, timezone=None, ended=None)
    has_quiet = reader.quiet_from is not None and reader.quiet_until is not None
    return Due(
        chat_id=chat_id,
        standing=standing,
        language=reader.chosen or reader.language,
        country=reader.country,
        silent=reader.silent,
        quiet=Quiet(reader.quiet_from, reader.quiet_until) if has_quiet else None,
        timezone=reader.timezone,
        ended=Ended(reader.ended_reason) if reader.ended_reason else None,
    )
