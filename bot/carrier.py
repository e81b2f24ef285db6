"""From an attempt to send a bulletin on Telegram to its Outcome: the one place that reads Telegram's refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot

from bot.domain.delivery import Ended, Gone, Moved, Outcome, Rejected, Retry, Sent, Undeliverable, Unknown, Wait
from bot.gateway.pacing import Broadcast, Priority
from bot.gateway.transport import MaybeSent
from bot.handlers.render import NO_PREVIEW, keyboard
from bot.texts.messages import Message

GONE: Final = {
    "blocked by the user": Ended.BLOCKED,
    "user is deactivated": Ended.DEACTIVATED,
    "kicked": Ended.KICKED,
    "not a member": Ended.KICKED,
    "not enough rights": Ended.KICKED,
    "have no rights": Ended.KICKED,
    "need administrator rights": Ended.KICKED,
    "chat_write_forbidden": Ended.KICKED,
    "chat_admin_required": Ended.KICKED,
    "channel_private": Ended.KICKED,
    "chat not found": Ended.NOT_FOUND,
    "user not found": Ended.NOT_FOUND,
    "peer_id_invalid": Ended.NOT_FOUND,
    "group is deactivated": Ended.NOT_FOUND,
    "group chat was deactivated": Ended.NOT_FOUND,
    "group chat was deleted": Ended.NOT_FOUND,
    "can't initiate conversation": Ended.NOT_FOUND,
}
"""Words in a refusal after which the chat cannot be reached any more (Bot API server, td: Client.cpp, *Manager.cpp)."""

AT_FAULT: Final = (
    "can't parse",
    "too long",
    "text is empty",
    "text must be",
    "must be non-empty",
    "button",
    "reply markup",
    "wrong http url",
    "entities",
)
"""Words in a refusal of the message itself, which every other chat would meet too."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Sends one bulletin message to one chat, behind all replies, at the pace of the rate limiter."""

    bot: ExtBot[Any]
    clock: Callable[[], datetime]
    paid: bool
    """Ask for paid broadcast: the rate is above what Telegram allows for nothing."""

    async def __call__(self, chat_id: int, message: Message, silent: bool, may_leave: Callable[[], bool]) -> Outcome:
        try:
            sent = await self.bot.send_message(
                chat_id=chat_id,
                text=message.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(message.buttons),
                disable_notification=silent,
                allow_paid_broadcast=self.paid or None,
                rate_limit_args=Broadcast(may_leave),
            )
        except TelegramError as error:
            outcome = outcome_of(error, self.clock())
            return await self._looked_after(chat_id) if isinstance(outcome, Unknown) else outcome
        return Sent(sent.message_id)

    async def _looked_after(self, chat_id: int) -> Outcome:
        """What can be known of a message without an answer: a chat that cannot be reached has not got it.

        Asked by a sign of typing, which is no message and so cannot come twice.
        """
        try:
            await self.bot.send_chat_action(
                chat_id=chat_id, action=ChatAction.TYPING, rate_limit_args=Priority.BROADCAST
            )
        except TelegramError as error:
            outcome = outcome_of(error, self.clock())
            return outcome if isinstance(outcome, Gone | Moved) else Unknown()
        return Unknown()


def outcome_of(error: TelegramError, now: datetime) -> Outcome:
    match error:
        case RetryAfter(retry_after=pause):
            return Wait(now + (pause if isinstance(pause, timedelta) else timedelta(seconds=pause)))
        case ChatMigrated(new_chat_id=chat_id):
            return Moved(chat_id)
        case Forbidden():
            return Gone(_ending(error.message) or Ended.BLOCKED)
        case BadRequest():
            return _refusal(error.message)
        case TimedOut() | MaybeSent():
            return Unknown()
        case NetworkError():
            return Retry(error.message)
        case TelegramError(message="Invalid server response"):
            return Unknown()  # an answer that is none of Telegram's: what became of the message it does not say
        case _:
            return Retry(type(error).__name__)


def _refusal(words: str) -> Outcome:
    if (ended := _ending(words)) is not None:
        return Gone(ended)
    if any(sign in words.lower() for sign in AT_FAULT):
        return Rejected(words)
    return Undeliverable(words)


def _ending(words: str) -> Ended | None:
    return next((ended for sign, ended in GONE.items() if sign in words.lower()), None)
