"""People who act on the bot: everything they do reaches it as an update."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fake_telegram.entities import Formatted, found_in
from tests.fake_telegram.membership import push_my_membership
from tests.fake_telegram.refusals import JSON
from tests.fake_telegram.rooms import Button, Message, Room, Standing
from tests.steady import PATIENCE_S

if TYPE_CHECKING:
    from tests.fake_telegram.world import World


@dataclass(eq=False, slots=True)
class Press:
    """A pressed button. `answer` waits until the bot answers the callback query: the parameters of its answer."""

    id: str
    button: Button
    message: Message | None = None
    given: JSON | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, answer: JSON) -> None:
        self.given = answer
        self._answered.set()

    async def answer(self, timeout: float = PATIENCE_S) -> JSON:  # noqa: ASYNC109
        async with asyncio.timeout(timeout):
            await self._answered.wait()
        return self.given or {}


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """What the bot offers below an inline query."""

    query: str
    results: list[JSON]
    is_personal: bool
    cache_time: int
    next_offset: str
    button: JSON | None

    @property
    def titles(self) -> list[str]:
        return [result.get("title", "") for result in self.results]


class Person(Room):
    """Somebody, and their private chat with the bot."""

    def __init__(
        self,
        server: "World",
        user_id: int,
        *,
        language_code: str | None = "en",
        first_name: str = "Ada",
        last_name: str | None = None,
        username: str | None = None,
    ) -> None:
        super().__init__(server, user_id)
        self.language_code = language_code
        self.first_name = first_name
        self.last_name = last_name
        self.username = username

    def _name(self) -> JSON:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {name: value for name, value in names.items() if value is not None}

    def chat(self) -> JSON:
        return {"id": self.id, "type": self.kind, **self._name()}

    def user(self) -> JSON:
        """The User object."""
        language = {"language_code": self.language_code} if self.language_code else {}
        return {"id": self.id, "is_bot": False, **self._name(), **language}

    async def say(self, text: str, *, chat: Room | None = None, reply_to: Message | None = None) -> Message:
        """Writes to the bot, or in `chat`."""
        return await self.send(text=text, chat=chat, reply_to=reply_to)

    async def start(self, payload: str = "") -> Message:
        """Opens the chat, as through t.me/<bot>?start=payload."""
        return await self.say(f"/start {payload}".rstrip())

    async def ask(self, text: str, timeout: float = PATIENCE_S) -> Message:  # noqa: ASYNC109
        """Says something and waits for the next message of the bot."""
        await self.say(text)
        return await self.reply(timeout)

    async def send(
        self, *, text: str = "", chat: Room | None = None, reply_to: Message | None = None, **content: object
    ) -> Message:
        """A message of any kind: `content` are fields of the Message object (sticker, voice, …)."""
        room = chat or self
        message = room.hear({"from": self.user()}, text, content, reply_to)
        if room is self and self.standing is Standing.NEVER_STARTED:
            self.standing = Standing.OPEN
        if room is self or room.standing is Standing.OPEN:
            self.server.updates.push("message", message.payload(), room.id)
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Edits an own message."""
        message.body = Formatted(text, found_in(text))
        message.edits += 1
        self.server.updates.push("edited_message", message.payload(), message.room.id)

    async def share_location(self, lat: float, lon: float) -> Message:
        return await self.send(location={"latitude": lat, "longitude": lon})

    async def share_contact(self, phone: str) -> Message:
        return await self.send(contact={"phone_number": phone, "first_name": self.first_name, "user_id": self.id})

    async def send_document(
        self, name: str, content: bytes, *, mime_type: str = "text/csv", caption: str = "", chat: Room | None = None
    ) -> Message:
        document = {**self.server.files.keep(content, name), "file_name": name, "mime_type": mime_type}
        return await self.send(text=caption, document=document, chat=chat)

    async def press(self, label: str, *, message: Message | None = None, chat: Room | None = None) -> Press:
        """Presses the button with this text or callback data, the newest one unless `message` is given.

        A button below the chat says its text, or shares the contact it asks for; one that opens a link does nothing.
        """
        room = chat or (message.room if message else self)
        if message is None:
            message, button = room.with_button(label)
        elif (found := message.button(label)) is None:
            raise AssertionError(f"no button {label!r} among {message.buttons}")
        else:
            button = found
        press = self.server.pressed(button, message)
        if button.data is not None:
            self._query(press, message=message.payload())
        elif "keyboard" in (message.markup or {}):
            await self._press_below(button, room)
        return press

    async def press_data(self, data: str, *, chat: Room | None = None) -> Press:
        """Sends callback data that no message of the bot shows, as an old or a hostile client can."""
        room, button = chat or self, Button("", data)
        message = room.messages[-1] if room.messages else room.hear({"from": self.server.user_of_bot()}, "gone")
        press = self.server.pressed(button, message)
        self._query(press, message=message.payload())
        return press

    def _query(self, press: Press, **where: object) -> None:
        query = {"id": press.id, "from": self.user(), **where, "chat_instance": str(self.id), "data": press.button.data}
        self.server.updates.push("callback_query", query, press.message.room.id if press.message else self.id)

    async def _press_below(self, button: Button, room: Room) -> None:
        if button.raw.get("request_contact"):
            await self.share_contact("+15550100")
        elif not button.raw.get("request_location"):
            await self.say(button.text, chat=room)

    async def inline(self, query: str, *, offset: str = "", timeout: float = PATIENCE_S) -> InlineAnswer:  # noqa: ASYNC109
        """Types `@bot query` in some chat and waits for what is offered."""
        query_id, answer = self.server.asked_inline(query)
        payload = {"id": query_id, "from": self.user(), "query": query, "offset": offset, "chat_type": "sender"}
        self.server.updates.push("inline_query", payload, self.id)
        async with asyncio.timeout(timeout):
            return await answer

    async def choose(self, answer: InlineAnswer, index: int = 0, chat: Room | None = None) -> JSON:
        """Takes an inline result; the message that goes out through the bot has the returned content."""
        result = answer.results[index]
        payload: JSON = {"result_id": result["id"], "from": self.user(), "query": answer.query}
        self.server.updates.push("chosen_inline_result", payload, self.id)
        return dict(result.get("input_message_content") or result)

    async def block_bot(self) -> None:
        """Blocks the bot; what it sends from now on is refused."""
        self._stand(Standing.BLOCKED, "kicked", "member")

    async def unblock_bot(self) -> None:
        self._stand(Standing.OPEN, "member", "kicked")

    def _stand(self, standing: Standing, new: str, old: str) -> None:
        self.standing = standing
        push_my_membership(self, self, old, new)
