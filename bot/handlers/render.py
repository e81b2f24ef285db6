"""Our messages as Telegram's."""

import structlog
from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, TelegramError

from bot.texts.markup import html
from bot.texts.messages import Button, Link, Message, Press, Rows, Share
from bot.turn import result_unneeded

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = structlog.get_logger(__name__)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    match button:
        case Press(label, data):
            return InlineKeyboardButton(text=label, callback_data=data)
        case Link(label, url):
            return InlineKeyboardButton(text=label, url=url)
        case Share(label, query):
            return InlineKeyboardButton(text=label, switch_inline_query=query)


def pressed_query(update: Update) -> CallbackQuery:
    """The press of a button, for handlers that take nothing else."""
    assert update.callback_query is not None  # noqa: S101 - the handler takes nothing else
    return update.callback_query


async def reply(update: Update, message: Message) -> None:
    """Answers in the chat of the update; in a group as a reply, so that it is clear whom it is for."""
    where = update.effective_message
    if where is None:
        return
    with result_unneeded():
        await where.reply_text(
            text=message.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard(message.buttons),
            do_quote=where.chat.type != ChatType.PRIVATE and update.callback_query is None,
            allow_sending_without_reply=True,
        )


async def say(bot: Bot, chat_id: int, message: Message) -> int:
    """Says something to one chat; returns the message's id."""
    sent = await bot.send_message(
        chat_id=chat_id,
        text=message.text,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=keyboard(message.buttons),
    )
    return sent.message_id


async def acknowledge(query: CallbackQuery, text: str | None = None, url: str | None = None) -> bool:
    """Ends the waiting at a button that was pressed, with an alert or by opening a link of the bot's own.

    False where Telegram refuses that, as it does for what was pressed while the bot was away: the deed is done
    all the same.
    """
    try:
        await query.answer(text=text, show_alert=text is not None, url=url)
    except TelegramError as error:
        log.info("a press could not be acknowledged", reason=type(error).__name__)
        return not isinstance(error, BadRequest)
    return True


async def alert(query: CallbackQuery, text: str) -> None:
    """Says something above the chat; in the chat where nobody waits at the button any more."""
    if not await acknowledge(query, text) and query.message is not None:
        await say(query.get_bot(), query.message.chat.id, Message(html(text)))


async def show(query: CallbackQuery, message: Message, said: str | None = None) -> None:
    """Puts the message in the place of the one whose button was pressed; pressing twice is no error.

    `said` is what an alert says besides.
    """
    await acknowledge(query, said)
    try:
        await query.edit_message_text(
            text=message.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard(message.buttons),
        )
    except BadRequest as error:
        if "not modified" not in error.message.lower():
            raise
