"""Two processes at the same rows of one PostgreSQL: what SQLite rules out by having one writer at a time.

The moment that matters is held still by a lock or an open transaction, not hoped for.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from bot.domain.broadcasts import Stage
from bot.domain.delivery import Ended, Settlement, Standing, State
from bot.domain.editions import Edition
from bot.domain.feeds import Feed, FeedItem
from bot.domain.missions import Directory
from bot.domain.news import Bulletin, NewsItem
from bot.storage import amendments, dispatch, editions, feed_health, leases, outbox, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.dispatch import Settled
from bot.storage.leases import Held, Lease
from bot.storage.outbox import AlreadyPublished, Published
from bot.storage.tables import deliveries
from bot.storage.tables import subscriptions as table_of_subscriptions
from tests.databases import ON_POSTGRESQL, until_waiting

pytestmark = ON_POSTGRESQL

NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20)))
CORRECTED = Bulletin(NewsItem("Airports open", date(2026, 11, 20)))
ARRIVED = Settlement(State.SENT, Standing(), message_id=1)
FENCE = 1


@pytest.fixture
async def other(database: Database) -> AsyncIterator[Database]:
    """Another process at the same database."""
    other = Database(database.url.render_as_string(hide_password=False))
    yield other
    await other.close()


async def published(database: Database, now: datetime, *chats: int) -> int:
    for chat in chats:
        await subscriptions.start(database, chat, "private", "en", now)
    outcome = await outbox.publish(database, NEWS, urgent=False, now=now)
    assert isinstance(outcome, Published)
    return outcome.number


async def lease_all(database: Database, number: int, now: datetime, fence: int = FENCE) -> list[int]:
    stored = await shelf.get(database, number)
    assert stored is not None
    return [row.chat_id for row in await dispatch.lease(database, stored, fence, 100, now)]


async def states(database: Database, number: int) -> dict[int, State]:
    async with database.read() as connection:
        found = select(deliveries.c.chat_id, deliveries.c.state).where(deliveries.c.bulletin == number)
        return {row.chat_id: State(row.state) for row in await connection.execute(found)}


async def before_it_commits(
    database: Database, table: str, first: Coroutine[Any, Any, Any], second: Coroutine[Any, Any, Any]
) -> tuple[Any, Any]:
    """The first has written to the table and is about to commit; then the second comes as far as it gets."""
    async with database.write() as connection:
        wait = "BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END"
        await connection.execute(text(f"CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS '{wait}'"))
        at_commit = f"AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        await connection.execute(text(f"CREATE CONSTRAINT TRIGGER wait {at_commit} EXECUTE FUNCTION wait()"))
    async with database.write() as holder:
        await holder.execute(text("SELECT pg_advisory_xact_lock(1)"))
        one = asyncio.create_task(first)
        await until_waiting(database, 1, one)
        assert not one.done()
        other = asyncio.create_task(second)
        await until_waiting(database, 2, other)
    return await one, await other


@pytest.mark.parametrize("table", ["deliveries", "bulletins"], ids=["while it is corrected", "after it was corrected"])
async def test_who_is_settled_gets_the_correction(
    database: Database, other: Database, now: datetime, table: str
) -> None:
    number = await published(database, now, 1)
    await lease_all(database, number, now)
    settling = dispatch.settle(database, number, FENCE, [Settled(1, ARRIVED)], now)
    correcting = amendments.correct(other, number, CORRECTED, now)
    first, then = (settling, correcting) if table == "deliveries" else (correcting, settling)
    await before_it_commits(database, table, first, then)
    assert await states(database, number) == {1: State.SENT}
    assert await states(database, 2) == {1: State.PENDING}


async def test_of_two_corrections_at_once_the_second_corrects_the_first(
    database: Database, other: Database, now: datetime
) -> None:
    number = await published(database, now, 1)
    again = Bulletin(NewsItem("Airports open but one", date(2026, 11, 20)))
    correcting = (amendments.correct(each, number, text, now) for each, text in ((database, CORRECTED), (other, again)))
    await before_it_commits(database, "bulletins", *correcting)
    stored = await shelf.get(database, number)
    assert stored is not None
    assert (stored.version, stored.bulletin) == (3, again)
    assert [running.bulletin for running in await outbox.running(database)] == [again, again]


@pytest.mark.parametrize("reader", [True, False], ids=["read", "read by nobody"])
@pytest.mark.parametrize("shelved", [True, False], ids=["shelved", "new"])
async def test_what_is_published_while_a_correction_comes_to_say_the_same_goes_out(
    database: Database, other: Database, now: datetime, reader: bool, shelved: bool
) -> None:
    number = await published(database, now, *([1] if reader else []))
    if shelved:
        await shelf.shelve(database, [CORRECTED], now)
    async with database.write() as holder:
        outcome = await outbox.publish_in(holder, CORRECTED, urgent=False, now=now)
        assert isinstance(outcome, Published)
        correcting = asyncio.create_task(amendments.correct(other, number, CORRECTED, now))
        await until_waiting(database, 1, correcting)
    correction = await correcting
    assert isinstance(correction, Published)
    running = {running.id: running.bulletin for running in await outbox.running(database)}
    assert running == dict.fromkeys((number, outcome.number, correction.number), CORRECTED)
    assert await lease_all(database, outcome.number, now) == [1] * reader


async def test_what_is_given_back_while_it_is_stopped_is_stopped(
    database: Database, other: Database, now: datetime
) -> None:
    number = await published(database, now, 1, 2)
    await lease_all(database, number, now)
    stopping = outbox.stop(other, number, Stage.STOPPED)
    await before_it_commits(database, "deliveries", dispatch.revive(database, now), stopping)
    assert await states(database, number) == {1: State.STOPPED, 2: State.STOPPED}


async def test_a_correction_is_not_done_while_somebody_comes_to_be_owed_it(
    database: Database, other: Database, now: datetime
) -> None:
    number = await published(database, now, 1)
    await lease_all(database, number, now)
    correction = await amendments.correct(database, number, CORRECTED, now)
    assert correction == Published(2, 0)
    async with database.write() as holder:
        # What `settle` owes, as far as just before its end.
        await shelf.hold(holder, number)
        row = {"state": 0, "version": 0, "attempts": 0, "doubted": False, "due": 0, "fence": 0}
        await shelf.hold(holder, 2)
        await holder.execute(insert(deliveries).values(bulletin=2, chat_id=1, **row))
        finishing = asyncio.create_task(outbox.finish(other, 2, now))
        await until_waiting(database, 1, finishing)
    assert not await finishing
    assert await lease_all(database, 2, now) == [1]


@pytest.mark.parametrize("table", ["deliveries", "bulletins"], ids=["before it is stopped", "after it was stopped"])
async def test_who_is_settled_is_not_left_waiting_for_a_correction_that_was_stopped(
    database: Database, other: Database, now: datetime, table: str
) -> None:
    number = await published(database, now, 1)
    await lease_all(database, number, now)
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 0)
    settling = dispatch.settle(database, number, FENCE, [Settled(1, ARRIVED)], now)
    stopping = outbox.stop(other, 2, Stage.STOPPED)
    first, then = (settling, stopping) if table == "deliveries" else (stopping, settling)
    await before_it_commits(database, table, first, then)
    assert await states(database, number) == {1: State.SENT}
    assert State.PENDING not in (await states(database, 2)).values()


async def test_a_sender_gets_no_more_rows_than_it_asks_for(database: Database, other: Database, now: datetime) -> None:
    number = await published(database, now, *range(1, 41))
    stored = await shelf.get(database, number)
    assert stored is not None
    taken = await asyncio.gather(
        *(dispatch.lease(each, stored, fence, 5, now) for fence, each in enumerate((database, other) * 4, 1))
    )
    assert [len(rows) for rows in taken] == [5] * 8
    assert len({row.chat_id for rows in taken for row in rows}) == 40


async def test_what_another_is_leasing_is_passed_over(database: Database, other: Database, now: datetime) -> None:
    number = await published(database, now, 1, 2, 3)
    async with database.write() as holder:
        locked = select(deliveries).where(deliveries.c.bulletin == number, deliveries.c.chat_id == 1)
        await holder.execute(locked.with_for_update())
        assert sorted(await lease_all(other, number, now)) == [2, 3]


async def test_a_sender_that_does_not_know_that_it_was_overtaken_leases_nothing(
    database: Database, other: Database, now: datetime
) -> None:
    number = await published(database, now, 1)
    sleeper, successor = leases.new_owner(), leases.new_owner()
    first = await leases.acquire(database, leases.SENDER, sleeper, now)
    assert isinstance(first, Lease)
    await leases.release(database, first.name, first.owner)
    second = await leases.acquire(other, leases.SENDER, successor, now)
    assert isinstance(second, Lease)
    assert await lease_all(database, number, now, first.fence) == []
    assert await lease_all(other, number, now, second.fence) == [1]


async def test_a_lease_is_not_taken_over_in_the_middle_of_leasing_rows(
    database: Database, other: Database, now: datetime
) -> None:
    number, successor = await published(database, now, 1), leases.new_owner()
    first = await leases.acquire(database, leases.SENDER, leases.new_owner(), now)
    assert isinstance(first, Lease)
    silent = await leases.acquire(other, leases.SENDER, successor, now)
    assert isinstance(silent, Held)

    async def take_over() -> int:
        assert isinstance(await leases.acquire(other, leases.SENDER, successor, now, silent=silent), Lease)
        return await dispatch.revive(other, now)

    leasing = lease_all(database, number, now, first.fence)
    assert await before_it_commits(database, "deliveries", leasing, take_over()) == ([1], 1)
    assert await states(database, number) == {1: State.PENDING}


async def test_an_item_that_is_shelved_at_the_same_moment_goes_out(
    database: Database, other: Database, now: datetime
) -> None:
    async with database.write() as holder:
        assert await shelf.shelve_in(holder, NEWS, now) == 1
        publishing = asyncio.create_task(outbox.publish(other, NEWS, urgent=False, now=now))
        await until_waiting(database, 1, publishing)
    assert await publishing == Published(1, 0)


@pytest.mark.parametrize("shelved", [False, True])
async def test_of_two_that_publish_at_once_one_does(
    database: Database, other: Database, now: datetime, shelved: bool
) -> None:
    if shelved:
        await shelf.shelve(database, [NEWS], now)
    async with database.write() as holder:
        outcome = await outbox.publish_in(holder, NEWS, urgent=False, now=now)
        publishing = asyncio.create_task(outbox.publish(other, NEWS, urgent=True, now=now))
        await until_waiting(database, 1, publishing)
    assert outcome == Published(1, 0)
    assert await publishing == AlreadyPublished(1)


async def test_of_two_that_load_the_first_edition_one_is_live(
    database: Database, other: Database, directory_of_one: Directory, now: datetime
) -> None:
    async with database.write() as holder:
        first = await editions.add_in(holder, Edition(directory_of_one, None), "one", now)
        adding = asyncio.create_task(editions.add(other, directory_of_one, "other", now))
        await until_waiting(database, 1, adding)
    second = await adding
    assert [(listed.number, listed.live) for listed in await editions.listing(database)] == [
        (second, True),
        (first, False),
    ]
    live = await editions.live(database)
    assert live is not None
    assert live.edition == second


@pytest.fixture
def directory_of_one() -> Directory:
    return Directory(missions=(), covers=(), rules=(), aliases=(), feeds=())


async def test_of_two_that_subscribe_a_chat_at_once_one_does(
    database: Database, other: Database, now: datetime
) -> None:
    values = {"kind": "private", "language": "en", "only_country": False, "silent": False, "started_at": now}
    async with database.write() as holder:
        await holder.execute(insert(table_of_subscriptions).values(chat_id=1, **values))
        starting = asyncio.create_task(subscriptions.start(other, 1, "private", "ru", now))
        await until_waiting(database, 1, starting)
    assert await starting is False


async def test_a_group_that_is_upgraded_and_subscribed_at_once_is_subscribed_once(
    database: Database, other: Database, now: datetime
) -> None:
    await subscriptions.start(database, -1, "group", "ru", now)
    values = {"kind": "supergroup", "language": "en", "only_country": False, "silent": False, "started_at": now}
    async with database.write() as holder:
        await holder.execute(insert(table_of_subscriptions).values(chat_id=-1001, **values))
        moving = asyncio.create_task(subscriptions.move(other, -1, -1001, now))
        await until_waiting(database, 1, moving)
    await moving
    old, new = await subscriptions.get(database, -1), await subscriptions.get(database, -1001)
    assert old is not None
    assert new is not None
    assert (old.ended, new.ended, new.language) == (Ended.NOT_FOUND, None, "en")


async def test_a_feed_that_two_have_read_is_taken_once(database: Database, other: Database, now: datetime) -> None:
    feed = Feed("one", "https://one.example/feed", "One", "", "en")
    items = tuple(FeedItem(key, NewsItem(f"News {key}", date(2026, 11, 22))) for key in "abc")
    lease = await leases.acquire(database, "newswatch", "this:1:test", now)
    assert isinstance(lease, Lease)
    taken = await asyncio.gather(
        *(
            feed_health.take(each, lease, feed, items, ("", ""), date(2026, 11, 20), now, now)
            for each in (database, other)
        )
    )
    assert sorted(each.published for each in taken) == [0, 3]
