"""Chats and the messages in them, as the server keeps them and as a test reads them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic, time
from typing import TYPE_CHECKING, NoReturn

from tests.fake_telegram.entities import Formatted, found_in
from tests.fake_telegram.refusals import JSON, Refusal, bad_request, forbidden
from tests.steady import PATIENCE_S

if TYPE_CHECKING:
    from tests.fake_telegram.world import World

MESSAGES_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str | None = None
    url: str | None = None
    raw: JSON = field(default_factory=dict, repr=False)


@dataclass(eq=False, slots=True)
class Message:
    """A message as it stands in its chat now: edits change it, `edits` counts them. `text` is the caption of a file."""

    room: "Room"
    message_id: int
    sender: JSON
    by_bot: bool
    body: Formatted = field(default_factory=lambda: Formatted(""))
    html: str = ""
    markup: JSON | None = None
    content: JSON = field(default_factory=dict)
    file: bytes | None = None
    silent: bool = False
    reply_to: "Message | None" = None
    date: float = field(default_factory=time)
    at: float = field(default_factory=monotonic)
    edits: int = 0
    deleted: bool = False

    @property
    def text(self) -> str:
        return self.body.text

    @property
    def is_text(self) -> bool:
        return not self.content.keys() & {"venue", "location", "contact", "document", "photo"}

    @property
    def rows(self) -> list[list[Button]]:
        """The keyboard, inline or below the chat, row by row."""
        markup = self.markup or {}
        return [[_button(raw) for raw in row] for row in markup.get("inline_keyboard") or markup.get("keyboard") or []]

    @property
    def buttons(self) -> list[str]:
        return [button.text for row in self.rows for button in row]

    def button(self, label: str) -> Button | None:
        """The button with this text or callback data."""
        return next((button for row in self.rows for button in row if label in (button.text, button.data)), None)

    def payload(self, *, nested: bool = False) -> JSON:
        """The Message object of the Bot API; `nested` as a reply or inside a query, without what it replies to."""
        body: JSON = {
            "message_id": self.message_id,
            **self.sender,
            "chat": self.room.chat(),
            "date": int(self.date),
            **self.content,
        }
        if self.text:
            body["text" if self.is_text else "caption"] = self.text
        if self.body.entities:
            body["entities" if self.is_text else "caption_entities"] = [e.payload() for e in self.body.entities]
        if self.markup and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        if self.edits:
            body["edit_date"] = int(self.date)
        if self.reply_to is not None and not nested:
            body["reply_to_message"] = self.reply_to.payload(nested=True)
        return body


def _button(raw: JSON | str) -> Button:
    if isinstance(raw, str):
        return Button(raw)
    return Button(raw["text"], raw.get("callback_data"), raw.get("url"), raw)


class Standing(Enum):
    """Whether the bot may write to a chat, with the words of the refusal. May be set without the bot being told."""

    OPEN = ""
    BLOCKED = "bot was blocked by the user"
    DEACTIVATED = "user is deactivated"
    NEVER_STARTED = "bot can't initiate conversation with a user"
    KICKED = "bot was kicked from the {kind} chat"
    LEFT = "bot is not a member of the {kind} chat"
    UPGRADED = "group chat was upgraded to a supergroup chat"


class Room:
    """One chat: what everybody kind of chat has. `messages` are the bot's, oldest first, deleted ones left out."""

    kind = "private"

    def __init__(self, server: "World", chat_id: int) -> None:
        self.server = server
        self.id = chat_id
        self.standing = Standing.OPEN
        self.moved_to: int | None = None
        self.received = 0
        self._last_id = 0
        self._messages: dict[int, Message] = {}
        self._unread: list[Message] = []
        self._waiting: asyncio.Future[None] | None = None

    def chat(self) -> JSON:
        """The Chat object."""
        raise NotImplementedError

    @property
    def messages(self) -> list[Message]:
        return [message for message in self._messages.values() if message.by_bot and not message.deleted]

    @property
    def last(self) -> Message:
        """The newest message of the bot."""
        return self.messages[-1]

    async def reply(self, timeout: float = PATIENCE_S) -> Message:  # noqa: ASYNC109
        """The next message that the bot sent here or edited, waiting for it; each is handed out once."""
        try:
            async with asyncio.timeout(timeout):
                while not self._unread:
                    self._waiting = asyncio.get_running_loop().create_future()
                    await self._waiting
        except TimeoutError:
            self._silence(timeout)
        return self._unread.pop(0)

    async def replies(self, count: int, timeout: float = PATIENCE_S) -> list[Message]:  # noqa: ASYNC109
        return [await self.reply(timeout) for _ in range(count)]

    def unread(self) -> list[Message]:
        """What is there and was not handed out by `reply`; hands it out."""
        shown = list(self._unread)
        self._unread.clear()
        return shown

    def _silence(self, timeout: float) -> NoReturn:
        recent = [f"{call.method} {call.code} {call.description}" for call in list(self.server.calls)[-5:]]
        raise AssertionError(
            f"the bot said nothing to {self.id} within {timeout} s; its last calls: {recent}"
        ) from None

    def refuse_unless_open(self) -> None:
        """Refuses as the real server does where the bot may not write."""
        if self.standing is Standing.OPEN:
            return
        if self.standing is Standing.UPGRADED:
            raise Refusal(400, f"Bad Request: {self.standing.value}", migrate_to_chat_id=self.moved_to or 0)
        forbidden(self.standing.value.format(kind=self.kind))

    def put(self, message: Message) -> Message:
        """A new message stands in the chat."""
        self._messages[message.message_id] = message
        if len(self._messages) > MESSAGES_KEPT:
            del self._messages[next(iter(self._messages))]
        if message.by_bot:
            self.received += 1
            self.shown(message)
        return message

    def shown(self, message: Message) -> None:
        """The bot's message is new or changed: whoever waits for it may go on."""
        self._unread.append(message)
        del self._unread[:-MESSAGES_KEPT]
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def find(self, message_id: int, what: str) -> Message:
        if (message := self.peek(message_id)) is None:
            bad_request(f"{what} not found")
        return message

    def peek(self, message_id: int) -> Message | None:
        message = self._messages.get(message_id)
        return None if message is None or message.deleted else message

    def with_button(self, label: str) -> tuple[Message, Button]:
        """The newest message of the bot that has this button."""
        for message in self._newest_first():
            if (button := message.button(label)) is not None:
                return message, button
        shown = [message.buttons for message in self.messages[-3:]]
        raise AssertionError(f"no button {label!r} in chat {self.id}; the last messages have {shown}")

    def _newest_first(self) -> Iterator[Message]:
        return reversed(self.messages)

    def hear(
        self, sender: JSON, text: str = "", content: JSON | None = None, reply_to: Message | None = None
    ) -> Message:
        """A message by somebody else than the bot stands in the chat; no update yet."""
        body = Formatted(text, found_in(text))
        return self.put(
            Message(self, self.next_id(), sender, by_bot=False, body=body, content=content or {}, reply_to=reply_to)
        )
