"""Greetings, help, and what a chat chooses for itself: country, language, being forgotten."""

from functools import partial

from telegram import BotCommandScopeChat, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.domain.countries import SENDERS
from bot.domain.matching import Found, HostCountry, Unsure, search
from bot.domain.missions import coverage
from bot.handlers.commands import menu
from bot.handlers.find import Handler, answer, country_card
from bot.handlers.house import Context, House
from bot.handlers.render import pressed_query, reply, show
from bot.storage import outbox, reports
from bot.texts import answers
from bot.texts.catalog import Words
from bot.texts.messages import Message, Press


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
    """A greeting, or the card of the country that a deep link names."""
    words, chat = await house.words(update), await house.chat(update)
    payload = " ".join(context.args or [])
    if payload.lower() in SENDERS:
        await reply(update, country_card(house, payload.lower(), None, words))
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
        await query.answer(text=words.plain("error.gone"), show_alert=True)
        return
    await query.answer()
    await reply(update, await _choose_country(house, update, context, code, words))


async def _choose_country(house: House, update: Update, context: Context, code: str | None, words: Words) -> Message:
    if not await may_change(update, context):
        return Message(words("error.group_admins_only"))
    assert update.effective_chat is not None  # noqa: S101 - commands and buttons come from chats
    await house.chats.choose_country(update.effective_chat.id, code, house.clock())
    return answers.my_country_set(code, words)


async def language(house: House, update: Update, _: Context) -> None:
    words, chat = await house.words(update), await house.chat(update)
    await reply(update, answers.languages(house.catalog, chat.language, words))


async def language_button(house: House, update: Update, context: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    chosen = (query.data or "").partition(":")[2] or None
    chat = update.effective_chat
    if chat is None or (chosen is not None and chosen not in house.catalog.languages):
        await query.answer(text=words.plain("error.gone"), show_alert=True)
        return
    if not await may_change(update, context):
        await query.answer(text=words.plain("error.group_admins_only"), show_alert=True)
        return
    await house.chats.choose_language(chat.id, chosen, house.clock())
    words = await house.words(update)
    await show(query, Message(words("language.set")))
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
        await query.answer(text=words.plain("error.group_admins_only"), show_alert=True)
    else:
        await house.chats.forget(chat.id)
        await outbox.forget(house.database, chat.id)
        await house.questions.forget(chat.id)
        await reports.forget(house.database, chat.id)
        await show(query, Message(words("forget.done")))


async def may_change(update: Update, context: Context) -> bool:
    """Whether this person may change what the chat has chosen: in a group only its admins may."""
    chat, person = update.effective_chat, update.effective_user
    if chat is None or chat.type in (ChatType.PRIVATE, ChatType.CHANNEL):
        return True
    message = update.effective_message
    if update.callback_query is None and message is not None and message.sender_chat is not None:
        return message.sender_chat.id == chat.id  # an anonymous admin writes in the name of the group
    if person is None:
        return False
    member = await context.bot.get_chat_member(chat_id=chat.id, user_id=person.id)
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
