"""What somebody may do in a chat, as the Bot API tells it."""

from typing import TYPE_CHECKING

from tests.fake_telegram.refusals import JSON
from tests.fake_telegram.rooms import Room

if TYPE_CHECKING:
    from tests.fake_telegram.people import Person

ADMINISTRATOR_RIGHTS = {
    "can_be_edited": False,
    "is_anonymous": False,
    **dict.fromkeys(
        (
            "can_manage_chat",
            "can_delete_messages",
            "can_manage_video_chats",
            "can_restrict_members",
            "can_promote_members",
            "can_change_info",
            "can_invite_users",
            "can_post_stories",
            "can_edit_stories",
            "can_delete_stories",
        ),
        True,
    ),
}


def push_my_membership(room: Room, by: "Person", old: str, new: str) -> None:
    bot = room.server.user_of_bot()
    change = {
        "chat": room.chat(),
        "from": by.user(),
        "date": room.server.now(),
        "old_chat_member": member_payload(bot, old, room.kind),
        "new_chat_member": member_payload(bot, new, room.kind),
    }
    room.server.updates.push("my_chat_member", change, room.id)


def member_payload(user: JSON, status: str, kind: str = "supergroup") -> JSON:
    """The ChatMember object of this status."""
    member: JSON = {"user": user, "status": status}
    if status == "administrator":
        posting = {"can_post_messages": True, "can_edit_messages": True} if kind == "channel" else {}
        member |= {**ADMINISTRATOR_RIGHTS, **posting}
    elif status == "creator":
        member["is_anonymous"] = False
    elif status == "kicked":
        member["until_date"] = 0
    return member
