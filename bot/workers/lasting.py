"""Work that goes on for as long as the bot does: what it stumbles over is told, and it begins anew.

What a part expects (the database is away, a feed is broken) it deals with itself. What it does not expect must not end
it unseen, with a bot that answers questions and sends no bulletins.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.metrics import FAULTS

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
"""The pause doubles from the first of these to the second, while a part keeps failing."""
STEADY_S: Final = 300.0
"""Whoever worked for so long is well again, and pauses shortly if it fails then."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lasting:
    """Keeps parts at work; `tell` lets the admins know of a fault, `timer` gives seconds that only ever grow."""

    tell: Callable[[Exception], Awaitable[None]]
    timer: Callable[[], float]
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, part: str, work: Callable[[], Awaitable[None]]) -> None:
        """Until the work is done, or this is cancelled."""
        pause = FIRST_S
        while True:
            began = self.timer()
            try:
                return await work()
            except Exception as error:
                if self.timer() - began >= STEADY_S:
                    pause = FIRST_S
                FAULTS.labels(part).inc()
                log.exception("a part of the bot failed, it begins anew", part=part, pause_s=pause)
                await self._tell(error)
            await self.rest(pause)
            pause = min(pause * 2, LONGEST_S)

    async def _tell(self, error: Exception) -> None:
        try:
            await self.tell(error)
        except Exception:
            log.exception("nobody could be told of it")
