"""From a real SQLite file into a real PostgreSQL: all rows as they were, or none."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from bot.domain.broadcasts import Stage
from bot.domain.delivery import State
from bot.storage import copying, dispatch, leases, schema, tables
from bot.storage.copying import BATCH, Copied, NotCopied
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.leases import Lease
from tests import postgres

CHAT = 5_000_000_001


@pytest.fixture
async def source(sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def target() -> AsyncIterator[Database]:
    async with postgres.fresh_database("template0") as url:
        database = Database(url)
        yield database
        await database.close()


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Kamchatka")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@dataclass
class Progress:
    """What was told of the progress."""

    told: list[tuple[str, int, int]] = field(default_factory=list)

    def __call__(self, table: str, done: int, rows: int) -> None:
        self.told.append((table, done, rows))


async def copy(source: Database, target: Database, now: datetime) -> list[Copied]:
    return await copying.copy(source, target, now, Progress())


async def rows(database: Database, table: Table) -> list[dict[str, Any]]:
    """The rows of a table in the order of its key, with their moments in UTC."""
    async with database.read() as connection:
        found = (await connection.execute(select(table).order_by(*table.primary_key))).mappings().all()
    return [{name: in_utc(value) for name, value in row.items()} for row in found]


def in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


async def write(database: Database, table: Table, *values: dict[str, Any]) -> None:
    async with database.write() as connection:
        await connection.execute(insert(table), list(values))


async def is_empty(database: Database) -> bool:
    async with database.read() as connection:
        counts = [await connection.scalar(select(func.count()).select_from(table)) for table in copying.TABLES]
    return counts == [0] * len(counts)


def a_chat(number: int = 1) -> dict[str, Any]:
    return {"id": CHAT + number, "language": "ru", "changed_at": datetime(2026, 11, 1, tzinfo=UTC)}


def a_bulletin(number: int = 1, stage: Stage = Stage.RUNNING) -> dict[str, Any]:
    return full_row(tables.bulletins) | {
        "id": number,
        "fingerprint": f"item {number}",
        "stage": stage,
        "corrects": None,
    }


def a_delivery(chat: int, state: State) -> dict[str, Any]:
    return full_row(tables.deliveries) | {"bulletin": 1, "chat_id": chat, "state": state, "fence": 1}


def full_row(table: Table) -> dict[str, Any]:
    """A row with the most that every column can hold; what it refers to has the number 1 or the id "x"."""

    def value(kind: Any, *, refers: bool) -> Any:
        match kind:
            case Boolean():
                return True
            case SmallInteger():
                return 2**15 - 1
            case BigInteger():
                return -(2**63)
            case Integer():
                return 1 if refers else 2**31 - 1
            case DateTime():
                return datetime(2026, 3, 29, 1, 30, 0, 999_999, tzinfo=UTC)
            case Date():
                return date(2024, 2, 29)
            case LargeBinary():
                return bytes(range(256)) * 1000
            case Text():
                return "x" if refers else 'Ёж\'s "🇷🇺" \\N {}\r\n\t' + "я" * 5000
        raise AssertionError(f"no example of {kind!r}: is it copied well?")

    return {column.name: value(kind_of(column), refers=bool(column.foreign_keys)) for column in table.columns}


def kind_of(column: Column[Any]) -> TypeEngine[Any]:
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def bare_row(table: Table) -> dict[str, Any]:
    """The row that others refer to, with nothing in every column that may have nothing."""
    least = {
        int: 1,
        str: "x",
        bool: False,
        bytes: b"",
        date: date(1, 1, 1),
        datetime: datetime(1970, 1, 1, tzinfo=UTC),
    }
    return {column.name: least[kind_of(column).python_type] for column in table.columns if not column.nullable}


@pytest.mark.usefixtures("far_from_utc")
async def test_every_value_of_every_table_arrives_as_it_was(source: Database, target: Database, now: datetime) -> None:
    for table in copying.TABLES:
        await write(source, table, bare_row(table))
        await write(source, table, full_row(table))
    copied = await copy(source, target, now)
    assert copied == [Copied(table.name, 2, 0) for table in copying.TABLES]
    for table in copying.TABLES:
        before, after = await rows(source, table), await rows(target, table)
        assert after == before
        assert [list(map(type, row.values())) for row in after] == [list(map(type, row.values())) for row in before]


async def test_nothing_but_the_leases_is_left_behind() -> None:
    assert set(tables.metadata.tables.values()) - set(copying.TABLES) == {tables.leases}


async def test_new_rows_get_the_numbers_after_the_highest(source: Database, target: Database, now: datetime) -> None:
    numbered = [table for table in copying.TABLES if table.autoincrement_column is not None]
    for table in numbered[1:]:  # the first one stays empty
        await write(source, table, bare_row(table) | {"id": 41})
    await copy(source, target, now)
    async with target.write() as connection:
        for table in numbered:
            values = {name: value for name, value in bare_row(table).items() if name != "id"} | unique_again(table)
            number = await connection.scalar(insert(table).values(values).returning(table.c.id))
            assert number == (1 if table is numbered[0] else 42)


def unique_again(table: Table) -> dict[str, Any]:
    return {"chat_id": 2} if table is tables.reports else {}


async def test_more_rows_than_a_batch_and_how_far_it_is(source: Database, target: Database, now: datetime) -> None:
    count = 2 * BATCH + 1
    await write(source, tables.chats, *(a_chat(number) for number in range(count)))
    await write(source, tables.roles, bare_row(tables.roles))
    progress = Progress()
    await copying.copy(source, target, now, progress)
    assert len(await rows(target, tables.chats)) == count
    chats = [done for table, done, _ in progress.told if table == "chats"]
    assert chats == [0, BATCH, 2 * BATCH, count]
    assert progress.told[-1][1:] == (count + 1, count + 1)
    assert {rows for _, _, rows in progress.told} == {count + 1}


async def test_whoever_sends_next_gives_back_what_was_under_way(
    source: Database, target: Database, now: datetime
) -> None:
    lease = await leases.acquire(source, "sender", leases.new_owner(), now)
    assert isinstance(lease, Lease)
    await write(source, tables.bulletins, a_bulletin())
    await write(source, tables.deliveries, a_delivery(1, State.LEASED), a_delivery(2, State.SENT))
    await leases.release(source, lease.name, lease.owner)
    await copy(source, target, now)
    assert await rows(target, tables.leases) == []
    assert isinstance(await leases.acquire(target, "sender", leases.new_owner(), now), Lease)
    assert await dispatch.revive(target, now) == 1
    assert [row["state"] for row in await rows(target, tables.deliveries)] == [State.PENDING, State.SENT]


async def test_a_bot_at_work_is_not_copied_from_under_itself(source: Database, target: Database, now: datetime) -> None:
    assert isinstance(await leases.acquire(source, "newswatch", leases.new_owner(), now), Lease)
    with pytest.raises(NotCopied, match=r"embassy\.db is in use \(lease: newswatch\): stop the bot first"):
        await copy(source, target, now + leases.LASTS - timedelta(milliseconds=1))
    async with target.read() as connection:
        assert await connection.scalar(text("SELECT to_regclass('chats')")) is None  # not even migrated
    await copy(source, target, now + leases.LASTS)


async def test_nobody_writes_to_what_is_being_copied(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat())
    tried = []

    def try_to_write(*_: object) -> None:
        other = sqlite3.connect(str(source.url.database), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("DELETE FROM chats")
        tried.append(other.execute("SELECT count(*) FROM chats").fetchone())
        other.close()

    await copying.copy(source, target, now, try_to_write)
    assert set(tried) == {(1,)}
    async with source.write() as connection:
        await connection.execute(tables.chats.delete())


async def test_a_target_with_rows_is_left_alone(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat())
    await schema.migrate(target)
    await write(target, tables.secrets, full_row(tables.secrets))
    async with target.write() as connection:  # as if of a version before
        await connection.execute(text("DROP TABLE reports"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    with pytest.raises(NotCopied, match=r"is not empty, secrets has rows: name a new, empty database"):
        await copy(source, target, now)
    assert await rows(target, tables.chats) == []
    assert len(await rows(target, tables.secrets)) == 1
    async with target.read() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "0002"


async def test_a_migrated_target_without_rows_will_do(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat())
    await schema.migrate(target)
    await copy(source, target, now)
    assert len(await rows(target, tables.chats)) == 1


async def test_a_target_that_somebody_works_with_is_left_alone(
    source: Database, target: Database, now: datetime
) -> None:
    await write(source, tables.chats, a_chat())
    await schema.migrate(target)
    other = Database(target.url.render_as_string(hide_password=False))
    async with other.read() as connection:
        await connection.execute(select(tables.feeds))
        with pytest.raises(NotCopied, match="is in use: stop what works with it"):
            await copying.copy(source, target, now, Progress(), patience=timedelta(milliseconds=50))
    await other.close()
    assert await is_empty(target)


async def test_of_two_copies_at_once_one_is_refused(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat())
    other = Database(target.url.render_as_string(hide_password=False))
    same = Database(source.url.render_as_string(hide_password=False))
    ended = await asyncio.gather(copy(source, target, now), copy(same, other, now), return_exceptions=True)
    await other.close()
    await same.close()
    assert [type(each) for each in ended if isinstance(each, BaseException)] in ([NotCopied], [DatabaseUnavailable])
    assert len(await rows(target, tables.chats)) == 1


@pytest.mark.parametrize("revision", ["0002", "9999"])
async def test_only_the_newest_schema_is_copied(
    source: Database, target: Database, now: datetime, revision: str
) -> None:
    async with source.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
    with pytest.raises(NotCopied, match=rf"has schema {revision}, .*embassy-bot migrate"):
        await copy(source, target, now)


async def test_cancelled_in_the_middle_it_leaves_nothing(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, *(a_chat(number) for number in range(3 * BATCH)))
    await write(source, tables.bulletins, a_bulletin())

    def interrupt(_: str, done: int, __: int) -> None:
        if done > BATCH:
            task.cancel()

    task = asyncio.create_task(copying.copy(source, target, now, interrupt))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await is_empty(target)
    await copy(source, target, now)  # neither of the two is locked
    assert len(await rows(target, tables.chats)) == 3 * BATCH


async def test_a_count_that_differs_undoes_everything(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat(1), a_chat(2))
    await schema.migrate(target)
    await trigger(target, f"IF NEW.id = {CHAT + 2} THEN RETURN NULL; END IF; RETURN NEW;")
    with pytest.raises(NotCopied, match=r"differ, nothing was kept: chats 2 and 1$"):
        await copy(source, target, now)
    assert await is_empty(target)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE bulletins SET reached = 'a word'", "a row of bulletins holds a value that its column cannot"),
        ("UPDATE bulletins SET reached = 1 << 40", "a row of bulletins holds a value that its column cannot"),
        ("UPDATE bulletins SET created_at = 'a word'", "a row of bulletins holds a value that its column cannot"),
        ("UPDATE bulletins SET kind = x'61FF62'", "a row of bulletins holds a value that its column cannot"),
        (
            "UPDATE bulletins SET kind = CAST(x'61FF62' AS TEXT)",
            "a row of bulletins holds a value that its column cannot",
        ),
        ("DELETE FROM bulletins", "a row of deliveries was refused: .*fk_deliveries_bulletin"),
    ],
)
async def test_a_row_that_cannot_be_copied_is_named_without_its_words(
    source: Database, target: Database, now: datetime, change: str, words: str
) -> None:
    await write(source, tables.chats, a_chat())
    await write(source, tables.bulletins, a_bulletin())
    await write(source, tables.deliveries, a_delivery(CHAT, State.SENT))
    with sqlite3.connect(str(source.url.database)) as meddler:  # the driver itself keeps no foreign keys
        meddler.execute(change)
    meddler.close()
    with pytest.raises(NotCopied, match=words) as refused:
        await copy(source, target, now)
    for secret in ("a word", str(CHAT), "\n", "a\ufffd", "61ff62"):
        assert secret not in str(refused.value)
    assert await is_empty(target)


async def test_a_character_that_postgresql_cannot_hold_is_replaced_and_counted(
    source: Database, target: Database, now: datetime
) -> None:
    asked = full_row(tables.unanswered)
    await write(source, tables.unanswered, asked | {"text": "to be"}, asked | {"text": "ab"})
    with sqlite3.connect(str(source.url.database)) as other:  # as a version before may have written it
        other.execute("UPDATE unanswered SET text = ? WHERE text = 'to be'", ("a\0b\0",))
    other.close()
    copied = {each.table: each for each in await copy(source, target, now)}
    assert copied["unanswered"] == Copied("unanswered", rows=2, mended=1)
    assert {row["text"] for row in await rows(target, tables.unanswered)} == {"a�b�", "ab"}


async def test_the_server_can_plan_for_the_rows_at_once(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, *(a_chat(number) for number in range(100)))
    await copy(source, target, now)
    async with target.read() as connection:
        assert await connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'chats'")) == 100


async def test_a_locked_source_is_named(source: Database, target: Database, now: datetime) -> None:
    holder = sqlite3.connect(str(source.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    impatient = Database(source.url.render_as_string(), busy_timeout=0.01)
    with pytest.raises(DatabaseUnavailable, match=r"embassy\.db: database is locked"):
        await copy(impatient, target, now)
    await impatient.close()
    holder.close()


async def test_a_connection_lost_in_the_middle_is_named(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.chats, a_chat())
    await schema.migrate(target)
    await trigger(target, "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW;")
    with pytest.raises(
        DatabaseUnavailable, match=r"cannot use the database postgresql.*: connection was closed"
    ) as refused:
        await copy(source, target, now)
    assert "\n" not in str(refused.value)
    assert await is_empty(target)


async def test_a_bulletin_may_refer_to_one_that_comes_later(source: Database, target: Database, now: datetime) -> None:
    await write(source, tables.bulletins, a_bulletin(2))
    await write(source, tables.bulletins, a_bulletin(1) | {"corrects": 2})
    await copy(source, target, now)
    assert [row["corrects"] for row in await rows(target, tables.bulletins)] == [2, None]


async def trigger(target: Database, body: str) -> None:
    """Has the server do something at every chat that is written."""
    async with target.write() as connection:
        for statement in (
            f"CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {body} END'",
            "CREATE TRIGGER act BEFORE INSERT ON chats FOR EACH ROW EXECUTE FUNCTION act()",
        ):
            await connection.execute(text(statement))
