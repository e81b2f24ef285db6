"""The posts nearest to a place: a shared location, or a city."""

from functools import partial

from telegram import KeyboardButton, ReplyKeyboardMarkup, Update
from telegram.constants import ChatType, ParseMode
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.domain.cities import POSITIONS
from bot.domain.matching import Found, Nothing, search
from bot.domain.missions import nearest
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.render import acknowledge, pressed_query, reply
from bot.texts import answers
from bot.texts.catalog import Words
from bot.texts.messages import Message


def handlers(house: House) -> list[Handler]:
    return [
        CommandHandler("nearest", partial(near, house), filters.UpdateType.MESSAGE),
        CallbackQueryHandler(partial(near_button, house), r"^near$"),
        MessageHandler(filters.UpdateType.MESSAGE & filters.LOCATION, partial(shared, house)),
    ]


async def near(house: House, update: Update, context: Context) -> None:
    """/nearest asks for a place; /nearest Kazan takes the city, /nearest Kenya Kazan the country too."""
    words = await house.words(update)
    text = " ".join(context.args or [])
    if not text:
        await _ask(update, words)
        return
    named = search(house.live.index, text, words.language)
    place = POSITIONS.get(named.city) if named.city else None
    if place is None:
        only_country = named.city is None and not isinstance(named, Nothing)
        await reply(update, Message(words("near.no_city" if only_country else "near.unknown_city")))
        return
    chat = await house.chat(update)
    await reply(update, _around(house, place, named.code if isinstance(named, Found) else chat.country, words))


async def near_button(house: House, update: Update, _: Context) -> None:
    await acknowledge(pressed_query(update))
    await _ask(update, await house.words(update))


async def shared(house: House, update: Update, _: Context) -> None:
    message = update.effective_message
    if message is None or message.location is None:
        return
    words, chat = await house.words(update), await house.chat(update)
    if message.chat.type != ChatType.PRIVATE and message.reply_to_message is None:
        return
    place = (message.location.latitude, message.location.longitude)
    await reply(update, _around(house, place, chat.country, words))


def _around(house: House, place: tuple[float, float], country: str | None, words: Words) -> Message:
    directory = house.live.directory
    posts = directory.by_sender.get(country, ()) if country else directory.missions
    return answers.nearest(nearest(posts, *place), country, words)


async def _ask(update: Update, words: Words) -> None:
    where = update.effective_message
    if where is None:
        return
    if where.chat.type != ChatType.PRIVATE:
        await reply(update, answers.ask_location(words))
        return
    button = KeyboardButton(text=words.plain("button.location"), request_location=True)
    await where.reply_text(
        text=words("near.button_hint"),
        parse_mode=ParseMode.HTML,
        reply_markup=ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True),
    )
