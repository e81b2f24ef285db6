"""The bot at work on Telegram: started and stopped in order."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.alerts import Alerts
from bot.app import build_application, build_house, now
from bot.carrier import Carrier
from bot.config import Settings, bundled
from bot.editor import Editor
from bot.gateway.answering import Answering
from bot.gateway.limits import TELEGRAM, Allowance
from bot.gateway.pacing import Pacing
from bot.gateway.polling import Polling
from bot.gateway.server import STOP_S as STOP_WORK_S
from bot.gateway.server import CannotListen, Server, path_of
from bot.gateway.transport import Transport
from bot.gateway.webhook import Webhook
from bot.handlers.commands import publish_commands, publish_desk
from bot.handlers.errors import tell_admins
from bot.handlers.house import House
from bot.handlers.tables import catch_up
from bot.health import Health
from bot.memory import set_aside, take_back
from bot.opening import StartFailed, open_database
from bot.pace import pacing
from bot.receiving import Bot, PollingErrors, fetch, keep_webhook, set_webhook
from bot.storage import secret_values
from bot.texts.catalog import Catalog
from bot.workers.counting import Counting
from bot.workers.following import Following
from bot.workers.lasting import Lasting
from bot.workers.newswatch import Newswatch
from bot.workers.progress import Progress
from bot.workers.sender import Sender
from bot.workers.upkeep import Upkeep

STOP_S: Final = 1.5
"""How long stopping may take before it is cut short."""
YIELD_S: Final = 0.001
"""How soon work in a thread lets an answer pass; Python's own 5 ms is felt at each of an answer's many steps."""

log = structlog.get_logger(__name__)


async def run_on_telegram(settings: Settings) -> None:
    """Answers on Telegram until SIGTERM or SIGINT. Raises what `serving` raises."""
    stopped = _stop_signal()
    sys.setswitchinterval(YIELD_S)
    async with serving(settings):
        await stopped.wait()
        log.info("stopping")


@asynccontextmanager
async def serving(
    settings: Settings, clock: Callable[[], datetime] | None = None, allowance: Allowance = TELEGRAM
) -> AsyncIterator[Bot]:
    """The bot at work on Telegram, or another server with an allowance of its own, for as long as the block lasts.

    Raises StartFailed, and what opening the database and the data raises.
    """
    assert settings.token is not None  # noqa: S101 - the command line asks for it first
    async with open_database(settings) as database:
        with set_aside():
            catalog = Catalog(bundled("locales"))
            progress = Progress(database, catalog, clock or now, rate=settings.send_rate, timer=time.monotonic)
            house = await build_house(settings, database, clock or now, catalog, watch=progress.watch)
        token = settings.token.get_secret_value()
        pace = pacing(settings.send_rate, database, allowance, desk=settings.admin_ids)
        answering = Answering(pace) if settings.webhook_url else None
        requests = answering or Transport(), Transport()
        application = build_application(house, token, settings.api_url, *requests, pace)
        server = await _server(settings, house, application, answering)
        alert = Alerts(application.bot, house)
        lasting = Lasting(partial(tell_admins, house, alert), time.monotonic)
        work: list[asyncio.Task[None]] = []
        polling = _polling(application, requests[1], pace) if server.webhook is None else None
        try:
            await _start(application, server, settings)
            paid = settings.send_rate > allowance.unpaid_rate
            parts = _parts(application.bot, house, settings, alert, paid=paid) | {
                "progress": partial(progress.run, Editor(application.bot))
            }
            if server.webhook is not None:
                assert settings.webhook_url is not None  # noqa: S101 - there is a webhook only with an address
                address = settings.webhook_url, server.webhook.secret
                parts["webhook"] = partial(keep_webhook, application.bot, *address)
            if polling is not None:
                parts["polling"] = polling.run
            work += [asyncio.create_task(lasting.run(*part), name=part[0]) for part in parts.items()]
            log.info("the bot answers", username=application.bot.username, edition=house.live.directory.edition)
            yield application
        finally:
            await server.drain()
            if polling is not None:
                await polling.drain(STOP_WORK_S)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await _stop(application)
            await server.stop()
            for request in requests:  # the library closes them only where its own start went well
                await request.shutdown()
            take_back()


async def _server(settings: Settings, house: House, application: Bot, answering: Answering | None) -> Server:
    health = Health(house, application.bot, time.monotonic)
    server = Server(settings.listen_address, health.ready, health.refresh)
    if settings.webhook_url is not None and answering is not None:
        secret = await _webhook_secret(settings, house)
        take = partial(_take, application)
        server.webhook = Webhook(application.bot, secret, take, answering.leave, answering.send)
        server.path = path_of(settings.webhook_url)
    return server


async def _webhook_secret(settings: Settings, house: House) -> str:
    """The one that is set, else one that all replicas share."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    return (await secret_values.secret(house.database, secret_values.WEBHOOK)).hex()


def _polling(application: Bot, requests: BaseRequest, pace: Pacing) -> Polling:
    return Polling(
        application.bot,
        partial(fetch, application.bot, requests),
        partial(_take, application),
        PollingErrors(time.monotonic),
        pace.pause,
    )


async def _take(application: Bot, update: Update) -> None:
    await application.update_processor.process_update(update, application.process_update(update))


async def _start(application: Bot, server: Server, settings: Settings) -> None:
    try:
        await application.initialize()
        if server.webhook is None:
            await _listen(server, needed=False)
            await application.bot.delete_webhook()
        await application.start()
        if server.webhook is not None:
            await _listen(server, needed=True)
            assert settings.webhook_url is not None  # noqa: S101 - there is a webhook only with an address
            await set_webhook(application.bot, settings.webhook_url, server.webhook.secret, asyncio.sleep)
    except InvalidToken:
        raise StartFailed(f"{settings.api_url} refuses BOT_TOKEN: take the token from @BotFather") from None
    except TelegramError as error:
        raise StartFailed(f"cannot reach the Bot API at {settings.api_url}: {error.message}") from None


async def _listen(server: Server, *, needed: bool) -> None:
    try:
        await server.start()
    except CannotListen as error:
        if needed:
            raise StartFailed(f"{error}: choose another address with BOT_LISTEN") from None
        log.warning("no health page and no figures", reason=str(error))
    else:
        log.info("listening", address="{}:{}".format(*server.bound))


def _parts(
    bot: ExtBot[Any], house: House, settings: Settings, alert: Alerts, *, paid: bool
) -> dict[str, Callable[[], Awaitable[None]]]:
    """What runs beside the chat, by its name in the log and the figures."""
    sender = Sender(
        database=house.database,
        carry=Carrier(bot, house.clock, paid=paid),
        alert=alert,
        forget=house.chats.drop,
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
    upkeep = Upkeep(database=house.database, tell=alert.reach, clock=house.clock)
    following = Following(database=house.database, catch_up=partial(catch_up, house), forget=partial(_forget, house))
    counting = Counting(database=house.database, questions=house.questions, clock=house.clock)
    return {
        "menus": partial(publish_commands, bot, house.catalog),
        "menus of the desk": partial(publish_desk, bot, house),
        "following": following.run,
        "sender": sender.run,
        "newswatch": newswatch.run,
        "upkeep": upkeep.run,
        "counting": counting.run,
    }


def _forget(house: House, chat_id: int | None) -> None:
    if chat_id is None:
        house.chats.drop_all()
    else:
        house.chats.drop(chat_id)


async def _stop(application: Bot) -> None:
    if application.running:
        await application.stop()
    await application.shutdown()


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
