"""What was seen of a feed stands in the same transaction as what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.domain.broadcasts import Stage
from bot.domain.feeds import MOST_AT_ONCE, Feed, FeedItem
from bot.domain.news import Bulletin, NewsItem
from bot.storage import amendments, feed_health, leases, outbox, shelf, subscriptions
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.feed_health import REMEMBERED, Health, Taken
from bot.storage.leases import Lease, LeaseLost
from bot.storage.outbox import AlreadyPublished
from bot.storage.tables import seen_items

FEED = Feed("one", "https://one.example/feed", "One", "", "en")
OTHER = Feed("two", "https://two.example/feed", "Two", "", "en")
FRESH_SINCE = date(2026, 11, 20)


def found(key: str, day: int = 22) -> FeedItem:
    return FeedItem(key, NewsItem(f"News {key}", date(2026, 11, day)))


def undated(title: str, key: str = "") -> FeedItem:
    return FeedItem(key or title, NewsItem(title, None))


async def holding(database: Database, now: datetime) -> Lease:
    lease = await leases.acquire(database, "newswatch", "this:1:test", now)
    assert isinstance(lease, Lease)
    return lease


async def take(database: Database, now: datetime, *items: FeedItem, feed: Feed = FEED) -> int:
    """How many bulletins go out."""
    return (await take_all(database, now, *items, feed=feed)).published


async def take_all(database: Database, now: datetime, *items: FeedItem, feed: Feed = FEED) -> Taken:
    due, lease = now + timedelta(minutes=10), await holding(database, now)
    return await feed_health.take(database, lease, feed, items, ("etag", "yesterday"), FRESH_SINCE, due, now)


async def seen(database: Database) -> set[tuple[str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(select(seen_items.c.feed, seen_items.c.item))
        return {(row.feed, row.item) for row in rows}


async def stages(database: Database) -> list[Stage]:
    stages: list[Stage] = []
    while (stored := await shelf.get(database, len(stages) + 1)) is not None:
        stages.append(stored.stage)
    return stages


@contextmanager
def failing(database: Database, beginning: str) -> Iterator[None]:
    """The disk fails at the first statement with this beginning."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            raise OSError("disk failure")

    event.listen(database.engine.sync_engine, "before_cursor_execute", fail)
    yield
    event.remove(database.engine.sync_engine, "before_cursor_execute", fail)


async def test_new_items_go_out_once(database: Database, now: datetime) -> None:
    await subscriptions.start(database, 1, "private", "en", now)
    assert await take(database, now, found("b"), found("a")) == 2
    assert await take(database, now, found("b"), found("a")) == 0
    assert await take(database, now, found("c"), found("b"), found("a")) == 1
    titles = [running.bulletin.item.title for running in await outbox.running(database)]
    assert titles == ["News a", "News b", "News c"]
    assert [running.reached for running in await outbox.running(database)] == [1, 1, 1]


async def test_old_items_are_for_reading_only(database: Database, now: datetime) -> None:
    assert await take(database, now, found("new", 20), found("old", 19)) == 1
    assert await stages(database) == [Stage.SHELF, Stage.RUNNING]


async def test_what_a_source_without_dates_has_when_it_is_first_read_wakes_nobody(
    database: Database, now: datetime
) -> None:
    backlog = [undated(f"News {number}") for number in range(100)]
    lease = await holding(database, now)
    await feed_health.failed(database, lease, FEED, 1, now, now)
    assert await take_all(database, now, *backlog) == Taken(published=0, left=0)
    assert await stages(database) == [Stage.SHELF] * 100
    # The next day its addresses, by which it knows its items, are others.
    again = [undated(item.item.title, f"https {item.key}") for item in backlog]
    tomorrow = now + timedelta(days=1)
    assert await take(database, tomorrow, *again) == 0
    assert await take(database, tomorrow, undated("Alert"), *again) == 1
    [running] = await outbox.running(database)
    assert running.bulletin == Bulletin(undated("Alert").item)
    moved = replace(FEED, url="https://new.example/feed")
    assert await take(database, tomorrow, undated("Of another time"), feed=moved) == 0
    assert await take(database, tomorrow, undated("Of now"), feed=moved) == 1


async def test_what_is_undated_is_read_after_what_has_a_date_unless_it_was_sent(
    database: Database, now: datetime
) -> None:
    await take(database, now, undated("Of some time"), found("old", 19))
    newest = await shelf.leaf(database)
    assert newest is not None
    assert newest.stored.bulletin == Bulletin(found("old", 19).item)
    await take(database, now, undated("Of now"))
    newest = await shelf.leaf(database)
    assert newest is not None
    assert newest.stored.bulletin == Bulletin(undated("Of now").item)
    assert await amendments.withdraw(database, newest.stored.id, now) is not None


async def test_of_very_many_new_items_the_newest_go_out(database: Database, now: datetime) -> None:
    await take(database, now)
    items = [found(f"dated {number}") for number in range(MOST_AT_ONCE)]
    items = [undated("Undated"), *items, *[found(f"more {number}") for number in range(5)]]
    assert await take_all(database, now, *items) == Taken(published=MOST_AT_ONCE, left=6)
    running = [running.bulletin.item for running in await outbox.running(database)]
    assert running == [item.item for item in reversed(items[:MOST_AT_ONCE])]
    assert (await stages(database)).count(Stage.SHELF) == 6
    assert await take_all(database, now, *items) == Taken(published=0, left=0)


