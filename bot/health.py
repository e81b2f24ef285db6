"""Whether this process can answer, and the figures that stand in the database."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot import metrics
from bot.handlers.house import House
from bot.storage import pulse
from bot.storage.database import DatabaseUnavailable
from bot.storage.pulse import Pulse

PATIENCE_S: Final = 2.0
"""After so long the database counts as away."""
ASK_TELEGRAM_EVERY_S: Final = 15.0
HEALTHY: Final = ""


@dataclass(slots=True)
class Health:
    """What `/readyz` and `/metrics` are told. `timer` counts seconds from anywhere."""

    house: House
    bot: ExtBot[Any]
    timer: Callable[[], float]
    _telegram: str = HEALTHY
    _asked_at: float | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ready(self) -> Mapping[str, str]:
        """What an answer needs, and what is wrong with it."""
        pulse_or_reason, telegram = await asyncio.gather(self._pulse(), self._ask_telegram())
        if isinstance(pulse_or_reason, str):
            return {"database": pulse_or_reason, "telegram": telegram, "edition": HEALTHY}
        loaded, live = self.house.live.directory.edition, pulse_or_reason.edition
        behind = HEALTHY if loaded == live else f"answers from edition {loaded}, the live one is {live}"
        return {"database": HEALTHY, "telegram": telegram, "edition": behind}

    async def refresh(self) -> None:
        """Brings the gauges up to date; of a database that is away the last figures stay."""
        found = await self._pulse()
        metrics.DATABASE_UP.set(isinstance(found, Pulse))
        metrics.EDITION.set(self.house.live.directory.edition or 0)
        if isinstance(found, str):
            return
        now = self.house.clock()
        metrics.OUTBOX_WAITING.set(found.waiting)
        metrics.OUTBOX_OLDEST.set(_age(found.oldest, now))
        metrics.EDITION_AGE.set(_age(found.edition_loaded_at, now))
        metrics.SOURCE_FAILURES.clear()
        metrics.SOURCE_AGE.clear()
        for source in found.sources:
            metrics.SOURCE_FAILURES.labels(source.id).set(source.failures)
            metrics.SOURCE_AGE.labels(source.id).set(_age(source.read_at, now))

    async def _pulse(self) -> Pulse | str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await pulse.take(self.house.database, self.house.clock())
        except TimeoutError:
            return "does not answer"
        except DatabaseUnavailable as error:
            return str(error)

    async def _ask_telegram(self) -> str:
        async with self._asking:
            if self._asked_at is None or self.timer() - self._asked_at >= ASK_TELEGRAM_EVERY_S:
                self._telegram = await _reached(self.bot.get_me)
                self._asked_at = self.timer()
            return self._telegram


async def _reached(ask: Callable[[], Awaitable[object]]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await ask()
    except (TelegramError, TimeoutError) as error:
        return f"does not answer ({type(error).__name__})"
    return HEALTHY


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment is not None else 0.0
