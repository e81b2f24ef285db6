"""Bulletins in the chat: reading them, asking for them, and how they come."""

from functools import partial

from telegram import ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from bot.domain.countries import SENDERS
from bot.domain.delivery import Ended
from bot.domain.missions import coverage
from bot.domain.quiet import Quiet
from bot.handlers.find import Handler, country_card
from bot.handlers.house import Context, House
from bot.handlers.numbers import number_in
from bot.handlers.permission import may_change
from bot.handlers.render import acknowledge, alert, pressed_query, reply, say, show
from bot.storage import shelf, subscriptions
from bot.storage.shelf import Leaf
from bot.storage.subscriptions import Choices, Subscription
from bot.texts import answers
from bot.texts import subscriptions as texts
from bot.texts.bulletins import bulletin_message, leafing
from bot.texts.catalog import Words
from bot.texts.markup import Html
from bot.texts.messages import Message, Press

PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("news", partial(news, house), new),
        CommandHandler("subscribe", partial(subscribe, house), new),
        CommandHandler("unsubscribe", partial(unsubscribe, house), new),
        CommandHandler("settings", partial(settings, house), new),
        CallbackQueryHandler(partial(news_button, house), r"^news:"),
        CallbackQueryHandler(partial(own_button, house), r"^(own:|choose$)"),
        CallbackQueryHandler(partial(subscribe_button, house), r"^(un)?subscribe$"),
        CallbackQueryHandler(partial(settings_button, house), r"^(set|quiet|zone):"),
        ChatMemberHandler(partial(membership, house), ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.MIGRATE, partial(migrated, house)),
    ]


async def news(house: House, update: Update, _: Context) -> None:
    """The newest bulletin."""
    words = await house.words(update)
    leaf = await shelf.leaf(house.database)
    await reply(update, await _leaf_message(house, update, leaf, words))


async def news_button(house: House, update: Update, _: Context) -> None:
    query, words = pressed_query(update), await house.words(update)
    number = number_in((query.data or "").partition(":")[2])
    leaf = await shelf.leaf(house.database, number) if number is not None else None
    if leaf is None:
        await alert(query, words.plain("error.gone"))
        return
    await show(query, await _leaf_message(house, update, leaf, words))


async def _leaf_message(
    house: House, update: Update, leaf: Leaf | None, words: Words, intro: Html | None = None
) -> Message:
    chat = await house.chat(update)
    if leaf is None:
        return Message(words("news.none"), ((Press(words.plain("button.subscribe"), "subscribe"),),))
    own = coverage(house.live.directory, chat.country) if chat.country else None
    message = bulletin_message(leaf.stored.bulletin, own, words, intro=intro)
    turn = leafing(leaf.earlier, leaf.later, words)
    return Message(message.text, (*message.buttons, *([turn] if turn else [])))


async def own_button(house: House, update: Update, _: Context) -> None:
    """A button below a bulletin: its answer is a message of its own, since the bulletin is to stay."""
    query, words = pressed_query(update), await house.words(update)
    code = (query.data or "").partition(":")[2]
    if query.data != "choose" and code not in SENDERS:
        await alert(query, words.plain("error.gone"))
        return
    await acknowledge(query)
    if query.data == "choose":
        await reply(update, answers.letters(house.live.directory.senders, "mine", words))
    else:
        await reply(update, country_card(house, code, None, words))


async def subscribe(house: House, update: Update, context: Context) -> None:
    """Subscribes the chat and shows the newest bulletin at once, so that nobody waits for the notice in it."""
    words, chat = await house.words(update), update.effective_chat
    if chat is None:
        return
    if not await may_change(update, context):
        await reply(update, Message(words("error.group_admins_only")))
        return
    if not await subscriptions.start(house.database, chat.id, chat.type, words.language, house.clock()):
        await reply(update, Message(words("subscribe.already"), _settings_row(words)))
        return
    leaf = await shelf.leaf(house.database)
    if leaf is None:
        await reply(update, Message(words("subscribe.done_no_news"), _settings_row(words)))
    else:
        await reply(update, await _leaf_message(house, update, leaf, words, intro=words("subscribe.done")))


async def unsubscribe(house: House, update: Update, context: Context) -> None:
    words = await house.words(update)
    await reply(update, await _unsubscribed(house, update, context, words))


async def _unsubscribed(house: House, update: Update, context: Context, words: Words) -> Message:
    chat = update.effective_chat
    if chat is None or not await may_change(update, context):
        return Message(words("error.group_admins_only"))
    again = ((Press(words.plain("button.subscribe"), "subscribe"),),)
    if await subscriptions.end(house.database, chat.id, Ended.UNSUBSCRIBED, house.clock()):
        return Message(words("subscribe.ended"), again)
    return Message(words("subscribe.none"), again)


