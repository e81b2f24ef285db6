"""The log of deeds, for admins: page by page, or whole as CSV."""

import asyncio
import csv
import json
from functools import partial
from io import StringIO
from typing import Final

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.numbers import number_in
from bot.handlers.permission import DESK, Right, needs
from bot.handlers.render import acknowledge, alert, pressed_query, reply, show
from bot.storage import audit
from bot.storage.audit import Entry
from bot.texts import audit as texts
from bot.texts.catalog import Words
from bot.texts.messages import Message

PAGE: Final = 10
CSV_ROWS: Final = 100_000


def handlers(house: House) -> list[Handler]:
    return [
        CommandHandler("audit", partial(deeds, house), filters.UpdateType.MESSAGE),
        CallbackQueryHandler(partial(deeds_button, house), r"^audit:"),
    ]


@needs(DESK["audit"])
async def deeds(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    await reply(update, _page(house, await audit.newest(house.database, PAGE + 1), words))


@needs(Right.WATCH)
async def deeds_button(house: House, update: Update, _: Context) -> None:
    """`older:N` and `newer:N` turn the page from entry N on; `csv` sends everything."""
    query, words = pressed_query(update), await house.words(update)
    match (query.data or "").split(":"):
        case ["audit", "csv"]:
            await acknowledge(query)
            await _send_csv(house, update)
        case ["audit", "older", text] if (number := number_in(text)) is not None:
            older = await audit.newest(house.database, PAGE + 1, before=number)
            await show(query, _page(house, older, words, ahead=True))
        case ["audit", "newer", text] if (number := number_in(text)) is not None:
            page = await audit.next_newer(house.database, number, PAGE)
            entries = await audit.newest(house.database, PAGE + 1, before=page[0].id + 1 if page else None)
            ahead = bool(entries and await audit.next_newer(house.database, entries[0].id, 1))
            await show(query, _page(house, entries, words, ahead=ahead))
        case _:
            await alert(query, words.plain("desk.already"))


def _page(house: House, entries: list[Entry], words: Words, *, ahead: bool = False) -> Message:
    """A page of entries, of which there is one more than is shown where there is a page after it.

    `ahead` tells that there are newer ones.
    """
    shown = entries[:PAGE]
    lines = [
        texts.line(entry.at.astimezone(house.zone), entry.actor, entry.action, entry.detail, words) for entry in shown
    ]
    older = shown[-1].id if len(entries) > PAGE else None
    return texts.page(lines, shown[0].id if shown and ahead else None, older, words)


async def _send_csv(house: House, update: Update) -> None:
    entries = await audit.newest(house.database, CSV_ROWS)
    content = await asyncio.to_thread(_csv, entries)
    if update.effective_message is not None:
        await update.effective_message.reply_document(document=InputFile(content, filename="audit.csv"))


def _csv(entries: list[Entry]) -> bytes:
    lines = StringIO()
    writer = csv.writer(lines)
    writer.writerow(("id", "at", "actor", "action", "detail"))
    for entry in entries:
        detail = json.dumps(entry.detail, ensure_ascii=False, sort_keys=True)
        writer.writerow((entry.id, entry.at.isoformat(), entry.actor, entry.action, detail))
    return lines.getvalue().encode()
