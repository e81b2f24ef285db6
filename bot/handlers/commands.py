"""The command menus and the bot's descriptions, in every language."""

import structlog
from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.texts.catalog import DEFAULT, Catalog, Words

COMMANDS = (
    *("find", "nearest", "emergency", "mycountry", "news", "subscribe", "unsubscribe", "settings"),
    *("language", "help", "privacy", "forgetme"),
)

log = structlog.get_logger(__name__)


def commands(words: Words) -> list[BotCommand]:
    return [BotCommand(command=name, description=words.plain(f"command.{name}")) for name in COMMANDS]


async def publish_commands(bot: Bot, catalog: Catalog) -> None:
    """Tells Telegram the menus and descriptions; without them the bot works all the same, so failing is logged only."""
    try:
        for language in catalog.languages:
            words = catalog.words(language)
            # The empty code is shown to everybody whose language has no texts of its own.
            for code in ("", language) if language == DEFAULT else (language,):
                await bot.set_my_commands(commands=commands(words), language_code=code)
                await bot.set_my_description(description=words.plain("bot.description"), language_code=code)
                await bot.set_my_short_description(short_description=words.plain("bot.short"), language_code=code)
    except TelegramError as error:
        log.warning("the command menus could not be set", reason=type(error).__name__)
