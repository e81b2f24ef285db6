"""The same bot as a chat in this terminal, without Telegram and without network."""

import dataclasses
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final

from telegram import User

from bot.app import build_application, build_house, now
from bot.config import Settings, bundled
from bot.gateway.console import ConsoleRequest
from bot.gateway.console_chat import converse
from bot.gateway.console_wording import Wording
from bot.gateway.terminal import Screen, is_terminal, standard_input
from bot.opening import open_database
from bot.texts.catalog import Catalog, Words

BOT: Final = User(id=1, is_bot=True, first_name="Embassy Finder", username="embassy_finder_bot")
TOKEN: Final = f"{BOT.id}:terminal"
"""Stands where the library wants a token; it opens nothing."""


async def run_in_terminal(settings: Settings, user_id: int, language: str) -> None:
    """Answers standard input to its end."""
    async with open_database(settings) as database:
        house = await build_house(settings, database, now, Catalog(bundled("locales")), watch=_leave_standing)
        person = User(id=user_id, is_bot=False, first_name="You", language_code=language)
        interactive = is_terminal()
        screen = Screen(sys.stdout, interactive=interactive, color=sys.stdout.isatty())

        async def wording() -> Wording:
            return _wording(house.catalog.words((await house.chats.get(user_id)).language, language))

        console = ConsoleRequest(bot=BOT, person=person, screen=screen, wording=await wording(), now=now)
        application = build_application(house, TOKEN, settings.api_url, console, console)
        async with application:
            await application.start()
            try:
                await converse(application, console, _lines(standard_input(screen), console, wording))
            finally:
                await application.stop()


async def _lines(
    typed: AsyncGenerator[str, None], console: ConsoleRequest, wording: Callable[[], Awaitable[Wording]]
) -> AsyncGenerator[str, None]:
    """What is typed; by the time of the next line another language may have been chosen."""
    async with aclosing(typed):
        async for line in typed:
            console.wording = await wording()
            yield line
    console.wording = await wording()


def _leave_standing(*_: object) -> None:
    """Nothing is sent from here, so no message has to show how far it has got."""


def _wording(words: Words) -> Wording:
    return Wording(**{field.name: words.raw(f"console.{field.name}") for field in dataclasses.fields(Wording)})
