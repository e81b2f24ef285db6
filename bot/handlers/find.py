"""A question in plain words, and the buttons of the answers."""

from functools import partial

from telegram import CallbackQuery, MessageEntity, Update
from telegram import Message as Received
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.domain.asked import Result, result_of
from bot.domain.countries import HOST, SENDERS
from bot.domain.matching import Answer, Found, HostCountry, Nothing, Unsure, search
from bot.domain.missions import Coverage, Mission, coverage
from bot.handlers.house import Context, House
from bot.handlers.render import acknowledge, alert, pressed_query, reply, show
from bot.metrics import MATCHES
from bot.texts import answers, cards, places
from bot.texts.catalog import Words
from bot.texts.messages import Message

Handler = BaseHandler[Update, Context, object]


def handlers(house: House) -> list[Handler]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("find", partial(find, house), new),
        CallbackQueryHandler(partial(card_button, house), r"^card:"),
        CallbackQueryHandler(partial(post_button, house), r"^(post|map|contact):"),
        CallbackQueryHandler(partial(posts_button, house), r"^posts:"),
        CallbackQueryHandler(partial(letters_button, house), r"^letters?(:|$)"),
        CallbackQueryHandler(partial(unknown_button, house)),
        MessageHandler(new & filters.TEXT, partial(question, house)),
        MessageHandler(new & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, partial(not_text, house)),
    ]


def answer(house: House, text: str, words: Words, asker: int | None = None) -> Message:
    """What to say to a text that somebody wrote; `asker` is the chat it came from, to count it."""
    live = house.live
    found = search(live.index, text, words.language)
    _count(house, found, text, asker)
    match found:
        case Found(code, city):
            return country_card(house, code, city, words)
        case Unsure(choices, city):
            return answers.did_you_mean(choices, city, words)
        case HostCountry():
            return answers.host_country(words)
        case Nothing(city):
            return answers.nothing_found(words, city)


def _count(house: House, found: Answer, text: str, asker: int | None) -> None:
    now = house.clock()
    result, country = result_of(found)
    MATCHES.labels(result).inc()
    house.questions.count(now.astimezone(house.zone).date(), result, country)
    if result is Result.NOTHING and asker is not None:
        house.questions.keep(text, asker, now)


def country_card(house: House, code: str, city: str | None, words: Words) -> Message:
    if code == HOST:
        return answers.host_country(words)
    today = house.clock().astimezone(house.zone).date()
    return cards.card(coverage(house.live.directory, code, city), words, today)


async def find(house: House, update: Update, context: Context) -> None:
    words = await house.words(update)
    text = " ".join(context.args or [])
    asker = update.effective_chat.id if update.effective_chat is not None else None
    await reply(update, answer(house, text, words, asker) if text else answers.which_country(words))


async def question(house: House, update: Update, context: Context) -> None:
    """A text: in a private chat always a question, elsewhere only when it speaks to the bot."""
    message = update.effective_message
    if message is None or message.text is None:
        return
    text = message.text
    if message.chat.type != ChatType.PRIVATE:
        rest = _addressed(message, f"@{context.bot.username}")
        replied = message.reply_to_message
        to_us = replied is not None and replied.from_user is not None and replied.from_user.id == context.bot.id
        if rest is None and not to_us:
            return
        text = text if rest is None else rest
    words = await house.words(update)
    await reply(update, answer(house, text.removeprefix("/"), words, message.chat.id))


async def not_text(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    await reply(update, Message(words("error.not_text")))


async def card_button(house: House, update: Update, _: Context) -> None:
    query, words = await _pressed(house, update)
    code, _colon, city = _argument(query).partition(":")
    if code not in SENDERS and code != HOST:
        await _gone(query, words)
        return
    await show(query, country_card(house, code, city or None, words))


async def posts_button(house: House, update: Update, _: Context) -> None:
    query, words = await _pressed(house, update)
    found = coverage(house.live.directory, _argument(query))
    if found.post is None:
        await _gone(query, words)
        return
    await show(query, cards.others(found, words))


async def post_button(house: House, update: Update, _: Context) -> None:
    """One post of a country: its card, its place on the map, or its contact."""
    query, words = await _pressed(house, update)
    mission = house.live.directory.by_id.get(_argument(query))
    if mission is None:
        await _gone(query, words)
        return
    match (query.data or "").partition(":")[0]:
        case "post":
            await show(query, _one_post(house, mission, words))
        case "map":
            await _send_pin(query, mission, words)
        case _:
            await _send_contact(query, mission, words)


def _one_post(house: House, mission: Mission, words: Words) -> Message:
    whole = coverage(house.live.directory, mission.sender)
    posts = house.live.directory.by_sender[mission.sender]
    rest = tuple(post for post in posts if post is not mission)
    only = Coverage(mission.sender, mission, rest, whole.covers, whole.rules)
    return cards.card(only, words, house.clock().astimezone(house.zone).date())


async def _send_pin(query: CallbackQuery, mission: Mission, words: Words) -> None:
    pin = places.pin(mission, words)
    if pin is None or query.message is None:
        await _gone(query, words)
        return
    await acknowledge(query)
    await query.message.get_bot().send_venue(
        chat_id=query.message.chat.id,
        latitude=pin.latitude,
        longitude=pin.longitude,
        title=pin.title,
        address=pin.address,
    )


async def _send_contact(query: CallbackQuery, mission: Mission, words: Words) -> None:
    contact = places.contact(mission, words)
    if contact is None or query.message is None:
        await _gone(query, words)
        return
    await acknowledge(query)
    await query.message.get_bot().send_contact(
        chat_id=query.message.chat.id, phone_number=contact.phone, first_name=contact.name, vcard=contact.vcard
    )


async def letters_button(house: House, update: Update, _: Context) -> None:
    """`letters` and `letter:K` lead to cards; `letters:mine` and `letter:K:mine` to the choice of one's own country."""
    query, words = await _pressed(house, update)
    senders = house.live.directory.senders
    kind, *rest = (query.data or "").split(":")
    letter = rest[0] if kind == "letter" and rest else ""
    verb = "mine" if rest[-1:] == ["mine"] else "card"
    await show(
        query, answers.by_letter(senders, letter, verb, words) if letter else answers.letters(senders, verb, words)
    )


async def unknown_button(house: House, update: Update, _: Context) -> None:
    """A button of an older version, or of nobody's making."""
    query, words = await _pressed(house, update)
    await _gone(query, words)


async def _pressed(house: House, update: Update) -> tuple[CallbackQuery, Words]:
    return pressed_query(update), await house.words(update)


async def _gone(query: CallbackQuery, words: Words) -> None:
    await alert(query, words.plain("error.gone"))


def _argument(query: CallbackQuery) -> str:
    return (query.data or "").partition(":")[2]


def _addressed(message: Received, mention: str) -> str | None:
    """The text without the mention of the bot, alone or at the end of a command; None where it is not mentioned."""
    marked = message.parse_entities([MessageEntity.MENTION, MessageEntity.BOT_COMMAND])
    for entity, text in marked.items():
        if text.lower().endswith(mention.lower()):
            whole = (message.text or "").encode("utf-16-le", "surrogatepass")  # entities count UTF-16 units
            end = entity.offset + entity.length
            before, after = whole[: 2 * (end - len(mention))], whole[2 * end :]
            return (before + " ".encode("utf-16-le") + after).decode("utf-16-le", "surrogatepass").strip()
    return None
