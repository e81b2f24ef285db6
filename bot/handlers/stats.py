"""The figures, for admins: in words, then in a picture."""

import asyncio
from functools import partial

from telegram import InputFile, Update
from telegram.ext import CommandHandler, filters

from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.permission import DESK, needs
from bot.handlers.render import reply
from bot.storage.statistics import figures
from bot.texts import stats as texts
from bot.texts.catalog import DEFAULT
from bot.texts.chart import draw


def handlers(house: House) -> list[Handler]:
    return [CommandHandler("stats", partial(stats, house), filters.UpdateType.MESSAGE)]


@needs(DESK["stats"])
async def stats(house: House, update: Update, _: Context) -> None:
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
