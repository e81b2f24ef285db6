"""Publishing from the chat: a page is shown as its readers will get it, and goes out when it is confirmed."""

from functools import partial
from typing import Final, cast

from telegram import CallbackQuery, Update
from telegram import Message as Received
from telegram.error import BadRequest
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.domain.broadcasts import Kind, Stage
from bot.domain.editions import Refused
from bot.domain.missions import coverage
from bot.domain.news import Bulletin
from bot.handlers.confirming import cancel, own, tell_closed
from bot.handlers.downloads import download
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.numbers import number_in
from bot.handlers.permission import DESK, Right, needs
from bot.handlers.render import acknowledge, alert, reply, say, show
from bot.handlers.tables import answer
from bot.storage import broadcasts, outbox, proposals, shelf
from bot.storage.broadcasts import Amendment, Closed
from bot.storage.outbox import AlreadyPublished, Published
from bot.storage.proposals import Proposal
from bot.texts import broadcasts as texts
from bot.texts.bulletins import bulletin_message, correction_message, withdrawal_message
from bot.texts.catalog import Words
from bot.texts.markup import Html, clip, one_line
from bot.texts.messages import Message
from bot.texts.tables import Report, faults

OLD_DAYS: Final = 7
LISTED: Final = 6
KINDS: Final = ("publish", Kind.CORRECTION, Kind.WITHDRAWAL, "stop")
"""Proposals that are confirmed here."""


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    captioned = filters.Document.ALL & filters.CaptionRegex(r"^/publish(@\w+)?(\s|$)")
    return [
        CommandHandler("publish", partial(publish, house), new),
        MessageHandler(new & captioned, partial(publish, house)),
        CallbackQueryHandler(partial(confirm_button, house), r"^bulletin:"),
    ]


@needs(DESK["publish"])
async def publish(house: House, update: Update, context: Context) -> None:
    """The page replied to or sent along, the one with a number, or the latest on the shelf."""
    words, message = await house.words(update), cast("Received", update.effective_message)
    source = message if message.document is not None else message.reply_to_message
    if source is not None:
        found = await page_of(house, source, words)
    elif context.args:
        found = await _by_number(house, " ".join(context.args), words)
    else:
        await _latest(house, update, context, words)
        return
    if isinstance(found, Report):
        await answer(update, found)
    else:
        await propose(house, update, context, found)


async def page_of(house: House, source: Received, words: Words) -> Bulletin | Report:
    """The page in a message, or what to say of it."""
    if source.document is not None:
        name, kind = source.document.file_name or "", source.document.mime_type or ""
        if not (name.lower().endswith(".txt") or kind == "text/plain"):
            return Report(Message(words("desk.page.type")))
        data = await download(source.document, words)
        name = clip(one_line(name), 80) or "page.txt"
    elif source.text:
        data, name = source.text.encode("utf-8", "replace"), "message"
    else:
        return Report(Message(words("desk.publish.usage")))
    if isinstance(data, Message):
        return Report(data)
    page = await house.files.read_page(name, data)
    return faults(page.faults, words) if isinstance(page, Refused) else page


async def _by_number(house: House, text: str, words: Words) -> Bulletin | Report:
    number = number_in(text)
    if number is None:
        return Report(Message(words("desk.publish.usage")))
    stored = await shelf.get(house.database, number)
    if stored is None or stored.kind is not Kind.NEWS:
        return Report(Message(words("desk.publish.unknown")))
    if stored.stage is not Stage.SHELF:
        return Report(Message(words("desk.publish.already", number=stored.id)))
    return stored.bulletin


async def _latest(house: House, update: Update, context: Context, words: Words) -> None:
    shelved = await broadcasts.shelved(house.database, LISTED)
    if not shelved:
        await reply(update, Message(words("desk.publish.empty")))
        return
    first, *rest = shelved
    warnings: list[Html] = []
    newest = await shelf.leaf(house.database)
    out, lying = newest.stored.bulletin.item.published if newest else None, first.bulletin.item.published
    if out is not None and lying is not None and out > lying:
        warnings.append(words("desk.publish.newer_out"))
    if rest:
        warnings.append(texts.shelf_list([(stored.id, stored.bulletin.item) for stored in rest], words))
    await propose(house, update, context, first.bulletin, warnings)


