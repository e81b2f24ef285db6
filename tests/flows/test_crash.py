"""The program killed in the middle of a bulletin, again and again: nobody is left out."""

import asyncio
import os
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.config import Settings
from bot.domain.broadcasts import Stage
from bot.domain.delivery import State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.storage import outbox, shelf, subscriptions
from bot.storage.outbox import Published
from bot.storage.tables import deliveries
from tests import zygote
from tests.fake_telegram import FakeTelegram
from tests.steady import PATIENCE_S

KILLED_AFTER = (30, 70, 110)
READERS = range(1001, 1201)
"""More than are under way at once when it is killed for the last time, so that some are left however late that is."""
RATE = 100
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))


async def start(settings: Settings, telegram: FakeTelegram) -> Process:
    variables = {
        "PATH": os.environ["PATH"],
        "BOT_TOKEN": telegram.token,
        "BOT_API_URL": telegram.url,
        "BOT_STATE_DIR": str(settings.state_dir),
        "BOT_DATABASE_URL": settings.database,
        "BOT_DATA_DIR": str(settings.data_dir),
        "BOT_SEND_RATE": str(RATE),
        "BOT_LISTEN": "127.0.0.1:0",
    }
    return await zygote.start(settings.state_dir, "run", **variables)


async def publish(settings: Settings) -> int:
    now = datetime.now(UTC)
    async with open_database(settings) as database:
        for reader in READERS:
            await subscriptions.start(database, reader, "private", "en", now)
        published = await outbox.publish(database, NEWS, urgent=False, now=now)
    assert isinstance(published, Published)
    assert published.reached == len(READERS)
    return published.number


async def under_way(settings: Settings) -> set[int]:
    """The chats whose message is leased: it may have been sent, and nothing says so yet."""
    async with open_database(settings) as database, database.read() as connection:
        return set(await connection.scalars(select(deliveries.c.chat_id).where(deliveries.c.state == State.LEASED)))


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if happened():
                return
            await asyncio.sleep(0.005)


async def until_finished(settings: Settings, number: int) -> dict[State, int]:
    async with open_database(settings) as database, asyncio.timeout(PATIENCE_S):
        while True:
            stored = await shelf.get(database, number)
            if stored is not None and stored.stage is Stage.DONE:
                return (await outbox.report(database, number)).counts
            await asyncio.sleep(0.05)


def arrived(telegram: FakeTelegram) -> Counter[int]:
    return Counter(message.room.id for message in telegram.sent)


async def test_killed_three_times_it_loses_nobody_and_repeats_only_what_was_under_way(
    settings: Settings, telegram: FakeTelegram, data: Path
) -> None:
    telegram.accept_anyone = True
    number = await publish(settings)
    repeatable: Counter[int] = Counter()
    for count in KILLED_AFTER:
        process = await start(settings, telegram)
        await until(lambda: len(arrived(telegram)) >= count)  # noqa: B023 - awaited in its own round
        await zygote.kill(process)
        assert len(arrived(telegram)) < len(READERS)
        repeatable.update(await under_way(settings))
    process = await start(settings, telegram)
    assert await until_finished(settings, number) == {State.SENT: len(READERS)}
    process.terminate()
    await process.wait()
    got = arrived(telegram)
    assert set(got) == set(READERS)
    assert all(times <= 1 + repeatable[reader] for reader, times in got.items())
