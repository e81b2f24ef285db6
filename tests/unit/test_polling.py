"""How much is taken, what is confirmed, and what comes again, with Telegram's rule of offsets."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.gateway.polling import LONGEST_PAUSE_S, MOST, Polling, pause_after
from bot.gateway.window import Window

OUTAGE = NetworkError("down")


def question(number: int, chat: int) -> dict[str, Any]:
    place = {"id": chat, "type": "private", "first_name": "Somebody"}
    return {"update_id": number, "message": {"message_id": number, "date": 1, "chat": place, "text": "germany"}}


@dataclass
class Queue:
    """What Telegram keeps until it is confirmed, and the bot's work on it, which waits for the chats in `slow`."""

    pending: list[dict[str, Any]] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    dealt_with: Counter[int] = field(default_factory=Counter)
    slow: dict[int, asyncio.Event] = field(default_factory=dict)
    failures: list[TelegramError] = field(default_factory=list)
    heard: list[TelegramError] = field(default_factory=list)
    held: bool = False
    at_work: int = 0
    most_at_work: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, *chats: int) -> None:
        first = self.pending[-1]["update_id"] + 1 if self.pending else 1
        self.pending += [question(first + index, chat) for index, chat in enumerate(chats)]
        await self.tell()

    async def fetch(self, offset: int, most: int, seconds: int) -> Sequence[Any]:
        if self.failures:
            raise self.failures.pop()
        self.pending = [update for update in self.pending if update["update_id"] >= offset]
        await self.tell()
        if not self.pending and seconds:
            await self.until(lambda: bool(self.pending))
        return self.pending[:most]

    async def process(self, update: Update) -> None:
        assert update.effective_chat is not None
        self.begun.append(update.update_id)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        await self.tell()
        try:
            if event := self.slow.get(update.effective_chat.id):
                await event.wait()
            self.dealt_with[update.update_id] += 1
        finally:
            self.at_work -= 1
        await self.tell()

    def fail(self, error: TelegramError) -> None:
        self.heard.append(error)

    def hold(self, seconds: float) -> None:
        self.held = True

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, holds: Any) -> None:
        async with self.changed:
            await self.changed.wait_for(holds)

    async def until_done(self, count: int) -> None:
        async with asyncio.timeout(10):
            await self.until(lambda: len(self.dealt_with) >= count)


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
async def polling(queue: Queue) -> AsyncIterator[Polling]:
    """At work; what is slow is passed over at once."""
    polling = Polling(Bot("1:a"), queue.fetch, queue.process, queue.fail, queue.hold, at_once=3, kept=1000)
    polling.window = Window(patience=0.0)
    reading = asyncio.create_task(polling.run())
    yield polling
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_each_is_dealt_with_once_though_it_comes_again_until_it_is_confirmed(
    polling: Polling, queue: Queue
) -> None:
    queue.slow[1] = asyncio.Event()
    await queue.put(1, 2, 3, 2, 3)
    await queue.until_done(4)
    await queue.put(4)
    await queue.until_done(5)
    assert [update["update_id"] for update in queue.pending][:1] == [1]
    queue.slow[1].set()
    async with asyncio.timeout(10):
        await queue.until(lambda: not queue.pending)
    assert queue.dealt_with == Counter(range(1, 7))


async def test_no_more_are_at_work_than_allowed(polling: Polling, queue: Queue) -> None:
    queue.slow = {chat: asyncio.Event() for chat in range(1, 4)}
    await queue.put(*range(1, 8))
    await queue.until(lambda: len(queue.begun) == 3)
    queue.slow[2].set()  # the others stay slow: one at a time goes through
    await queue.until_done(5)
    assert sorted(queue.dealt_with) == [2, 4, 5, 6, 7]
    assert queue.most_at_work == 3


async def test_one_slow_chat_holds_up_no_other_for_long(polling: Polling, queue: Queue) -> None:
    queue.slow[1] = asyncio.Event()
    await queue.put(1, *([2, 3] * MOST))
    await queue.until_done(2 * MOST)
    assert queue.begun[0] == 1
    assert 1 not in queue.dealt_with


async def test_who_writes_faster_than_he_is_answered_takes_one_place(polling: Polling, queue: Queue) -> None:
    queue.slow[1] = asyncio.Event()
    await queue.put(*([1] * 3 * MOST), 2, 3)
    await queue.until_done(2)
    queue.slow[1].set()
    await queue.until_done(3 * MOST + 2)
    assert [number for number in queue.begun if number <= 3 * MOST] == list(range(1, 3 * MOST + 1))


async def test_what_is_not_finished_when_it_stops_comes_again(polling: Polling, queue: Queue) -> None:
    queue.slow[2] = asyncio.Event()
    await queue.put(1, 2, 3)
    await queue.until_done(2)
    with capture_logs() as logs:
        await polling.drain(0.0)
    assert queue.held
    assert [update["update_id"] for update in queue.pending] == [2, 3]
    assert not logs


async def test_it_says_what_was_passed_over_and_is_cut_short(polling: Polling, queue: Queue) -> None:
    queue.slow[1] = asyncio.Event()
    await queue.put(1, *([2, 3] * MOST))
    await queue.until_done(2 * MOST)
    with capture_logs() as logs:
        await polling.drain(0.0)
    assert [(line["event"], line["count"]) for line in logs] == [
        ("stopped in the middle of updates that do not come again", 1)
    ]


async def test_what_is_nearly_finished_is_finished_before_it_stops(polling: Polling, queue: Queue) -> None:
    queue.slow[1] = asyncio.Event()
    await queue.put(1, 1, 2)
    await queue.until_done(1)
    draining = asyncio.create_task(polling.drain(10.0))
    queue.slow[1].set()
    await draining
    assert not queue.pending
    assert not queue.held
    assert queue.dealt_with == Counter([1, 2, 3])


async def test_it_stops_though_telegram_is_away(polling: Polling, queue: Queue) -> None:
    await queue.put(1)
    await queue.until_done(1)
    queue.failures += [OUTAGE]
    await polling.drain(1.0)
    assert not queue.failures


async def test_a_failure_is_told_and_fetching_goes_on(polling: Polling, queue: Queue) -> None:
    queue.failures += [TimedOut()]
    await queue.put(1)
    await queue.until_done(1)
    await queue.put(1)
    await queue.until_done(2)
    assert [type(error) for error in queue.heard] == [TimedOut]


def test_it_waits_longer_after_each_failure() -> None:
    pauses = [0.0]
    for _ in range(20):
        pauses.append(pause_after(Conflict("another"), pauses[-1]))
    assert pauses[1] == 1.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S
    assert pause_after(RetryAfter(timedelta(seconds=7)), 0.0) > 7.0
    assert pause_after(TimedOut(), 5.0) == 0.0
    assert pause_after(InvalidToken(), 0.0) == LONGEST_PAUSE_S
