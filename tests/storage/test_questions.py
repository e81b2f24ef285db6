"""What is counted of the questions, and what is kept of those that found nothing."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from bot.domain.asked import LONGEST, Result, fit_to_keep
from bot.domain.delivery import Ended
from bot.storage import subscriptions
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.questions import KEPT_FOR, PENDING_OF_ONE, Questions
from bot.storage.statistics import figures
from bot.storage.tables import secrets, unanswered

DAY = date(2026, 11, 22)
MOSCOW = ZoneInfo("Europe/Moscow")


async def texts(database: Database) -> list[tuple[str, str]]:
    async with database.read() as connection:
        rows = await connection.execute(select(unanswered.c.text, unanswered.c.asker).order_by(unanswered.c.text))
        return [(row.text, row.asker) for row in rows]


async def test_counts_of_two_processes_add_up(database: Database, now: datetime) -> None:
    for questions in (Questions(database), Questions(database)):
        for _ in range(3):
            questions.count(DAY, Result.FOUND, "ke")
        questions.count(DAY, Result.NOTHING, "")
        await questions.flush()
        await questions.flush()
    found = await figures(database, now, MOSCOW)
    assert found.questions == 8
    assert found.by_country() == [("ke", 6)]
    assert found.by_result()[Result.NOTHING] == 2
    assert found.daily(result=Result.FOUND)[-1] == 6


async def test_a_text_is_shown_once_three_chats_have_asked_it(database: Database, now: datetime) -> None:
    questions = Questions(database)
    for chat in (1, 2):
        for _ in range(5):
            questions.keep("Narnia ", chat, now)
            await questions.flush()
    assert (await figures(database, now, MOSCOW)).unanswered == ()
    other = Questions(database)
    other.keep("NARNIA", 3, now)
    await other.flush()
    assert (await figures(database, now, MOSCOW)).unanswered == (("narnia", 3),)


async def test_no_chat_can_be_named_from_what_is_kept(database: Database, now: datetime) -> None:
    questions = Questions(database)
    questions.keep("narnia", 123456789, now)
    questions.keep("narnia", 987654321, now)
    await questions.flush()
    rows = await texts(database)
    assert len({asker for _, asker in rows}) == 2
    assert "123456789" not in str(rows)
    async with database.read() as connection:
        secret = (await connection.execute(select(secrets.c.value))).scalars().all()
    assert [len(value) for value in secret] == [32]


async def test_forgetting_a_chat_takes_its_texts_and_nobody_elses(database: Database, now: datetime) -> None:
    questions = Questions(database)
    for chat in (1, 2):
        questions.keep("narnia", chat, now)
    await questions.flush()
    questions.keep("oz", 1, now)
    await Questions(database).forget(1)
    await questions.forget(1)
    await questions.flush()
    assert [kept for kept, _ in await texts(database)] == ["narnia"]


async def test_texts_are_forgotten_after_thirty_days(database: Database, now: datetime) -> None:
    questions = Questions(database)
    questions.keep("narnia", 1, now - KEPT_FOR - timedelta(seconds=1))
    questions.keep("oz", 2, now - KEPT_FOR + timedelta(seconds=1))
    await questions.flush()
    assert await questions.purge(now) == 1
    assert [kept for kept, _ in await texts(database)] == ["oz"]


async def test_one_chat_does_not_fill_the_table(database: Database, now: datetime) -> None:
    questions = Questions(database)
    for number in range(100):
        questions.keep(f"nowhere {chr(ord('a') + number % 26)}{number}", 1, now)
    await questions.flush()
    assert len(await texts(database)) == PENDING_OF_ONE


async def test_counts_wait_for_a_database_that_is_away(database: Database, now: datetime) -> None:
    questions = Questions(database)
    questions.count(DAY, Result.FOUND, "ke")
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE question_counts RENAME TO away"))
    with pytest.raises(DatabaseUnavailable):
        await questions.flush()
    questions.count(DAY, Result.FOUND, "ke")
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO question_counts"))
    await questions.flush()
    assert (await figures(database, now, MOSCOW)).by_country() == [("ke", 2)]


@pytest.mark.parametrize(
    "telling",
    [
        "call me at 12345",
        "+7 926 123-45-67",
        "паспорт 45 06 123",
        "١٢٣٤٥",
        "@ada_l",
        "ada@example.org",
        "https://example.org/x",
        "www.example",
        "example.org",
        "a" * (LONGEST + 1),
        "   ",
        "\u200b",
        "",
    ],
)
def test_what_may_tell_of_somebody_is_not_kept(telling: str) -> None:
    assert fit_to_keep(telling) is None


@given(st.text(max_size=300))
def test_what_is_kept_is_short_printable_and_stays_as_it_is(written: str) -> None:
    kept = fit_to_keep(written)
    if kept is not None:
        assert 0 < len(kept) <= LONGEST
        assert kept.isprintable()
        assert fit_to_keep(kept) is not None


async def test_subscribers_are_counted_at_the_end_of_each_day(database: Database, now: datetime) -> None:
    await subscriptions.start(database, 1, "private", "en", now - timedelta(days=90))
    await subscriptions.start(database, 2, "private", "en", now - timedelta(days=3))
    await subscriptions.end(database, 2, Ended.UNSUBSCRIBED, now - timedelta(days=1))
    # Half past midnight in Moscow: of the 21st there, of the 20th by UTC.
    await subscriptions.start(database, 3, "private", "en", datetime(2026, 11, 20, 21, 30, tzinfo=now.tzinfo))
    found = await figures(database, now, MOSCOW)
    assert found.days[-1] == DAY
    assert found.subscribers[0] == 1
    assert found.subscribers[-5:] == (1, 2, 2, 2, 2)
