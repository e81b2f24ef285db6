"""What was seen of a feed stands in the same transaction as what came of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from bot.domain.feeds import Feed, FeedItem
from bot.domain.news import Bulletin, NewsItem
from bot.storage import bulletins, feeds, leases, outbox, subscriptions
from bot.storage.bulletins import Stage
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.feeds import Health
from bot.storage.leases import Lease, LeaseLost
from bot.storage.outbox import AlreadyPublished

FEED = Feed("one", "https://one.example/feed", "One", "", "en")
OTHER = Feed("two", "https://two.example/feed", "Two", "", "en")
FRESH_SINCE = date(2026, 11, 20)


def found(key: str, day: int = 22) -> FeedItem:
    return FeedItem(key, NewsItem(f"News {key}", date(2026, 11, day)))


async def holding(database: Database, now: datetime) -> Lease:
    lease = await leases.acquire(database, "newswatch", "this:1:test", now)
    assert isinstance(lease, Lease)
    return lease


async def take(database: Database, now: datetime, *items: FeedItem, feed: Feed = FEED) -> int:
    due, lease = now + timedelta(minutes=10), await holding(database, now)
    return await feeds.take(database, lease, feed, items, ("etag", "yesterday"), FRESH_SINCE, due, now)


async def stages(database: Database) -> list[Stage]:
    stages: list[Stage] = []
    while (stored := await bulletins.get(database, len(stages) + 1)) is not None:
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
    assert await feeds.get(database, FEED) == Health()
    assert await take(database, now, found("a"), found("b")) == 2


async def test_the_health_is_kept(database: Database, now: datetime) -> None:
    lease = await holding(database, now)
    assert await feeds.get(database, FEED) == Health()
    await feeds.failed(database, lease, FEED, 1, now + timedelta(hours=1), now)
    assert await feeds.get(database, FEED) == Health(failures=1, next_check=now + timedelta(hours=1))
    await take(database, now)
    assert await feeds.get(database, FEED) == Health("etag", "yesterday", 0, now + timedelta(minutes=10))
    await feeds.failed(database, lease, FEED, 2, now, now)
    assert await feeds.get(database, FEED) == Health("etag", "yesterday", 2, now)
    await feeds.unchanged(database, lease, FEED, now + timedelta(hours=2), now)
    assert await feeds.get(database, FEED) == Health("etag", "yesterday", 0, now + timedelta(hours=2))
    assert await feeds.get(database, OTHER) == Health()


async def test_a_watch_that_has_lost_its_lease_writes_nothing(database: Database, now: datetime) -> None:
    lease = await holding(database, now)
    await leases.release(database, lease.name, lease.owner)
    assert isinstance(await leases.acquire(database, "newswatch", "other:1:test", now), Lease)
    for write in (
        feeds.take(database, lease, FEED, (found("a"),), ("", ""), FRESH_SINCE, now, now),
        feeds.failed(database, lease, FEED, 1, now, now),
        feeds.unchanged(database, lease, FEED, now, now),
    ):
        with pytest.raises(LeaseLost):
            await write
    assert await stages(database) == []
    assert await feeds.get(database, FEED) == Health()


async def test_a_feed_with_a_new_address_is_asked_for_everything_at_once(database: Database, now: datetime) -> None:
    await take(database, now, found("a"))
    moved = Feed(FEED.id, "https://new.example/feed", FEED.publisher, FEED.country, FEED.language)
    assert await feeds.get(database, moved) == Health()
    assert await take(database, now, found("a"), found("b"), feed=moved) == 1
