"""The bot at work on Telegram: started and stopped in order."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog
from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.alerts import Alerts
from bot.app import build_application, build_house, now
from bot.carrier import Carrier
from bot.config import Settings
from bot.editor import Editor
from bot.gateway.answering import Answering
from bot.gateway.limits import TELEGRAM, Allowance
from bot.gateway.server import CannotListen, Server, path_of
from bot.gateway.transport import Transport
from bot.gateway.webhook import Webhook
from bot.handlers.commands import publish_commands, publish_desk
from bot.handlers.house import House
from bot.handlers.tables import catch_up
from bot.health import Health
from bot.memory import set_aside, take_back
from bot.opening import StartFailed, open_database
from bot.pace import pacing
from bot.receiving import Bot, keep_webhook, poll, set_webhook
from bot.storage import secret_values
from bot.turn import Call
from bot.workers.counting import Counting
from bot.workers.following import Following
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
            house = await build_house(settings, database, clock or now)
        token = settings.token.get_secret_value()
        requests = Answering() if settings.webhook_url else Transport(), Transport()
        pace = pacing(settings.send_rate, database, allowance, desk=settings.admin_ids)
        application = build_application(house, token, settings.api_url, *requests, pace)
        server = await _server(settings, house, application)
        progress = _progress(application.bot, house, settings)
        work: list[asyncio.Task[None]] = []
        try:
            await _start(application, server, settings)
            paid = settings.send_rate > allowance.unpaid_rate
            parts = [*_work(application.bot, house, settings, paid=paid), progress.run()]
            if server.webhook is not None:
                assert settings.webhook_url is not None  # noqa: S101 - there is a webhook only with an address
                parts.append(keep_webhook(application.bot, settings.webhook_url, server.webhook.secret))
            work += [asyncio.create_task(part) for part in parts]
            log.info("the bot answers", username=application.bot.username, edition=house.live.directory.edition)
            yield application
        finally:
            await server.drain()
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


async def _server(settings: Settings, house: House, application: Bot) -> Server:
    health = Health(house, application.bot, time.monotonic)
    server = Server(settings.listen_address, health.ready, health.refresh)
    if settings.webhook_url is not None:
        secret = await _webhook_secret(settings, house)
        server.webhook = Webhook(
            application.bot, secret, partial(_take, application), partial(_take_turn, application.bot)
        )
        server.path = path_of(settings.webhook_url)
    return server


async def _webhook_secret(settings: Settings, house: House) -> str:
    """The one that is set, else one that all replicas share."""
    if settings.webhook_secret is not None:
        return settings.webhook_secret.get_secret_value()
    return (await secret_values.secret(house.database, secret_values.WEBHOOK)).hex()


async def _take(application: Bot, update: Update) -> None:
    await application.update_processor.process_update(update, application.process_update(update))


async def _take_turn(bot: ExtBot[Any], call: Call) -> None:
    async def leave() -> bool:
        return True

    if bot.rate_limiter is not None:
        await bot.rate_limiter.process_request(leave, (), {}, call.method, call.data.parameters, None)


async def _start(application: Bot, server: Server, settings: Settings) -> None:
    try:
        await application.initialize()
        if server.webhook is None:
            await _listen(server, needed=False)
            await poll(application)
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


def _work(bot: ExtBot[Any], house: House, settings: Settings, *, paid: bool) -> list[Coroutine[Any, Any, None]]:
    """What runs beside the chat."""
    alert = Alerts(bot, house)
    sender = Sender(
        database=house.database,
        carry=Carrier(bot, house.clock, paid=paid),
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
    following = Following(database=house.database, catch_up=partial(catch_up, house), forget=partial(_forget, house))
    counting = Counting(database=house.database, questions=house.questions, clock=house.clock)
    return [
        publish_commands(bot, house.catalog),
        publish_desk(bot, house),
        following.run(),
        sender.run(),
        newswatch.run(),
        upkeep.run(),
        counting.run(),
    ]


def _forget(house: House, chat_id: int | None) -> None:
    if chat_id is None:
        house.chats.drop_all()
    else:
        house.chats.drop(chat_id)


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


async def _stop(application: Bot) -> None:
    if application.updater is not None and application.updater.running:
        await application.updater.stop()
    if application.running:
        await application.stop()
    await application.shutdown()


def _stop_signal() -> asyncio.Event:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped
