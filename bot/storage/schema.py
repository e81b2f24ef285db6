"""Bringing a database to the newest schema."""

import asyncio
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.storage.database import Database

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x656D6261737379
"""Number of the PostgreSQL advisory lock under which one process at a time migrates."""


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def newest() -> str:
    """The revision that this version of the program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is no migration"  # noqa: S101
    return head


async def migrate(database: Database) -> tuple[str | None, str]:
    """Brings the database to the newest schema and returns the revisions (before, after).

    Raises DatabaseUnavailable, and SchemaTooNew where the database is ahead of the program.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        return await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    before = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config())
    if before is not None and before not in {revision.revision for revision in script.walk_revisions()}:
        raise SchemaTooNew(f"the database has schema {before}, which this version of the program does not know")
    if before != newest():
        command.upgrade(_config(connection), "head")
    return before, newest()


async def is_current(database: Database) -> bool:
    """Whether the database has the newest schema, so that the program can start."""
    async with database.read() as connection:
        revision = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return revision == await asyncio.to_thread(newest)
