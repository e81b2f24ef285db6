"""The real bot against the fake Bot API: nothing between them but HTTP on 127.0.0.1."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from bot.app import build_house
from bot.config import Settings, bundled
from bot.gateway.limits import Allowance
from bot.opening import open_database
from bot.receiving import Bot
from bot.serving import serving
from bot.texts.catalog import Catalog
from tests import postgres
from tests.conftest import NOW
from tests.fake_telegram import FakeTelegram, Message, Person
from tests.steady import PATIENCE_S

ADMIN = 4711
RATE = 1000.0
GENEROUS = Allowance(unpaid_rate=RATE, chat_pace=0.0)
"""What a server takes that has no limits of its own, as FakeTelegram unless it is given some: nobody waits for them."""


@pytest.fixture(autouse=True)
def short_tracebacks() -> Iterator[None]:
    """As the program itself logs: the default would print every local variable, which are all the tables."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


def data_in(folder: Path) -> Path:
    """The bundled data without its feeds, which lie outside."""
    data = folder / "data"
    data.mkdir()
    for path in bundled("data").iterdir():
        if path.name != "feeds.csv":
            (data / path.name).symlink_to(path)
    return data


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return data_in(tmp_path)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory as a first start leaves it: the newest schema, the tables and the shelf of news."""
    folder = tmp_path_factory.mktemp("furnished")
    settings = Settings(data_dir=data_in(folder), state_dir=folder / "state")
    asyncio.run(furnish(settings))
    return settings.state_dir


async def furnish(settings: Settings) -> None:
    async with open_database(settings) as database:
        await build_house(settings, database, lambda: NOW, Catalog(bundled("locales")), watch=lambda *_: None)


@pytest.fixture
def furnished_sqlite(tmp_path: Path, furnished: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copytree(furnished, tmp_path / 'state') / 'embassy.db'}"


@pytest.fixture
async def furnished_postgresql(tmp_path: Path, data: Path) -> AsyncIterator[str]:
    state = tmp_path / "state"
    state.mkdir()
    await postgres.make_template(
        "template_furnished", lambda url: furnish(Settings(data_dir=data, state_dir=state, database_url=url))
    )
    async with postgres.fresh_database("template_furnished") as url:
        yield url


@pytest.fixture
def furnished_url(request: pytest.FixtureRequest, kind_of_database: str) -> str:
    """The address of a database as a first start leaves it, once of each kind."""
    url: str = request.getfixturevalue(f"furnished_{kind_of_database}")
    return url


@pytest.fixture
def settings(telegram: FakeTelegram, tmp_path: Path, data: Path, furnished_url: str) -> Settings:
    """Those of a bot that was started before and stopped again, once on each database."""
    return Settings(
        data_dir=data,
        database_url=furnished_url,
        token=SecretStr(telegram.token),
        api_url=telegram.url,
        state_dir=tmp_path / "state",
        admin_ids=frozenset({ADMIN}),
        send_rate=RATE,
        listen="127.0.0.1:0",
    )


def at_work(settings: Settings, clock: Callable[[], datetime]) -> AbstractAsyncContextManager[Bot]:
    """The bot for as long as the block lasts, in no fear of limits; what keeps to them is tested where it is made."""
    return serving(settings, clock, GENEROUS)


@pytest.fixture
async def bot(settings: Settings, now: datetime) -> AsyncIterator[Bot]:
    async with at_work(settings, lambda: now) as application:
        yield application


@pytest.fixture
def ada(telegram: FakeTelegram) -> Person:
    return telegram.user(language_code="en", first_name="Ada")


@pytest.fixture
def ivan(telegram: FakeTelegram) -> Person:
    return telegram.user(language_code="ru", first_name="Иван")


async def tap(person: Person, label: str) -> Message:
    """Presses a button and returns what the bot then sends or changes."""
    await person.press(label)
    return await person.reply()


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Waits until something holds in the database, which tells nobody when it changes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
