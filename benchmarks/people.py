"""Who talks to the bot in a benchmark, by way of the Bot API server."""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

ANSWER_S = 60.0
"""How long an answer is waited for: far longer than any promise, so that a slow one is measured and not lost."""

Figures = dict[str, Any]
Control = Callable[..., Awaitable[Any]]
"""Steers the server: the verb, then its arguments."""


@dataclass(frozen=True)
class Person:
    """Somebody and their chat with the bot; or a group, of which only what is said in it is of use."""

    control: Control
    id: int

    async def act(self, act: str, **how: object) -> Any:
        return await self.control("act", user=self.id, act=act, **how)

    async def say(self, text: str, **how: object) -> None:
        await self.act("say", text=text, **how)

    async def ask(self, text: str) -> Figures:
        """The bot's next message here after saying something."""
        found: Figures = await self.act("ask", text=text, timeout=ANSWER_S)
        return found

    async def inline(self, query: str) -> list[Figures]:
        """What is offered for an inline query."""
        found: list[Figures] = (await self.act("inline", query=query, timeout=ANSWER_S))["results"]
        return found

    async def send(self, name: str, content: bytes, **how: object) -> None:
        await self.act("send_document", name=name, content=base64.b64encode(content).decode(), **how)

    async def reply(self, timeout: float = ANSWER_S) -> Figures:  # noqa: ASYNC109
        """The bot's next message here, new or changed."""
        found: Figures = await self.control("reply", chat=self.id, timeout=timeout)
        return found

    async def reply_with(self, text: str) -> Figures:
        """The first of the next messages that has this in its text."""
        while text not in words(found := await self.reply()):
            pass
        return found

    async def press(self, label: str) -> "Pressed":
        """Presses the newest button with this label."""
        return Pressed(self.control, (await self.act("press", label=label))["press"])

    async def press_data(self, data: str, **how: object) -> "Pressed":
        """Sends what a button would, whether any is shown or not."""
        return Pressed(self.control, (await self.act("press_data", data=data, **how))["press"])

    async def messages(self) -> list[Figures]:
        """The bot's messages here as they stand now."""
        found: list[Figures] = await self.control("messages", chat=self.id)
        return found


@dataclass(frozen=True)
class Pressed:
    control: Control
    press: str

    async def answer(self) -> str:
        """What the bot said to the press, "" where it only took notice."""
        told = await self.control("answer", press=self.press, timeout=ANSWER_S)
        return str(told.get("text", ""))


def words(message: Figures) -> str:
    """The text of a message, or the caption of a file."""
    return str(message.get("text") or message.get("caption") or "")


def buttons(message: Figures) -> list[str]:
    """What the buttons of a message would send."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]
