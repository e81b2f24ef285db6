"""Greetings, help, and what a chat chooses for itself: country, language, being forgotten."""

from functools import partial
from typing import Final

from telegram import BotCommandScopeChat, Update
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.domain.countries import SENDERS
from bot.domain.matching import Found, HostCountry, Unsure, search
from bot.domain.missions import coverage
from bot.handlers.commands import menu
from bot.handlers.find import Handler, answer, country_card
from bot.handlers.house import Context, House
from bot.handlers.news import news
from bot.handlers.permission import may_change
from bot.handlers.render import acknowledge, alert, pressed_query, reply, show
from bot.storage import outbox, reports
from bot.texts import answers
from bot.texts.catalog import Words
from bot.texts.messages import Message, Press

START_COUNTRY: Final = "mycountry"
START_NEWS: Final = "news"
"""What deep links say that do not name a country: they come from channels."""


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("start", partial(start, house), new),
        CommandHandler("help", partial(help_command, house), new),
        CommandHandler("mycountry", partial(my_country, house), new),
        CommandHandler("emergency", partial(emergency, house), new),
        CommandHandler("language", partial(language, house), new),
        CommandHandler("privacy", partial(privacy, house), new),
        CommandHandler("forgetme", partial(forget_me, house), new),
        CallbackQueryHandler(partial(mine_button, house), r"^mine:"),
        CallbackQueryHandler(partial(language_button, house), r"^language:"),
        CallbackQueryHandler(partial(forget_button, house), r"^forget:"),
    ]


async def start(house: House, update: Update, context: Context) -> None:
    """A greeting, or what a deep link names: the card of a country, the choice of one's own, the news."""
    words, chat = await house.words(update), await house.chat(update)
    payload = " ".join(context.args or [])
    if payload.lower() in SENDERS:
        await reply(update, country_card(house, payload.lower(), None, words))
    elif payload == START_COUNTRY:
        await reply(update, answers.letters(house.live.directory.senders, "mine", words))
    elif payload == START_NEWS:
        await news(house, update, context)
    elif payload:
        await reply(update, answer(house, payload.replace("_", " "), words))
    else:
        await reply(update, answers.start(words, chat.country))


async def help_command(house: House, update: Update, _: Context) -> None:
    await reply(update, answers.help_text(await house.words(update)))


async def privacy(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    await reply(update, Message(words("privacy.text")))


async def emergency(house: House, update: Update, _: Context) -> None:
    words, chat = await house.words(update), await house.chat(update)
    post = coverage(house.live.directory, chat.country).post if chat.country else None
    await reply(update, answers.emergency(post, chat.country, words))


async def my_country(house: House, update: Update, context: Context) -> None:
    """/mycountry shows the choice; /mycountry Kenya makes it."""
    words, chat = await house.words(update), await house.chat(update)
    text = " ".join(context.args or [])
    if not text:
        await reply(update, answers.my_country(chat.country, words))
        return
    match search(house.live.index, text, words.language):
        case Found(code):
            await reply(update, await _choose_country(house, update, context, code, words))
        case Unsure(choices):
            buttons = tuple((answers.country_button(choice, words, verb="mine"),) for choice in choices)
            await reply(update, Message(words("find.unsure"), buttons))
        case HostCountry():
            await reply(update, answers.host_country(words))
        case _:
            await reply(update, answers.nothing_found(words))


async def mine_button(house: House, update: Update, context: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    code = (query.data or "").partition(":")[2] or None
    if code is not None and code not in SENDERS:
        await alert(query, words.plain("error.gone"))
        return
    await acknowledge(query)
    await reply(update, await _choose_country(house, update, context, code, words))


async def _choose_country(house: House, update: Update, context: Context, code: str | None, words: Words) -> Message:
    if not await may_change(update, context):
        return Message(words("error.group_admins_only"))
    assert update.effective_chat is not None  # noqa: S101 - commands and buttons come from chats
    await house.chats.choose_country(update.effective_chat.id, code, house.clock())
    return answers.my_country_set(code, words)


async def language(house: House, update: Update, context: Context) -> None:
    """/language shows the choice; /language ru makes it."""
    words, chat = await house.words(update), await house.chat(update)
    wanted = " ".join(context.args or []).lower()
    if wanted not in house.catalog.languages:
        await reply(update, answers.languages(house.catalog, chat.language, words))
    elif not await may_change(update, context):
        await reply(update, Message(words("error.group_admins_only")))
    else:
        words = await _choose_language(house, update, wanted)
        await reply(update, Message(words("language.set")))
        await _show_menu(house, update, context, words)


async def language_button(house: House, update: Update, context: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    chosen = (query.data or "").partition(":")[2] or None
    chat = update.effective_chat
    if chat is None or (chosen is not None and chosen not in house.catalog.languages):
        await alert(query, words.plain("error.gone"))
        return
    if not await may_change(update, context):
        await alert(query, words.plain("error.group_admins_only"))
        return
    words = await _choose_language(house, update, chosen)
    await show(query, Message(words("language.set")))
    await _show_menu(house, update, context, words)


async def _choose_language(house: House, update: Update, chosen: str | None) -> Words:
    """The texts of the language that is now the chat's."""
    assert update.effective_chat is not None  # noqa: S101 - commands and buttons come from chats
    await house.chats.choose_language(update.effective_chat.id, chosen, house.clock())
    return await house.words(update)


async def _show_menu(house: House, update: Update, context: Context, words: Words) -> None:
    """The list of commands beside the chat's line, in its language."""
    assert update.effective_chat is not None  # noqa: S101 - commands and buttons come from chats
    chat = update.effective_chat
    try:
        await context.bot.set_my_commands(
            commands=await menu(house, chat.id, words), scope=BotCommandScopeChat(chat_id=chat.id)
        )
    except TelegramError:
        # The menu is a convenience: the choice is stored and answered already.
        return


async def forget_me(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    buttons = ((Press(words.plain("button.yes_forget"), "forget:yes"), Press(words.plain("button.no"), "forget:no")),)
    await reply(update, Message(words("forget.ask"), buttons))


async def forget_button(house: House, update: Update, context: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    chat = update.effective_chat
    if chat is None or query.data != "forget:yes":
        await show(query, Message(words("forget.kept")))
    elif not await may_change(update, context):
        await alert(query, words.plain("error.group_admins_only"))
    else:
        await house.chats.forget(chat.id)
        await outbox.forget(house.database, chat.id)
        await house.questions.forget(chat.id)
        await reports.forget(house.database, chat.id)
        await show(query, Message(words("forget.done")))
