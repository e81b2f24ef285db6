"""Apply and Cancel below something that was shown: which proposal is meant, and what is said when it is not open."""

import re
from contextlib import suppress
from dataclasses import dataclass

from telegram import CallbackQuery
from telegram.error import BadRequest

from bot.handlers.house import House
from bot.handlers.render import show
from bot.storage import proposals
from bot.storage.proposals import Proposal, State
from bot.texts.catalog import Words
from bot.texts.messages import Message

_DATA = re.compile(r"[a-z]+:(apply|cancel):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Pressed:
    proposal: Proposal
    cancels: bool


async def opened(house: House, query: CallbackQuery, kinds: tuple[str, ...]) -> Pressed | None:
    """The open proposal of this person and one of these kinds whose button was pressed, if it is one."""
    data = _DATA.fullmatch(query.data or "")
    proposal = await proposals.get(house.database, int(data[2])) if data else None
    if data is None or proposal is None or proposal.kind not in kinds:
        return None
    if proposal.actor != query.from_user.id or proposal.state is not State.OPEN:
        return None
    return Pressed(proposal, data[1] == "cancel")


async def cancel(house: House, query: CallbackQuery, proposal: Proposal, words: Words) -> None:
    async with house.database.write() as connection:
        now = house.clock()
        cancelled = await proposals.settle(connection, proposal.id, proposal.actor, State.CANCELLED, now)
    if cancelled:
        await show(query, Message(words("desk.cancelled")))
    else:
        await tell(query, words.plain("desk.already"))


async def tell(query: CallbackQuery, text: str) -> None:
    """Says that nothing was done, and takes the buttons away that can do nothing any more."""
    with suppress(BadRequest):
        await query.answer(text=text, show_alert=True)
    await without_buttons(query)


async def without_buttons(query: CallbackQuery) -> None:
    with suppress(BadRequest):  # there are none any more, or the message is too old to be changed
        await query.edit_message_reply_markup(reply_markup=None)
