"""What goes into a database comes back alike from both."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import StatementError

from bot.domain.feeds import Feed, FeedItem
from bot.domain.news import Bulletin, NewsItem, Section
from bot.storage import audit, feed_health, leases, outbox, reports, roles, shelf, subscriptions
from bot.storage.chats import Chat, Chats
from bot.storage.database import Database
from bot.storage.leases import Lease
from bot.storage.questions import Questions
from bot.storage.roles import Holder, Role
from bot.storage.tables import chats, unanswered

STRANGE = "a\x00b\ud800c"
KEPT = "a\ufffdb\ufffdc"
VLADIVOSTOK = timezone(timedelta(hours=10))
LARGEST = 2**52 - 1
"""Telegram's ids have at most 52 significant bits."""


async def test_moments_come_back_aware_and_in_utc_from_whatever_zone_they_were(database: Database) -> None:
    moment = datetime(2026, 11, 22, 2, 0, tzinfo=VLADIVOSTOK)
    async with database.write() as connection:
        await connection.execute(insert(chats).values(id=1, changed_at=moment))
        await connection.execute(insert(chats).values(id=2, changed_at=moment + timedelta(hours=1)))
    async with database.read() as connection:
        assert await connection.scalar(select(func.min(chats.c.changed_at))) == moment
        [found] = (await connection.scalars(select(chats.c.changed_at).where(chats.c.changed_at <= moment))).all()
    assert found == datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert found.utcoffset() == timedelta(0)


async def test_a_moment_without_its_zone_is_refused(database: Database) -> None:
    async with database.write() as connection:
        with pytest.raises(StatementError, match="without its time zone"):
            await connection.execute(insert(chats).values(id=1, changed_at=datetime(2026, 11, 22)))  # noqa: DTZ001


async def test_no_text_is_too_strange_to_be_kept(database: Database, now: datetime) -> None:
    async with database.write() as connection:
        await connection.execute(insert(chats).values(id=1, language=STRANGE, changed_at=now))
        await audit.write(connection, 1, "strange", now, text="a\x00b")
    async with database.read() as connection:
        assert await connection.scalar(select(chats.c.language)) == KEPT
        assert await connection.scalar(select(chats.c.id).where(chats.c.language == STRANGE)) == 1
    assert (await audit.newest(database))[0].detail == {"text": "a\x00b"}


async def test_strange_texts_of_people_do_not_stop_a_batch(database: Database, now: datetime) -> None:
    questions = Questions(database)
    for chat, text in enumerate(("nar\x00nia", "nar\ud800nia", "narnia\udfff", "ナルニア")):
        questions.keep(text, chat, now)
    await questions.flush()
    async with database.read() as connection:
        kept = await connection.scalars(select(unanswered.c.text).order_by(unanswered.c.text))
        assert kept.all() == ["nar nia", "nar nia", "narnia", "ナルニア"]
    assert await reports.make(database, 1, STRANGE, STRANGE, now) is reports.Made.NEW
    assert await reports.make(database, 1, STRANGE, STRANGE, now) is reports.Made.ALREADY
    assert await subscriptions.start(database, 1, "private", STRANGE, now)


async def test_a_strange_feed_is_taken_once(database: Database, now: datetime) -> None:
    feed = Feed("strange", "https://one.example/feed", "One", "", "en")
    item = NewsItem("News\x00", date(2026, 11, 22), (Section("", ("One\x00.",)),))
    lease = await leases.acquire(database, "newswatch", "this:1:test", now)
    assert isinstance(lease, Lease)
    for published in (1, 0):
        items = (FeedItem("key\x00", item), FeedItem("key", item))
        taken = await feed_health.take(database, lease, feed, items, (STRANGE, ""), date(2026, 11, 20), now, now)
        assert taken.published == published
    stored = await shelf.get(database, 1)
    assert stored is not None
    assert stored.bulletin == Bulletin(item)


@pytest.mark.parametrize("chat", [LARGEST, -LARGEST])
async def test_the_largest_ids_have_room(database: Database, now: datetime, chat: int) -> None:
    assert await Chats(database).choose_country(chat, "ke", now) == Chat(chat, None, "ke")
    assert await subscriptions.start(database, chat, "private", "en", now)
    await outbox.publish(database, Bulletin(NewsItem("News", date(2026, 11, 22))), urgent=False, now=now)
    assert (await outbox.report(database, 1)).total == 1
    assert await reports.make(database, chat, "ke-embassy-moscow", "en", now) is reports.Made.NEW
    async with database.write() as connection:
        await roles.give_in(connection, chat, Role.EDITOR, chat, now)
    assert await roles.everybody(database) == [Holder(chat, Role.EDITOR, chat)]
    await subscriptions.move(database, chat, chat - 1, now)
    await outbox.forget(database, chat)
    assert (await outbox.report(database, 1)).total == 0
