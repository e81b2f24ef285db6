"""What the admins are told without having asked."""

from dataclasses import dataclass
from typing import Any

import structlog
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.handlers.house import House
from bot.handlers.render import say
from bot.storage.database import DatabaseUnavailable
from bot.texts.messages import Message

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Alerts:
    """Tells every admin, each in the language of their chat with the bot."""

    bot: ExtBot[Any]
    house: House

    async def __call__(self, key: str, **values: object) -> None:
        await self.reach(key, **values)

    async def reach(self, key: str, **values: object) -> bool:
        """The same for who tells it again until somebody was told: whether any admin was."""
        reached = False
        for admin in self.house.admins:
            words = self.house.catalog.words(await self._language(admin))
            try:
                await say(self.bot, admin, Message(words(key, **values)))
                reached = True
            except TelegramError as error:
                log.warning("an admin could not be told", alert=key, reason=type(error).__name__)
        return reached

    async def _language(self, admin: int) -> str | None:
        """None where the database is away: that is told in English rather than not at all."""
        try:
            return (await self.house.chats.get(admin)).language
        except DatabaseUnavailable:
            return None
