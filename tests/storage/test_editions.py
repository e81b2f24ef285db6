from dataclasses import replace
from datetime import datetime

from bot.domain.editions import Edition
from bot.domain.missions import Directory
from bot.storage import editions
from bot.storage.database import Database


async def test_nothing_is_live_before_the_first_edition(database: Database) -> None:
    assert await editions.live(database) is None
    assert await editions.newest_digest(database) is None


async def test_an_edition_comes_back_as_it_was_stored(database: Database, directory: Directory, now: datetime) -> None:
    number = await editions.add(database, directory, "digest", now)
    assert await editions.live(database) == replace(directory, edition=number)
    assert await editions.newest_digest(database) == "digest"


async def test_the_newest_edition_is_live_and_old_ones_are_dropped(
    database: Database, directory: Directory, now: datetime
) -> None:
    small = Directory(directory.missions[:2])
    for count in range(editions.KEPT + 3):
        await editions.add(database, replace(small, missions=small.missions[: 1 + count % 2]), str(count), now)
    live = await editions.live(database)
    assert live is not None
    assert len(live.missions) == 1 + (editions.KEPT + 2) % 2
    assert live.edition == editions.KEPT + 3


async def test_provenance_comes_back_with_its_edition(database: Database, directory: Directory, now: datetime) -> None:
    number = await editions.add(database, directory, "digest", now, b"id,field\r\n\xff")
    assert await editions.live_edition(database) == Edition(replace(directory, edition=number), b"id,field\r\n\xff")
    assert await editions.live_sources(database) == editions.LiveSources(number, b"id,field\r\n\xff")


async def test_the_edition_that_was_live_before_stands_first_after_the_live_one(
    database: Database, directory: Directory, now: datetime
) -> None:
    small = Directory(directory.missions[:2])
    numbers = [await editions.add(database, small, str(count), now) for count in range(3)]
    assert [edition.number for edition in await editions.listing(database)] == numbers[::-1]
    async with database.write() as connection:
        assert await editions.make_live(connection, numbers[0])
        assert not await editions.make_live(connection, 999)
        await connection.rollback()
    async with database.write() as connection:
        assert await editions.make_live(connection, numbers[0])
    listed = await editions.listing(database)
    assert [(edition.number, edition.live) for edition in listed] == [
        (numbers[0], True),
        (numbers[2], False),
        (numbers[1], False),
    ]
    assert await editions.newest_digest(database) == "2"
