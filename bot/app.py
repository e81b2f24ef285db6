"""The composition root: builds everything that the bot consists of."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest

from bot.alerts import Alerts
from bot.config import Settings
from bot.datafiles import DataFiles
from bot.domain.names import load_index
from bot.gateway.order import ChatOrder
from bot.gateway.pacing import Pacing
from bot.handlers import (
    audit,
    basics,
    broadcasts,
    channels,
    documents,
    find,
    inline,
    nearest,
    news,
    publishing,
    reports,
    roles,
    stats,
    tables,
)
from bot.handlers.errors import on_error
from bot.handlers.house import House, Live, Watch
from bot.loading import open_directory, shelve_pages
from bot.receiving import Bot
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.questions import Questions
from bot.texts.bulletins import standing_notice
from bot.texts.catalog import DEFAULT, Catalog


async def build_house(
    settings: Settings, database: Database, clock: Callable[[], datetime], catalog: Catalog, watch: Watch
) -> House:
    directory = await open_directory(database, settings.data_dir, clock())
    index = load_index().with_aliases(directory.aliases)
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
        watch=watch,
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
        .updater(None)
        .concurrent_updates(ChatOrder(desk=house.admins))
        .build()
    )
    # The order is the order of precedence: what a command or a button says is never taken for a question.
    desk = (stats, audit, roles, reports, broadcasts, publishing, tables, documents)
    for module in (channels, basics, news, nearest, *desk, find, inline):
        application.add_handlers(module.handlers(house))
    application.add_error_handler(partial(on_error, house, Alerts(application.bot, house)))
    return application


def now() -> datetime:
    """The clock of the program; everything else is told the time."""
    return datetime.now(UTC)