async def propose(
    house: House, update: Update, context: Context, bulletin: Bulletin, notes: list[Html] | None = None
) -> None:
    """Shows what publishing this would do, with the buttons that do it; what is out already is told instead."""
    words, person = await house.words(update), update.effective_user
    assert person is not None  # noqa: S101 - only persons have rights
    if (number := await broadcasts.published_as(house.database, bulletin)) is not None:
        await reply(update, Message(words("desk.publish.already", number=number)))
        return
    item, now = bulletin.item, house.clock()
    warnings = list(notes or ())
    if item.published is not None and (now.date() - item.published).days > OLD_DAYS:
        warnings.insert(0, words("desk.publish.old", date=words.date(item.published)))
    reach = await outbox.reach(house.database, item.country)
    proposal = await broadcasts.propose_publishing(house.database, bulletin, person.id, now)
    panel = texts.publish_panel(item, proposal, reach, house.send_rate, warnings, words)
    await show_proposal(house, update, context, proposal, panel)


async def show_proposal(house: House, update: Update, context: Context, number: int, panel: Message) -> None:
    """The very message that readers get, and below it what confirms it. What Telegram refuses cannot be confirmed."""
    words, proposal = await house.words(update), await proposals.get(house.database, number)
    chat = update.effective_chat
    if proposal is None or chat is None:
        return
    try:
        await say(context.bot, chat.id, await _preview(house, update, proposal, words.language, words))
    except BadRequest as error:
        await reply(update, Message(words("desk.publish.refused", reason=clip(error.message, 300))))
        return
    await say(context.bot, chat.id, panel)


async def _preview(house: House, update: Update, proposal: Proposal, language: str, words: Words) -> Message:
    message = await _as_read(house, update, proposal, language)
    return texts.preview(message, proposal.id, language, house.catalog, words)


async def _as_read(house: House, update: Update, proposal: Proposal, language: str) -> Message:
    """What a reader of a language gets whose country is the one it concerns, else the one chosen in this chat."""
    words, chat = house.catalog.words(language), await house.chat(update)
    bulletin = _bulletin(proposal)
    country = bulletin.item.country or chat.country
    own = coverage(house.live.directory, country) if country else None
    match proposal.kind:
        case Kind.CORRECTION:
            return correction_message(bulletin, own, words)
        case Kind.WITHDRAWAL:
            return withdrawal_message(bulletin, words)
        case _:
            return bulletin_message(bulletin, own, words)


def _bulletin(proposal: Proposal) -> Bulletin:
    if proposal.kind == "publish":
        return shelf.unpacked(proposal.payload.decode())
    return Amendment.unpacked(proposal.payload).bulletin


@needs(Right.PUBLISH)
async def confirm_button(house: House, update: Update, context: Context) -> None:
    """A button below something proposed; only who was shown it may press."""
    query, words = cast("CallbackQuery", update.callback_query), await house.words(update)
    number, _, wish = (query.data or "").removeprefix("bulletin:").partition(":")
    verb, _, language = wish.partition(":")
    proposal = await own(house, query, number, KINDS)
    if proposal is None or (language and (language not in house.catalog.languages or proposal.kind == "stop")):
        await alert(query, words.plain("desk.already"))
    elif verb == "view" and language:
        await show(query, await _preview(house, update, proposal, language, words))
    elif verb == "test" and language:
        await acknowledge(query)
        await say(context.bot, proposal.actor, await _as_read(house, update, proposal, language))
    elif wish == "cancel":
        await cancel(house, query, proposal, words)
    elif wish == "now" or (wish == "urgent" and proposal.kind == "publish"):
        await _confirm(house, query, proposal, words, urgent=wish == "urgent")
    else:
        await alert(query, words.plain("desk.already"))


async def _confirm(house: House, query: CallbackQuery, proposal: Proposal, words: Words, *, urgent: bool) -> None:
    match await _do(house, proposal, urgent=urgent):
        case Published(number):
            await show_progress(house, query, number, words)
        case AlreadyPublished(number):
            await show(query, Message(words("desk.publish.already", number=number)))
        case True:
            await show(query, Message(words("desk.stop.done")))
        case _:
            await tell_closed(house, query, proposal, words)


async def _do(house: House, proposal: Proposal, *, urgent: bool) -> Published | AlreadyPublished | Closed | bool:
    database, now = house.database, house.clock()
    match proposal.kind:
        case "publish":
            return await broadcasts.publish(database, proposal, urgent=urgent, now=now)
        case "stop":
            return await broadcasts.stop(database, proposal, now)
        case _:
            return await broadcasts.amend(database, proposal, now)


async def show_progress(house: House, query: CallbackQuery, number: int, words: Words, said: str | None = None) -> None:
    """Puts the progress of a broadcast in the place of the message whose button was pressed, and keeps it true."""
    broadcast = await broadcasts.get(house.database, number, house.clock())
    if broadcast is None:
        await alert(query, words.plain("desk.cast.gone"))
        return
    await show(query, texts.progress(broadcast, house.send_rate, words), said)
    if query.message is not None and not broadcast.over:
        house.watch(query.message.chat.id, query.message.message_id, number, words.language)
