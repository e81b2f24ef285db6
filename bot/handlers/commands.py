"""The command menus and the bot's descriptions, in every language."""

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.handlers.house import House
from bot.handlers.permission import DESK, has
from bot.storage import roles
from bot.texts.catalog import DEFAULT, Catalog, Words

COMMANDS = (
    *("find", "nearest", "emergency", "mycountry", "news", "subscribe", "unsubscribe", "settings"),
    *("language", "help", "privacy", "forgetme"),
)

log = structlog.get_logger(__name__)


def commands(words: Words, *more: str) -> list[BotCommand]:
    return [BotCommand(command=name, description=words.plain(f"command.{name}")) for name in (*COMMANDS, *more)]


async def menu(house: House, chat_id: int, words: Words) -> list[BotCommand]:
    """The commands of one chat: who works at the desk has its commands too."""
    return commands(words, *[name for name, right in DESK.items() if await has(house, chat_id, right)])


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


async def publish_desk(bot: Bot, house: House) -> None:
    """Tells Telegram the menus of those who work at the desk."""
    for person_id in {*house.admins, *(holder.user_id for holder in await roles.everybody(house.database))}:
        await publish_menu(bot, house, person_id)


async def publish_menu(bot: Bot, house: House, person_id: int) -> None:
    """The menu of one chat, anew; somebody who never wrote to the bot has no chat yet."""
    words = house.catalog.words((await house.chats.get(person_id)).language)
    try:
        scope = BotCommandScopeChat(chat_id=person_id)
        await bot.set_my_commands(commands=await menu(house, person_id, words), scope=scope)
    except TelegramError as error:
        log.warning("the menu of an admin could not be set", reason=type(error).__name__)
