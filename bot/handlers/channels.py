"""Buttons in channels: anybody who reads there can press them, so all they do is open the bot."""

from functools import partial

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import CallbackQueryHandler

from bot.domain.countries import SENDERS
from bot.handlers.basics import START_COUNTRY, START_NEWS
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.render import acknowledge, pressed_query


class _InChannel(CallbackQueryHandler[Context, object]):
    """Every press in a channel, whatever it says."""

    def check_update(self, update: object) -> bool:
        if not isinstance(update, Update) or update.callback_query is None or update.effective_chat is None:
            return False
        return update.effective_chat.type == ChatType.CHANNEL


def handlers(house: House) -> list[Handler]:
    return [_InChannel(partial(channel_button, house))]


async def channel_button(house: House, update: Update, context: Context) -> None:
    query = pressed_query(update)
    payload = _payload(house, query.data or "")
    await acknowledge(query, url=f"https://t.me/{context.bot.username}?start={payload}" if payload else None)


def _payload(house: House, data: str) -> str | None:
    """What /start is to be told so that the person gets in private what the button is about."""
    verb, _, argument = data.partition(":")
    mission = house.live.directory.by_id.get(argument)
    match verb:
        case "choose" | "letters":
            return START_COUNTRY
        case "own" | "card" if argument in SENDERS:
            return argument
        case "map" if mission is not None:
            return mission.sender
        case "news":
            return START_NEWS
        case _:
            return None
