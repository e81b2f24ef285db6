"""Who may do what at the desk: shown to admins, changed by those of BOT_ADMIN_IDS."""

import json
import re
from functools import partial
from typing import Final

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.handlers.commands import publish_menu
from bot.handlers.confirming import tell_closed, to_apply
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.permission import DESK, Right, has, needs
from bot.handlers.render import pressed_query, reply, show
from bot.storage import proposals, roles
from bot.storage.proposals import Proposal, State
from bot.storage.roles import Role
from bot.texts import roles as texts
from bot.texts.catalog import Words
from bot.texts.messages import Message

ROLE: Final = "role"
"""The kind of proposal that gives or takes a role."""
USER_ID: Final = re.compile(r"[1-9]\d{0,14}", re.ASCII)
"""Telegram's ids have at most 52 bits."""


def handlers(house: House) -> list[Handler]:
    return [
        CommandHandler("admins", partial(admins, house), filters.UpdateType.MESSAGE),
        CallbackQueryHandler(partial(role_button, house), r"^role:"),
    ]


@needs(DESK["admins"])
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
        await reply(update, texts.proposal(user, role, before, number, words))


@needs(Right.ROLES)
async def role_button(house: House, update: Update, context: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    proposal = await to_apply(house, query, (ROLE,), words)
    if proposal is not None:
        await _change_role(house, update, context, proposal)


async def _change_role(house: House, update: Update, context: Context, proposal: Proposal) -> None:
    query, words, now = pressed_query(update), await house.words(update), house.clock()
    wanted = json.loads(proposal.payload)
    user, role = int(wanted["user"]), Role(wanted["role"]) if wanted["role"] else None
    async with house.database.write() as connection:
        settled = await proposals.settle(connection, proposal.id, proposal.actor, State.DONE, now)
        if settled and role is not None:
            await roles.give_in(connection, user, role, proposal.actor, now)
        elif settled:
            await roles.take_in(connection, user, proposal.actor, now)
    if not settled:
        await tell_closed(house, query, proposal, words)
        return
    await show(query, await _roles_message(house, update, words))
    await publish_menu(context.bot, house, user)
