"""What every handler works with, and the few questions they all ask."""

from asyncio import Lock
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import CallbackContext, ExtBot

from bot.domain.editions import Edition
from bot.domain.missions import Directory
from bot.domain.names import NameIndex
from bot.domain.troubles import Troubles
from bot.handlers.files import Files
from bot.storage.chats import Chat, Chats
from bot.storage.database import Database
from bot.storage.questions import Questions
from bot.texts.catalog import Catalog, Words

READY: Final = 2
"""How many editions that were shown are held in memory."""

Watch = Callable[[int, int, int, str], None]
Context = CallbackContext[ExtBot[None], dict[object, object], dict[object, object], dict[object, object]]


@dataclass(frozen=True, slots=True)
class Live:
    """The tables and the index that questions are answered from; replaced as one."""

    directory: Directory
    index: NameIndex


@dataclass(slots=True)
class House:
    """The parts of the running bot. Only `live` is ever replaced."""

    live: Live
    database: Database
    chats: Chats
    catalog: Catalog
    admins: frozenset[int]
    zone: ZoneInfo
    clock: Callable[[], datetime]
    send_rate: float
    watch: Watch
    """From now on this message of this chat shows how far this bulletin has got, in this language."""
    questions: Questions
    files: Files
    troubles: Troubles = field(default_factory=Troubles)
    replacing: Lock = field(default_factory=Lock)
    """Held while `live` is replaced."""
    ready: dict[int, Edition] = field(default_factory=dict)
    """The editions shown last, by number; they need not be read again when they are agreed to."""

    def keep_ready(self, edition: Edition) -> None:
        self.ready[edition.directory.edition] = edition
        while len(self.ready) > READY:
            del self.ready[next(iter(self.ready))]

    async def chat(self, update: Update) -> Chat:
        """The choices of the chat in which the update happened; of the person where there is no chat (inline)."""
        place = update.effective_chat or update.effective_user
        return await self.chats.get(place.id) if place is not None else Chat(0)

    async def words(self, update: Update) -> Words:
        """The language of the chat, as chosen there, else that of the person's Telegram."""
        chat = await self.chat(update)
        person = update.effective_user
        return self.catalog.words(chat.language, person.language_code if person is not None else None)
