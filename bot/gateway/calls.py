"""What a call of the Bot API does to which chat."""

from typing import Any, Final

Chat = int | str | None
"""Chat id or @name; None for what stands in no chat that is known, as an edited inline message."""

_PACED: Final = ("send", "copyMessage", "forwardMessage", "editMessage", "stopMessageLiveLocation", "stopPoll")
_SEVERAL: Final = {"sendMediaGroup": "media", "copyMessages": "message_ids", "forwardMessages": "message_ids"}


def messages_in(endpoint: str, data: dict[str, Any]) -> int:
    """How many messages the call puts into a chat or changes there; 0: Telegram's limits on sending are none of its.

    A sign of typing counts as one: it is no message, but the bot asks with it whether a chat can be reached, and
    nothing may ask that while everything is halted.
    """
    if not endpoint.startswith(_PACED):
        return 0
    several = data.get(_SEVERAL.get(endpoint, ""))
    return len(several) or 1 if isinstance(several, list | tuple) else 1


def chat_of(data: dict[str, Any]) -> Chat:
    """The same for the same chat, as far as that can be told: an id written as text, a name in other letters."""
    chat_id = data.get("chat_id")
    if chat_id is None or isinstance(chat_id, int):
        return chat_id
    try:
        return int(chat_id)
    except (TypeError, ValueError):
        return str(chat_id).casefold()


def is_group(chat: Chat) -> bool:
    """Whether it is a group or channel: people have neither negative ids nor can they be written to by name."""
    return isinstance(chat, str) or (chat is not None and chat < 0)
