"""How updates come in: fetched from Telegram, or brought by it to the webhook."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application, ExtBot
from telegram.request import BaseRequest

from bot.gateway.pacing import seconds_asked

Bot = Application[Any, Any, Any, Any, Any, Any]

UPDATES: Final = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]
CONNECTIONS: Final = 100
"""How many updates Telegram brings at a time, the most it offers."""
ANSWER_S: Final = 5.0
"""How much longer than it was to wait Telegram may take to answer."""
SET_TRIES: Final = 5
LOOK_EVERY_S: Final = 30.0
REPEAT_S: Final = 600.0
"""How often it is said again that somebody else polls with the same token."""

log = structlog.get_logger(__name__)


async def fetch(bot: ExtBot[Any], requests: BaseRequest, offset: int, most: int, seconds: int) -> Sequence[Any]:
    """getUpdates. Raises TelegramError.

    The bot's own method fails for all updates where it cannot read one, and writes what they say into the log.
    """
    wanted = {"offset": offset, "limit": most, "timeout": seconds, "allowed_updates": json.dumps(UPDATES)}
    found = await requests.post(f"{bot.base_url}/getUpdates?{urlencode(wanted)}", read_timeout=seconds + ANSWER_S)
    assert isinstance(found, list)  # noqa: S101 - as the Bot API says
    return found


@dataclass(slots=True)
class PollingErrors:
    """Says what is wrong with fetching, and once what lasts."""

    timer: Callable[[], float]
    _conflict_told: float | None = None

    def __call__(self, error: TelegramError) -> None:
        match error:
            case Conflict():
                self._tell_of_conflict()
            case InvalidToken():
                log.error("Telegram refuses the token now: set the new one and start again")
            case TimedOut():
                pass  # it was long asked to answer, and is asked again at once
            case _:
                log.warning("no updates from Telegram, trying again", reason=type(error).__name__)

    def _tell_of_conflict(self) -> None:
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
            await wait(seconds_asked(refusal))
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
