"""Updates of one chat one after the other, those of different chats side by side."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class ChatOrder(BaseUpdateProcessor):
    """Lets an update wait for those of its chat that came before it, and for nobody else's."""

    def __init__(self, at_once: int = 256) -> None:
        super().__init__(max_concurrent_updates=at_once)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[int, int] = defaultdict(int)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        place = (update.effective_chat or update.effective_user) if isinstance(update, Update) else None
        if place is None:
            await coroutine
            return
        self._waiting[place.id] += 1
        try:
            async with self._turns[place.id]:
                await coroutine
        finally:
            self._waiting[place.id] -= 1
            if not self._waiting[place.id]:
                del self._waiting[place.id], self._turns[place.id]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""
