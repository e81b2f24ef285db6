import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage.database import Database, DatabaseUnavailable
from tests.databases import ON_SQLITE


@ON_SQLITE
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


@ON_SQLITE
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
