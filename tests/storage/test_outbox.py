"""The outbox on a real database: what is written, leased, settled, corrected and forgotten."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from bot.domain.broadcasts import Kind, Stage
from bot.domain.delivery import (
    Ended,
    Gone,
    Moved,
    Outcome,
    Rejected,
    Retry,
    Sent,
    Standing,
    State,
    Unknown,
    Wait,
    settle,
)
from bot.domain.news import Bulletin, NewsItem, Section
from bot.domain.quiet import Quiet
from bot.storage import amendments, broadcasts, dispatch, outbox, shelf, subscriptions
from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.dispatch import REST, Due, Settled
from bot.storage.outbox import AlreadyPublished, Published
from bot.storage.owed import MANY
from bot.storage.shelf import Stored
from bot.storage.tables import bulletins as table_of_bulletins
from bot.storage.tables import deliveries
from tests.databases import ON_POSTGRESQL

FENCE = 7
SENT = Sent(1)
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))
CORRECTED = Bulletin(NewsItem("Airports open", date(2026, 11, 20), (Section("", ("All of them.",)),)))
AGAIN = Bulletin(NewsItem("Airports open but one", date(2026, 11, 20), (Section("", ("All but one.",)),)))


async def subscribe(database: Database, now: datetime, *chats: int, language: str = "en") -> None:
    for chat in chats:
        await subscriptions.start(database, chat, "private" if chat > 0 else "group", language, now)


async def publish(database: Database, now: datetime, bulletin: Bulletin = NEWS, *, urgent: bool = False) -> int:
    published = await outbox.publish(database, bulletin, urgent=urgent, now=now)
    assert isinstance(published, Published)
    return published.number


async def stored(database: Database, number: int) -> Stored:
    found = await shelf.get(database, number)
    assert found is not None
    return found


async def lease(database: Database, number: int, now: datetime, *, limit: int = 100, fence: int = FENCE) -> list[Due]:
    return await dispatch.lease(database, await stored(database, number), fence, limit, now)


async def land(
    database: Database, number: int, now: datetime, *rows: Due, outcome: Outcome = SENT, fence: int = FENCE
) -> None:
    """Settles leased rows with the same outcome."""
    urgent = (await stored(database, number)).urgent
    moved_to = outcome.chat_id if isinstance(outcome, Moved) else None
    settled = [Settled(row.chat_id, settle(outcome, row.standing, urgent=urgent, now=now), moved_to) for row in rows]
    await dispatch.settle(database, number, fence, settled, now)


async def send_all(database: Database, number: int, now: datetime) -> set[int]:
    """Everything that is due arrives; who got it."""
    rows = await lease(database, number, now)
    await land(database, number, now, *rows)
    return {row.chat_id for row in rows}


async def states(database: Database, number: int) -> dict[int, State]:
    async with database.read() as connection:
        rows = await connection.execute(
            select(deliveries.c.chat_id, deliveries.c.state).where(deliveries.c.bulletin == number)
        )
        return {row.chat_id: State(row.state) for row in rows}


async def reason_of(database: Database, chat: int) -> Ended | None:
    found = await subscriptions.get(database, chat)
    assert found is not None
    return found.ended


@contextmanager
def statements(database: Database, beginning: str) -> Iterator[list[str]]:
    """The statements with this beginning that reach the database in the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            seen.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def test_publishing_writes_all_rows_in_one_statement(database: Database, now: datetime) -> None:
    await subscribe(database, now, *range(1, 251))
    with statements(database, "INSERT INTO deliveries") as inserts:
        published = await outbox.publish(database, NEWS, urgent=True, now=now)
    assert len(inserts) == 1
    assert published == Published(1, 250)
    assert (await outbox.report(database, 1)).counts == {State.PENDING: 250}
    [running] = await outbox.running(database)
    assert (running.bulletin, running.urgent, running.version, running.reached) == (NEWS, True, 1, 250)