async def test_only_what_a_feed_has_not_listed_for_long_is_forgotten(database: Database, now: datetime) -> None:
    await take(database, now, found("gone"), found("stays"))
    await take(database, now, found("gone"), feed=OTHER)
    later = now + REMEMBERED - timedelta(days=1)
    await take(database, later, found("stays"))
    assert await seen(database) == {("one", "gone"), ("one", "stays"), ("two", "gone")}
    later += timedelta(days=2)
    # A feed that has not changed says nothing of what it lists, and so of nothing that it lists no more.
    await feed_health.unchanged(database, await holding(database, later), OTHER, later, later)
    assert await take(database, later, found("stays")) == 0
    assert await seen(database) == {("one", "stays"), ("two", "gone")}
    assert await take(database, later, found("gone"), feed=OTHER) == 0
    assert await seen(database) == {("one", "stays"), ("two", "gone")}


async def test_of_what_was_seen_only_what_is_listed_is_read(database: Database, now: datetime) -> None:
    await take(database, now, *[found(f"item {number}", 1) for number in range(50)])
    read: list[int] = []

    def note(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT seen_items.item"):
            read.append(statement.count("?") + statement.count("$"))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await take(database, now, found("item 1", 1))
    assert read == [2]


async def test_the_same_news_from_two_feeds_goes_out_once(database: Database, now: datetime) -> None:
    assert await take(database, now, found("a")) == 1
    assert await take(database, now, found("a"), feed=OTHER) == 0
    assert await outbox.publish(database, Bulletin(found("a").item), urgent=True, now=now) == AlreadyPublished(1)


async def test_an_item_that_changes_under_its_key_does_not_come_again(database: Database, now: datetime) -> None:
    assert await take(database, now, found("a")) == 1
    assert await take(database, now, FeedItem("a", found("b").item)) == 0
    assert await stages(database) == [Stage.RUNNING]


@pytest.mark.parametrize("beginning", ["INSERT INTO seen_items", "INSERT INTO deliveries", "INSERT INTO bulletins"])
async def test_a_failure_in_the_middle_leaves_neither_the_seen_nor_the_sent(
    database: Database, now: datetime, beginning: str
) -> None:
    await subscriptions.start(database, 1, "private", "en", now)
    with failing(database, beginning), pytest.raises(DatabaseUnavailable, match="disk failure"):
        await take(database, now, found("a"), found("b"))
    assert await stages(database) == []
    assert await feed_health.get(database, FEED) == Health()
    assert await take(database, now, found("a"), found("b")) == 2


async def test_the_health_is_kept(database: Database, now: datetime) -> None:
    lease = await holding(database, now)
    assert await feed_health.get(database, FEED) == Health()
    await feed_health.failed(database, lease, FEED, 1, now + timedelta(hours=1), now)
    assert await feed_health.get(database, FEED) == Health(failures=1, next_check=now + timedelta(hours=1))
    await take(database, now)
    assert await feed_health.get(database, FEED) == Health("etag", "yesterday", 0, now + timedelta(minutes=10))
    await feed_health.failed(database, lease, FEED, 2, now, now)
    assert await feed_health.get(database, FEED) == Health("etag", "yesterday", 2, now)
    await feed_health.unchanged(database, lease, FEED, now + timedelta(hours=2), now)
    assert await feed_health.get(database, FEED) == Health("etag", "yesterday", 0, now + timedelta(hours=2))
    assert await feed_health.get(database, OTHER) == Health()


async def test_a_watch_that_has_lost_its_lease_writes_nothing(database: Database, now: datetime) -> None:
    lease = await holding(database, now)
    await leases.release(database, lease.name, lease.owner)
    assert isinstance(await leases.acquire(database, "newswatch", "other:1:test", now), Lease)
    for write in (
        feed_health.take(database, lease, FEED, (found("a"),), ("", ""), FRESH_SINCE, now, now),
        feed_health.failed(database, lease, FEED, 1, now, now),
        feed_health.unchanged(database, lease, FEED, now, now),
    ):
        with pytest.raises(LeaseLost):
            await write
    assert await stages(database) == []
    assert await feed_health.get(database, FEED) == Health()


async def test_a_feed_with_a_new_address_is_asked_for_everything_at_once(database: Database, now: datetime) -> None:
    await take(database, now, found("a"))
    moved = replace(FEED, url="https://new.example/feed")
    assert await feed_health.get(database, moved) == Health()
    assert await take(database, now, found("a"), found("b"), feed=moved) == 1


async def test_a_new_address_that_fails_at_first_has_nothing_of_the_old_one(database: Database, now: datetime) -> None:
    await take(database, now, found("a"))
    moved, lease = replace(FEED, url="https://new.example/feed"), await holding(database, now)
    await feed_health.failed(database, lease, moved, 1, now, now)
    assert await feed_health.get(database, moved) == Health(failures=1, next_check=now)
    await take(database, now, found("b"), feed=moved)
    await feed_health.failed(database, lease, moved, 1, now, now)
    assert await feed_health.get(database, moved) == Health("etag", "yesterday", 1, now)
