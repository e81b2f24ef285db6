"""The health of each feed, and which of its items were seen; written only by who holds the watch's lease."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.feeds import MOST_AT_ONCE, Feed, FeedItem
from bot.domain.news import Bulletin, NewsItem
from bot.storage import shelf
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.leases import Lease, under
from bot.storage.outbox import Published, publish_in
from bot.storage.tables import feeds, seen_items

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBERED: Final = timedelta(days=90)
"""How long it is known that an item was seen which the feed lists no more."""
NOTED_AGAIN: Final = timedelta(days=1)
"""How often it is noted that an item is still listed."""


@dataclass(frozen=True, slots=True)
class Health:
    """`etag` and `last_modified` are what the source said of its last answer; `failures` those in a row."""

    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    next_check: datetime = NEVER


@dataclass(frozen=True, slots=True)
class Taken:
    """How many bulletins go out of one reading; `left`: how many fresh ones were put on the shelf, being too many."""

    published: int
    left: int


async def get(database: Database, feed: Feed) -> Health:
    """The health of a feed; one that is new, or has a new address, starts afresh."""
    async with database.read() as connection:
        row = (await connection.execute(select(feeds).where(feeds.c.id == feed.id))).one_or_none()
    if row is None or row.url != feed.url:
        return Health()
    return Health(row.etag, row.last_modified, row.failures, row.next_check)


async def unchanged(database: Database, lease: Lease, feed: Feed, due: datetime, now: datetime) -> None:
    async with under(database, lease) as connection:
        await _note(connection, feed, {"failures": 0, "checked_at": now, "next_check": due})


async def failed(database: Database, lease: Lease, feed: Feed, failures: int, due: datetime, now: datetime) -> None:
    async with under(database, lease) as connection:
        await _note(connection, feed, {"failures": failures, "checked_at": now, "next_check": due})


async def take(
    database: Database,
    lease: Lease,
    feed: Feed,
    items: tuple[FeedItem, ...],
    validators: tuple[str, str],
    fresh_since: date,
    due: datetime,
    now: datetime,
) -> Taken:
    """Publishes what is new, in the transaction that notes it as seen.

    What is older than `fresh_since` is put on the shelf, to be read and not sent; and so is what is undated, for as
    long as the feed was never read at this address, and may be of any time.
    """
    async with under(database, lease) as connection:
        was_read = await _was_read(connection, feed)
        values = {"etag": validators[0], "last_modified": validators[1], "failures": 0}
        await _note(connection, feed, {**values, "checked_at": now, "next_check": due, "read_at": now})
        fresh: list[Bulletin] = []
        old: list[Bulletin] = []
        for found in await _unseen(connection, feed, items, now):
            is_fresh = await _is_fresh(connection, found.item, fresh_since, was_read=was_read)
            (fresh if is_fresh else old).append(Bulletin(found.item))
        for bulletin in old:
            await shelf.shelve_in(connection, bulletin, now)
        left = [await shelf.shelve_in(connection, one, now, undated_on=now.date()) for one in fresh[:-MOST_AT_ONCE]]
        outcomes = [await publish_in(connection, one, urgent=False, now=now) for one in fresh[-MOST_AT_ONCE:]]
        return Taken(sum(isinstance(outcome, Published) for outcome in outcomes), sum(left))


async def _was_read(connection: AsyncConnection, feed: Feed) -> bool:
    read_at = select(feeds.c.read_at).where(feeds.c.id == feed.id, feeds.c.url == feed.url)
    return await connection.scalar(read_at) is not None


async def _unseen(
    connection: AsyncConnection, feed: Feed, items: tuple[FeedItem, ...], now: datetime
) -> list[FeedItem]:
    """What was not seen before, the oldest first; it is seen now. What the feed has not listed for long is forgotten.

    A feed that keeps silent, or says that nothing has changed, is no reason to forget anything.
    """
    mine, keys = seen_items.c.feed == feed.id, [item.key for item in items]
    listed = (mine, seen_items.c.item.in_(keys))
    known = set(await connection.scalars(select(seen_items.c.item).where(*listed)))
    unseen = {item.key: item for item in reversed(items) if item.key not in known}
    if unseen:
        seen = insertion(connection, seen_items).on_conflict_do_nothing()
        await connection.execute(seen, [{"feed": feed.id, "item": key, "seen_at": now} for key in unseen])
    again = update(seen_items).where(*listed, seen_items.c.seen_at < now - NOTED_AGAIN).values(seen_at=now)
    await connection.execute(again)
    await connection.execute(delete(seen_items).where(mine, seen_items.c.seen_at < now - REMEMBERED))
    return list(unseen.values())


async def _is_fresh(connection: AsyncConnection, item: NewsItem, since: date, *, was_read: bool) -> bool:
    if item.published is not None:
        return item.published >= since
    # An undated item that lies on the shelf may be of any time, also when the feed knows it by another key now.
    return was_read and await shelf.find(connection, item) is None


async def _note(connection: AsyncConnection, feed: Feed, values: dict[str, Any]) -> None:
    """Holds the feed's row too: two processes that have read the same feed take its items one after the other.

    What a source said under its old address is no answer to what is asked under a new one.
    """
    noted = insertion(connection, feeds).values(
        {"id": feed.id, "url": feed.url, "etag": "", "last_modified": ""} | values
    )
    moved = feeds.c.url != noted.excluded.url
    said = {column.name: case((moved, ""), else_=column) for column in (feeds.c.etag, feeds.c.last_modified)}
    said["read_at"] = case((moved, None), else_=feeds.c.read_at)
    changes = said | {"url": feed.url} | values
    await connection.execute(noted.on_conflict_do_update(index_elements=[feeds.c.id], set_=changes))
