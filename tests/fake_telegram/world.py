"""Everybody and everything the server knows: chats, queries under way, the bot's own profile, files, updates."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from time import time
from typing import Any, TypeVar

from tests.fake_telegram.faults import Fate
from tests.fake_telegram.files import Files
from tests.fake_telegram.groups import Channel, Group
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.people import InlineAnswer, Person, Press
from tests.fake_telegram.profile import Profile
from tests.fake_telegram.refusals import JSON, bad_request, too_many_requests
from tests.fake_telegram.rooms import Button, Message, Room, Standing
from tests.fake_telegram.updates import Updates

QUERIES_KEPT = 10_000
R = TypeVar("R", bound=Room)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `code` is the HTTP status of the answer, also of one that was cut off; 0 where nothing was handled."""

    method: str
    params: Mapping[str, Any]
    at: float
    code: int
    description: str = ""
    message_id: int | None = None
    fate: Fate = Fate.FINE

    @property
    def chat_id(self) -> int | None:
        value = str(self.params.get("chat_id", ""))
        return int(value) if value.lstrip("-").isdigit() else None


class World:
    def __init__(
        self,
        *,
        bot_id: int,
        limits: Limits,
        accept_anyone: bool,
        calls_kept: int,
        perform: Callable[[str, JSON], Awaitable[object]],
    ) -> None:
        self.bot_id = bot_id
        self.limits = limits
        self.accept_anyone = accept_anyone
        self.calls: deque[Call] = deque(maxlen=calls_kept)
        self.sent: deque[Message] = deque(maxlen=calls_kept)
        self.rooms: dict[int, Room] = {}
        self.profile = Profile()
        self.files = Files()
        self.updates = Updates(perform)
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, tuple[str, asyncio.Future[InlineAnswer]]] = {}
        self._numbers = count(1)
        self._bot = {"id": bot_id, "is_bot": True, "first_name": "Embassy Finder", "username": "embassy_test_bot"}

    def user_of_bot(self) -> JSON:
        return self._bot

    def now(self) -> int:
        return int(time())

    def user(self, id: int | None = None, **details: Any) -> Person:  # noqa: A002
        """Somebody who started the bot; the same one for the same id. `details`: language_code, first_name, …"""
        chosen = 1000 + next(self._numbers) if id is None else id
        known = self.rooms.get(chosen)
        return known if isinstance(known, Person) else self._keep(Person(self, chosen, **details))

    def group(
        self,
        id: int | None = None,  # noqa: A002
        *members: Person,
        kind: str = "supergroup",
        title: str = "Expats",
        username: str | None = None,
        admins: tuple[Person, ...] = (),
        with_bot: bool = True,
    ) -> Group:
        """A group with these members; `with_bot` puts the bot in it without an update that says so."""
        chosen = -1001000000000 - next(self._numbers) if id is None else id
        group = self._keep(Group(self, chosen, kind=kind, title=title, username=username))
        group.admit(*members)
        group.admit(*admins, status="administrator")
        if with_bot:
            group.bot_status, group.standing = "member", Standing.OPEN
        return group

    def channel(
        self,
        id: int | None = None,  # noqa: A002
        *,
        title: str = "News",
        username: str | None = None,
        admins: tuple[Person, ...] = (),
    ) -> Channel:
        """A channel that the bot is not in yet."""
        chosen = -1002000000000 - next(self._numbers) if id is None else id
        channel = self._keep(Channel(self, chosen, kind="channel", title=title, username=username))
        channel.admit(*admins, status="administrator")
        return channel

    def upgrade(self, group: Group, new_id: int | None = None) -> Group:
        """Makes a supergroup of a group: the old id is refused with the new one from now on."""
        heir = self.group(new_id, title=group.title)
        heir.members = dict(group.members)
        heir.bot_status, heir.standing = group.bot_status, group.standing
        group.standing, group.moved_to = Standing.UPGRADED, heir.id
        somebody = {"from": next((user for user, _ in group.members.values()), self.user_of_bot())}
        for room, content in ((group, {"migrate_to_chat_id": heir.id}), (heir, {"migrate_from_chat_id": group.id})):
            self.updates.push("message", room.hear(somebody, content=content).payload(), room.id)
        return heir

    def room(self, params: Parameters) -> Room:
        """The chat that a call names."""
        if not (wanted := params.text("chat_id")):
            bad_request("chat_id is empty")
        room: Room | None
        if wanted.startswith("@"):
            named = (room for room in self.rooms.values() if isinstance(room, Group) and room.username == wanted[1:])
            room = next(named, None)
        else:
            room = self.rooms.get(params.integer("chat_id"))
            if room is None and self.accept_anyone and params.integer("chat_id") > 0:
                room = self.user(params.integer("chat_id"))
        if room is None:
            bad_request("chat not found")
        return room

    def refuse_over_limit(self, room: Room, *, paid: bool) -> None:
        if wait := self.limits.wait(room.id, paid=paid):
            too_many_requests(wait)

    def deliver(self, message: Message) -> Message:
        """A message of the bot arrives."""
        self.sent.append(message)
        return message.room.put(message)

    def pressed(self, button: Button, message: Message | None) -> Press:
        """A new callback query, which the bot can answer."""
        press = Press(str(next(self._numbers)), button, message)
        self.presses[press.id] = press
        if len(self.presses) > QUERIES_KEPT:
            del self.presses[next(iter(self.presses))]
        return press

    def asked_inline(self, query: str) -> tuple[str, asyncio.Future[InlineAnswer]]:
        """A new inline query: its id, and where its answer will be."""
        query_id, answer = str(next(self._numbers)), asyncio.get_running_loop().create_future()
        self.inline_queries[query_id] = (query, answer)
        if len(self.inline_queries) > QUERIES_KEPT:
            del self.inline_queries[next(iter(self.inline_queries))]
        return query_id, answer

    def expire_queries(self) -> None:
        """Every callback and inline query is too old to be answered from now on."""
        self.presses.clear()
        self.inline_queries.clear()

    def _keep(self, room: R) -> R:
        self.rooms[room.id] = room
        return room