@ON_POSTGRESQL
async def test_postgresql_knows_at_once_of_many_rows_that_were_written(database: Database, now: datetime) -> None:
    many = f"SELECT n, 'private', 'en', false, false, now() FROM generate_series(1, {MANY}) AS n"
    columns = "chat_id, kind, language, only_country, silent, started_at"
    async with database.write() as connection:
        await connection.execute(text(f"INSERT INTO subscriptions ({columns}) {many}"))
    await publish(database, now)
    async with database.read() as connection:
        known = await connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'deliveries'"))
    assert known == MANY


async def test_the_same_item_is_published_once_also_when_two_do_it_at_once(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    other = Bulletin(replace(NEWS.item, title="AIRPORTS “CLOSED”", url="https://elsewhere.example"))
    outcomes = await asyncio.gather(
        *(outbox.publish(database, bulletin, urgent=False, now=now) for bulletin in (NEWS, other, NEWS))
    )
    assert sorted(map(type, outcomes), key=str) == [AlreadyPublished, AlreadyPublished, Published]
    [number] = {outcome.number for outcome in outcomes}
    await send_all(database, number, now)
    assert await outbox.finish(database, number, now)
    assert await outbox.publish(database, NEWS, urgent=True, now=now) == AlreadyPublished(number)
    assert await states(database, number) == {1: State.SENT}


async def test_what_lies_on_the_shelf_can_be_sent(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    assert await shelf.shelve(database, [NEWS], now) == 1
    assert await outbox.running(database) == []
    assert await outbox.publish(database, NEWS, urgent=False, now=now) == Published(1, 1)
    assert (await stored(database, 1)).stage is Stage.RUNNING


async def test_only_active_and_concerned_readers_get_it(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3, 4, 5)
    chats = Chats(database)
    for chat, country in ((2, "ke"), (3, "jp"), (4, "ke")):
        await chats.choose_country(chat, country, now)
    for chat in (2, 3, 5):
        await subscriptions.change(database, chat, only_country=True)
    await subscriptions.end(database, 4, Ended.UNSUBSCRIBED, now)
    kenyan = Bulletin(replace(NEWS.item, title="For Kenyans", country="ke"))
    assert await outbox.reach(database, "ke") == 2
    assert set(await states(database, await publish(database, now, kenyan))) == {1, 2}
    assert await outbox.reach(database, "") == 4
    assert set(await states(database, await publish(database, now))) == {1, 2, 3, 5}


async def test_a_row_is_never_handed_out_twice(database: Database, now: datetime) -> None:
    await subscribe(database, now, *range(1, 61))
    number = await publish(database, now)
    second = Database(database.url.render_as_string(hide_password=False))
    handed = await asyncio.gather(
        *(lease(each, number, now, limit=7, fence=fence) for fence, each in enumerate((database, second) * 5, 1))
    )
    await second.close()
    chats = [row.chat_id for rows in handed for row in rows]
    assert sorted(chats) == list(range(1, 61))
    assert await lease(database, number, now) == []


async def test_what_has_been_due_longest_goes_first_and_nothing_before_its_time(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now)
    for seconds, row in zip((9, 3, 6), await lease(database, number, now), strict=True):
        await land(database, number, now, row, outcome=Wait(now + timedelta(seconds=seconds * row.chat_id)))
    assert await lease(database, number, now) == []
    later = now + timedelta(minutes=1)
    taken = [(await lease(database, number, later, limit=1))[0].chat_id for _ in range(3)]
    assert taken == [2, 1, 3]


async def test_the_urgent_one_goes_first_then_the_oldest(database: Database, now: datetime) -> None:
    first = await publish(database, now)
    second = await publish(database, now, CORRECTED)
    urgent = await publish(database, now, AGAIN, urgent=True)
    assert [running.id for running in await outbox.running(database)] == [urgent, first, second]


async def test_a_leased_row_says_how_its_reader_wants_it(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, language="de")
    await subscriptions.change(database, 1, silent=True, timezone="Asia/Vladivostok", quiet=Quiet(1320, 420))
    await Chats(database).choose_language(1, "ru", now)
    await Chats(database).choose_country(1, "ke", now)
    number = await publish(database, now)
    await subscriptions.end(database, 2, Ended.UNSUBSCRIBED, now)
    one, two = sorted(await lease(database, number, now), key=lambda row: row.chat_id)
    assert one == Due(1, Standing(), "ru", "ke", True, Quiet(1320, 420), "Asia/Vladivostok", None)
    assert two == Due(2, Standing(), "de", None, False, None, None, Ended.UNSUBSCRIBED)


async def test_outcomes_are_written_down(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3, 4)
    number = await publish(database, now)
    rows = sorted(await lease(database, number, now), key=lambda row: row.chat_id)
    outcomes: list[Outcome] = [Sent(99), Retry("Bad Gateway"), Unknown(), Rejected("too long")]
    for row, outcome in zip(rows, outcomes, strict=True):
        await land(database, number, now, row, outcome=outcome)
    assert await states(database, number) == {
        1: State.SENT,
        2: State.PENDING,
        3: State.UNKNOWN,
        4: State.STOPPED,
    }
    report = await outbox.report(database, number)
    assert (report.total, report.open) == (4, 1)
    assert await lease(database, number, now + timedelta(seconds=1)) == []
    [again] = await lease(database, number, now + timedelta(seconds=2))
    assert (again.chat_id, again.standing) == (2, Standing(attempts=1))


async def test_settling_with_an_old_fence_changes_nothing(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, -2)
    number = await publish(database, now)
    rows = await lease(database, number, now, fence=FENCE)
    assert await dispatch.revive(database, now) == 2
    for outcome in (Sent(1), Gone(Ended.BLOCKED), Moved(-1002)):
        await land(database, number, now, *rows, outcome=outcome, fence=FENCE)
    assert await states(database, number) == {1: State.PENDING, -2: State.PENDING}
    rows = await lease(database, number, now + REST, fence=FENCE + 1)
    for outcome in (Sent(1), Gone(Ended.BLOCKED), Moved(-1002)):
        await land(database, number, now, *rows, outcome=outcome, fence=FENCE)
    assert await states(database, number) == {1: State.LEASED, -2: State.LEASED}
    assert await reason_of(database, 1) is None
    assert await reason_of(database, -2) is None
    await land(database, number, now, *rows, fence=FENCE + 1)
    await land(database, number, now, *rows, outcome=Gone(Ended.BLOCKED), fence=FENCE + 1)
    assert await states(database, number) == {1: State.SENT, -2: State.SENT}


@pytest.mark.parametrize("reason", [Ended.BLOCKED, Ended.DEACTIVATED, Ended.KICKED, Ended.NOT_FOUND])
async def test_who_is_gone_is_subscribed_no_more_and_it_is_known_why(
    database: Database, now: datetime, reason: Ended
) -> None:
    await subscribe(database, now, 1, 2)
    number = await publish(database, now)
    one, two = sorted(await lease(database, number, now), key=lambda row: row.chat_id)
    await land(database, number, now, one, outcome=Gone(reason))
    await land(database, number, now, two)
    assert await states(database, number) == {1: State.GONE, 2: State.SENT}
    assert await reason_of(database, 1) is reason
    assert await reason_of(database, 2) is None
    assert await outbox.reach(database, "") == 1


async def test_the_reason_of_who_left_before_stays(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    number = await publish(database, now)
    rows = await lease(database, number, now)
    await subscriptions.end(database, 1, Ended.UNSUBSCRIBED, now)
    await land(database, number, now, *rows, outcome=Gone(Ended.BLOCKED))
    assert await reason_of(database, 1) is Ended.UNSUBSCRIBED


async def test_an_upgraded_group_keeps_its_row_its_subscription_and_its_choices(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, -1, language="ru")
    await Chats(database).choose_country(-1, "ke", now)
    number = await publish(database, now)
    await land(database, number, now, *await lease(database, number, now), outcome=Moved(-1001))
    [row] = await lease(database, number, now)
    assert (row.chat_id, row.language, row.country) == (-1001, "ru", "ke")
    await land(database, number, now, row)
    assert await states(database, number) == {-1001: State.SENT}
    assert await subscriptions.get(database, -1) is None
    assert set(await states(database, await publish(database, now, CORRECTED))) == {-1001}


async def test_an_upgraded_group_that_is_subscribed_under_its_new_id_gets_it_once(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, -1, -1001)
    number = await publish(database, now)
    rows = {row.chat_id: row for row in await lease(database, number, now)}
    await land(database, number, now, rows[-1], outcome=Moved(-1001))
    await land(database, number, now, rows[-1001])
    assert await states(database, number) == {-1: State.GONE, -1001: State.SENT}
    assert await reason_of(database, -1) is Ended.NOT_FOUND
    assert await reason_of(database, -1001) is None


async def test_what_a_dead_sender_had_leased_is_given_back(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now)
    await land(database, number, now, *await lease(database, number, now, limit=1))
    await lease(database, number, now, limit=1)
    assert await dispatch.revive(database, now) == 1
    assert sorted((await states(database, number)).values()) == [State.PENDING, State.PENDING, State.SENT]
    assert len(await lease(database, number, now)) == 1
    assert len(await lease(database, number, now + REST)) == 1


async def test_a_bulletin_is_done_once_nothing_of_it_is_open(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2)
    number = await publish(database, now)
    assert not await outbox.finish(database, number, now)
    rows = await lease(database, number, now)
    assert not await outbox.finish(database, number, now)
    await land(database, number, now, rows[0])
    await land(database, number, now, rows[1], outcome=Retry("502"))
    assert not await outbox.finish(database, number, now)
    await send_all(database, number, now + timedelta(seconds=2))
    assert await outbox.finish(database, number, now)
    assert not await outbox.finish(database, number, now)
    assert (await stored(database, number)).stage is Stage.DONE
    assert await outbox.running(database) == []
    nobody = await publish(database, now, replace(NEWS, item=replace(NEWS.item, title="For nobody", country="ke")))
    await send_all(database, nobody, now)
    assert await outbox.finish(database, nobody, now)


async def test_a_stopped_bulletin_sends_nothing_more_and_has_nothing_open(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now)
    sent, failed = await lease(database, number, now, limit=2)
    assert await outbox.stop(database, number, Stage.REJECTED, "too long")
    assert not await outbox.stop(database, number, Stage.STOPPED)
    await land(database, number, now, sent)
    await land(database, number, now, failed, outcome=Retry("502"))
    found = await broadcasts.get(database, number, now)
    assert found is not None
    assert (found.stage, found.reason) == (Stage.REJECTED, "too long")
    assert sorted((await states(database, number)).values()) == [State.SENT, State.STOPPED, State.STOPPED]
    assert (await outbox.report(database, number)).open == 0


async def test_a_paused_bulletin_keeps_what_is_open(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    number = await publish(database, now)
    rows = await lease(database, number, now)
    assert await broadcasts.pause(database, number, 7, now)
    await land(database, number, now, *rows, outcome=Retry("502"))
    assert await outbox.running(database) == []
    assert await broadcasts.resume(database, number, 7, now)
    assert await send_all(database, number, now + timedelta(seconds=2)) == {1}


async def test_a_correction_goes_to_who_got_the_old_text_and_the_rest_get_the_new_one(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, 1, 2, 3, 4)
    number = await publish(database, now, urgent=True)
    rows = sorted(await lease(database, number, now, limit=3), key=lambda row: row.chat_id)
    await land(database, number, now, rows[0])
    await land(database, number, now, rows[1], outcome=Gone(Ended.BLOCKED))
    await subscribe(database, now, 9)
    correction = await amendments.correct(database, number, CORRECTED, now)
    assert correction == Published(2, 1)
    made = await stored(database, 2)
    assert (made.kind, made.bulletin, made.urgent, made.corrects) == (Kind.CORRECTION, CORRECTED, True, number)
    assert (await stored(database, number)).bulletin == CORRECTED
    # Row 3 was under way with the old text, row 4 was not: it goes out with the new text.
    await land(database, number, now, rows[2])
    assert await send_all(database, number, now) == {4}
    assert await states(database, 2) == {1: State.PENDING, 3: State.PENDING}
    assert (await stored(database, 2)).reached == 2


async def test_a_correction_that_is_done_opens_again_for_who_was_still_under_way(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, 1, 2)
    number = await publish(database, now)
    first, second = await lease(database, number, now)
    await land(database, number, now, first)
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 1)
    assert await send_all(database, 2, now) == {first.chat_id}
    assert await outbox.finish(database, 2, now)
    await land(database, number, now, second, outcome=Unknown())
    assert (await stored(database, 2)).stage is Stage.RUNNING
    assert await send_all(database, 2, now) == {second.chat_id}
    # What else is settled later, and a fence that is settled twice, owes nobody a second one.
    await land(database, number, now, first, second)
    assert await lease(database, 2, now) == []
    assert (await outbox.report(database, 2)).counts == {State.SENT: 2}


@pytest.mark.parametrize("stage", [Stage.STOPPED, Stage.REJECTED])
async def test_a_correction_that_was_ended_is_owed_to_nobody_who_was_still_under_way(
    database: Database, now: datetime, stage: Stage
) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now)
    settled, silent = await lease(database, number, now, limit=2)
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 0)
    assert await outbox.stop(database, 2, stage)
    await land(database, number, now, settled)
    await outbox.stop(database, number, Stage.STOPPED)
    await dispatch.revive(database, now)
    assert (await states(database, number))[silent.chat_id] is State.UNKNOWN
    assert (await outbox.report(database, 2)).total == 0
    assert (await stored(database, 2)).stage is stage


async def test_who_failed_while_it_was_corrected_gets_the_new_text_and_no_correction(
    database: Database, now: datetime
) -> None:
    await subscribe(database, now, 1)
    number = await publish(database, now)
    rows = await lease(database, number, now)
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 0)
    await land(database, number, now, *rows, outcome=Retry("502"))
    assert await send_all(database, number, now + timedelta(seconds=2)) == {1}
    assert await states(database, 2) == {}


