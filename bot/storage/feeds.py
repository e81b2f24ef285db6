"""The health of each feed, and which of its items were seen; written only by who holds the watch's lease."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.feeds import Feed, FeedItem
from bot.domain.news import Bulletin
from bot.storage import bulletins as shelf
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.leases import Lease, under
from bot.storage.outbox import Published, publish_in
from bot.storage.tables import feeds, seen_items

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Health:
    """`etag` and `last_modified` are what the source said of its last answer; `failures` those in a row."""

    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    next_check: datetime = NEVER


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
) -> int:
    """Publishes what is new, in the transaction that notes it as seen. Returns how many bulletins go out.

    What is older than `fresh_since` is put on the shelf, to be read and not sent.
    """
    async with under(database, lease) as connection:
        values = {"etag": validators[0], "last_modified": validators[1], "failures": 0}
        await _note(connection, feed, {**values, "checked_at": now, "next_check": due})
        known = set(await connection.scalars(select(seen_items.c.item).where(seen_items.c.feed == feed.id)))
        new = {item.key: item for item in reversed(items) if item.key not in known}
        published = 0
        for found in new.values():
            bulletin = Bulletin(found.item)
            if found.item.published < fresh_since:
                await shelf.shelve_in(connection, bulletin, now)
            else:
                outcome = await publish_in(connection, bulletin, urgent=False, now=now)
                published += isinstance(outcome, Published)
        if new:
            seen = insertion(connection, seen_items).on_conflict_do_nothing()
            await connection.execute(seen, [{"feed": feed.id, "item": key, "seen_at": now} for key in new])
        return published


async def _note(connection: AsyncConnection, feed: Feed, values: dict[str, Any]) -> None:
    """Holds the feed's row too: two processes that have read the same feed take its items one after the other."""
    values = {"url": feed.url, **values}
    blank = {"etag": "", "last_modified": ""}
    noted = insertion(connection, feeds).values(id=feed.id, **(blank | values))
    await connection.execute(noted.on_conflict_do_update(index_elements=[feeds.c.id], set_=values))
