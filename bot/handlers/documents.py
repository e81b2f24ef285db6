"""A document sent to the bot: a table or a news page, which goes through the same door as /reload."""

from enum import Enum
from functools import partial
from typing import Final

from telegram import Document, Update
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from bot.domain.editions import Refused
from bot.domain.news import Bulletin
from bot.handlers.confirming import to_apply
from bot.handlers.downloads import download
from bot.handlers.find import Handler, not_text
from bot.handlers.house import Context, House
from bot.handlers.permission import Right, may, needs, refuse
from bot.handlers.render import pressed_query, reply
from bot.handlers.tables import answer, carry_out, conclude, current, offer
from bot.storage import plans, proposals
from bot.storage.plans import Plan
from bot.texts import tables as texts
from bot.texts.catalog import Words
from bot.texts.confirming import confirm
from bot.texts.messages import Message

KIND: Final = "shelf"

_TABLE_TYPES: Final = ("text/csv", "text/comma-separated-values", "application/csv")


class Sort(Enum):
    TABLE = Right.TABLES
    PAGE = Right.PUBLISH


def handlers(house: House) -> list[Handler]:
    documents = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.Document.ALL
    return [
        MessageHandler(documents, partial(document, house)),
        CallbackQueryHandler(partial(page_button, house), r"^shelf:"),
    ]


async def document(house: House, update: Update, context: Context) -> None:
    """Offers to load a table or to put a news page on the shelf; to those who may."""
    message = update.effective_message
    if message is None or message.document is None:
        return
    found, words = message.document, await house.words(update)
    sort = _sort(found)
    if sort is None and not await may(house, update, Right.PUBLISH):
        await not_text(house, update, context)
    elif sort is None:
        await reply(update, Message(words("desk.document.unknown")))
    elif not await may(house, update, sort.value):
        await refuse(house, update)
    else:
        await _received(house, update, found, sort)


async def _received(house: House, update: Update, received: Document, sort: Sort) -> None:
    words, name = await house.words(update), received.file_name or ""
    content = await download(received, words)
    if isinstance(content, Message):
        await reply(update, content)
    elif sort is Sort.TABLE:
        await _table(house, update, name, content)
    else:
        await _page(house, update, name or "page.txt", content)


async def _table(house: House, update: Update, name: str, content: bytes) -> None:
    words = await house.words(update)
    table = await house.files.recognise(name, content)
    if table is None:
        await reply(update, Message(words("desk.document.unknown")))
        return
    live = await current(house)
    read = await house.files.receive(table, content, live, house.clock())
    if isinstance(read, Refused):
        await answer(update, texts.faults(read.faults, words))
    else:
        await offer(house, update, live, read, "document_kept", {"scope": table})


async def _page(house: House, update: Update, name: str, content: bytes) -> None:
    words = await house.words(update)
    read = await house.files.read_page(name, content)
    if isinstance(read, Refused):
        await answer(update, texts.faults(read.faults, words))
    elif not await plans.not_known(house.database, [read]):
        await reply(update, Message(words("desk.shelf.known", title=read.item.title)))
    else:
        await _offer_page(house, update, read, words)


async def _offer_page(house: House, update: Update, bulletin: Bulletin, words: Words) -> None:
    assert update.effective_user is not None  # noqa: S101 - only somebody with the right comes here
    actor, base = update.effective_user.id, house.live.directory.edition
    plan = Plan("shelved", base, pages=(bulletin,), detail={"title": bulletin.item.title})
    subject = f"page:{bulletin.item.published}:{bulletin.item.title}"
    number = await proposals.make(house.database, KIND, actor, subject, plans.pack(plan), house.clock())
    await reply(update, texts.page(bulletin, confirm("shelf", number, words), words))


@needs(Right.PUBLISH)
async def page_button(house: House, update: Update, _: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    proposal = await to_apply(house, query, (KIND,), words)
    if proposal is not None:
        plan = plans.unpack(proposal.payload)
        await conclude(query, await carry_out(house, proposal, plan), plan, words)


def _sort(found: Document) -> Sort | None:
    """By the end of its name, which people see; by its type where it has none."""
    name = (found.file_name or "").lower()
    if name.endswith(".csv"):
        return Sort.TABLE
    if name.endswith(".txt"):
        return Sort.PAGE
    if "." in name:
        return None
    return Sort.TABLE if found.mime_type in _TABLE_TYPES else Sort.PAGE if found.mime_type == "text/plain" else None
