"""Looks after what was sent: did it get out, and what may be forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.storage import outbox
from bot.storage.database import Database, DatabaseUnavailable

LOOK_EVERY_S: Final = 60.0
OUT_WITHIN: Final = timedelta(minutes=15)
"""A running bulletin of which nothing was settled for so long is told to the admins, once."""
KEPT: Final = timedelta(days=90)
"""How long it is known who got a bulletin, and so how long it can be corrected."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Upkeep:
    database: Database
    alert: Callable[..., Awaitable[None]]
    clock: Callable[[], datetime]
    _open: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    """How much of each running bulletin was open, and since when."""
    _told: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            with suppress(DatabaseUnavailable):
                await self.look()
                if purged := await outbox.purge(self.database, self.clock() - KEPT):
                    log.info("old deliveries were forgotten", rows=purged)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Tells the admins of a bulletin that does not get out."""
        now = self.clock()
        for stored in await outbox.running(self.database):
            report = await outbox.report(self.database, stored.id)
            left, since = self._open.get(stored.id, (-1, now))
            if report.open != left:
                self._open[stored.id] = (report.open, now)
            elif report.open and now - since >= OUT_WITHIN and stored.id not in self._told:
                self._told.add(stored.id)
                await self.alert("alert.stuck", number=stored.id, open=report.open, total=report.total)
