"""A bot with Pacing against the server's own limits, over real sockets; the server alone judges what came too soon.

Both go by the clock of the event loop that they share. It does not count standing still: what is held up on the way for
longer than Telegram ever does would come too close to what follows.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram.error import RetryAfter
from telegram.ext import ExtBot

from bot.gateway.limits import CHAT_BURST
from bot.gateway.pacing import Broadcast, Pacing, Priority
from bot.gateway.transport import Transport
from tests.fake_telegram import TOKEN, FakeTelegram, Faults, Limits

BURST = CHAT_BURST
PAID = 90
"""Far above what is free, and far below what one process that is both bot and server can do on a slow machine: one that
cannot keep up takes longer over a call than Telegram ever does."""


def clock() -> float:
    return asyncio.get_running_loop().time()


def limits_of_telegram() -> Limits:
    limits = Limits.real(burst_in_chat=BURST)
    limits.clock = clock
    return limits


@pytest.fixture(autouse=True)
def _ptb_tells_time_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@asynccontextmanager
async def a_bot(telegram: FakeTelegram, pacing: Pacing) -> AsyncIterator[ExtBot[Priority | Broadcast]]:
    async with ExtBot(TOKEN, f"{telegram.url}/bot", request=Transport(), rate_limiter=pacing) as bot:
        yield bot


async def broadcast(bot: ExtBot[Priority | Broadcast], chat: int, *, paid: bool = False) -> None:
    await bot.send_message(chat, "Новость", allow_paid_broadcast=paid, rate_limit_args=Priority.BROADCAST)


async def test_nothing_is_refused_at_thirty_a_second() -> None:
    async with FakeTelegram(limits=limits_of_telegram(), accept_anyone=True) as telegram:
        pacing = Pacing(clock=clock)
        async with a_bot(telegram, pacing) as bot:
            await asyncio.gather(*(broadcast(bot, chat) for chat in range(1, 46)))
        assert telegram.limits.refused == 0
        assert len(telegram.sent) == pacing.counters.sent == 45


async def test_nothing_is_refused_in_one_chat_or_group() -> None:
    async with FakeTelegram(limits=limits_of_telegram(), accept_anyone=True) as telegram:
        group = telegram.group()
        async with a_bot(telegram, Pacing(clock=clock)) as bot:
            replies = [bot.send_message(chat, "Здесь") for chat in (1, 1, 1, 1, group.id, group.id)]
            await asyncio.gather(*replies, broadcast(bot, 1), broadcast(bot, 2))
        assert telegram.limits.refused == 0
        assert telegram.user(1).received == 5
        assert group.received == 2


async def test_nothing_is_refused_when_the_rate_is_paid_for() -> None:
    limits = Limits(per_second=30, per_second_paid=PAID, per_second_in_chat=1, burst_in_chat=BURST, clock=clock)
    async with FakeTelegram(limits=limits, accept_anyone=True) as telegram:
        async with a_bot(telegram, Pacing(PAID, clock=clock)) as bot:
            replies = (bot.send_message(chat, "Здесь") for chat in range(1, 36))
            await asyncio.gather(*(broadcast(bot, chat, paid=True) for chat in range(100, 210)), *replies)
        assert limits.refused == 0
        assert len(telegram.sent) == 145


async def test_halt_is_obeyed_and_replies_come_through_after_it() -> None:
    faults = Faults(halt_at=10, halt_for=1, clock=clock)
    async with FakeTelegram(faults=faults, accept_anyone=True) as telegram:
        pacing = Pacing(clock=clock)
        async with a_bot(telegram, pacing) as bot:
            bulletin = [asyncio.ensure_future(broadcast(bot, chat)) for chat in range(100, 140)]
            await asyncio.gather(*(bot.send_message(chat, "Здесь") for chat in range(1, 21)))
            for sending in bulletin[10:]:
                sending.cancel()
            results = await asyncio.gather(*bulletin, return_exceptions=True)
        given_back = sum(isinstance(result, RetryAfter) for result in results)
        assert {message.room.id for message in telegram.sent} >= set(range(1, 21))
        assert pacing.counters.refused == faults.sends_in_halt
        # Those under way when it began; a bot that goes on would have sent thirty in that second.
        assert 1 <= faults.sends_in_halt < 10
        assert len(telegram.sent) == pacing.counters.sent == 20 + sum(result is None for result in results)
        assert given_back < 10
