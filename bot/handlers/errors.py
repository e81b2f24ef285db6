"""What happens when a handler fails: it is logged first, then the person hears that it was not their fault."""

import structlog
from telegram import Update
from telegram.error import NetworkError, TelegramError

from bot.handlers.house import Context, House
from bot.handlers.render import reply
from bot.texts.cards import EMERGENCY
from bot.texts.messages import Message

log = structlog.get_logger(__name__)


async def on_error(house: House, update: object, context: Context) -> None:
    error = context.error
    log.error("an update failed", kind=_kind(update), exc_info=error)
    if not isinstance(update, Update) or update.effective_message is None or isinstance(error, NetworkError):
        return
    try:
        words = await house.words(update)
        await reply(update, Message(words("error.sorry", number=EMERGENCY)))
    except TelegramError as second:
        log.warning("the apology could not be sent", reason=type(second).__name__)


def _kind(update: object) -> str:
    if not isinstance(update, Update):
        return type(update).__name__
    present = (name for name in update.to_dict() if name != "update_id")
    return next(present, "empty")
