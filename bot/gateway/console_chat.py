"""A conversation with the bot in a terminal: typed lines become updates, one after the other."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from typing import Any, Final

from telegram import Update
from telegram.ext import Application

from bot.gateway.console import ConsoleRequest
from bot.gateway.console_buttons import Button, Does
from bot.gateway.console_markup import utf16_length

_LONGEST_MESSAGE: Final = 4096  # UTF-16 units; a Telegram app splits there
_LONGEST_INLINE_QUERY: Final = 256
_COMMAND: Final = re.compile(r"/[a-z0-9_]{1,64}(?:@[a-z0-9_]+)?", re.ASCII | re.IGNORECASE)
_PLACE: Final = re.compile(r"([+-]?\d{1,3}(?:[.,]\d{1,15})?)[\s,;]+([+-]?\d{1,3}(?:[.,]\d{1,15})?)")

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


async def converse(application: AnyApplication, console: ConsoleRequest, lines: AsyncGenerator[str, None]) -> None:
    """Answers line after line to the end of the lines, or until the screen is gone.

    The application must be started, so that handlers that do not block are waited for. A line that equals or numbers
    a shown button presses it; `/location LAT LON` shares a location; `/inline QUERY` asks in another chat.
    Raises OSError when the screen failed otherwise than by a reader who left.
    """
    chat = _Conversation(application, console)
    screen = console.screen
    if screen.interactive:
        screen.note(console.wording.hint)
    async with aclosing(lines):
        async for line in lines:
            await chat.take(line)
            if screen.lost:
                break
    if screen.interactive:
        screen.note(f"\n{console.wording.goodbye}")
    if screen.lost and not isinstance(screen.lost, BrokenPipeError):
        raise screen.lost


class _Conversation:
    def __init__(self, application: AnyApplication, console: ConsoleRequest) -> None:
        self._application = application
        self._console = console
        self._numbers = count(1)

    async def take(self, line: str) -> None:
        text = typed_text(line, _LONGEST_MESSAGE)
        if not text:
            return
        self._console.screen.show_question(text)
        pressed = self._console.panel.pressed(text)
        self._console.panel.question()
        command, _, rest = text.partition(" ")
        if pressed:
            await self._press(pressed)
        elif command == "/location":
            await self._share_location(rest.strip())
        elif command == "/inline":
            await self._ask_inline(rest)
        else:
            await self._say(text)

    async def _say(self, text: str) -> None:
        command = _COMMAND.match(text)
        entities = [{"type": "bot_command", "offset": 0, "length": command.end()}] if command else []
        await self._feed("message", self._console.typed_message(text=text, entities=entities))

    async def _share_location(self, words: str) -> None:
        place = _PLACE.fullmatch(words)
        latitude, longitude = (float(each.replace(",", ".")) for each in place.groups()) if place else (91.0, 0.0)
        if abs(latitude) > 90 or abs(longitude) > 180:
            self._console.screen.note(self._console.wording.location_usage)
            return
        location = {"latitude": latitude, "longitude": longitude}
        await self._feed("message", self._console.typed_message(location=location))

    async def _ask_inline(self, query: str) -> None:
        asked = {"query": typed_text(query, _LONGEST_INLINE_QUERY), "offset": "", "chat_type": "private"}
        await self._feed("inline_query", {**self._signed(), **asked})

    async def _press(self, button: Button) -> None:
        console, wording = self._console, self._console.wording
        console.screen.note(wording.pressed % {"label": button.label})
        match button.does:
            case Does.CALL_BACK:
                origin = {"message": console.message(button.message_id), "chat_instance": str(console.person.id)}
                await self._feed("callback_query", {**self._signed(), **origin, "data": button.value})
            case Does.SAY:
                await self._say(button.value)
            case Does.SHARE_INLINE:
                await self._ask_inline(button.value)
            case Does.OPEN:
                console.screen.note(wording.opens % {"url": button.value})
            case Does.COPY:
                console.screen.note(button.value)
            case Does.SHARE_LOCATION:
                console.screen.note(wording.shares_location)
            case Does.SHARE_CONTACT:
                console.screen.note(wording.shares_contact)
            case Does.ELSEWHERE:
                console.screen.note(wording.telegram_only)

    def _signed(self) -> dict[str, Any]:
        return {"id": str(next(self._numbers)), "from": self._console.person.to_dict()}

    async def _feed(self, kind: str, content: dict[str, Any]) -> None:
        update = Update.de_json({"update_id": next(self._numbers), kind: content}, self._application.bot)
        before = asyncio.all_tasks()
        await self._application.process_update(update)
        # Handlers that do not block run in tasks that the application names; an answer is over when they are.
        name = f"Application:{self._application.bot.id}:"
        while begun := {task for task in asyncio.all_tasks() - before if task.get_name().startswith(name)}:
            await asyncio.wait(begun)


def typed_text(line: str, longest: int) -> str:
    """What a Telegram app would send of a line: trimmed, well-formed, and not longer than it may be."""
    units = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip("\ufeff \t\r\n")
    if utf16_length(units) <= longest:
        return units
    return units.encode("utf-16-le")[: longest * 2].decode("utf-16-le", "ignore")
