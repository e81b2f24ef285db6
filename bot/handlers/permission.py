"""The one place that decides who may do what, at the desk and with what a chat has chosen."""

from collections.abc import Callable, Coroutine
from enum import Enum
from functools import wraps
from typing import Any, Final

from telegram import Update
from telegram.constants import ChatMemberStatus, ChatType

from bot.handlers.house import Context, House
from bot.handlers.render import alert, reply
from bot.storage import roles
from bot.storage.roles import Role
from bot.texts.messages import Message

Callback = Callable[[House, Update, Context], Coroutine[Any, Any, None]]


class Right(Enum):
    """What a role may be needed for."""

    TABLES = "tables"
    PUBLISH = "publish"
    REPORTS = "reports"
    WATCH = "watch"
    ROLES = "roles"
    """Only an admin of BOT_ADMIN_IDS gives and takes roles."""


DESK: Final = {
    "publish": Right.PUBLISH,
    "broadcasts": Right.PUBLISH,
    "reports": Right.REPORTS,
    "stats": Right.WATCH,
    "audit": Right.WATCH,
    "admins": Right.WATCH,
    "reload": Right.TABLES,
    "rollback": Right.TABLES,
    "export": Right.TABLES,
}
"""The commands of the desk and what they need; shown only to those who have it."""
EDITORS_MAY = frozenset({Right.PUBLISH, Right.REPORTS, Right.WATCH})


async def may(house: House, update: Update, right: Right) -> bool:
    """Whether the person of this update may use a right here; at the desk: in a private chat."""
    person, chat = update.effective_user, update.effective_chat
    if person is None or chat is None or chat.type != ChatType.PRIVATE or chat.id != person.id:
        return False
    return await has(house, person.id, right)


async def has(house: House, person_id: int, right: Right) -> bool:
    if person_id in house.admins:
        return True
    if right is Right.ROLES:
        return False
    role = await roles.of(house.database, person_id)
    return role is Role.ADMIN or (role is Role.EDITOR and right in EDITORS_MAY)


def needs(right: Right) -> Callable[[Callback], Callback]:
    """A callback that only those run who have the right; everybody else gets one plain refusal."""

    def guard(callback: Callback) -> Callback:
        @wraps(callback)
        async def guarded(house: House, update: Update, context: Context) -> None:
            if await may(house, update, right):
                await callback(house, update, context)
            else:
                await refuse(house, update)

        return guarded

    return guard


async def refuse(house: House, update: Update) -> None:
    words = await house.words(update)
    if update.callback_query is not None:
        await alert(update.callback_query, words.plain("error.admins_only"))
    else:
        await reply(update, Message(words("error.admins_only")))


async def may_change(update: Update, context: Context) -> bool:
    """Whether this person may change what the chat has chosen: in a group or a channel only its admins may."""
    chat, person = update.effective_chat, update.effective_user
    if chat is None or chat.type == ChatType.PRIVATE:
        return True
    message = update.effective_message
    if update.callback_query is None and message is not None and message.sender_chat is not None:
        return message.sender_chat.id == chat.id  # an anonymous admin writes in the name of the group
    if person is None:
        return False
    member = await context.bot.get_chat_member(chat_id=chat.id, user_id=person.id)
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
