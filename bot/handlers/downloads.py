"""A document that was sent to the bot, fetched from Telegram."""

import asyncio
from typing import Final

from telegram import Document
from telegram.error import TelegramError

from bot.texts.catalog import Words
from bot.texts.messages import Message

MOST_BYTES: Final = 2 * 1024 * 1024
"""Of anything: the largest of the tables has an eighth of it. A news page may have less, which its reader says."""
DOWNLOAD_S: Final = 30.0


async def download(document: Document, words: Words) -> bytes | Message:
    """Its content, or why there is none."""
    too_large = Message(words("desk.document.too_large", megabytes=MOST_BYTES // 1024 // 1024))
    if (document.file_size or 0) > MOST_BYTES:
        return too_large
    try:
        async with asyncio.timeout(DOWNLOAD_S):
            file = await document.get_file()
            if (file.file_size or 0) > MOST_BYTES:
                return too_large
            content = bytes(await file.download_as_bytearray())
    except (TelegramError, TimeoutError):
        return Message(words("desk.document.lost"))
    return content if len(content) <= MOST_BYTES else too_large
