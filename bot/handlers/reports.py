"""What readers say is wrong: taken below a card, worked through at the desk, answered once."""

from functools import partial

import structlog
from telegram import Update
from telegram.error import ChatMigrated, TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, ExtBot, filters

from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.numbers import number_in
from bot.handlers.permission import DESK, Right, needs
from bot.handlers.render import alert, pressed_query, reply, say, show
from bot.storage import reports
from bot.storage.reports import Made, Reporter, Settled, State
from bot.texts import reports as texts
from bot.texts.catalog import Words
from bot.texts.messages import Message

log = structlog.get_logger(__name__)


def handlers(house: House) -> list[Handler]:
    return [
        CommandHandler("reports", partial(open_reports, house), filters.UpdateType.MESSAGE),
        CallbackQueryHandler(partial(wrong_button, house), r"^wrong:"),
        CallbackQueryHandler(partial(report_button, house), r"^report:"),
    ]


async def wrong_button(house: House, update: Update, _: Context) -> None:
    """Everybody's: something on this card is wrong."""
    query, words, chat = pressed_query(update), await house.words(update), update.effective_chat
    mission = house.live.directory.by_id.get((query.data or "").partition(":")[2])
    if mission is None or chat is None:
        await alert(query, words.plain("error.gone"))
        return
    made = await reports.make(house.database, chat.id, mission.id, words.language, house.clock())
    answers = {Made.NEW: "report.thanks", Made.ALREADY: "report.already", Made.ENOUGH: "report.enough"}
    await alert(query, words.plain(answers[made]))


@needs(DESK["reports"])
async def open_reports(house: House, update: Update, _: Context) -> None:
    words = await house.words(update)
    await reply(update, await _next(house, 0, words, any_before=False))


@needs(Right.REPORTS)
async def report_button(house: House, update: Update, context: Context) -> None:
    """`fixed:N` and `dismissed:N` settle the reports of a post up to number N; `after:N` shows the post after it."""
    query, words = pressed_query(update), await house.words(update)
    match (query.data or "").split(":"):
        case ["report", "after", text] if (number := number_in(text)) is not None:
            await show(query, await _next(house, number, words, any_before=number > 0))
        case ["report", State.FIXED | State.DISMISSED as state, text] if (number := number_in(text)) is not None:
            await _settle(house, update, context, State(state), number)
        case _:
            await alert(query, words.plain("desk.already"))


async def _next(house: House, after: int, words: Words, *, any_before: bool) -> Message:
    pile = await reports.oldest_open(house.database, after)
    if pile is None:
        return texts.no_reports(words, any_before=any_before)
    mission = house.live.directory.by_id.get(pile.mission)
    name = texts.post_name(mission, pile.mission, words)
    since, today = pile.since.astimezone(house.zone).date(), house.clock().astimezone(house.zone).date()
    return texts.report(mission, name, pile.count, since, (pile.oldest, pile.newest), words, today)


async def _settle(house: House, update: Update, context: Context, state: State, newest: int) -> None:
    query, words, person = pressed_query(update), await house.words(update), update.effective_user
    if person is None:
        return
    settled = await reports.settle(house.database, newest, state, person.id, house.clock())
    if settled is None:
        await show(query, Message(words("desk.already")))
        return
    name = texts.post_name(house.live.directory.by_id.get(settled.mission), settled.mission, words)
    await show(query, texts.settled(state, name, len(settled.reporters), words))
    for reporter in settled.reporters:
        await _tell(house, context.bot, reporter, settled, state)


async def _tell(house: House, bot: ExtBot[None], reporter: Reporter, settled: Settled, state: State) -> None:
    """Tells who reported, once; who cannot be reached is not tried again."""
    mission = house.live.directory.by_id.get(settled.mission)
    words = house.catalog.words((await house.chats.get(reporter.chat_id)).language, reporter.language)
    message = texts.told(state, mission, texts.post_name(mission, settled.mission, words), words)
    try:
        try:
            await say(bot, reporter.chat_id, message)
        except ChatMigrated as moved:
            await say(bot, moved.new_chat_id, message)
    except TelegramError as error:
        log.info("a reporter could not be told", reason=type(error).__name__)
