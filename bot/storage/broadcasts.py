"""What the desk does with bulletins in the outbox: each deed with its proposal and its entry in the audit log.

A deed, the press that confirmed it and what the log says of it are one transaction: a crash leaves all or nothing.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import GOING_ON, OVER, Broadcast, Kind, Stage
from bot.domain.delivery import State
from bot.domain.news import Bulletin, fingerprint
from bot.storage import amendments, audit, outbox, owed, proposals, shelf
from bot.storage.database import Database
from bot.storage.outbox import AlreadyPublished, Published
from bot.storage.proposals import Proposal
from bot.storage.shelf import Stored
from bot.storage.tables import bulletins, deliveries


@dataclass(frozen=True, slots=True)
class Closed:
    """What was to be done was done already, or is no longer what was shown; nothing was written."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A correction or a withdrawal of one version of a bulletin; `bulletin` is the corrected or the withdrawn text."""

    number: int
    version: int
    bulletin: Bulletin

    @property
    def subject(self) -> str:
        return f"amend:{self.number}:{self.version}"

    def packed(self) -> bytes:
        content = shelf.packed(self.bulletin)
        return json.dumps({"number": self.number, "version": self.version, "content": content}).encode()

    @classmethod
    def unpacked(cls, payload: bytes) -> "Amendment":
        raw = json.loads(payload)
        return cls(raw["number"], raw["version"], shelf.unpacked(raw["content"]))


async def propose_publishing(database: Database, bulletin: Bulletin, actor: int, now: datetime) -> int:
    payload = shelf.packed(bulletin).encode()
    return await proposals.make(database, "publish", actor, fingerprint(bulletin.item), payload, now)


async def propose_amendment(database: Database, amendment: Amendment, kind: Kind, actor: int, now: datetime) -> int:
    return await proposals.make(database, kind, actor, amendment.subject, amendment.packed(), now)


async def propose_stopping(database: Database, number: int, actor: int, now: datetime) -> int:
    return await proposals.make(database, "stop", actor, f"stop:{number}", str(number).encode(), now)


async def publish(
    database: Database, proposal: Proposal, *, urgent: bool, now: datetime
) -> Published | AlreadyPublished | Closed:
    """Publishes what was shown, once."""
    bulletin = shelf.unpacked(proposal.payload.decode())
    async with database.write() as connection:
        if not await _settled(connection, proposal, now):
            return Closed()
        outcome = await outbox.publish_in(connection, bulletin, urgent=urgent, now=now)
        if isinstance(outcome, Published):
            action = "published_urgent" if urgent else "published"
            detail = {"number": outcome.number, "title": bulletin.item.title, "reached": outcome.reached}
            await audit.write(connection, proposal.actor, action, now, **detail)
        return outcome


async def amend(database: Database, proposal: Proposal, now: datetime) -> Published | Closed:
    """Corrects or withdraws what was shown, once, unless it has been changed since."""
    amendment, withdraws = Amendment.unpacked(proposal.payload), proposal.kind == Kind.WITHDRAWAL
    number = amendment.number
    async with database.write() as connection:
        await shelf.hold(connection, number)
        old = await shelf.fetch(connection, number)
        if old is None or old.version != amendment.version or old.stage is Stage.WITHDRAWN:
            return Closed()
        if not await _settled(connection, proposal, now):
            return Closed()
        if withdraws:
            outcome = await amendments.withdraw_in(connection, number, now)
        else:
            outcome = await amendments.correct_in(connection, number, amendment.bulletin, now)
        if outcome is None:
            return Closed()
        detail = {"number": number, "amendment": outcome.number, "reached": outcome.reached}
        action = "withdrawn" if withdraws else "corrected"
        await audit.write(connection, proposal.actor, action, now, title=amendment.bulletin.item.title, **detail)
        return outcome


async def stop(database: Database, proposal: Proposal, now: datetime) -> bool:
    """Stops a bulletin for good; False where it had ended already, or the proposal is not open."""
    number = int(proposal.payload)
    async with database.write() as connection:
        await shelf.hold(connection, number)
        old = await shelf.fetch(connection, number)
        if old is None or not old.stage.goes_on or not await _settled(connection, proposal, now):
            return False
        await outbox.stop_in(connection, number, Stage.STOPPED)
        await audit.write(connection, proposal.actor, "stopped", now, number=number, title=old.bulletin.item.title)
        return True


