"""The real bot against the fake Bot API: nothing between them but HTTP on 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from bot.config import Settings, bundled
from bot.receiving import Bot
from bot.serving import serving
from tests.fake_telegram import FakeTelegram, Message, Person

ADMIN = 4711


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The bundled data without its feeds, which lie outside."""
    folder = tmp_path / "data"
    folder.mkdir()
    for path in bundled("data").iterdir():
        if path.name != "feeds.csv":
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def settings(telegram: FakeTelegram, tmp_path: Path, data: Path) -> Settings:
    return Settings(
        data_dir=data,
        token=SecretStr(telegram.token),
        api_url=telegram.url,
        state_dir=tmp_path / "state",
        admin_ids=frozenset({ADMIN}),
    )


@pytest.fixture
async def bot(settings: Settings, now: datetime) -> AsyncIterator[Bot]:
    async with serving(settings, clock=lambda: now) as application:
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
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
