"""What happens when a handler fails: it is logged first, then the person hears that it was not their fault."""

import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from telegram import Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.troubles import WINDOW, Overflow, Tell, Trouble
from bot.handlers.house import Context, House
from bot.handlers.render import reply
from bot.storage.database import DatabaseUnavailable
from bot.texts.cards import EMERGENCY
from bot.texts.messages import Message
from bot.turn import at_work, kind_of

OWN: Final = Path(__file__).resolve().parent.parent
"""The folder of the program: the place of an error is the last line of it that the error came through."""
TOO_LATE: Final = "query is too old"
"""What Telegram says to the answer to an inline query, or to a button, of the time while the bot was away."""

Alert = Callable[..., Awaitable[None]]

log = structlog.get_logger(__name__)


async def on_error(house: House, alert: Alert, update: object, context: Context) -> None:
    error = context.error
    if isinstance(error, BadRequest) and TOO_LATE in error.message.lower():
        log.info("nobody waits for this answer any more", kind=kind_of(update))
        return
    if (turn := at_work()) is not None:
        turn.failed = True
    log.error("an update failed", kind=kind_of(update), exc_info=error)
    # For the library a call that Telegram refuses is a NetworkError too; after a bad line an apology is one more call.
    reachable = isinstance(error, BadRequest) or not isinstance(error, NetworkError)
    if isinstance(update, Update) and update.effective_message is not None and reachable:
        await _apologise(house, update)
    if error is not None:
        await tell_admins(house, alert, error)


async def _apologise(house: House, update: Update) -> None:
    try:
        words = await house.words(update)
    except DatabaseUnavailable:
        person = update.effective_user
        words = house.catalog.words(person.language_code if person is not None else None)
    try:
        await reply(update, Message(words("error.sorry", number=EMERGENCY)))
    except TelegramError as second:
        log.warning("the apology could not be sent", reason=type(second).__name__)


async def tell_admins(house: House, alert: Alert, error: Exception) -> None:
    """Kind and place only: the text of an error may hold what somebody wrote."""
    if not _concerns_admins(error):
        return
    trouble = Trouble(type(error).__name__, place_of(error))
    match house.troubles.note(trouble, house.clock()):
        case Tell(times):
            await alert("alert.error", error=trouble.kind, place=trouble.place, times=times)
        case Overflow():
            await alert("alert.errors_held", minutes=int(WINDOW.total_seconds() // 60))


def _concerns_admins(error: Exception) -> bool:
    """Not what happens to every bot: a bad line to Telegram, a person who blocked it."""
    return isinstance(error, BadRequest) or not isinstance(error, NetworkError | Forbidden | RetryAfter)


def place_of(error: BaseException) -> str:
    """Module and function of ours where it happened, as `handlers/find.py question`.

    All calls to Telegram go through the gateway: what matters is who made the call.
    """
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(OWN)]
    outside = [frame for frame in frames if not Path(frame.filename).is_relative_to(OWN / "gateway")]
    last = (outside or frames)[-1:]
    return f"{Path(last[0].filename).relative_to(OWN).as_posix()} {last[0].name}" if last else "?"
