"""The common timetable of all replicas: the next free place for a departure, kept by the database's own clock.

Only on PostgreSQL: an embedded database has one process. A place is microseconds since 1970; it is given away by one
statement, so that no two processes get the same and nobody's clock matters.
"""

from typing import Final

from sqlalchemy import BigInteger, cast, extract, func
from sqlalchemy.dialects.postgresql import insert

from bot.storage.database import Database
from bot.storage.tables import pace

ALL: Final = "all"
"""The places of all messages."""
UNPAID: Final = "unpaid"
"""Those of messages that are not paid for, where the rate is above what Telegram takes without payment."""
SECOND: Final = 1_000_000

_NOW: Final = cast(extract("epoch", func.clock_timestamp()) * SECOND, BigInteger)


async def reserve(database: Database, name: str, places: int, interval: float) -> float:
    """Takes so many places, `interval` seconds apart. Returns in how many seconds the first of them is."""
    length = round(places * interval * SECOND)
    free = func.greatest(pace.c.free_at, _NOW)
    statement = (
        insert(pace)
        .values(name=name, free_at=_NOW + length)
        .on_conflict_do_update(index_elements=[pace.c.name], set_={"free_at": free + length})
        .returning(pace.c.free_at - length - _NOW)
    )
    async with database.write() as connection:
        wait = await connection.scalar(statement)
    return float(wait or 0) / SECOND


async def hold(database: Database, name: str, seconds: float) -> None:
    """Gives away no place for so many seconds from now."""
    until = _NOW + round(seconds * SECOND)
    statement = insert(pace).values(name=name, free_at=until)
    later = {"free_at": func.greatest(pace.c.free_at, until)}
    async with database.write() as connection:
        await connection.execute(statement.on_conflict_do_update(index_elements=[pace.c.name], set_=later))
