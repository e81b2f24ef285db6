"""The buttons below something that was shown: which proposal is meant, and what is said when it is not open."""

from contextlib import suppress

from telegram import CallbackQuery
from telegram.error import BadRequest

from bot.handlers.house import House
from bot.handlers.numbers import number_in
from bot.handlers.render import alert, show
from bot.storage import proposals
from bot.storage.proposals import Proposal, State
from bot.texts.catalog import Words
from bot.texts.messages import Message


async def to_apply(house: House, query: CallbackQuery, kinds: tuple[str, ...], words: Words) -> Proposal | None:
    """The open proposal below which Apply was pressed: `<anything>:apply:NUMBER`.

    There is none where Cancel was pressed, `…:cancel:NUMBER`, or where it is not open any more: that is dealt with.
    """
    _, verb, number = [*(query.data or "").split(":", 2), "", ""][:3]
    proposal = await own(house, query, number, kinds) if verb in ("apply", "cancel") else None
    if proposal is None or proposal.state is not State.OPEN:
        await tell(query, words.plain("desk.already"))
        return None
    if verb == "cancel":
        await cancel(house, query, proposal, words)
        return None
    return proposal


async def own(house: House, query: CallbackQuery, number: str, kinds: tuple[str, ...]) -> Proposal | None:
    """The proposal with this number, open or not, if it is one of these kinds and was shown to who presses."""
    known = number_in(number)
    proposal = await proposals.get(house.database, known) if known is not None else None
    if proposal is None or proposal.kind not in kinds or proposal.actor != query.from_user.id:
        return None
    return proposal


async def cancel(house: House, query: CallbackQuery, proposal: Proposal, words: Words) -> None:
    async with house.database.write() as connection:
        now = house.clock()
        cancelled = await proposals.settle(connection, proposal.id, proposal.actor, State.CANCELLED, now)
    if cancelled:
        await show(query, Message(words("desk.cancelled")))
    else:
        await tell_closed(house, query, proposal, words)


async def tell_closed(house: House, query: CallbackQuery, shown: Proposal, words: Words) -> None:
    """Nothing was done. What can be done no more goes away; what stands in its place after a deed stays."""
    already = words.plain("desk.already")
    proposal = await proposals.get(house.database, shown.id)
    if proposal is not None and proposal.state in (State.DONE, State.CANCELLED):
        await alert(query, already)
    else:
        await show(query, Message(words("desk.already")), already)


async def tell(query: CallbackQuery, text: str) -> None:
    """Says that nothing was done, and takes the buttons away that can do nothing any more."""
    await alert(query, text)
    await without_buttons(query)


async def without_buttons(query: CallbackQuery) -> None:
    with suppress(BadRequest):  # there are none any more, or the message is too old to be changed
        await query.edit_message_reply_markup(reply_markup=None)
