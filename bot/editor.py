"""Changes messages that were sent, behind everything that somebody waits for."""

from dataclasses import dataclass
from typing import Any

from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import ExtBot

from bot.gateway.pacing import Priority
from bot.handlers.render import NO_PREVIEW, keyboard
from bot.texts.messages import Message
from bot.workers.progress import Edited


@dataclass(frozen=True, slots=True)
class Editor:
    bot: ExtBot[Any]

    async def __call__(self, chat_id: int, message_id: int, message: Message) -> Edited:
        try:
            await self.bot.edit_message_text(
                chat_id=chat_id,
                message_id=message_id,
                text=message.text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard(message.buttons),
                rate_limit_args=Priority.BROADCAST,
            )
        except BadRequest as error:
            return Edited.DONE if "not modified" in error.message.lower() else Edited.GONE
        except Forbidden:
            return Edited.GONE
        except TelegramError:
            return Edited.LATER
        return Edited.DONE
