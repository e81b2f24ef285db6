"""Looks after what was sent: did it get out, and what may be forgotten. Of several replicas one does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.delivery import LONGEST_BACKOFF
from bot.storage import broadcasts, leases, outbox
from bot.storage.database import Database, DatabaseUnavailable
from bot.workers.holder import HEARTBEAT, Holder

LOOK_EVERY: Final = timedelta(minutes=1)
OUT_WITHIN: Final = timedelta(minutes=15)
"""A running bulletin of which nothing was settled for so long, though it could be, is told to the admins, once."""
KEPT: Final = timedelta(days=90)
"""How long it is known who got a bulletin, and so how long it can be corrected."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Upkeep:
    """Works for as long as it holds the lease; `tell` says whether any admin was reached."""

    database: Database
    tell: Callable[..., Awaitable[bool]]
    clock: Callable[[], datetime]
    owner: str = field(default_factory=leases.new_owner)
    _holder: Holder = field(init=False)
    _looked_at: datetime | None = None
    _late: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    """How much of each running bulletin that could go out was open, and since when."""
    _told: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._holder = Holder(self.database, "upkeep", self.clock, self.owner)

    async def run(self) -> None:
        """Works until cancelled."""
        try:
            while True:
                with suppress(DatabaseUnavailable):
                    await self.work()
                await asyncio.sleep(HEARTBEAT.total_seconds())
        finally:
            await self._holder.release()

    async def work(self) -> None:
        """Does what is due, if this process holds the lease."""
        if await self._holder.hold() is None:
            return
        now = self.clock()
        if self._looked_at is None or now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            await self._look(now)
            if purged := await outbox.purge(self.database, now - KEPT):
                log.info("old deliveries were forgotten", rows=purged)

    async def _look(self, now: datetime) -> None:
        """Tells the admins of a bulletin that does not get out."""
        before, self._late = self._late, {}
        for stored in await outbox.running(self.database):
            # What is to be tried again is due by then; what is not, waits for the end of quiet hours.
            broadcast = await broadcasts.get(self.database, stored.id, now + LONGEST_BACKOFF)
            if broadcast is None or broadcast.waiting == broadcast.held:
                continue
            left, since = before.get(stored.id, (broadcast.waiting, now))
            since = since if left == broadcast.waiting else now
            self._late[stored.id] = broadcast.waiting, since
            if now - since >= OUT_WITHIN and stored.id not in self._told:
                late = broadcast.waiting - broadcast.held
                if await self.tell("alert.stuck", number=stored.id, open=late, total=broadcast.total):
                    self._told.add(stored.id)
