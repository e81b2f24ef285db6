"""Reports of readers: one open per chat and post, settled once."""

import asyncio
from datetime import datetime, timedelta

from bot.storage import audit, reports
from bot.storage.database import Database
from bot.storage.reports import KEPT_FOR, MOST_A_DAY, Made, Pile, Reporter, Settled, State

POST = "ke-embassy-moscow"


async def test_one_open_report_per_chat_and_post(database: Database, now: datetime) -> None:
    made = await asyncio.gather(*(reports.make(database, 1, POST, "en", now) for _ in range(10)))
    assert sorted(one.name for one in made) == ["ALREADY"] * 9 + ["NEW"]
    assert await reports.make(database, 2, POST, "ru", now) is Made.NEW
    shown = await reports.oldest_open(database)
    assert shown is not None
    await reports.settle(database, shown.newest, State.FIXED, 9, now)
    assert await reports.make(database, 1, POST, "en", now) is Made.NEW


async def test_a_few_a_day_are_taken_of_one_chat(database: Database, now: datetime) -> None:
    for number in range(MOST_A_DAY):
        assert await reports.make(database, 1, f"post-{number}", "en", now) is Made.NEW
    assert await reports.make(database, 1, POST, "en", now) is Made.ENOUGH
    assert await reports.make(database, 2, POST, "en", now) is Made.NEW
    assert await reports.make(database, 1, POST, "en", now + timedelta(days=1)) is Made.NEW


async def test_the_post_that_waits_longest_comes_first_with_all_its_reports(database: Database, now: datetime) -> None:
    for chat, post in ((1, POST), (2, "other"), (3, POST)):
        await reports.make(database, chat, post, "en", now)
    first = await reports.oldest_open(database)
    assert first == Pile(POST, oldest=1, newest=3, count=2, since=now)
    second = await reports.oldest_open(database, first.oldest)
    assert second is not None
    assert second.mission == "other"
    assert await reports.oldest_open(database, second.oldest) is None
    assert await reports.open_posts(database) == 2


async def test_two_admins_at_once_settle_once(database: Database, now: datetime) -> None:
    await reports.make(database, 1, POST, "en", now)
    await reports.make(database, 2, POST, "ru", now)
    outcomes = await asyncio.gather(
        *(reports.settle(database, 2, state, actor, now) for actor, state in ((8, State.FIXED), (9, State.DISMISSED)))
    )
    [settled] = [outcome for outcome in outcomes if outcome is not None]
    assert settled == Settled(POST, (Reporter(1, "en"), Reporter(2, "ru")))
    assert [(entry.action, entry.detail) for entry in await audit.newest(database)] in (
        [("report_fixed", {"mission": POST, "reports": 2})],
        [("report_dismissed", {"mission": POST, "reports": 2})],
    )


async def test_a_report_that_came_after_it_was_shown_stays_open(database: Database, now: datetime) -> None:
    await reports.make(database, 1, POST, "en", now)
    shown = await reports.oldest_open(database)
    assert shown is not None
    await reports.make(database, 2, POST, "en", now)
    settled = await reports.settle(database, shown.newest, State.FIXED, 9, now)
    assert settled is not None
    assert [reporter.chat_id for reporter in settled.reporters] == [1]
    left = await reports.oldest_open(database)
    assert left is not None
    assert left.count == 1


async def test_nothing_of_the_name_settles_nothing(database: Database, now: datetime) -> None:
    assert await reports.settle(database, 12345, State.FIXED, 9, now) is None
    assert await audit.newest(database) == []


async def test_reports_are_forgotten(database: Database, now: datetime) -> None:
    for chat in (1, 2):
        await reports.make(database, chat, POST, "en", now)
    await reports.forget(database, 1)
    assert (await reports.settle(database, 2, State.FIXED, 9, now)) == Settled(POST, (Reporter(2, "en"),))
    assert await reports.purge(database, now + KEPT_FOR - timedelta(seconds=1)) == 0
    assert await reports.purge(database, now + KEPT_FOR + timedelta(seconds=1)) == 1


async def test_a_report_that_nobody_settled_is_kept_no_longer_than_one_that_was(
    database: Database, now: datetime
) -> None:
    await reports.make(database, 1, POST, "en", now)
    await reports.make(database, 2, POST, "en", now + timedelta(days=1))
    assert await reports.purge(database, now + KEPT_FOR + timedelta(seconds=1)) == 1
    left = await reports.oldest_open(database)
    assert left is not None
    assert left.count == 1
