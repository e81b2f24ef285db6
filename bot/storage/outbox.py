"""The outbox: a bulletin and one row per subscriber, written before anything is sent.

The rows of a bulletin are written by one INSERT … SELECT in the transaction that makes it run, so a crash leaves
either all of them or none. One sender at a time leases rows; its lease has a fencing number, and a row can be settled
only by the lease that took it, so a sender that slept through its successor's start changes nothing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, bindparam, case, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Ended, Settlement, Standing, State
from bot.domain.news import Bulletin, fingerprint
from bot.domain.quiet import Quiet
from bot.storage import bulletins as shelf
from bot.storage.bulletins import Kind, Stage, Stored
from bot.storage.database import Database, bulletins, chats, deliveries, subscriptions
from bot.storage.subscriptions import move_in

ROW_COLUMNS: Final = ("bulletin", "chat_id", "state", "version", "attempts", "doubted", "due", "fence")
REACHED: Final = (State.SENT, State.UNKNOWN)
ENDED: Final = (Stage.STOPPED, Stage.REJECTED, Stage.WITHDRAWN)
"""Stages in which nothing is sent any more, whatever is open."""


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
        return await connection.scalar(select(func.count()).select_from(_readers(country).subquery())) or 0


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
    if known is None:
        number = await connection.scalar(insert(bulletins).values(values).returning(bulletins.c.id))
        assert number is not None  # noqa: S101
    else:
        number = known.id
        await connection.execute(update(bulletins).where(bulletins.c.id == number).values(values))
    return Published(number, await _owe(connection, number, _readers(bulletin.item.country)))


async def correct(database: Database, number: int, corrected: Bulletin, now: datetime) -> Published | None:
    """Replaces what a bulletin says. Who got the old text gets a correction; who has yet to get it gets the new text.

    None where there is no such bulletin that was sent. Rows in flight get theirs when they are settled (`settle`).
    """
    return await _amend(database, number, corrected, Kind.CORRECTION, now)


async def withdraw(database: Database, number: int, now: datetime) -> Published | None:
    """Takes a bulletin back: nobody else gets it, and who got it is told."""
    return await _amend(database, number, None, Kind.WITHDRAWAL, now)


async def _amend(
    database: Database, number: int, corrected: Bulletin | None, kind: Kind, now: datetime
) -> Published | None:
    async with database.write() as connection:
        old = await shelf.fetch(connection, number)
        if old is None or old.kind is not Kind.NEWS or old.stage in (Stage.SHELF, Stage.WITHDRAWN):
            return None
        new = corrected or old.bulletin
        values = shelf.columns(new, kind, Stage.RUNNING, urgent=old.urgent, now=now)
        if corrected is not None and await _is_new(connection, new):
            values["fingerprint"] = fingerprint(new.item)
        values |= {"corrects": number, "corrects_version": old.version}
        await _supersede(connection, number)
        amendment = await connection.scalar(insert(bulletins).values(values).returning(bulletins.c.id))
        assert amendment is not None  # noqa: S101
        changed: dict[str, Any] = {"content": values["content"], "version": old.version + 1}
        changed |= {"published": new.item.published, "country": new.item.country}
        if kind is Kind.WITHDRAWAL:
            changed |= {"stage": Stage.WITHDRAWN}
            await _stop_pending(connection, number)
        await connection.execute(update(bulletins).where(bulletins.c.id == number).values(changed))
        got_it = _who_got(number, old.version)
        return Published(amendment, await _owe(connection, amendment, got_it))


async def stop(database: Database, number: int, stage: Stage, reason: str = "") -> bool:
    """Ends a bulletin before its time: what is pending is not sent any more. False where it had ended already."""
    async with database.write() as connection:
        stopped = await connection.execute(
            update(bulletins)
            .where(bulletins.c.id == number, bulletins.c.stage.in_((Stage.RUNNING, Stage.PAUSED)))
            .values(stage=stage, reason=reason)
        )
        await _stop_pending(connection, number)
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


async def lease(database: Database, bulletin: Stored, fence: int, limit: int, now: datetime) -> list[Due]:
    """Takes up to `limit` rows that are due. The same statement on both databases: SKIP LOCKED is PostgreSQL's only."""
    table = deliveries.c
    due = (
        select(table.chat_id)
        .where(table.bulletin == bulletin.id, table.state == State.PENDING, table.due <= milliseconds(now))
        .order_by(table.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    async with database.write() as connection:
        taken = await connection.execute(
            update(deliveries)
            .where(table.bulletin == bulletin.id, table.chat_id.in_(due), table.state == State.PENDING)
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


async def settle(database: Database, number: int, fence: int, settled: list[Settled], now: datetime) -> None:
    """Writes down the outcomes of leased rows, and what they end, in one transaction."""
    async with database.write() as connection:
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
            await _stop_pending(connection, number)
        await _owe_amendments(connection, number)


async def revive(database: Database) -> int:
    """Gives back what a dead sender had leased; only for who holds the sender's lease. Returns how many rows.

    What it had leased of a bulletin that was stopped since is not sent again, and may have arrived.
    """
    ended = select(bulletins.c.id).where(bulletins.c.stage.in_(ENDED))
    going_on = select(bulletins.c.id).where(bulletins.c.stage.in_((Stage.RUNNING, Stage.PAUSED)))
    leased = update(deliveries).where(deliveries.c.state == State.LEASED)
    async with database.write() as connection:
        doubtful = await connection.scalars(
            leased.where(deliveries.c.bulletin.in_(ended)).values(state=State.UNKNOWN).returning(deliveries.c.bulletin)
        )
        for number in set(doubtful.all()):
            await _owe_amendments(connection, number)
        revived = await connection.execute(
            leased.where(deliveries.c.bulletin.in_(going_on)).values(state=State.PENDING, fence=0)
        )
        return revived.rowcount


async def finish(database: Database, number: int, now: datetime) -> bool:
    """Marks a running bulletin done once nothing of it is open."""
    pending, leased = (
        select(deliveries.c.chat_id).where(deliveries.c.bulletin == number, deliveries.c.state == state).exists()
        for state in (State.PENDING, State.LEASED)
    )
    async with database.write() as connection:
        done = await connection.execute(
            update(bulletins)
            .where(bulletins.c.id == number, bulletins.c.stage == Stage.RUNNING, ~pending, ~leased)
            .values(stage=Stage.DONE, finished_at=now)
        )
        return done.rowcount > 0


async def report(database: Database, number: int) -> Report:
    async with database.read() as connection:
        rows = await connection.execute(
            select(deliveries.c.state, func.count()).where(deliveries.c.bulletin == number).group_by(deliveries.c.state)
        )
        return Report({State(state): count for state, count in rows})


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def moment(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp / 1000, UTC)


def _readers(country: str) -> Select[Any]:
    """The subscribers whom a bulletin concerns; one without a country concerns everybody."""
    active = select(subscriptions.c.chat_id).where(subscriptions.c.ended_at.is_(None))
    if not country:
        return active
    return active.outerjoin(chats, chats.c.id == subscriptions.c.chat_id).where(
        or_(subscriptions.c.only_country.is_(False), chats.c.country == country)
    )


def _who_got(number: int, version: int) -> Select[Any]:
    return select(deliveries.c.chat_id).where(
        deliveries.c.bulletin == number, deliveries.c.state.in_(REACHED), deliveries.c.version <= version
    )


async def _owe(connection: AsyncConnection, number: int, who: Select[Any]) -> int:
    """One pending row per chat, in one statement; chats that have one already keep theirs."""
    insertion = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    chosen = who.subquery()
    rows = select(
        literal(number), chosen.c.chat_id, *(literal(0) for _ in range(3)), literal(value=False), literal(0), literal(0)
    ).order_by(chosen.c.chat_id)
    written = await connection.execute(
        insertion(deliveries).from_select(list(ROW_COLUMNS), rows.where(literal(value=True))).on_conflict_do_nothing()
    )
    await connection.execute(
        update(bulletins).where(bulletins.c.id == number).values(reached=bulletins.c.reached + written.rowcount)
    )
    return written.rowcount


async def _owe_amendments(connection: AsyncConnection, number: int) -> None:
    """Rows that were in flight when their bulletin was changed got the old text: they are owed the newest change."""
    newest = (
        select(bulletins.c.id, bulletins.c.corrects_version)
        .where(bulletins.c.corrects == number)
        .order_by(bulletins.c.id.desc())
        .limit(1)
    )
    for amendment, version in (await connection.execute(newest)).all():
        if await _owe(connection, amendment, _who_got(number, version)):
            reopened = and_(bulletins.c.id == amendment, bulletins.c.stage == Stage.DONE)
            await connection.execute(update(bulletins).where(reopened).values(stage=Stage.RUNNING, finished_at=None))


async def _is_new(connection: AsyncConnection, bulletin: Bulletin) -> bool:
    """Whether no bulletin says the same; one on the shelf gives way to the correction that says it."""
    known = await shelf.find(connection, bulletin.item)
    if known is not None and known.stage is Stage.SHELF:
        await connection.execute(delete(bulletins).where(bulletins.c.id == known.id))
        return True
    return known is None


async def _supersede(connection: AsyncConnection, number: int) -> None:
    """Earlier changes of a bulletin that are still going out give way to the next one."""
    earlier = (
        update(bulletins)
        .where(bulletins.c.corrects == number, bulletins.c.stage.in_((Stage.RUNNING, Stage.PAUSED)))
        .values(stage=Stage.STOPPED)
        .returning(bulletins.c.id)
    )
    for amendment in (await connection.scalars(earlier)).all():
        await _stop_pending(connection, amendment)


async def _still_ours(connection: AsyncConnection, number: int, fence: int, settled: list[Settled]) -> list[Settled]:
    """Those that the lease with this fence still holds."""
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


async def _stop_pending(connection: AsyncConnection, number: int) -> None:
    """What an earlier attempt may have brought counts as unknown, so that its reader hears of a withdrawal."""
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.bulletin == number, deliveries.c.state == State.PENDING)
        .values(state=case((deliveries.c.doubted, int(State.UNKNOWN)), else_=int(State.STOPPED)))
    )


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


async def purge(database: Database, before: datetime) -> int:
    """Forgets who got the bulletins that ended before a moment. Returns how many rows went."""
    ended_at = func.coalesce(bulletins.c.finished_at, bulletins.c.created_at)
    old = select(bulletins.c.id).where(bulletins.c.stage.in_((Stage.DONE, *ENDED)), ended_at < before)
    async with database.write() as connection:
        return (await connection.execute(delete(deliveries).where(deliveries.c.bulletin.in_(old)))).rowcount


async def forget(database: Database, chat_id: int) -> None:
    """Erases a chat from the outbox and from the subscribers."""
    async with database.write() as connection:
        every = select(bulletins.c.id)
        mine = (deliveries.c.bulletin.in_(every), deliveries.c.chat_id == chat_id)
        await connection.execute(delete(deliveries).where(*mine))
        await connection.execute(delete(subscriptions).where(subscriptions.c.chat_id == chat_id))
