"""Watches the feeds: what is new in them becomes bulletins, once."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.feeds import Feed, next_check
from bot.sources.fetch import Fetched, FetchFailed, NotModified, fetch
from bot.sources.news_feed import FeedBroken, parse_feed
from bot.storage import feed_health, leases
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.feed_health import Health, Taken
from bot.storage.leases import Lease, LeaseLost
from bot.workers.holder import Holder

LOOK_EVERY_S: Final = 2.0
FRESH: Final = timedelta(days=2)
"""An item older than this when it is first seen goes to the shelf: it can be read, and wakes nobody."""
TELL_AFTER: Final = 3
"""Failures in a row before the admins hear of a source, once."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Newswatch:
    """Polls each feed when it is due, for as long as it holds the lease."""

    database: Database
    feeds: Callable[[], tuple[Feed, ...]]
    alert: Callable[..., Awaitable[None]]
    clock: Callable[[], datetime]
    allow_private: bool
    look_every: float = LOOK_EVERY_S
    owner: str = field(default_factory=leases.new_owner)
    _holder: Holder = field(init=False)

    def __post_init__(self) -> None:
        self._holder = Holder(self.database, "newswatch", self.clock, self.owner)

    async def run(self) -> None:
        """Works until cancelled. The lease is kept while a slow source is being read."""
        watch: asyncio.Task[None] | None = None
        try:
            while True:
                with suppress(DatabaseUnavailable):
                    lease = await self._holder.hold()
                    if watch is not None and watch.done():
                        watch.result()  # what it did not expect ends this too, and is told
                    if lease is not None and (watch is None or watch.done()):
                        watch = asyncio.create_task(self._look(lease))
                await asyncio.sleep(self.look_every)
        finally:
            if watch is not None:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
            await self._holder.release()

    async def _look(self, lease: Lease) -> None:
        try:
            await self._round(lease)
        except LeaseLost:
            log.info("another process watches the feeds now")
        except DatabaseUnavailable as error:
            log.warning("the watch over the feeds cannot use the database, trying again", reason=str(error))

    async def _round(self, lease: Lease) -> None:
        for feed in self.feeds():
            state = await feed_health.get(self.database, feed)
            if state.next_check > self.clock():
                continue
            try:
                await self.check(feed, state, lease)
            except (DatabaseUnavailable, LeaseLost):
                raise
            except Exception:
                # One feed must not end the watch over the others.
                log.exception("a feed could not be read", feed=feed.id)
                failures, now = state.failures + 1, self.clock()
                await feed_health.failed(self.database, lease, feed, failures, next_check(failures, now), now)

    async def check(self, feed: Feed, state: Health, lease: Lease) -> None:
        """Fetches one feed and stores what is new, together with having seen it."""
        answer = await fetch(
            feed.url, allow_private=self.allow_private, etag=state.etag, last_modified=state.last_modified
        )
        now = self.clock()
        match answer:
            case FetchFailed(reason):
                await self._failed(lease, feed, state, reason, now)
            case NotModified():
                await feed_health.unchanged(self.database, lease, feed, next_check(0, now), now)
            case Fetched():
                items = await asyncio.to_thread(parse_feed, answer.body, feed, now.date(), answer.content_type)
                if isinstance(items, FeedBroken):
                    await self._failed(lease, feed, state, items.reason, now)
                    return
                validators = (answer.etag, answer.last_modified)
                fresh_since = (now - FRESH).date()
                taken = await feed_health.take(
                    self.database, lease, feed, items, validators, fresh_since, next_check(0, now), now
                )
                await self._tell(feed, taken)

    async def _tell(self, feed: Feed, taken: Taken) -> None:
        if taken.published:
            log.info("news from a feed", feed=feed.id, published=taken.published)
        if taken.left:
            log.warning("a feed brought more than goes out at once", feed=feed.id, left=taken.left)
            await self.alert("alert.feed_many", feed=feed.id, published=taken.published, left=taken.left)

    async def _failed(self, lease: Lease, feed: Feed, state: Health, reason: str, now: datetime) -> None:
        failures = state.failures + 1
        await feed_health.failed(self.database, lease, feed, failures, next_check(failures, now), now)
        log.warning("a feed failed", feed=feed.id, reason=reason, failures=failures)
        if failures == TELL_AFTER:
            await self.alert("alert.feed", feed=feed.id, reason=reason)
