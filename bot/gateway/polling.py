"""Updates that are fetched from Telegram: none is forgotten there before it is dealt with, and not too many are taken.

To fetch from an offset on confirms what lies below it, so the offset stays at the first update that is not dealt with
(window.py). What was taken from there on comes again with every answer, and is known by its number. Of each chat one
update is at work, as behind a webhook; what the chat writes meanwhile waits in its line.
"""

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from telegram import Bot, Update
from telegram.error import InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.gateway.order import place_of
from bot.gateway.pacing import seconds_asked
from bot.gateway.reading import Process, read_update, work_through
from bot.gateway.window import Window

AT_ONCE: Final = 512
"""Updates at work; further ones stay at Telegram meanwhile."""
KEPT: Final = 4096
"""Updates at work and in the lines behind them, where somebody piles up more than one chat is answered."""
MOST: Final = 100
"""Updates in one answer of Telegram, the most it gives."""
LONG_S: Final = 10
"""How long Telegram lets a request wait for something new."""
SOONEST_S: Final = 0.02
LATEST_S: Final = 0.25
"""While an update is at work Telegram answers at once, with what is known. So soon it is asked again: later and later
when nothing new comes."""
MANY: Final = 25
"""Where so many come each time there is enough to do, and it is asked again at the latest."""
CONFIRM_EVERY_S: Final = 0.05
"""What was dealt with and is not confirmed is answered twice if the program is killed."""
LEAVE_S: Final = 0.5
"""Before work is cut short nothing leaves for so long, and the answers to what has left are heard."""
CONFIRM_S: Final = 2.0
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
SLACK_S: Final = 0.5

log = structlog.get_logger(__name__)

Fetch = Callable[[int, int, int], Awaitable[Sequence[Any]]]
"""What Telegram has from an offset on, at most so many, waiting for so many seconds. Raises TelegramError."""


@dataclass(slots=True)
class Polling:
    """`process` deals with one; `failed` hears why nothing could be fetched; `hold` lets nothing leave for a while."""

    bot: Bot
    fetch: Fetch
    process: Process
    failed: Callable[[TelegramError], None]
    hold: Callable[[float], None]
    at_once: int = AT_ONCE
    kept: int = KEPT
    window: Window = field(default_factory=Window)
    _lines: dict[Hashable, deque[Update]] = field(default_factory=dict)
    """By chat: its update at work, and those behind that."""
    _unfinished: set[int] = field(default_factory=set)
    _workers: set[asyncio.Task[None]] = field(default_factory=set)
    _progress: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever an update was dealt with."""
    _reader: asyncio.Task[Any] | None = None

    async def run(self) -> None:
        """Until it is drained or cancelled. Begun anew it goes on where it was."""
        self._reader = asyncio.current_task()
        wait = rest = 0.0
        while True:
            try:
                found, news = await self._look()
                wait = LATEST_S if found >= MANY else SOONEST_S if news else min(2 * wait, LATEST_S)
                await self._confirm_while(self._is_busy, wait)
                await self._confirm_while(self._is_full)  # the rest stays at Telegram
            except TelegramError as error:
                self.failed(error)
                rest = pause_after(error, rest)
                await asyncio.sleep(rest)
            else:
                rest = 0.0

    async def drain(self, seconds: float) -> None:
        """Takes nothing more, waits so long for what is at work, and tells Telegram how far that came."""
        if self._reader is None:
            return
        self._reader.cancel()
        await asyncio.wait({self._reader})
        if await self._lasts(self._is_at_work, seconds - LEAVE_S):
            self.hold(seconds)
            await self._lasts(self._is_at_work, LEAVE_S)
        await self._cut_short()
        if self.window.offset:
            with suppress(TelegramError, TimeoutError):  # then what was dealt with last comes once more
                async with asyncio.timeout(CONFIRM_S):
                    await self._fetch(1, 0)

    async def _look(self) -> tuple[int, bool]:
        """Takes what Telegram has: how many those were, and whether any was new."""
        found = await self._fetch(MOST, 0 if self.window.is_open else LONG_S)
        news = self._take(found)
        if len(found) >= MOST and not news:
            self.window.pass_over(asyncio.get_running_loop().time())
        return len(found), news

    async def _fetch(self, most: int, seconds: int) -> Sequence[Any]:
        offset = self.window.offset
        found = await self.fetch(offset, most, seconds)
        self.window.confirm(offset)
        return found

    async def _confirm_while(self, lasts: Callable[[], bool], seconds: float = math.inf) -> None:
        """Waits while something lasts, so long at most; Telegram hears meanwhile what was dealt with."""
        clock = asyncio.get_running_loop().time
        until, confirmed = clock() + seconds, self.window.offset
        while await self._lasts(lasts, min(until - clock(), CONFIRM_EVERY_S)) and clock() < until:
            if self.window.offset != confirmed:
                confirmed = self.window.offset
                await self._fetch(1, 0)  # what this brings is left: nothing confirms it

    def _take(self, found: Sequence[Any]) -> bool:
        now, news = asyncio.get_running_loop().time(), False
        for raw in found:
            number = raw["update_id"]
            if number in self.window:
                continue
            update = read_update(raw, self.bot)
            place = place_of(update)
            chat: Hashable = (number,) if place is None else place.id
            if not self._has_room(chat):
                break
            news = True
            self.window.take(number, chat, now)
            if update is None:
                self.window.finish(number)
            else:
                self._line_up(chat, update)
        return news

    def _has_room(self, chat: Hashable) -> bool:
        return len(self._unfinished) < self.kept and (chat in self._lines or len(self._lines) < self.at_once)

    def _is_busy(self) -> bool:
        return self.window.is_open

    def _is_full(self) -> bool:
        return len(self._lines) >= self.at_once or len(self._unfinished) >= self.kept

    def _is_at_work(self) -> bool:
        return bool(self._unfinished)

    def _line_up(self, chat: Hashable, update: Update) -> None:
        self._unfinished.add(update.update_id)
        if chat in self._lines:
            self._lines[chat].append(update)
            return
        self._lines[chat] = deque([update])
        worker = asyncio.create_task(self._work_off(chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work_off(self, chat: Hashable) -> None:
        line = self._lines[chat]
        while line:
            await work_through(self.process, line[0])
            number = line.popleft().update_id
            if not line:
                del self._lines[chat]
            self._unfinished.discard(number)
            self.window.finish(number)
            self._progress.set()

    async def _lasts(self, lasts: Callable[[], bool], seconds: float) -> bool:
        """Waits so long for something to end that ends when updates are dealt with: whether it lasts still."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while lasts():
                    self._progress.clear()
                    await self._progress.wait()
        return lasts()

    async def _cut_short(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if given_up := sum(not self.window.holds(number) for number in self._unfinished):
            log.warning("stopped in the middle of updates that do not come again", count=given_up)


def pause_after(error: TelegramError, last: float) -> float:
    """Seconds until fetching is tried again; `last`: those after the failure before, if that was one."""
    match error:
        case RetryAfter():
            return seconds_asked(error) + SLACK_S
        case InvalidToken():
            return LONGEST_PAUSE_S
        case TimedOut():
            return 0.0
    return min(1.5 * last, LONGEST_PAUSE_S) or FIRST_PAUSE_S
