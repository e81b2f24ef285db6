"""How fast this process sends: by its own timetable, and where there are several replicas by one they share."""

import asyncio
from collections.abc import Collection
from functools import partial
from typing import Final

from bot.gateway.limits import TELEGRAM, Allowance
from bot.gateway.pacing import Pacing
from bot.gateway.shared import SharedTimetable, Unkept
from bot.storage import pace
from bot.storage.database import Database, DatabaseUnavailable

PATIENCE_S: Final = 0.5
"""A database that takes longer keeps no timetable."""


def pacing(rate: float, database: Database, allowance: Allowance = TELEGRAM, *, desk: Collection[int] = ()) -> Pacing:
    """`rate`: messages a second, of all processes that use this database; `desk`: the chats that go first."""
    if database.is_sqlite:
        return Pacing(rate, allowance=allowance, desk=desk)
    names = {pace.ALL: rate}
    if rate > allowance.unpaid_rate:
        names[pace.UNPAID] = allowance.unpaid_rate
    clock = asyncio.get_running_loop().time
    shared = [
        SharedTimetable(each, partial(_reserve, database, name), partial(_hold, database, name), clock=clock)
        for name, each in names.items()
    ]
    return Pacing(rate, allowance=allowance, shared=shared, desk=desk, clock=clock)


async def _reserve(database: Database, name: str, places: int, interval: float) -> float:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await pace.reserve(database, name, places, interval)
    except (DatabaseUnavailable, TimeoutError) as error:
        raise Unkept(str(error) or type(error).__name__) from None


async def _hold(database: Database, name: str, seconds: float) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await pace.hold(database, name, seconds)
    except (DatabaseUnavailable, TimeoutError) as error:
        raise Unkept(str(error) or type(error).__name__) from None
