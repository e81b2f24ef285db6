"""PostgreSQL goes away under the bot and comes back: it answers meanwhile, and goes on by itself."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.config import Settings
from bot.domain.delivery import State
from bot.opening import open_database
from bot.storage import subscriptions
from bot.storage.database import Database
from bot.storage.schema import migrate
from tests.databases import ON_POSTGRESQL
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import at_work, furnish
from tests.flows.test_news import ITEM, counts, publish
from tests.postgres import Server, own_server

READERS = 120


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    with own_server() as server:
        server.start(synchronous_commit="on")  # what was committed outlives a crash
        yield server


@pytest.fixture
async def settings(settings: Settings, server: Server) -> Settings:
    settings = settings.model_copy(update={"database_url": server.url("postgres"), "send_rate": 100.0})
    database = Database(settings.database)
    await migrate(database)
    await database.close()
    await furnish(settings)
    return settings


@ON_POSTGRESQL
async def test_it_answers_meanwhile_and_nothing_owed_is_lost(
    settings: Settings, server: Server, telegram: FakeTelegram, ada: Person, ivan: Person, now: datetime
) -> None:
    async with open_database(settings) as database:
        readers = {telegram.user().id for _ in range(READERS)}
        for reader in readers:
            await subscriptions.start(database, reader, "private", "en", now)
    async with at_work(settings, lambda: now):
        assert "Germany" in (await ada.ask("germany")).text
        number = (await publish(settings, now)).number
        server.stop(crash=True)
        assert "Germany" in (await ada.ask("germany")).text
        assert "Германия" in (await ivan.ask("германия")).text  # whom the bot has not seen before
        assert "112" in (await ada.ask("/subscribe")).text  # the apology
        server.start(synchronous_commit="on")
        assert await counts(settings, number) == {State.SENT: READERS}
        assert "112" not in (await ada.ask("/subscribe")).text
    assert readers <= {message.room.id for message in telegram.sent if ITEM.title in message.text}
