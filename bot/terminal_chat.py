"""The same bot as a chat in this terminal, without Telegram and without network."""

import dataclasses
import sys
from typing import Final

from telegram import User

from bot.app import build_application, build_house, now
from bot.config import Settings
from bot.gateway.console import ConsoleRequest
from bot.gateway.console_chat import converse
from bot.gateway.console_wording import Wording
from bot.gateway.terminal import Screen, is_terminal, standard_input
from bot.opening import open_database
from bot.texts.catalog import Words

BOT: Final = User(id=1, is_bot=True, first_name="Embassy Finder", username="embassy_finder_bot")
TOKEN: Final = f"{BOT.id}:terminal"
"""Stands where the library wants a token; it opens nothing."""


async def run_in_terminal(settings: Settings, user_id: int, language: str) -> None:
    """Answers standard input to its end."""
    async with open_database(settings) as database:
        house = await build_house(settings, database, now)
        person = User(id=user_id, is_bot=False, first_name="You", language_code=language)
        interactive = is_terminal()
        screen = Screen(sys.stdout, interactive=interactive, color=sys.stdout.isatty())
        wording = _wording(house.catalog.words((await house.chats.get(user_id)).language, language))
        console = ConsoleRequest(bot=BOT, person=person, screen=screen, wording=wording, now=now)
        application = build_application(house, TOKEN, settings.api_url, console, console)
        async with application:
            await application.start()
            try:
                await converse(application, console, standard_input(screen))
            finally:
                await application.stop()


def _wording(words: Words) -> Wording:
    return Wording(**{field.name: words.raw(f"console.{field.name}") for field in dataclasses.fields(Wording)})
