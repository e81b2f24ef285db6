"""A few figures that say how the house is doing, quick enough to be asked for every few seconds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.domain.delivery import State
from bot.storage.bulletins import Stage
from bot.storage.database import Database
from bot.storage.tables import bulletins, deliveries, editions, feeds


@dataclass(frozen=True, slots=True)
class Source:
    """A feed: failures in a row, and when it was last asked; None where it never was."""

    id: str
    failures: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """`waiting`: messages still to be sent; `oldest`: since when the oldest bulletin under way is out."""

    edition: int | None
    edition_loaded_at: datetime | None
    waiting: int
    oldest: datetime | None
    sources: tuple[Source, ...]


async def take(database: Database) -> Pulse:
    """Raises DatabaseUnavailable."""
    running = bulletins.c.stage == Stage.RUNNING
    waiting = (
        select(func.count())
        .select_from(deliveries)
        .where(deliveries.c.bulletin.in_(select(bulletins.c.id).where(running)), deliveries.c.state == State.PENDING)
    )
    async with database.read() as connection:
        live = (
            await connection.execute(select(editions.c.id, editions.c.loaded_at).where(editions.c.live))
        ).one_or_none()
        oldest = await connection.scalar(select(func.min(bulletins.c.created_at)).where(running))
        sources = (await connection.execute(select(feeds.c.id, feeds.c.failures, feeds.c.checked_at))).all()
        return Pulse(
            edition=None if live is None else live.id,
            edition_loaded_at=None if live is None else live.loaded_at,
            waiting=await connection.scalar(waiting) or 0,
            oldest=oldest,
            sources=tuple(Source(row.id, row.failures, row.checked_at) for row in sources),
        )
