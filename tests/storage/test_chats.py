import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from bot.storage.chats import Chat, Chats
from bot.storage.database import Database, DatabaseUnavailable


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


async def test_while_the_database_is_away_a_chat_counts_as_one_that_chose_nothing(
    database: Database, now: datetime
) -> None:
    await Chats(database).choose_country(1, "ke", now)
    chats = Chats(database)
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE chats RENAME TO away"))
    assert await chats.get(1) == Chat(1)
    with pytest.raises(DatabaseUnavailable):
        await chats.choose_language(1, "ru", now)
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO chats"))
    assert await chats.choose_language(1, "ru", now) == Chat(1, "ru", "ke")
    assert await chats.get(1) == Chat(1, "ru", "ke")


async def test_of_two_processes_neither_takes_the_others_choice_away(database: Database, now: datetime) -> None:
    one, other = Chats(database), Chats(database)
    assert await one.get(1) == await other.get(1) == Chat(1)
    await one.choose_country(1, "ke", now)
    other.drop(1)
    assert await other.choose_language(1, "ru", now) == Chat(1, "ru", "ke")