async def test_a_second_correction_takes_the_place_of_the_first(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now)
    rows = sorted(await lease(database, number, now), key=lambda row: row.chat_id)
    await land(database, number, now, *rows[:2])
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 2)
    [told] = await lease(database, 2, now, limit=1)
    await land(database, 2, now, told)
    assert await amendments.correct(database, number, AGAIN, now) == Published(3, 2)
    assert [running.id for running in await outbox.running(database)] == [number, 3]
    assert sorted((await states(database, 2)).values()) == [State.SENT, State.STOPPED]
    await land(database, number, now, rows[2])
    assert await states(database, 3) == dict.fromkeys((1, 2, 3), State.PENDING)
    assert (await outbox.report(database, 2)).total == 2


async def test_a_correction_can_say_what_is_known_already(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    number = await publish(database, now)
    await send_all(database, number, now)
    await shelf.shelve(database, [CORRECTED], now)
    for corrected in (CORRECTED, NEWS, CORRECTED, CORRECTED):
        correction = await amendments.correct(database, number, corrected, now)
        assert correction is not None
        assert correction.reached == 1
        assert (await stored(database, number)).bulletin == corrected
    for known in (NEWS, CORRECTED):
        assert await outbox.publish(database, known, urgent=False, now=now) == AlreadyPublished(number)
        assert await shelf.shelve(database, [known], now) == 0


async def test_a_corrected_page_concerns_whom_it_concerned_and_is_of_who_published_it(
    database: Database, now: datetime
) -> None:
    old = replace(NEWS.item, country="gb", language="en", publisher="GOV.UK", url="https://gov.uk/alert")
    number = await publish(database, now, Bulletin(old))
    assert await amendments.correct(database, number, CORRECTED, now) == Published(2, 0)
    corrected = Bulletin(replace(old, title=CORRECTED.item.title, sections=CORRECTED.item.sections))
    assert (await stored(database, number)).bulletin == (await stored(database, 2)).bulletin == corrected
    async with database.read() as connection:
        assert (await connection.scalars(select(table_of_bulletins.c.country))).all() == ["gb", "gb"]


async def test_a_withdrawal_stops_the_rest_and_tells_who_got_it(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3, 4)
    number = await publish(database, now)
    rows = sorted(await lease(database, number, now, limit=3), key=lambda row: row.chat_id)
    await land(database, number, now, rows[0])
    assert await amendments.withdraw(database, number, now) == Published(2, 1)
    assert await amendments.withdraw(database, number, now) is None
    assert (await stored(database, 2)).kind is Kind.WITHDRAWAL
    await land(database, number, now, rows[1])
    await land(database, number, now, rows[2], outcome=Retry("502"))
    assert await states(database, number) == {1: State.SENT, 2: State.SENT, 3: State.STOPPED, 4: State.STOPPED}
    assert await states(database, 2) == {1: State.PENDING, 2: State.PENDING}
    assert [running.id for running in await outbox.running(database)] == [2]


async def test_a_withdrawal_ends_the_correction_too(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1)
    number = await publish(database, now)
    await send_all(database, number, now)
    await amendments.correct(database, number, CORRECTED, now)
    assert await amendments.withdraw(database, number, now) == Published(3, 1)
    assert await states(database, 2) == {1: State.STOPPED}
    assert [running.id for running in await outbox.running(database)] == [3]


async def test_who_may_have_got_it_is_told_of_the_withdrawal(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2, 3)
    number = await publish(database, now, urgent=True)
    doubted, _crashed = await lease(database, number, now, limit=2)
    await land(database, number, now, doubted, outcome=Unknown())
    assert (await states(database, number))[doubted.chat_id] is State.PENDING
    assert await amendments.withdraw(database, number, now) == Published(2, 1)
    assert await dispatch.revive(database, now) == 0
    assert sorted((await states(database, number)).values()) == [State.UNKNOWN, State.UNKNOWN, State.STOPPED]
    assert (await outbox.report(database, 2)).counts == {State.PENDING: 2}


async def test_only_what_was_sent_can_be_corrected_or_withdrawn(database: Database, now: datetime) -> None:
    await shelf.shelve(database, [NEWS], now)
    await subscribe(database, now, 1)
    number = await publish(database, now, AGAIN)
    await send_all(database, number, now)
    correction = await amendments.correct(database, number, CORRECTED, now)
    assert correction is not None
    for wrong in (1, correction.number, 99):
        assert await amendments.correct(database, wrong, NEWS, now) is None
        assert await amendments.withdraw(database, wrong, now) is None


async def test_who_got_what_is_forgotten_in_time(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2)
    done, stopped, running = [await publish(database, now, bulletin) for bulletin in (NEWS, CORRECTED, AGAIN)]
    await send_all(database, done, now)
    await outbox.finish(database, done, now + timedelta(days=1))
    await outbox.stop(database, stopped, Stage.STOPPED)
    assert await outbox.purge(database, now) == 0
    assert await outbox.purge(database, now + timedelta(hours=1)) == 2
    assert await outbox.purge(database, now + timedelta(days=2)) == 2
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(deliveries)) == 2
    assert len(await states(database, running)) == 2


async def test_a_chat_is_forgotten_everywhere_also_under_way(database: Database, now: datetime) -> None:
    await subscribe(database, now, 1, 2)
    first, second = await publish(database, now), await publish(database, now, CORRECTED)
    rows = await lease(database, first, now)
    await outbox.forget(database, 1)
    await land(database, first, now, *rows)
    assert await states(database, first) == {2: State.SENT}
    assert await states(database, second) == {2: State.PENDING}
    assert await subscriptions.get(database, 1) is None
    assert await subscriptions.get(database, 2) is not None
