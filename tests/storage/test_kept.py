from datetime import datetime

from bot.domain.editions import KeptFile
from bot.storage import kept
from bot.storage.database import Database


async def test_a_file_is_kept_in_the_place_of_the_one_before(database: Database, now: datetime) -> None:
    first, second = KeptFile("rules.csv", b"1", "a"), KeptFile("rules.csv", b"2", "b")
    other = KeptFile("aliases.csv", b"\xff\x00", "")
    async with database.write() as connection:
        await kept.keep(connection, [first, other], now)
    async with database.write() as connection:
        await kept.keep(connection, [second], now)
    assert await kept.everything(database) == [other, second]


async def test_files_are_dropped_by_name_or_all(database: Database, now: datetime) -> None:
    files = [KeptFile(name, b"1", "a") for name in ("aliases.csv", "feeds.csv", "rules.csv")]
    async with database.write() as connection:
        await kept.keep(connection, files, now)
        await kept.drop(connection, ["feeds.csv", "missions.csv"])
    assert await kept.everything(database) == [files[0], files[2]]
    async with database.write() as connection:
        await kept.drop_everything(connection)
    assert await kept.everything(database) == []
