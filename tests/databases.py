"""Which databases a test runs on: SQLite and PostgreSQL, unless it is about one of them."""

import asyncio
from typing import Final

import pytest
from sqlalchemy import text

from bot.storage.database import Database
from tests.steady import PATIENCE_S

ON_SQLITE: Final = pytest.mark.parametrize("kind_of_database", ["sqlite"], indirect=True)
ON_POSTGRESQL: Final = pytest.mark.parametrize("kind_of_database", ["postgresql"], indirect=True)

_WAITING: Final = text(
    "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND"
    " pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
)


async def until_waiting(database: Database, number: int, *tasks: "asyncio.Task[object]") -> None:
    """Waits until so many transactions of a PostgreSQL database wait for a lock, or one of the tasks has ended."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(task.done() for task in tasks):
            async with database.read() as connection:
                if (await connection.scalar(_WAITING) or 0) >= number:
                    return
            await asyncio.sleep(0.01)