async def subscribe_button(house: House, update: Update, context: Context) -> None:
    query = pressed_query(update)
    if query.data == "subscribe":
        await acknowledge(query)
        await subscribe(house, update, context)
    else:
        await show(query, await _unsubscribed(house, update, context, await house.words(update)))


async def settings(house: House, update: Update, _: Context) -> None:
    words, chat = await house.words(update), update.effective_chat
    found = await subscriptions.get(house.database, chat.id) if chat is not None else None
    await reply(update, await _settings_message(house, update, found, words))


async def _settings_message(house: House, update: Update, found: Subscription | None, words: Words) -> Message:
    if found is None or not found.active:
        return Message(words("subscribe.none"), ((Press(words.plain("button.subscribe"), "subscribe"),),))
    return texts.settings(
        only_country=found.only_country,
        country=(await house.chat(update)).country,
        quiet=found.quiet,
        zone=found.timezone or house.zone.key,
        silent=found.silent,
        words=words,
    )


async def settings_button(house: House, update: Update, context: Context) -> None:
    query, words, chat = pressed_query(update), await house.words(update), update.effective_chat
    found = await subscriptions.get(house.database, chat.id) if chat is not None else None
    if found is not None and not await may_change(update, context):
        await alert(query, words.plain("error.group_admins_only"))
        return
    if query.data == "set:quiet" and found is not None:
        await show(query, texts.choose_quiet(words))
        return
    if query.data == "set:zone" and found is not None:
        await show(query, texts.choose_zone(words))
        return
    if found is not None and (choice := _choice(query.data or "", found)):
        found = await subscriptions.change(house.database, found.chat_id, **choice)
    await show(query, await _settings_message(house, update, found, words))


def _choice(data: str, found: Subscription) -> Choices:
    """What a button changes; nothing for one that no message of ours has."""
    kind, _, value = data.partition(":")
    quiets = {f"{quiet.start}-{quiet.end}": quiet for quiet in texts.QUIET_CHOICES}
    match kind, value:
        case "set", "all" | "only":
            return {"only_country": value == "only"}
        case "set", "sound":
            return {"silent": not found.silent}
        case "quiet", _ if not value or value in quiets:
            quiet: Quiet | None = quiets.get(value)
            return {"quiet": quiet}
        case "zone", _ if value in texts.ZONES:
            return {"timezone": value}
        case _:
            return {}


async def membership(house: House, update: Update, context: Context) -> None:
    """The bot was blocked, unblocked, added, made an admin, or thrown out."""
    change, words = update.my_chat_member, await house.words(update)
    if change is None:
        return
    was, is_now = change.old_chat_member.status in PRESENT, change.new_chat_member.status in PRESENT
    kind = change.chat.type
    if not is_now:
        reason = Ended.BLOCKED if kind == ChatType.PRIVATE else Ended.KICKED
        await subscriptions.end(house.database, change.chat.id, reason, house.clock())
    elif kind == ChatType.CHANNEL:
        await _channel(house, change, context, words)
    elif kind == ChatType.PRIVATE and not was:
        found = await subscriptions.get(house.database, change.chat.id)
        if found is not None and found.ended is Ended.BLOCKED:
            again = Message(words("subscribe.welcome_back"), ((Press(words.plain("button.subscribe"), "subscribe"),),))
            await say(context.bot, change.chat.id, again)


async def _channel(house: House, change: ChatMemberUpdated, context: Context, words: Words) -> None:
    """A channel subscribes by making the bot an admin who may post, and ends it by taking that away."""
    if not getattr(change.new_chat_member, "can_post_messages", False):
        await subscriptions.end(house.database, change.chat.id, Ended.KICKED, house.clock())
    elif await subscriptions.start(house.database, change.chat.id, change.chat.type, words.language, house.clock()):
        leaf = await shelf.leaf(house.database)
        intro = words("subscribe.channel")
        welcome = Message(intro) if leaf is None else bulletin_message(leaf.stored.bulletin, None, words, intro=intro)
        await say(context.bot, change.chat.id, welcome)


async def migrated(house: House, update: Update, _: Context) -> None:
    """A group became a supergroup: its subscription and its choices go with it."""
    message = update.effective_message
    if message is not None and message.migrate_to_chat_id is not None:
        await subscriptions.move(house.database, message.chat.id, message.migrate_to_chat_id, house.clock())
        house.chats.drop(message.chat.id, message.migrate_to_chat_id)


def _settings_row(words: Words) -> tuple[tuple[Press, ...], ...]:
    return ((Press(words.plain("button.settings"), "set:"),),)
