from dataclasses import replace
from datetime import datetime

from bot.domain.missions import Directory
from bot.storage import directory as editions
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
