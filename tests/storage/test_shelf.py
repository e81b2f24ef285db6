"""Bulletins as they are kept, and read through by date."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.broadcasts import Stage
from bot.domain.news import Bulletin, NewsItem, Notice, Section
from bot.sources.checks import EARLIEST
from bot.storage import amendments, broadcasts, outbox, shelf
from bot.storage.database import Database
from bot.storage.outbox import Published
from bot.storage.shelf import packed, unpacked

TEXT = st.text(max_size=40)


def dated(day: int) -> Bulletin:
    return Bulletin(NewsItem(f"News of day {day}", date(2026, 11, day)))


@given(
    st.builds(
        Bulletin,
        st.builds(
            NewsItem,
            TEXT,
            st.none() | st.dates(min_value=EARLIEST),
            st.lists(st.builds(Section, TEXT, st.lists(TEXT, max_size=3).map(tuple)), max_size=3).map(tuple),
            *([TEXT] * 4),
        ),
        st.none() | st.builds(Notice, TEXT, st.lists(TEXT, max_size=3).map(tuple)),
    )
)
def test_what_is_kept_comes_back_whole(bulletin: Bulletin) -> None:
    assert unpacked(packed(bulletin)) == bulletin


async def test_what_is_shelved_twice_lies_there_once(database: Database, now: datetime) -> None:
    assert await shelf.shelve(database, [dated(1), dated(2), dated(1)], now) == 2
    assert await shelf.shelve(database, [dated(2), dated(3)], now) == 1
    untidy = Bulletin(replace(dated(1).item, title="NEWS of day “1”"))
    assert await shelf.shelve(database, [untidy], now) == 0
    found = await shelf.get(database, 1)
    assert found is not None
    assert (found.bulletin, found.stage, found.reached) == (dated(1), Stage.SHELF, 0)
    assert await outbox.running(database) == []


async def test_what_was_sent_is_not_shelved_again(database: Database, now: datetime) -> None:
    await outbox.publish(database, dated(1), urgent=False, now=now)
    assert await shelf.shelve(database, [dated(1)], now) == 0
    found = await shelf.get(database, 1)
    assert found is not None
    assert found.stage is Stage.RUNNING


async def test_they_are_read_by_date_the_newest_first(database: Database, now: datetime) -> None:
    assert await shelf.leaf(database) is None
    await shelf.shelve(database, [dated(2), dated(3), dated(1)], now)
    newest = await shelf.leaf(database)
    assert newest is not None
    assert (newest.stored.bulletin, newest.earlier, newest.later) == (dated(3), 1, None)
    middle = await shelf.leaf(database, newest.earlier)
    assert middle is not None
    assert (middle.stored.bulletin, middle.earlier, middle.later) == (dated(2), 3, 2)
    oldest = await shelf.leaf(database, middle.earlier)
    assert oldest is not None
    assert (oldest.stored.bulletin, oldest.earlier, oldest.later) == (dated(1), None, 1)
    assert await shelf.leaf(database, 99) is None


async def test_corrections_and_what_was_withdrawn_are_not_leafed_through(database: Database, now: datetime) -> None:
    first, second = [await outbox.publish(database, dated(day), urgent=False, now=now) for day in (1, 2)]
    assert isinstance(first, Published)
    assert isinstance(second, Published)
    await amendments.correct(database, first.number, dated(3), now)
    await amendments.withdraw(database, second.number, now)
    only = await shelf.leaf(database)
    assert only is not None
    assert (only.stored.id, only.stored.bulletin, only.earlier, only.later) == (first.number, dated(3), None, None)


async def test_a_correction_of_the_date_is_read_at_its_new_place(database: Database, now: datetime) -> None:
    first = await outbox.publish(database, dated(1), urgent=False, now=now)
    assert isinstance(first, Published)
    await shelf.shelve(database, [dated(2)], now)
    await amendments.correct(database, first.number, dated(3), now)
    newest = await shelf.leaf(database)
    assert newest is not None
    assert newest.stored.bulletin == dated(3)


def test_what_an_earlier_version_has_packed_is_still_read() -> None:
    raw = json.loads(packed(dated(1)))
    raw["item"]["category"] = "Home News"
    assert unpacked(json.dumps(raw)) == dated(1)


async def test_two_presses_move_it_once(database: Database, now: datetime) -> None:
    await outbox.publish(database, dated(1), urgent=False, now=now)
    assert [await broadcasts.pause(database, 1, 7, now) for _ in range(2)] == [True, False]
    assert not await outbox.finish(database, 1, now + timedelta(days=1))
