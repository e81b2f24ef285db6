"""Updates of one chat one after the other, those of different chats side by side; each is counted and has a name."""

import asyncio
import sys
from collections import defaultdict
from collections.abc import Awaitable, Collection
from contextlib import nullcontext
from inspect import iscoroutine
from typing import Any

from structlog.contextvars import bound_contextvars
from telegram import Chat, Update, User
from telegram.ext import BaseUpdateProcessor

from bot.metrics import ANSWER, UPDATES, UPDATES_IN_WORK
from bot.turn import Turn, at_work, kind_of, working


class ChatOrder(BaseUpdateProcessor):
    """Lets an update wait for those of its chat that came before it, and for nobody else's.

    `at_once` of them are worked on, and besides one of each chat of the `desk`.
    """

    def __init__(self, at_once: int = 256, desk: Collection[int] = ()) -> None:
        # The library's own limit counts those that wait for their turn: one busy chat would hold up all others.
        super().__init__(max_concurrent_updates=sys.maxsize)
        self._at_work = asyncio.Semaphore(at_once)
        self._desk = frozenset(desk)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: defaultdict[int, int] = defaultdict(int)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        turn = at_work() or Turn()
        number = update.update_id if isinstance(update, Update) else None
        try:
            with working(turn), bound_contextvars(request=number), UPDATES_IN_WORK.track_inprogress(), ANSWER.time():
                await self._work(update, coroutine)
        finally:
            UPDATES.labels(kind_of(update), "failed" if turn.failed else "handled").inc()
            if iscoroutine(coroutine):
                coroutine.close()  # it was never begun where the wait for the turn was cut short

    async def _work(self, update: object, coroutine: Awaitable[Any]) -> None:
        place = place_of(update)
        if place is None:
            async with self._at_work:
                await coroutine
        else:
            await self._in_turn(place.id, coroutine)

    async def _in_turn(self, place: int, coroutine: Awaitable[Any]) -> None:
        self._waiting[place] += 1
        try:
            async with self._turns[place], nullcontext() if place in self._desk else self._at_work:
                await coroutine
        finally:
            self._waiting[place] -= 1
            if not self._waiting[place]:
                del self._waiting[place], self._turns[place]

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def place_of(update: object) -> Chat | User | None:
    """Whose updates are handled in order: those of one chat, and of one person outside of chats."""
    return (update.effective_chat or update.effective_user) if isinstance(update, Update) else None
