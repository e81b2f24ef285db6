"""Writes down what was counted, and forgets what has been kept for long enough."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.storage import reports
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.questions import Questions

WRITE_EVERY_S: Final = 20.0
PURGE_EVERY: Final = timedelta(hours=1)


@dataclass(slots=True)
class Counting:
    database: Database
    questions: Questions
    clock: Callable[[], datetime]
    _purged_at: datetime | None = None

    async def run(self) -> None:
        """Works until cancelled, and then writes down the rest."""
        try:
            while True:
                with suppress(DatabaseUnavailable):
                    await self.work()
                await asyncio.sleep(WRITE_EVERY_S)
        finally:
            with suppress(DatabaseUnavailable):
                await self.questions.flush()

    async def work(self) -> None:
        await self.questions.flush()
        now = self.clock()
        if self._purged_at is None or now - self._purged_at >= PURGE_EVERY:
            self._purged_at = now
            await self.questions.purge(now)
            await reports.purge(self.database, now)
