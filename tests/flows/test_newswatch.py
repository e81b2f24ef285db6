"""Feeds from a server of our own on 127.0.0.1: what is new goes out, once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import web

from bot.config import Settings
from bot.domain.broadcasts import Stage
from bot.domain.feeds import LONGEST_INTERVAL, MOST_AT_ONCE, NORMAL_INTERVAL, Feed
from bot.opening import open_database
from bot.storage import feed_health, leases, outbox, shelf
from bot.storage.database import Database
from bot.storage.leases import Lease
from bot.workers.newswatch import TELL_AFTER, Newswatch
from tests.fake_telegram import FakeTelegram, Person
from tests.flows.conftest import ADMIN, at_work, eventually
from tests.steady import PATIENCE_S

HEADER = "id,url,publisher,country,language\n"
TICK = timedelta(seconds=1)


@dataclass
class Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class FeedServer:
    """Serves its items as RSS, or other `content`, with an ETag; `broken` is the status it answers with instead."""

    items: list[tuple[str, datetime]] = field(default_factory=list)
    content: str = ""
    broken: int = 0
    answers: list[int] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        entries = "".join(
            f"<item><guid>{title}</guid><title>{title}</title><description>{title}: all there is to say.</description>"
            f"<pubDate>{format_datetime(published)}</pubDate></item>"
            for title, published in self.items
        )
        body = (
            self.content
            or f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'
        )
        etag = f'"{sha256(body.encode()).hexdigest()[:16]}"'
        if self.broken:
            response = web.Response(status=self.broken)
        elif request.headers.get("If-None-Match") == etag:
            response = web.Response(status=304)
        else:
            response = web.Response(text=body, content_type="application/rss+xml", headers={"ETag": etag})
        self.answers.append(response.status)
        return response


@dataclass
class Watched:
    """A watch at work on one feed."""

    server: FeedServer
    clock: Clock
    database: Database
    feed: Feed
    alerts: list[dict[str, object]] = field(default_factory=list)
    nobody_hears: bool = False

    async def alert(self, key: str, **values: object) -> None:
        if self.nobody_hears:
            raise RuntimeError("no way to the admins")
        self.alerts.append({"key": key, **values})

    def watch(self, *watched: Feed) -> Newswatch:
        """A watch, as after a restart."""
        return Newswatch(
            database=self.database,
            feeds=lambda: watched,
            alert=self.alert,
            clock=self.clock,
            allow_private=True,
            look_every=0.005,
        )

    async def look(self) -> None:
        """A new watch looks at the feed once."""
        before, asked = await feed_health.get(self.database, self.feed), len(self.server.answers)
        task = asyncio.create_task(self.watch(self.feed).run())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if (await feed_health.get(self.database, self.feed)).next_check != before.next_check:
                    break
                await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(self.server.answers) == asked + 1

    async def wait(self) -> timedelta:
        """Time passes until the feed is due; how much."""
        due = (await feed_health.get(self.database, self.feed)).next_check
        passed, self.clock.now = due - self.clock.now, due
        return passed

    async def titles(self, *stages: Stage) -> list[str]:
        """The titles of the bulletins at one of these stages."""
        found: list[shelf.Stored] = []
        while (stored := await shelf.get(self.database, len(found) + 1)) is not None:
            found.append(stored)
        return [stored.bulletin.item.title for stored in found if stored.stage in stages]


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    server = FeedServer()
    app = web.Application()
    app.router.add_get("/feed", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
    yield server
    await runner.cleanup()


@pytest.fixture
def watched(server: FeedServer, database: Database, now: datetime) -> Watched:
    return Watched(server, Clock(now), database, Feed("local", server.url, "Local News", "", "en"))


@pytest.fixture
def watching(settings: Settings, server: FeedServer, data: Path) -> Settings:
    """Settings of a bot that has the feed in its data."""
    (data / "feeds.csv").write_text(f"{HEADER}local,{server.url},Local News,,en\n")
    return settings.model_copy(update={"allow_private_fetch": True})


async def test_fresh_news_reaches_the_subscribers_and_a_restarted_bot_brings_nothing_again(
    watching: Settings, server: FeedServer, telegram: FakeTelegram, ada: Person, now: datetime
) -> None:
    server.items = [("Border closed", now - timedelta(hours=3))]
    clock = Clock(now)
    server.broken = 503

    async def asked() -> bool:
        return bool(server.answers)

    async with at_work(watching, clock):
        await ada.ask("/subscribe")
        await eventually(asked)  # what the bot says comes from elsewhere, perhaps sooner
    server.broken = 0
    clock.now += LONGEST_INTERVAL
    async with at_work(watching, clock):
        message = await ada.reply()
        assert "Border closed" in message.text
        assert "Local News" in message.text
        assert "Russia is at war in Ukraine" in message.text
    clock.now += NORMAL_INTERVAL
    server.items.insert(0, ("Border open", clock.now))
    async with at_work(watching, clock):
        assert "Border open" in (await ada.reply()).text
    assert server.answers == [503, 200, 200]
    assert not ada.unread()


async def test_fresh_items_go_out_and_old_ones_are_for_reading(watched: Watched, now: datetime) -> None:
    watched.server.items = [("New", now - timedelta(hours=1)), ("Old", now - timedelta(days=3))]
    await watched.look()
    assert await watched.titles(Stage.RUNNING) == ["New"]
    assert await watched.titles(Stage.SHELF) == ["Old"]
    [running] = await outbox.running(watched.database)
    assert (running.urgent, running.bulletin.item.publisher) == (False, "Local News")


async def test_a_source_without_dates_brings_what_is_new_and_not_what_it_had(watched: Watched) -> None:
    def listing(scheme: str, *titles: str) -> str:
        items = (f"<item><title>{one}</title><link>{scheme}://news.example/{one}</link></item>" for one in titles)
        return f'<rss version="2.0"><channel><title>News</title>{"".join(items)}</channel></rss>'

    for scheme, titles in (("http", ("B", "A")), ("https", ("B", "A")), ("https", ("C", "B", "A"))):
        watched.server.content = listing(scheme, *titles)
        await watched.look()
        watched.clock.now += timedelta(days=1)
    assert await watched.titles(Stage.SHELF) == ["A", "B"]
    assert await watched.titles(Stage.RUNNING) == ["C"]


async def test_the_admins_hear_of_a_source_that_brings_more_than_goes_out_at_once(
    watched: Watched, now: datetime
) -> None:
    watched.server.items = [(f"New {number}", now) for number in range(MOST_AT_ONCE + 2)]
    await watched.look()
    assert len(await watched.titles(Stage.RUNNING)) == MOST_AT_ONCE
    assert watched.alerts == [{"key": "alert.feed_many", "feed": "local", "published": MOST_AT_ONCE, "left": 2}]


async def test_what_has_not_changed_is_not_sent_by_the_server_and_not_by_us(watched: Watched, now: datetime) -> None:
    watched.server.items = [("New", now)]
    for _ in range(3):
        await watched.look()
        assert await watched.wait() == NORMAL_INTERVAL
    assert watched.server.answers == [200, 304, 304]
    watched.server.items.insert(0, ("Newer", watched.clock.now))
    await watched.look()
    assert watched.server.answers[-1] == 200
    assert await watched.titles(Stage.RUNNING) == ["New", "Newer"]


async def test_nothing_is_asked_before_its_time(watched: Watched) -> None:
    await watched.look()
    due = (await feed_health.get(watched.database, watched.feed)).next_check
    watched.clock.now = due - TICK
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watched.watch(watched.feed).run(), 0.1)
    assert watched.server.answers == [200]


async def test_a_failing_feed_is_asked_less_and_less_and_told_of_once(watched: Watched, now: datetime) -> None:
    watched.server.broken = 500
    waits = []
    for failures in range(1, TELL_AFTER + 6):
        await watched.look()
        assert len(watched.alerts) == (failures >= TELL_AFTER)
        waits.append(await watched.wait())
    assert waits[:3] == [2 * NORMAL_INTERVAL, 4 * NORMAL_INTERVAL, 8 * NORMAL_INTERVAL]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_INTERVAL
    assert watched.alerts == [{"key": "alert.feed", "feed": "local", "reason": "status 500"}]
    watched.server.broken = 0
    watched.server.items = [("At last", watched.clock.now)]
    await watched.look()
    assert await watched.wait() == NORMAL_INTERVAL
    assert await watched.titles(Stage.RUNNING) == ["At last"]


async def test_what_is_no_feed_is_a_failure(watched: Watched) -> None:
    watched.server.content = "<html><p>We have moved.</p></html>"
    await watched.look()
    assert (await feed_health.get(watched.database, watched.feed)).failures == 1
    assert await watched.wait() == 2 * NORMAL_INTERVAL


async def test_what_goes_wrong_with_one_feed_does_not_end_the_watch_over_the_others(
    watched: Watched, now: datetime
) -> None:
    watched.nobody_hears = True
    watched.server.items = [("New", now)]
    lost = Feed("lost", watched.server.url.replace("/feed", "/nothing"), "Lost", "", "en")
    lease = await leases.acquire(watched.database, "newswatch", leases.new_owner(), now)
    assert isinstance(lease, Lease)
    await feed_health.failed(watched.database, lease, lost, TELL_AFTER - 1, now, now)
    await leases.release(watched.database, lease.name, lease.owner)
    task = asyncio.create_task(watched.watch(lost, watched.feed).run())
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await watched.titles(Stage.RUNNING):
                break
            await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await feed_health.get(watched.database, lost)).failures == TELL_AFTER


async def test_the_admins_hear_of_a_failing_feed_in_the_chat(
    watching: Settings, server: FeedServer, telegram: FakeTelegram, now: datetime
) -> None:
    admin = telegram.user(id=ADMIN)
    server.broken = 500
    clock = Clock(now)
    feed = Feed("local", server.url, "Local News", "", "en")
    for failures in range(1, TELL_AFTER + 2):
        async with at_work(watching, clock), open_database(watching) as database, asyncio.timeout(PATIENCE_S):
            while True:
                if (await feed_health.get(database, feed)).failures == failures:
                    break
                await asyncio.sleep(0.01)
            if failures == TELL_AFTER:
                assert "local keeps failing: status 500" in (await admin.reply()).text
        clock.now += LONGEST_INTERVAL
    assert not admin.unread()
