"""The figures of the desk, drawn together from what is stored anyway."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from bot.domain.asked import Result
from bot.domain.broadcasts import Kind, Stage
from bot.domain.delivery import State
from bot.domain.figures import DAYS, Asked, Figures, Reach
from bot.storage import outbox, shelf
from bot.storage.database import Database
from bot.storage.reports import open_posts
from bot.storage.tables import bulletins, question_counts, subscriptions, unanswered

ASKERS: Final = 3
"""A text is shown once so many different chats have asked it: what one person wrote stays theirs."""
TOP_TEXTS: Final = 10
LAST_BULLETINS: Final = 5
ARRIVED: Final = (State.SENT,)


async def figures(database: Database, now: datetime, zone: ZoneInfo) -> Figures:
    """The figures of the last days; a day is one of `zone`."""
    today = now.astimezone(zone).date()
    days = tuple(today - timedelta(days=back) for back in reversed(range(DAYS)))
    return Figures(
        days=days,
        subscribers=await _subscribers(database, days, now, zone),
        asked=await _asked(database, days[0]),
        unanswered=await _unanswered(database),
        reaches=await _reaches(database),
        reported=await open_posts(database),
    )


async def _subscribers(database: Database, days: tuple[date, ...], now: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Counted from when each subscription began and ended, in one pass.

    A chat that came back counts from its return, and one that was erased never did.
    """
    start, end = subscriptions.c.started_at, subscriptions.c.ended_at
    columns: list[ColumnElement[int]] = []
    for day in days:
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        moment = min(now, midnight.astimezone(now.tzinfo))
        held = and_(start <= moment, or_(end.is_(None), end > moment))
        columns.append(func.coalesce(func.sum(case((held, 1), else_=0)), 0).label(f"day_{len(columns)}"))
    async with database.read() as connection:
        return tuple(int(count) for count in (await connection.execute(select(*columns))).one())


async def _asked(database: Database, since: date) -> tuple[Asked, ...]:
    statement = select(question_counts).where(question_counts.c.day >= since).order_by(question_counts.c.day)
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return tuple(Asked(row.day, Result(row.result), row.country, row.number) for row in rows)


async def _unanswered(database: Database) -> tuple[tuple[str, int], ...]:
    askers = func.count()
    statement = (
        select(unanswered.c.text, askers)
        .group_by(unanswered.c.text)
        .having(askers >= ASKERS)
        .order_by(askers.desc(), unanswered.c.text)
        .limit(TOP_TEXTS)
    )
    async with database.read() as connection:
        return tuple((text, int(count)) for text, count in await connection.execute(statement))


async def _reaches(database: Database) -> tuple[Reach, ...]:
    statement = (
        select(bulletins)
        .where(bulletins.c.kind == Kind.NEWS, bulletins.c.stage != Stage.SHELF)
        .order_by(bulletins.c.id.desc())
        .limit(LAST_BULLETINS)
    )
    async with database.read() as connection:
        last = [(shelf.stored(row), row.published) for row in await connection.execute(statement)]
    found = []
    for stored, published in last:
        report, item = await outbox.report(database, stored.id), stored.bulletin.item
        arrived = sum(report.counts.get(state, 0) for state in ARRIVED)
        found.append(Reach(stored.id, published, item.title, stored.reached, arrived, report.open))
    return tuple(found)
