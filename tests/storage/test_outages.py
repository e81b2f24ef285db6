"""PostgreSQL stops, crashes, hangs and comes back: one kind of error, and no restart of ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.storage.chats import Chat, Chats
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.schema import migrate
from tests import postgres
from tests.databases import ON_POSTGRESQL, until_waiting
from tests.postgres import Server
from tests.steady import PATIENCE_S

A_WHILE_S = 1.5
"""What hangs is given up after so long; what does not is answered much sooner, also on a busy machine."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres.own_server() as server:
        server.start()
        yield server


@pytest.fixture
async def database(server: Server) -> AsyncIterator[Database]:
    database = Database(server.url("postgres"))
    yield database
    await database.close()


async def ask(database: Database, question: str = "SELECT 1") -> None:
    async with database.read() as connection:
        await connection.execute(text(question))


@pytest.mark.parametrize("crash", [False, True])
async def test_a_restart_is_one_error_for_who_is_in_the_middle_and_none_for_who_comes_after(
    server: Server, database: Database, crash: bool
) -> None:
    await asyncio.gather(*(ask(database, "SELECT pg_sleep(0.05)") for _ in range(5)))  # so many connections are kept

    async def interrupted() -> None:
        async with database.write() as connection:
            await connection.execute(text("CREATE TABLE written (n integer)"))
            server.stop(crash=crash)
            await connection.execute(text("INSERT INTO written VALUES (1)"))

    with pytest.raises(DatabaseUnavailable, match="cannot use the database"):
        await interrupted()
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable) as away:
            await ask(database)
        assert "\n" not in str(away.value)
    server.start()
    await asyncio.gather(*(ask(database) for _ in range(5)))
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        await ask(database, "SELECT * FROM written")


@pytest.mark.parametrize("crash", [False, True])
async def test_all_that_wait_for_an_answer_are_told(server: Server, database: Database, crash: bool) -> None:
    asked = [asyncio.create_task(ask(database, "SELECT pg_sleep(60)")) for _ in range(5)]
    sleeping = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    other = Database(server.url("postgres"))
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with other.read() as connection:
                if await connection.scalar(sleeping) == len(asked):
                    break
    server.stop(crash=crash)
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * len(asked)
    server.start()
    await ask(database)
    await ask(other)
    await other.close()


async def test_a_commit_that_nobody_confirms_is_an_outage(server: Server, database: Database) -> None:
    async def interrupted() -> None:
        async with database.write() as connection:
            await connection.execute(text("SELECT 1"))
            server.stop()

    with pytest.raises(DatabaseUnavailable):
        await interrupted()
    server.start()
    await ask(database)


async def test_a_server_that_hangs_is_given_up_and_taken_up_again(server: Server) -> None:
    database = Database(server.url("postgres"), statement_timeout=A_WHILE_S)
    await ask(database)
    with server.frozen(), pytest.raises(DatabaseUnavailable):
        await ask(database)
    await ask(database)
    await database.close()


async def test_what_takes_too_long_is_given_up(server: Server) -> None:
    database = Database(server.url("postgres"), statement_timeout=A_WHILE_S)
    with pytest.raises(DatabaseUnavailable):
        await ask(database, "SELECT pg_sleep(60)")
    await ask(database)
    await database.close()


async def test_answers_wait_for_no_server_that_hangs(server: Server, now: datetime) -> None:
    database = Database(server.url("postgres"))
    await migrate(database)
    await Chats(database).choose_country(1, "ke", now)
    with server.frozen():
        assert await Chats(database, patience=0.2).get(1) == Chat(1)
    assert await Chats(database, patience=PATIENCE_S).get(1) == Chat(1, None, "ke")
    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://ada:secret@127.0.0.1:1/embassy",
        "postgresql+asyncpg://ada:secret@nowhere.invalid/embassy",
        "postgresql+asyncpg://ada:secret@/embassy?host=/nowhere",
        "postgresql+asyncpg://ada:secret@127.0.0.1:1/embassy?sslmode=require",
        "postgresql+asyncpg://ada:secret@127.0.0.1:1/embassy?ssl=nonsense",
    ],
)
async def test_a_server_that_is_not_there_is_named_in_one_line_without_its_password(url: str) -> None:
    database = Database(url)
    with pytest.raises(DatabaseUnavailable, match=r"cannot use the database postgresql.*embassy") as refused:
        await database.open()
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


async def test_a_database_that_is_not_there_or_lets_nobody_in_is_an_outage(server: Server, database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match='"nowhere" does not exist'):
        await Database(server.url("nowhere")).open()
    async with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("CREATE DATABASE closed ALLOW_CONNECTIONS false"))
    with pytest.raises(DatabaseUnavailable, match="not currently accepting connections"):
        await Database(server.url("closed")).open()


async def test_of_two_that_wait_for_each_other_one_gives_way(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS rows"))
        await connection.execute(text("CREATE TABLE rows AS SELECT generate_series(1, 2) AS n"))
    met = asyncio.Barrier(2)

    async def lock(*numbers: int) -> None:
        async with database.write() as connection:
            for number in numbers:
                await connection.execute(text("UPDATE rows SET n = n WHERE n = :number"), {"number": number})
                if number == numbers[0]:
                    await met.wait()

    outcomes = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DatabaseUnavailable", "NoneType"]


async def test_a_standby_that_may_only_be_read_is_an_outage(server: Server, database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("SET TRANSACTION READ ONLY"))
        with pytest.raises(DBAPIError):
            await connection.execute(text("CREATE TABLE refused (n integer)"))
    with pytest.raises(DatabaseUnavailable, match="read-only"):
        await ask(database, "CREATE TABLE refused (n integer)")


async def test_a_fault_of_ours_is_no_outage_and_names_nothing_of_what_was_written(database: Database) -> None:
    async def write_twice() -> None:
        async with database.write() as connection:
            await connection.execute(text("CREATE TEMPORARY TABLE one (chat bigint PRIMARY KEY)"))
            for _ in range(2):
                await connection.execute(text("INSERT INTO one VALUES (:chat)"), {"chat": 4711})

    with pytest.raises(DBAPIError) as refused:
        await write_twice()
    assert not isinstance(refused.value, DatabaseUnavailable)
    assert refused.value.__cause__ is None
    assert "4711" not in str(refused.value)


@ON_POSTGRESQL
async def test_cancelled_work_leaves_nothing_locked(database_url: str) -> None:
    database, other = Database(database_url), Database(database_url)
    async with other.write() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))

        async def work() -> None:
            async with database.write() as connection:
                await connection.execute(text("SELECT pg_advisory_xact_lock(2)"))
                await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))

        task = asyncio.create_task(work())
        await until_waiting(other, 1, task)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.execute(text("SELECT pg_advisory_xact_lock(2)"))
    await ask(database)
    for each in (database, other):
        await each.close()
