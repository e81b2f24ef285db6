"""Groups and channels, with the bot in them or not."""

from typing import TYPE_CHECKING

from tests.fake_telegram.membership import push_my_membership
from tests.fake_telegram.people import Person, Press
from tests.fake_telegram.refusals import JSON
from tests.fake_telegram.rooms import Message, Room, Standing

if TYPE_CHECKING:
    from tests.fake_telegram.world import World


class Group(Room):
    """A group, supergroup or channel. `members` have a status each: creator, administrator, member, left, kicked."""

    def __init__(self, server: "World", chat_id: int, *, kind: str, title: str, username: str | None) -> None:
        super().__init__(server, chat_id)
        self.kind = kind
        self.title = title
        self.username = username
        self.members: dict[int, tuple[JSON, str]] = {}
        self.bot_status = "left"
        self.standing = Standing.LEFT

    def chat(self) -> JSON:
        username = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.kind, "title": self.title, **username}

    def admit(self, *people: Person, status: str = "member") -> None:
        """Members from now on, or with another status, without an update."""
        for person in people:
            self.members[person.id] = (person.user(), status)

    async def say(self, person: Person, text: str, *, reply_to: Message | None = None) -> Message:
        return await person.say(text, chat=self, reply_to=reply_to)

    async def say_anonymously(self, text: str) -> Message:
        """As an administrator who stays anonymous."""
        nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        message = self.hear({"from": nobody, "sender_chat": self.chat()}, text)
        self.server.updates.push("message", message.payload(), self.id)
        return message

    async def press(self, person: Person, label: str, *, message: Message | None = None) -> Press:
        return await person.press(label, message=message, chat=self)

    async def add_bot(self, by: Person, *, admin: bool = False) -> None:
        self._change(by, "administrator" if admin else "member", Standing.OPEN)
        if self.kind != "channel":
            await by.send(chat=self, new_chat_members=[self.server.user_of_bot()])

    async def promote_bot(self, by: Person) -> None:
        self._change(by, "administrator", Standing.OPEN)

    async def demote_bot(self, by: Person) -> None:
        self._change(by, "member", Standing.OPEN)

    async def kick_bot(self, by: Person) -> None:
        self._change(by, "kicked", Standing.KICKED)

    def _change(self, by: Person, status: str, standing: Standing) -> None:
        old, self.bot_status, self.standing = self.bot_status, status, standing
        push_my_membership(self, by, old, status)

    async def upgrade(self, new_id: int | None = None) -> "Group":
        """Becomes a supergroup under another id; both chats say so."""
        return self.server.upgrade(self, new_id)


class Channel(Group):
    """A channel; the bot can only be in it as an administrator."""

    async def post(self, text: str) -> Message:
        message = self.hear({"sender_chat": self.chat()}, text)
        self.server.updates.push("channel_post", message.payload(), self.id)
        return message

    async def add_bot(self, by: Person, *, admin: bool = True) -> None:
        await super().add_bot(by, admin=admin)
