"""Deeds at the desk: each with its proposal and its entry in the log, once, or not at all."""

import asyncio
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.domain.broadcasts import Kind, Stage
from bot.domain.delivery import Settlement, Standing, State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.storage import amendments, audit, broadcasts, dispatch, outbox, proposals, shelf, subscriptions
from bot.storage.broadcasts import Amendment, Closed
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.dispatch import Settled
from bot.storage.outbox import AlreadyPublished, Published
from bot.storage.proposals import Proposal

ONE, TWO = 4711, 4712
READERS = (11, 12, 13, 14)


def bulletin(title: str = "Airports closed", day: int = 21) -> Bulletin:
    return Bulletin(NewsItem(title, date(2026, 11, day), (Section("", ("Text.",)),)))


@pytest.fixture(autouse=True)
async def readers(database: Database, now: datetime) -> None:
    for chat_id in READERS:
        await subscriptions.start(database, chat_id, "private", "en", now)


async def proposal(database: Database, number: int) -> Proposal:
    found = await proposals.get(database, number)
    assert found is not None
    return found


async def publishing(database: Database, now: datetime, actor: int = ONE, shown: Bulletin | None = None) -> Proposal:
    number = await broadcasts.propose_publishing(database, shown or bulletin(), actor, now)
    return await proposal(database, number)


async def amending(database: Database, number: int, kind: Kind, now: datetime, actor: int = ONE) -> Proposal:
    stored = await shelf.get(database, number)
    assert stored is not None
    content = stored.bulletin if kind is Kind.WITHDRAWAL else bulletin("Airports open")
    amendment = Amendment(number, stored.version, content)
    return await proposal(database, await broadcasts.propose_amendment(database, amendment, kind, actor, now))


async def published(database: Database, now: datetime, title: str = "Airports closed") -> int:
    outcome = await outbox.publish(database, bulletin(title), urgent=False, now=now)
    assert isinstance(outcome, Published)
    return outcome.number


async def delivered(database: Database, number: int, now: datetime, *chat_ids: int) -> None:
    """These chats got what there is of the bulletin now."""
    stored = await shelf.get(database, number)
    assert stored is not None
    await dispatch.lease(database, stored, 1, 100, now)
    due = [Settlement(State.SENT if chat in chat_ids else State.PENDING, Standing()) for chat in READERS]
    settled = [Settled(chat, settlement) for chat, settlement in zip(READERS, due, strict=True)]
    await dispatch.settle(database, number, 1, settled, now)


async def deeds(database: Database) -> list[tuple[int, str]]:
    return [(entry.actor, entry.action) for entry in reversed(await audit.newest(database))]


