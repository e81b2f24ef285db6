"""What is being sent and what was: watched, paused, stopped, corrected, withdrawn."""

from dataclasses import replace
from functools import partial
from typing import Final, cast

from telegram import CallbackQuery, MessageEntity, Update
from telegram import Message as Received
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.domain.broadcasts import Kind, Stage
from bot.domain.news import Bulletin, as_before
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.numbers import number_in
from bot.handlers.permission import DESK, Right, needs
from bot.handlers.publishing import page_of, show_progress, show_proposal
from bot.handlers.render import acknowledge, alert, reply, say, show
from bot.handlers.tables import answer
from bot.storage import broadcasts, shelf
from bot.storage.broadcasts import Amendment
from bot.storage.shelf import Stored
from bot.texts import broadcasts as texts
from bot.texts.catalog import Words
from bot.texts.messages import Message
from bot.texts.tables import Report

SHOWN_AT_ONCE: Final = 5
PAGE: Final = 5
PAGES: Final = 200
_MARK: Final = "#c"


class _Correction(filters.MessageFilter):
    """A reply to the question for a corrected page."""

    def filter(self, message: Received) -> bool:
        return corrected_number(message) is not None


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("broadcasts", partial(show_all, house), new),
        CallbackQueryHandler(partial(cast_button, house), r"^cast:"),
        CallbackQueryHandler(partial(past_button, house), r"^casts:"),
        MessageHandler(new & ~filters.COMMAND & _Correction(), partial(corrected, house)),
    ]


@needs(DESK["broadcasts"])
async def show_all(house: House, update: Update, context: Context) -> None:
    """Every broadcast that goes on, each in a message that keeps itself true; then the past ones."""
    words, chat, now = await house.words(update), update.effective_chat, house.clock()
    found = await broadcasts.going_on(house.database, now, SHOWN_AT_ONCE)
    assert chat is not None  # noqa: S101 - commands come from chats
    for broadcast in found:
        message_id = await say(context.bot, chat.id, texts.progress(broadcast, house.send_rate, words))
        house.watch(chat.id, message_id, broadcast.number, words.language)
    await reply(update, await _past(house, 0, words, none_going_on=not found))


@needs(Right.PUBLISH)
async def past_button(house: House, update: Update, _: Context) -> None:
    query, words = cast("CallbackQuery", update.callback_query), await house.words(update)
    page = number_in((query.data or "").partition(":")[2])
    if page is None or page >= PAGES:
        await alert(query, words.plain("desk.cast.gone"))
        return
    await show(query, await _past(house, page, words))


async def _past(house: House, page: int, words: Words, *, none_going_on: bool = False) -> Message:
    found = await broadcasts.past(house.database, house.clock(), PAGE + 1, page * PAGE)
    return texts.past(found[:PAGE], page, words, more=len(found) > PAGE, none_going_on=none_going_on)


@needs(Right.PUBLISH)
async def cast_button(house: House, update: Update, context: Context) -> None:
    """A button below one broadcast."""
    query, words = cast("CallbackQuery", update.callback_query), await house.words(update)
    text, _, verb = (query.data or "").removeprefix("cast:").partition(":")
    number = number_in(text)
    stored = await shelf.get(house.database, number) if number is not None else None
    if stored is None or stored.stage is Stage.SHELF:
        await alert(query, words.plain("desk.cast.gone"))
        return
    match verb:
        case "pause" | "resume":
            await _steer(house, update, query, stored, words)
        case "stop" if stored.stage.goes_on:
            await _ask_stop(house, update, query, stored, words)
        case "correct" if _amendable(stored):
            await acknowledge(query)
            await reply(update, texts.ask_correction(stored.id, stored.bulletin.item.title, words))
        case "withdraw" if _amendable(stored):
            await acknowledge(query)
            await _propose(house, update, context, stored, stored.bulletin, Kind.WITHDRAWAL)
        case "show":
            await _show_report(house, query, stored, words)
        case _:
            await alert(query, words.plain("desk.already"))


async def _steer(house: House, update: Update, query: CallbackQuery, stored: Stored, words: Words) -> None:
    """Pauses or resumes; who comes second sees how things stand."""
    person = update.effective_user
    assert person is not None  # noqa: S101 - only persons have rights
    deed = broadcasts.pause if (query.data or "").endswith("pause") else broadcasts.resume
    done = await deed(house.database, stored.id, person.id, house.clock())
    await show_progress(house, query, stored.id, words, None if done else words.plain("desk.already"))


async def _ask_stop(house: House, update: Update, query: CallbackQuery, stored: Stored, words: Words) -> None:
    person, now = update.effective_user, house.clock()
    broadcast = await broadcasts.get(house.database, stored.id, now)
    if person is None or broadcast is None:
        return
    # The message below which it was pressed gets the report, also after a restart.
    await show_progress(house, query, stored.id, words)
    proposal = await broadcasts.propose_stopping(house.database, stored.id, person.id, now)
    await reply(update, texts.stop_panel(broadcast, proposal, words))


async def _show_report(house: House, query: CallbackQuery, stored: Stored, words: Words) -> None:
    broadcast = await broadcasts.get(house.database, stored.id, house.clock())
    if broadcast is not None:
        await show(query, texts.report(broadcast, house.send_rate, words))


@needs(Right.PUBLISH)
async def corrected(house: House, update: Update, context: Context) -> None:
    """The corrected page, as the reply to the question for it."""
    words, message = await house.words(update), cast("Received", update.effective_message)
    number = corrected_number(message)
    stored = await shelf.get(house.database, number) if number is not None else None
    if stored is None or not _amendable(stored):
        await reply(update, Message(words("desk.cast.gone")))
        return
    page = await page_of(house, message, words)
    if isinstance(page, Report):
        await answer(update, page)
        return
    bulletin = replace(page, item=as_before(page.item, stored.bulletin.item))
    if bulletin == stored.bulletin:
        await reply(update, Message(words("desk.correct.same")))
    else:
        await _propose(house, update, context, stored, bulletin, Kind.CORRECTION)


async def _propose(
    house: House, update: Update, context: Context, stored: Stored, bulletin: Bulletin, kind: Kind
) -> None:
    words, person, now = await house.words(update), update.effective_user, house.clock()
    old = await broadcasts.get(house.database, stored.id, now)
    if person is None or old is None:
        return
    amendment = Amendment(stored.id, stored.version, bulletin)
    proposal = await broadcasts.propose_amendment(house.database, amendment, kind, person.id, now)
    panel = texts.withdraw_panel if kind is Kind.WITHDRAWAL else texts.correct_panel
    await show_proposal(house, update, context, proposal, panel(stored.id, proposal, old, house.send_rate, words))


def corrected_number(message: Received) -> int | None:
    """The bulletin that a reply corrects, by the mark in the bot's question."""
    question = message.reply_to_message
    if question is None or question.text is None or question.from_user is None or not question.from_user.is_bot:
        return None
    marks = [mark for mark in question.parse_entities([MessageEntity.CODE]).values() if mark.startswith(_MARK)]
    return next((number for mark in marks if (number := number_in(mark.removeprefix(_MARK))) is not None), None)


def _amendable(stored: Stored) -> bool:
    return stored.kind is Kind.NEWS and stored.stage not in (Stage.SHELF, Stage.WITHDRAWN)
