"""What admins look at: figures, the log of deeds, and who may do what."""

import asyncio
import csv
import json
import re
from functools import partial
from io import StringIO
from typing import Final

from telegram import CallbackQuery, InputFile, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.handlers.commands import publish_menu
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.permission import Right, has, needs
from bot.handlers.render import pressed_query, reply, show
from bot.storage import audit, proposals, roles
from bot.storage.audit import Entry
from bot.storage.proposals import State
from bot.storage.roles import Role
from bot.storage.statistics import figures
from bot.texts import watch as texts
from bot.texts.catalog import DEFAULT, Words
from bot.texts.chart import draw
from bot.texts.messages import Message

PAGE: Final = 10
CSV_ROWS: Final = 100_000
ROLE: Final = "role"
"""The kind of proposal that gives or takes a role."""
USER_ID: Final = re.compile(r"[1-9]\d{0,14}", re.ASCII)
"""Telegram's ids have at most 52 bits."""


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("stats", partial(stats, house), new),
        CommandHandler("audit", partial(deeds, house), new),
        CommandHandler("admins", partial(admins, house), new),
        CallbackQueryHandler(partial(deeds_button, house), r"^audit:"),
        CallbackQueryHandler(partial(role_button, house), r"^role:"),
    ]


@needs(Right.WATCH)
async def stats(house: House, update: Update, _: Context) -> None:
    """The figures in words, then in a picture."""
    words = await house.words(update)
    await house.questions.flush()
    found = await figures(house.database, house.clock(), house.zone)
    await reply(update, texts.stats(found, house.troubles.counts(), words))
    title, shown = words.plain("chart.title"), texts.panels(found, words)
    if not texts.can_be_drawn(shown):
        english = house.catalog.words(DEFAULT)
        title, shown = english.plain("chart.title"), texts.panels(found, english)
    picture = await asyncio.to_thread(draw, title, shown)
    if update.effective_message is not None:
        await update.effective_message.reply_photo(photo=InputFile(picture, filename="stats.png"))


@needs(Right.WATCH)
async def deeds(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    await reply(update, _page(house, await audit.newest(house.database, PAGE + 1), words))


@needs(Right.WATCH)
async def deeds_button(house: House, update: Update, _: Context) -> None:
    """`older:N` and `newer:N` turn the page from entry N on; `csv` sends everything."""
    query, words = pressed_query(update), await house.words(update)
    match (query.data or "").split(":"):
        case ["audit", "csv"]:
            await query.answer()
            await _send_csv(house, update)
        case ["audit", "older", number] if re.fullmatch(r"\d{1,9}", number, re.ASCII):
            older = await audit.newest(house.database, PAGE + 1, before=int(number))
            await show(query, _page(house, older, words, ahead=True))
        case ["audit", "newer", number] if re.fullmatch(r"\d{1,9}", number, re.ASCII):
            page = await audit.next_newer(house.database, int(number), PAGE)
            entries = await audit.newest(house.database, PAGE + 1, before=page[0].id + 1 if page else None)
            ahead = bool(entries and await audit.next_newer(house.database, entries[0].id, 1))
            await show(query, _page(house, entries, words, ahead=ahead))
        case _:
            await _gone(query, words)


def _page(house: House, entries: list[Entry], words: Words, *, ahead: bool = False) -> Message:
    """A page of entries, of which there is one more than is shown where there is a page after it.

    `ahead` tells that there are newer ones.
    """
    shown = entries[:PAGE]
    lines = [
        texts.audit_line(entry.at.astimezone(house.zone), entry.actor, entry.action, entry.detail, words)
        for entry in shown
    ]
    older = shown[-1].id if len(entries) > PAGE else None
    return texts.audit_page(lines, shown[0].id if shown and ahead else None, older, words)


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


@needs(Right.WATCH)
async def admins(house: House, update: Update, context: Context) -> None:
    """/admins shows; /admins add ID admin|editor and /admins remove ID change, which is asked first."""
    words = await house.words(update)
    match context.args or []:
        case []:
            await reply(update, await _roles_message(house, update, words))
        case ["add", _, "admin" | "editor"] | ["remove", _]:
            await change(house, update, context)
        case _:
            await reply(update, Message(words("admins.usage")))


async def _roles_message(house: House, update: Update, words: Words) -> Message:
    holders = [(one.user_id, str(one.role), one.given_by) for one in await roles.everybody(house.database)]
    person = update.effective_user
    may_change = person is not None and await has(house, person.id, Right.ROLES)
    return texts.admins(sorted(house.admins), holders, words, may_change=may_change)


@needs(Right.ROLES)
async def change(house: House, update: Update, context: Context) -> None:
    """Shows what would change, to be confirmed."""
    words, person = await house.words(update), update.effective_user
    _, given, *rest = context.args or []
    if person is None or not USER_ID.fullmatch(given):
        await reply(update, Message(words("admins.usage")))
        return
    user, role = int(given), Role(rest[0]) if rest else None
    before = await roles.of(house.database, user)
    if user in house.admins:
        await reply(update, Message(words("admins.in_settings", user=user)))
    elif role == before:
        await reply(update, Message(words("admins.unchanged", user=user)))
    else:
        payload = json.dumps({"user": user, "role": role}).encode()
        number = await proposals.make(house.database, ROLE, person.id, f"{ROLE}:{user}", payload, house.clock())
        await reply(update, texts.role_proposal(user, role, before, number, words))


@needs(Right.ROLES)
async def role_button(house: House, update: Update, context: Context) -> None:
    query, words, person = pressed_query(update), await house.words(update), update.effective_user
    _, verb, number = [*(query.data or "").split(":"), "", ""][:3]
    known = verb in ("apply", "cancel") and re.fullmatch(r"\d{1,9}", number, re.ASCII)
    proposal = await proposals.get(house.database, int(number)) if known else None
    if proposal is None or proposal.kind != ROLE or person is None:
        await _gone(query, words)
        return
    wanted = json.loads(proposal.payload)
    user, role = int(wanted["user"]), Role(wanted["role"]) if wanted["role"] else None
    async with house.database.write() as connection:
        outcome = State.DONE if verb == "apply" else State.CANCELLED
        settled = await proposals.settle(connection, proposal.id, person.id, outcome, house.clock())
        if settled and verb == "apply" and role is not None:
            await roles.give_in(connection, user, role, person.id, house.clock())
        elif settled and verb == "apply":
            await roles.take_in(connection, user, person.id, house.clock())
    if not settled:
        await show(query, Message(words("desk.already")), alert=words.plain("desk.already"))
    elif verb == "cancel":
        await show(query, Message(words("desk.cancelled")))
    else:
        await show(query, await _roles_message(house, update, words))
        await publish_menu(context.bot, house, user)


async def _gone(query: CallbackQuery, words: Words) -> None:
    await query.answer(text=words.plain("error.gone"), show_alert=True)