async def test_two_admins_at_once_publish_once(database: Database, now: datetime) -> None:
    first, second = await publishing(database, now), await publishing(database, now, TWO)
    outcomes = await asyncio.gather(
        broadcasts.publish(database, first, urgent=False, now=now),
        broadcasts.publish(database, second, urgent=True, now=now),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Closed", "Published"]
    winner = ONE if isinstance(outcomes[0], Published) else TWO
    assert [actor for actor, _ in await deeds(database)] == [winner]
    assert (await broadcasts.publish(database, first, urgent=False, now=now)) == Closed()


async def test_what_somebody_else_published_meanwhile_is_not_published_again(database: Database, now: datetime) -> None:
    shown = await publishing(database, now)
    number = await published(database, now)
    assert await broadcasts.publish(database, shown, urgent=False, now=now) == AlreadyPublished(number)
    assert await broadcasts.published_as(database, bulletin()) == number
    assert await broadcasts.published_as(database, bulletin("Another")) is None
    assert await deeds(database) == []


async def test_what_was_shown_too_long_ago_is_not_published(database: Database, now: datetime) -> None:
    shown = await publishing(database, now)
    later = now + proposals.OPEN_FOR + timedelta(seconds=1)
    assert await broadcasts.publish(database, shown, urgent=False, now=later) == Closed()
    assert await broadcasts.going_on(database, now, 5) == []


async def test_a_shelved_page_goes_out_as_it_was_shown(database: Database, now: datetime) -> None:
    async with database.write() as connection:
        await shelf.shelve_in(connection, bulletin(), now)
        await shelf.shelve_in(connection, bulletin("Older", 20), now)
    shelved = await broadcasts.shelved(database, 5)
    assert [stored.bulletin.item.title for stored in shelved] == ["Airports closed", "Older"]
    outcome = await broadcasts.publish(database, await publishing(database, now), urgent=True, now=now)
    assert outcome == Published(shelved[0].id, len(READERS))
    assert [stored.id for stored in await broadcasts.shelved(database, 5)] == [shelved[1].id]
    assert await deeds(database) == [(ONE, "published_urgent")]


async def test_correcting_and_withdrawing_concern_the_version_that_was_shown(database: Database, now: datetime) -> None:
    number = await published(database, now)
    await delivered(database, number, now, *READERS[:3])
    correction = await amending(database, number, Kind.CORRECTION, now)
    rival = await amending(database, number, Kind.WITHDRAWAL, now, TWO)
    outcome = await broadcasts.amend(database, correction, now)
    assert isinstance(outcome, Published)
    assert outcome.reached == 3
    assert await broadcasts.amend(database, rival, now) == Closed()
    assert await broadcasts.amend(database, correction, now) == Closed()
    stored = await shelf.get(database, number)
    assert stored is not None
    assert (stored.bulletin.item.title, stored.version) == ("Airports open", 2)
    again = await amending(database, number, Kind.WITHDRAWAL, now, TWO)
    assert isinstance(await broadcasts.amend(database, again, now), Published)
    assert await broadcasts.stage(database, number) is Stage.WITHDRAWN
    assert await deeds(database) == [(ONE, "corrected"), (TWO, "withdrawn")]


async def test_an_older_correction_does_not_undo_one_from_the_shell(database: Database, now: datetime) -> None:
    number = await published(database, now)
    shown = await amending(database, number, Kind.CORRECTION, now)
    assert await amendments.correct(database, number, bulletin("From the shell"), now) is not None
    assert await broadcasts.amend(database, shown, now) == Closed()
    assert (await proposal(database, shown.id)).state is proposals.State.OPEN
    assert await deeds(database) == []


async def test_pausing_and_resuming_are_done_once_each(database: Database, now: datetime) -> None:
    number = await published(database, now)
    done = await asyncio.gather(*(broadcasts.pause(database, number, actor, now) for actor in (ONE, TWO)))
    assert sorted(done) == [False, True]
    assert await outbox.running(database) == []
    assert await broadcasts.resume(database, number, ONE, now)
    assert not await broadcasts.resume(database, number, TWO, now)
    assert [action for _, action in await deeds(database)] == ["paused", "resumed"]


async def test_stopping_ends_what_is_pending_and_only_what_goes_on(database: Database, now: datetime) -> None:
    number = await published(database, now)
    await delivered(database, number, now, READERS[0])
    shown = [
        await proposal(database, await broadcasts.propose_stopping(database, number, actor, now))
        for actor in (ONE, TWO)
    ]
    assert await broadcasts.stop(database, shown[0], now)
    assert not await broadcasts.stop(database, shown[1], now)
    found = await broadcasts.get(database, number, now)
    assert found is not None
    assert (found.counts, found.over, found.percent) == ({State.SENT: 1, State.STOPPED: 3}, True, 25)
    assert await deeds(database) == [(ONE, "stopped")]


async def test_a_broadcast_counts_what_waits_and_what_is_not_due_yet(database: Database, now: datetime) -> None:
    number = await published(database, now)
    stored = await shelf.get(database, number)
    assert stored is not None
    await dispatch.lease(database, stored, 1, 3, now)
    night = Settlement(State.PENDING, Standing(), due=now + timedelta(hours=8))
    done = Settlement(State.SENT, Standing(), message_id=1)
    await dispatch.settle(database, number, 1, [Settled(READERS[0], night), Settled(READERS[1], done)], now)
    found = await broadcasts.get(database, number, now)
    assert found is not None
    assert found.counts == (await outbox.report(database, number)).counts
    assert (found.total, found.waiting, found.held, found.percent) == (4, 3, 1, 25)
    assert found.seconds_left(2.0) == 1.0
    assert found.seconds_left(0.0) is None
    assert not found.at_rest


async def test_lists_are_newest_first_and_leave_the_shelf_out(database: Database, now: datetime) -> None:
    async with database.write() as connection:
        await shelf.shelve_in(connection, bulletin("Shelved"), now)
    numbers = [await published(database, now + timedelta(hours=hour), f"Bulletin {hour}") for hour in range(3)]
    for number in numbers[:2]:
        await outbox.stop(database, number, Stage.STOPPED)
    assert [found.number for found in await broadcasts.going_on(database, now, 5)] == numbers[2:]
    assert [found.number for found in await broadcasts.past(database, now, 1)] == [numbers[1]]
    assert [found.number for found in await broadcasts.past(database, now, 5, 1)] == [numbers[0]]
    shelved = (await broadcasts.shelved(database, 1))[0].id
    assert await broadcasts.get(database, shelved, now) is None
    assert await broadcasts.stage(database, 999) is None


async def test_a_deed_that_cannot_be_logged_is_not_done(database: Database, now: datetime) -> None:
    number = await published(database, now)
    await delivered(database, number, now, READERS[0])
    before = await broadcasts.get(database, number, now)
    shown = [
        await publishing(database, now, shown=bulletin("Another")),
        await amending(database, number, Kind.CORRECTION, now),
        await amending(database, number, Kind.WITHDRAWAL, now),
        await proposal(database, await broadcasts.propose_stopping(database, number, ONE, now)),
    ]
    publish, correct, withdraw, stop = shown
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE audit RENAME TO away"))
    for deed in (
        broadcasts.publish(database, publish, urgent=False, now=now),
        broadcasts.amend(database, correct, now),
        broadcasts.amend(database, withdraw, now),
        broadcasts.stop(database, stop, now),
        broadcasts.pause(database, number, ONE, now),
    ):
        with pytest.raises((DatabaseUnavailable, DBAPIError)):
            await deed
    assert await broadcasts.get(database, number, now) == before
    assert [found.number for found in await broadcasts.going_on(database, now, 5)] == [number]
    assert await broadcasts.published_as(database, bulletin("Another")) is None
    assert {(await proposal(database, one.id)).state for one in shown} == {proposals.State.OPEN}
