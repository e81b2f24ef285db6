"""Two who receive with one token, and a webhook that somebody takes away."""

import asyncio

from structlog.testing import capture_logs
from telegram.error import Conflict, NetworkError
from telegram.ext import ExtBot

from bot.config import Settings
from bot.gateway.transport import Transport
from bot.receiving import REPEAT_S, PollingErrors, keep_webhook, set_webhook
from bot.serving import serving
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import eventually

URL = "http://127.0.0.1:1/updates"
SECRET = "a-secret"


def test_a_conflict_is_told_once_and_again_after_a_long_while() -> None:
    now = 1000.0
    told = PollingErrors(lambda: now)
    with capture_logs() as logs:
        for _ in range(100):
            told(Conflict("terminated by other getUpdates request"))
            now += REPEAT_S / 100
        assert len(logs) == 1
        told(Conflict("terminated by other getUpdates request"))
        assert [line["log_level"] for line in logs] == ["error", "error"]
        told(NetworkError("down"))
    assert logs[-1]["log_level"] == "warning"


async def test_two_that_poll_get_one_clear_line_each_and_wait(
    telegram: FakeTelegram, settings: Settings, ada: Person
) -> None:
    with capture_logs() as logs:
        async with serving(settings), serving(settings):

            async def both_were_refused() -> bool:
                return telegram.updates.conflicts >= 3

            await eventually(both_were_refused)
            lines = [line["event"] for line in logs if "another process receives" in line["event"]]
            assert 1 <= len(lines) <= 2
            assert len(telegram.calls_of("getUpdates")) < 12
            await ada.say("germany")
            assert "Germany" in (await ada.reply()).text


async def test_a_webhook_that_was_taken_away_is_set_again(telegram: FakeTelegram) -> None:
    url = f"{telegram.url}/bot"
    async with ExtBot(telegram.token, url, request=Transport(), get_updates_request=Transport()) as bot:
        await set_webhook(bot, URL, SECRET, asyncio.sleep)
        keeping = asyncio.create_task(keep_webhook(bot, URL, SECRET, look_every=0.01))
        await bot.delete_webhook()

        async def is_set_again() -> bool:
            return telegram.updates.webhook is not None and telegram.updates.webhook.url == URL

        await eventually(is_set_again)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await bot.delete_webhook()
