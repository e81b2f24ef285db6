"""Our messages as Telegram's."""

from contextlib import suppress

from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from bot.texts.messages import Button, Link, Message, Press, Rows, Share
from bot.turn import result_unneeded

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


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


async def show(query: CallbackQuery, message: Message, alert: str | None = None) -> None:
    """Puts the message in the place of the one whose button was pressed; pressing twice is no error."""
    with suppress(BadRequest):
        await query.answer(text=alert, show_alert=alert is not None)
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
