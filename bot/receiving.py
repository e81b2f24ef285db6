"""How updates come in: fetched from Telegram, or brought by it to the webhook."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from telegram import Update
from telegram.error import Conflict, RetryAfter, TelegramError
from telegram.ext import Application, ExtBot

Bot = Application[Any, Any, Any, Any, Any, Any]

UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]
CONNECTIONS: Final = 100
"""How many updates Telegram brings at a time, the most it offers."""
SET_TRIES: Final = 5
LOOK_EVERY_S: Final = 30.0
REPEAT_S: Final = 600.0
"""How often it is said again that somebody else polls with the same token."""

log = structlog.get_logger(__name__)


async def poll(application: Bot) -> None:
    """Begins to fetch updates. Raises TelegramError."""
    assert application.updater is not None  # noqa: S101 - built with one
    await application.updater.start_polling(
        allowed_updates=UPDATES, error_callback=PollingErrors(time.monotonic), bootstrap_retries=0
    )


@dataclass(slots=True)
class PollingErrors:
    """Says once what is wrong with fetching; the library waits longer after each failure, half a minute at most."""

    timer: Callable[[], float]
    _conflict_told: float | None = None

    def __call__(self, error: TelegramError) -> None:
        if not isinstance(error, Conflict):
            log.warning("no updates from Telegram, trying again", reason=type(error).__name__)
            return
        now = self.timer()
        if self._conflict_told is None or now - self._conflict_told >= REPEAT_S:
            self._conflict_told = now
            log.error("another process receives with the same token: stop one of them; waiting for it to end")


async def set_webhook(bot: ExtBot[Any], url: str, secret: str, wait: Callable[[float], Awaitable[None]]) -> None:
    """Tells Telegram where to bring updates; all replicas say the same. Raises TelegramError."""
    for left in reversed(range(SET_TRIES)):
        try:
            await bot.set_webhook(url, secret_token=secret, allowed_updates=UPDATES, max_connections=CONNECTIONS)
        except RetryAfter as refusal:
            if not left:
                raise
            pause = refusal.retry_after
            await wait(pause.total_seconds() if isinstance(pause, timedelta) else float(pause))
        else:
            return


async def keep_webhook(bot: ExtBot[Any], url: str, secret: str, look_every: float = LOOK_EVERY_S) -> None:
    """Sets the webhook again when something has taken it away, such as a bot that was started without one."""
    while True:
        await asyncio.sleep(look_every)
        with suppress(TelegramError):
            info = await bot.get_webhook_info()
            if info.url != url:
                log.error("the webhook was taken away, setting it again: does another process poll with this token?")
                await set_webhook(bot, url, secret, asyncio.sleep)
            elif info.last_error_message and info.pending_update_count > CONNECTIONS:
                log.warning(
                    "updates pile up at Telegram", waiting=info.pending_update_count, reason=info.last_error_message
                )
