import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage import schema
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables import metadata


async def test_increments_at_once_lose_nothing(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))

    async def increment() -> None:
        async with database.write() as connection:
            n = await connection.scalar(text("SELECT n FROM counter"))
            await connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    await asyncio.gather(*(increment() for _ in range(100)))
    async with database.read() as connection:
        assert await connection.scalar(text("SELECT n FROM counter")) == 100


async def test_a_cancelled_transaction_lets_go_of_the_file(database: Database) -> None:
    begun = asyncio.Event()
    sorting = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i FROM n ORDER BY -i"
    )

    async def work() -> None:
        async with database.write() as connection:
            begun.set()
            while True:
                await connection.execute(text(sorting))

    task = asyncio.create_task(work())
    await begun.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    task.cancel()
    outcome = await asyncio.gather(task, return_exceptions=True)
    other = sqlite3.connect(str(database.url.database), timeout=0.01, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.close()
    assert isinstance(outcome[0], asyncio.CancelledError)  # its traceback refers to the cursor


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before, after = await schema.migrate(database)
    assert before == after == schema.newest()
    assert await schema.is_current(database)


async def test_the_migrations_make_the_tables_that_the_code_declares(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async with database.read() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )
    assert differences == []


def test_the_newest_revision_is_the_one_that_the_migrations_lead_to() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.newest()]


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaTooNew, match="9999"):
        await schema.migrate(database)


async def test_a_locked_database_is_named_in_one_line(tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "embassy.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'embassy.db'}", busy_timeout=0.01)
    with pytest.raises(DatabaseUnavailable, match="locked") as refused:
        await database.open()
    assert "\n" not in str(refused.value)
    await database.close()
    holder.close()


async def test_a_folder_that_cannot_be_made_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'embassy.db'}")
    with pytest.raises(DatabaseUnavailable, match=r"cannot use the database .*file"):
        await database.open()
    await database.close()
