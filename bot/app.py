"""The composition root: builds everything, starts and stops it in order."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ExtBot
from telegram.request import BaseRequest

from bot.alerts import Alerts
from bot.carrier import Carrier
from bot.config import Settings, bundled
from bot.datafiles import DataFiles
from bot.domain.names import load_index
from bot.editor import Editor
from bot.gateway.limits import UNPAID_RATE
from bot.gateway.order import ChatOrder
from bot.gateway.pacing import Pacing
from bot.gateway.transport import Transport
from bot.handlers import (
    basics,
    broadcasts,
    documents,
    find,
    inline,
    nearest,
    news,
    publishing,
    reports,
    tables,
    watch,
)
from bot.handlers.commands import publish_commands, publish_desk
from bot.handlers.errors import on_error
from bot.handlers.house import House, Live
from bot.loading import open_directory, shelve_pages
from bot.memory import set_aside, take_back
from bot.storage import schema
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.questions import Questions
from bot.texts.bulletins import standing_notice
from bot.texts.catalog import DEFAULT, Catalog
from bot.workers.counting import Counting
from bot.workers.newswatch import Newswatch
from bot.workers.progress import Progress
from bot.workers.sender import Sender
from bot.workers.upkeep import Upkeep

STOP_S: Final = 1.5
"""How long stopping may take before it is cut short."""
YIELD_S: Final = 0.001
"""How soon work in a thread lets an answer pass; Python's own 5 ms is felt at each of an answer's many steps."""
UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]

log = structlog.get_logger(__name__)

Bot = Application[Any, Any, Any, Any, Any, Any]


class StartFailed(Exception):
    """The bot cannot start; the text is one line for a person and has no secret."""


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, ready to use: an embedded one is brought to the newest schema, a served one must have it."""
    database = Database(settings.database)
    try:
        await database.open()
        if database.is_sqlite:
            await schema.migrate(database)
        elif not await schema.is_current(database):
            raise StartFailed(f"the database {database.name} has an older schema: run `embassy-bot migrate` first")
        yield database
    finally:
        await database.close()


async def build_house(settings: Settings, database: Database, clock: Callable[[], datetime]) -> House:
    directory = await open_directory(database, settings.data_dir, clock())
    index = load_index().with_aliases(directory.aliases)
    catalog = Catalog(bundled("locales"))
    notice = standing_notice(catalog.words(DEFAULT))
    await shelve_pages(database, settings.data_dir / "news", notice, clock())
    return House(
        live=Live(directory, index),
        database=database,
        chats=Chats(database),
        catalog=catalog,
        admins=settings.admin_ids,
        zone=ZoneInfo(settings.timezone),
        clock=clock,
        send_rate=settings.send_rate,
        watch=lambda *_: None,
        questions=Questions(database),
        files=DataFiles(settings.data_dir, database, notice),
    )


def build_application(
    house: House,
    token: str,
    api_url: str,
    request: BaseRequest,
    polling: BaseRequest,
    pacing: Pacing | None = None,
) -> Bot:
    """The same bot, whatever it speaks through."""
    builder = ApplicationBuilder() if pacing is None else ApplicationBuilder().rate_limiter(pacing)
    application = (
        builder.token(token)
        .base_url(f"{api_url}/bot")
        .base_file_url(f"{api_url}/file/bot")
        .request(request)
        .get_updates_request(polling)
        .concurrent_updates(ChatOrder())
        .build()
    )
    # The order is the order of precedence: what a command or a button says is never taken for a question.
    for module in (basics, news, watch, reports, nearest, broadcasts, publishing, tables, documents, find, inline):
        application.add_handlers(module.handlers(house))
    application.add_error_handler(partial(on_error, house, Alerts(application.bot, house)))
    return application


async def run_on_telegram(settings: Settings) -> None:
    """Answers on Telegram until SIGTERM or SIGINT. Raises what `serving` raises."""
    stopped = _stop_signal()
    sys.setswitchinterval(YIELD_S)
    async with serving(settings):
        await stopped.wait()
        log.info("stopping")


@asynccontextmanager
async def serving(settings: Settings, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Bot]:
    """The bot at work on Telegram, for as long as the block lasts.

    Raises StartFailed, and what opening the database and the data raises.
    """
    assert settings.token is not None  # noqa: S101 - the command line asks for it first
    async with open_database(settings) as database:
        with set_aside():
            house = await build_house(settings, database, clock or now)
        token = settings.token.get_secret_value()
        requests = Transport(), Transport()
        application = build_application(house, token, settings.api_url, *requests, Pacing(settings.send_rate))
        progress = _progress(application.bot, house, settings)
        work: list[asyncio.Task[None]] = []
        try:
            await _start(application, settings)
            work += [asyncio.create_task(part) for part in _work(application.bot, house, settings)]
            work.append(asyncio.create_task(progress.run()))
            log.info("the bot answers", username=application.bot.username, edition=house.live.directory.edition)
            yield application
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await _stop(application)
            for request in requests:  # the library closes them only where its own start went well
                await request.shutdown()
            take_back()


def _work(bot: ExtBot[Any], house: House, settings: Settings) -> list[Coroutine[Any, Any, None]]:
    """What runs beside the chat."""
    alert = Alerts(bot, house)
    sender = Sender(
        database=house.database,
        carry=Carrier(bot, house.clock, paid=settings.send_rate > UNPAID_RATE),
        alert=alert,
        catalog=house.catalog,
        directory=lambda: house.live.directory,
        clock=house.clock,
        zone=house.zone,
        rate=settings.send_rate,
    )
    newswatch = Newswatch(
        database=house.database,
        feeds=lambda: house.live.directory.feeds,
        alert=alert,
        clock=house.clock,
        allow_private=settings.allow_private_fetch,
    )
    upkeep = Upkeep(database=house.database, alert=alert, clock=house.clock)
    counting = Counting(database=house.database, questions=house.questions, clock=house.clock)
    return [
        publish_commands(bot, house.catalog),
        publish_desk(bot, house),
        sender.run(),
        newswatch.run(),
        upkeep.run(),
        counting.run(),
    ]


def _progress(bot: ExtBot[Any], house: House, settings: Settings) -> Progress:
    """What keeps the operators' messages about broadcasts true; ready before the first of them is written."""
    progress = Progress(
        database=house.database,
        catalog=house.catalog,
        edit=Editor(bot),
        clock=house.clock,
        rate=settings.send_rate,
        timer=time.monotonic,
    )
    house.watch = progress.watch
    return progress


async def _start(application: Bot, settings: Settings) -> None:
    try:
        await application.initialize()
        assert application.updater is not None  # noqa: S101 - built with one
        await application.updater.start_polling(
            allowed_updates=UPDATES, error_callback=_polling_error, bootstrap_retries=0
        )
    except InvalidToken:
        raise StartFailed(f"{settings.api_url} refuses BOT_TOKEN: take the token from @BotFather") from None
    except TelegramError as error:
        raise StartFailed(f"cannot reach the Bot API at {settings.api_url}: {error.message}") from None
    await application.start()


async def _stop(application: Bot) -> None:
    if application.updater is not None and application.updater.running:
        await application.updater.stop()
    if application.running:
        await application.stop()
    await application.shutdown()


def _polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        log.error("another process polls with the same token: stop one of them; waiting")
    else:
        log.warning("no updates from Telegram, trying again", reason=type(error).__name__)


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


def now() -> datetime:
    """The clock of the program; everything else is told the time."""
    return datetime.now(UTC)
