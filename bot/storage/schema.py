"""Bringing a database to the newest schema.

Alembic is imported only where there is something to migrate: nearly every start finds the schema current.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from bot.storage.database import Database

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x656D6261737379
"""Number of the PostgreSQL advisory lock under which one process at a time migrates."""


class SchemaTooNew(Exception):
    """The database was written by a newer version of the program."""


def revisions() -> list[str]:
    """The revisions that this version of the program knows, the newest last; each file begins with its number."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest() -> str:
    """The revision that this version of the program needs."""
    return revisions()[-1]


async def migrate(database: Database) -> tuple[str | None, str]:
    """Brings the database to the newest schema and returns the revisions (before, after).

    Raises DatabaseUnavailable, and SchemaTooNew where the database is ahead of the program.
    """
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        return await connection.run_sync(_upgrade)


async def is_current(database: Database) -> bool:
    """Whether the database has the newest schema, so that the program can start."""
    async with database.read() as connection:
        return await connection.run_sync(_revision) == newest()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    before = _revision(connection)
    if before is not None and before not in revisions():
        raise SchemaTooNew(f"the database has schema {before}, which this version of the program does not know")
    if before != newest():
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, newest()
