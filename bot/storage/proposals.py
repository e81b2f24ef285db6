"""What an admin was shown and may confirm, once.

A proposal is settled by one statement that succeeds for one press only. Settling one of a subject makes all other
open proposals of it stale: two admins who were shown the same thing do it once, and the second is told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.tables import proposals

OPEN_FOR: Final = timedelta(hours=12)
KEPT_FOR: Final = timedelta(days=7)


class State(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    STALE = "stale"
    """Another proposal did the same meanwhile, or what it would have changed is no longer what was shown."""


@dataclass(frozen=True, slots=True)
class Proposal:
    id: int
    kind: str
    actor: int
    state: State
    subject: str
    payload: bytes


async def make(database: Database, kind: str, actor: int, subject: str, payload: bytes, now: datetime) -> int:
    """Stores what is about to be shown; returns its number, for the buttons."""
    async with database.write() as connection:
        await connection.execute(delete(proposals).where(proposals.c.made_at < now - KEPT_FOR))
        number = await connection.scalar(
            insert(proposals)
            .values(kind=kind, actor=actor, state=State.OPEN, subject=subject, payload=payload, made_at=now)
            .returning(proposals.c.id)
        )
        assert number is not None  # noqa: S101
        return int(number)


async def get(database: Database, number: int) -> Proposal | None:
    async with database.read() as connection:
        row = (await connection.execute(select(proposals).where(proposals.c.id == number))).one_or_none()
    if row is None:
        return None
    return Proposal(row.id, row.kind, row.actor, State(row.state), row.subject, row.payload)


async def settle(connection: AsyncConnection, number: int, actor: int, state: State, now: datetime) -> bool:
    """Settles an open proposal of this actor, in the transaction that does what it proposes.

    False where it is not open, is another's, or was shown too long ago: then nothing may be done.
    """
    subject = select(proposals.c.subject).where(proposals.c.id == number).scalar_subquery()
    if state is State.DONE:
        # Two at once of one subject come one after the other, not each into the other's way.
        rivals = select(proposals.c.id).where(proposals.c.subject == subject).order_by(proposals.c.id)
        await connection.execute(rivals.with_for_update())
    settled = await connection.execute(
        update(proposals)
        .where(
            proposals.c.id == number,
            proposals.c.actor == actor,
            proposals.c.state == State.OPEN,
            proposals.c.made_at >= now - OPEN_FOR,
        )
        .values(state=state, settled_at=now, settled_by=actor)
    )
    if settled.rowcount and state is State.DONE:
        others = (proposals.c.subject == subject, proposals.c.state == State.OPEN, proposals.c.id != number)
        await connection.execute(
            update(proposals).where(*others).values(state=State.STALE, settled_at=now, settled_by=actor)
        )
    return settled.rowcount > 0
