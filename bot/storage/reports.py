"""What readers say is wrong: one open report per chat and post, each settled once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Final

from sqlalchemy import delete, func, select, update

from bot.storage import audit
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import reports

A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 5
"""Reports of one chat."""
KEPT_FOR: Final = timedelta(days=90)
"""How long a report is kept, whether anybody settled it or not: as the privacy text says."""


class State(StrEnum):
    OPEN = "open"
    FIXED = "fixed"
    DISMISSED = "dismissed"


class Made(Enum):
    NEW = auto()
    ALREADY = auto()
    """The chat has an open report of this post."""
    ENOUGH = auto()
    """The chat has made as many as it may for a day."""


@dataclass(frozen=True, slots=True)
class Pile:
    """The open reports of one post, `oldest` and `newest` by their numbers."""

    mission: str
    oldest: int
    newest: int
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Reporter:
    chat_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Settled:
    mission: str
    reporters: tuple[Reporter, ...]


async def make(database: Database, chat_id: int, mission: str, language: str, now: datetime) -> Made:
    mine = select(func.count()).select_from(reports).where(reports.c.chat_id == chat_id)
    async with database.write() as connection:
        if await connection.scalar(mine.where(reports.c.mission == mission, reports.c.state == State.OPEN)):
            return Made.ALREADY
        if (await connection.scalar(mine.where(reports.c.made_at > now - A_DAY)) or 0) >= MOST_A_DAY:
            return Made.ENOUGH
        values = {"chat_id": chat_id, "mission": mission, "language": language, "state": State.OPEN, "made_at": now}
        made = await connection.execute(insertion(connection, reports).values(values).on_conflict_do_nothing())
        return Made.NEW if made.rowcount else Made.ALREADY


async def oldest_open(database: Database, after: int = 0) -> Pile | None:
    """The reports of the post that has waited longest; `after` the number of a pile to go on from."""
    oldest = func.min(reports.c.id)
    statement = (
        select(
            reports.c.mission,
            oldest.label("oldest"),
            func.max(reports.c.id).label("newest"),
            func.count().label("number"),
            func.min(reports.c.made_at).label("since"),
        )
        .where(reports.c.state == State.OPEN)
        .group_by(reports.c.mission)
        .having(oldest > after)
        .order_by(oldest)
        .limit(1)
    )
    async with database.read() as connection:
        row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    return Pile(row.mission, row.oldest, row.newest, row.number, row.since)


async def open_posts(database: Database) -> int:
    """How many posts have open reports."""
    posts = select(func.count(reports.c.mission.distinct())).where(reports.c.state == State.OPEN)
    async with database.read() as connection:
        return await connection.scalar(posts) or 0


async def settle(database: Database, newest: int, state: State, actor: int, now: datetime) -> Settled | None:
    """Settles the open reports of a post up to the newest that was shown, and notes who did.

    None where somebody has settled them already: then nobody is to be told again.
    """
    async with database.write() as connection:
        mission = await connection.scalar(select(reports.c.mission).where(reports.c.id == newest))
        settled = await connection.execute(
            update(reports)
            .where(reports.c.mission == mission, reports.c.id <= newest, reports.c.state == State.OPEN)
            .values(state=state, settled_by=actor)
            .returning(reports.c.chat_id, reports.c.language)
        )
        reporters = tuple(Reporter(row.chat_id, row.language) for row in settled)
        if mission is None or not reporters:
            return None
        await audit.write(connection, actor, f"report_{state}", now, mission=mission, reports=len(reporters))
        return Settled(mission, reporters)


async def forget(database: Database, chat_id: int) -> None:
    """Erases the reports of a chat."""
    async with database.write() as connection:
        await connection.execute(delete(reports).where(reports.c.chat_id == chat_id))


async def purge(database: Database, now: datetime) -> int:
    """Forgets old reports. Returns how many."""
    async with database.write() as connection:
        return (await connection.execute(delete(reports).where(reports.c.made_at < now - KEPT_FOR))).rowcount
