import asyncio
from datetime import datetime

from bot.storage.chats import Chat, Chats
from bot.storage.database import Database


async def test_a_chat_that_chose_nothing_is_not_stored(database: Database) -> None:
    assert await Chats(database).get(1) == Chat(1)


async def test_choices_are_kept_and_read_by_the_next_process(database: Database, now: datetime) -> None:
    chats = Chats(database)
    await chats.choose_country(-1001234567890, "ke", now)
    await chats.choose_language(-1001234567890, "ru", now)
    expected = Chat(-1001234567890, "ru", "ke")
    assert await chats.get(-1001234567890) == expected
    assert await Chats(database).get(-1001234567890) == expected


async def test_choosing_at_once_loses_neither_choice(database: Database, now: datetime) -> None:
    chats = Chats(database)
    await asyncio.gather(chats.choose_country(1, "ke", now), chats.choose_language(1, "ru", now))
    assert await chats.get(1) == await Chats(database).get(1) == Chat(1, "ru", "ke")


async def test_forgetting_leaves_nothing(database: Database, now: datetime) -> None:
    chats = Chats(database)
    await chats.choose_country(1, "ke", now)
    await chats.forget(1)
    assert await chats.get(1) == await Chats(database).get(1) == Chat(1)
