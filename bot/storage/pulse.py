"""A few figures that say how the house is doing, quick enough to be asked for every few seconds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.broadcasts import Stage
from bot.domain.delivery import State
from bot.storage.database import Database
from bot.storage.owed import milliseconds
from bot.storage.tables import bulletins, deliveries, edition_feeds, editions, feeds


@dataclass(frozen=True, slots=True)
class Source:
    """A feed: failures in a row, and when it was last asked; None where it never was."""

    id: str
    failures: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """`waiting`: messages that could be sent now, which those held by quiet hours could not; `oldest`: since when the
    oldest bulletin is out that has any. `sources`: the feeds of the live edition."""

    edition: int | None
    edition_loaded_at: datetime | None
    waiting: int
    oldest: datetime | None
    sources: tuple[Source, ...]


async def take(database: Database, now: datetime) -> Pulse:
    """Raises DatabaseUnavailable."""
    running = select(bulletins.c.id).where(bulletins.c.stage == Stage.RUNNING)
    due = (deliveries.c.state == State.PENDING, deliveries.c.due <= milliseconds(now))
    waiting = select(func.count()).select_from(deliveries).where(deliveries.c.bulletin.in_(running), *due)
    open_still = select(deliveries.c.bulletin).where(deliveries.c.bulletin == bulletins.c.id, *due).exists()
    watched = select(edition_feeds.c.id).join(editions, editions.c.id == edition_feeds.c.edition).where(editions.c.live)
    async with database.read() as connection:
        live = (
            await connection.execute(select(editions.c.id, editions.c.loaded_at).where(editions.c.live))
        ).one_or_none()
        oldest = await connection.scalar(
            select(func.min(bulletins.c.created_at)).where(bulletins.c.stage == Stage.RUNNING, open_still)
        )
        health = select(feeds.c.id, feeds.c.failures, feeds.c.checked_at).where(feeds.c.id.in_(watched))
        sources = (await connection.execute(health)).all()
        return Pulse(
            edition=None if live is None else live.id,
            edition_loaded_at=None if live is None else live.loaded_at,
            waiting=await connection.scalar(waiting) or 0,
            oldest=oldest,
            sources=tuple(Source(row.id, row.failures, row.checked_at) for row in sources),
        )