async def pause(database: Database, number: int, actor: int, now: datetime) -> bool:
    """False where it was not running."""
    return await _move(database, number, actor, Stage.RUNNING, Stage.PAUSED, now)


async def resume(database: Database, number: int, actor: int, now: datetime) -> bool:
    """False where it was not paused."""
    return await _move(database, number, actor, Stage.PAUSED, Stage.RUNNING, now)


async def get(database: Database, number: int, now: datetime) -> Broadcast | None:
    """How far a bulletin has got; None where there is none, or it was never sent."""
    async with database.read() as connection:
        row = (await connection.execute(select(bulletins).where(bulletins.c.id == number))).one_or_none()
        if row is None or row.stage == Stage.SHELF:
            return None
        return await _counted(connection, row, now)


async def stage(database: Database, number: int) -> Stage | None:
    async with database.read() as connection:
        found = await connection.scalar(select(bulletins.c.stage).where(bulletins.c.id == number))
    return None if found is None else Stage(found)


async def going_on(database: Database, now: datetime, most: int) -> list[Broadcast]:
    """Those that run or are paused, the newest first."""
    return await _list(database, GOING_ON, now, most, 0)


async def past(database: Database, now: datetime, most: int, skipped: int = 0) -> list[Broadcast]:
    """Those that are over, the newest first."""
    return await _list(database, OVER, now, most, skipped)


async def shelved(database: Database, most: int) -> list[Stored]:
    """What can be published: pages and feed items on the shelf, the newest first."""
    statement = (
        select(bulletins)
        .where(bulletins.c.stage == Stage.SHELF, bulletins.c.kind == Kind.NEWS)
        .order_by(bulletins.c.published.desc(), bulletins.c.id.desc())
        .limit(most)
    )
    async with database.read() as connection:
        return [shelf.stored(row) for row in await connection.execute(statement)]


async def published_as(database: Database, bulletin: Bulletin) -> int | None:
    """The number under which the same item went out before."""
    async with database.read() as connection:
        known = await shelf.find(connection, bulletin.item)
    return None if known is None or known.stage is Stage.SHELF else known.corrects or known.id


async def _list(
    database: Database, stages: tuple[Stage, ...], now: datetime, most: int, skipped: int
) -> list[Broadcast]:
    statement = (
        select(bulletins)
        .where(bulletins.c.stage.in_(stages))
        .order_by(bulletins.c.created_at.desc(), bulletins.c.id.desc())
        .limit(most)
        .offset(skipped)
    )
    async with database.read() as connection:
        rows = (await connection.execute(statement)).all()
        return [await _counted(connection, row, now) for row in rows]


async def _counted(connection: AsyncConnection, row: Row[Any], now: datetime) -> Broadcast:
    mine = deliveries.c.bulletin == row.id
    not_due = (deliveries.c.state == State.PENDING, deliveries.c.due > owed.milliseconds(now))
    held = await connection.scalar(select(func.count()).select_from(deliveries).where(mine, *not_due))
    return Broadcast(
        number=row.id,
        title=shelf.unpacked(row.content).item.title,
        kind=Kind(row.kind),
        stage=Stage(row.stage),
        urgent=row.urgent,
        reached=row.reached,
        counts=await outbox.count(connection, row.id),
        held=held or 0,
        corrects=row.corrects,
        reason=row.reason,
    )


async def _move(database: Database, number: int, actor: int, old: Stage, new: Stage, now: datetime) -> bool:
    async with database.write() as connection:
        moved = await shelf.set_stage_in(connection, number, new, only_from=(old,))
        if moved:
            action = "paused" if new is Stage.PAUSED else "resumed"
            await audit.write(connection, actor, action, now, number=number)
        return moved


async def _settled(connection: AsyncConnection, proposal: Proposal, now: datetime) -> bool:
    return await proposals.settle(connection, proposal.id, proposal.actor, proposals.State.DONE, now)
