"""The program killed in the middle of a bulletin, again and again: nobody is left out."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.config import Settings
from bot.domain.delivery import State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.storage import bulletins, outbox, subscriptions
from bot.storage.bulletins import Stage
from bot.storage.outbox import Published
from bot.storage.tables import deliveries
from tests.fake_telegram import FakeTelegram

READERS = range(1001, 1151)
KILLED_AFTER = (30, 70, 110)
RATE = 100
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))


async def start(settings: Settings, telegram: FakeTelegram) -> Process:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "BOT_TOKEN": telegram.token,
        "BOT_API_URL": telegram.url,
        "BOT_STATE_DIR": str(settings.state_dir),
        "BOT_DATABASE_URL": settings.database,
        "BOT_DATA_DIR": str(settings.data_dir),
        "BOT_SEND_RATE": str(RATE),
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env=environment,
        cwd=settings.state_dir,
    )  # fmt: skip


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
    async with asyncio.timeout(20):
        while True:
            if happened():
                return
            await asyncio.sleep(0.005)


async def until_finished(settings: Settings, number: int) -> dict[State, int]:
    async with open_database(settings) as database, asyncio.timeout(20):
        while True:
            stored = await bulletins.get(database, number)
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
        process.kill()
        await process.wait()
        assert len(arrived(telegram)) < len(READERS)
        repeatable.update(await under_way(settings))
    process = await start(settings, telegram)
    assert await until_finished(settings, number) == {State.SENT: len(READERS)}
    process.terminate()
    await process.wait()
    got = arrived(telegram)
    assert set(got) == set(READERS)
    assert all(times <= 1 + repeatable[reader] for reader, times in got.items())
