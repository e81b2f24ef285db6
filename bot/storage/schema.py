"""Bringing a database to the newest schema.

Alembic is imported only where there is something to migrate: nearly every start finds the schema current.
"""

from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection, inspect, text

from bot.storage.database import Database
from bot.storage.dialects import Lock, take_lock

log = structlog.get_logger(__name__)

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was migrated for a newer version of the program."""


class SchemaTooOld(Exception):
    """The database has yet to be migrated for this version of the program."""


def revisions() -> list[str]:
    """The revisions that this version of the program knows, the newest last; each file begins with its number."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest() -> str:
    """The revision that this version of the program needs."""
    return revisions()[-1]


async def migrate(database: Database) -> tuple[str | None, str]:
    """Brings the database to the newest schema and returns the revisions (before, after).

    Of two that migrate at once one waits, and finds all done. A change of PostgreSQL's tables may take longer than
    statements usually may: the database is to be opened without that limit.

    Raises DatabaseUnavailable, and SchemaTooNew where the database is ahead of the program.
    """
    async with database.write() as connection:
        await take_lock(connection, Lock.MIGRATE)
        return await connection.run_sync(_upgrade, database.name)


async def check(database: Database) -> None:
    """Raises SchemaTooOld where the database has yet to be migrated for this version of the program.

    A newer one will do: a migration leaves what the version before it needs (docs/operating.md), so that during an
    upgrade a replica of that version may start again.
    """
    async with database.read() as connection:
        revision = await connection.run_sync(_revision)
    if revision is not None and revision not in revisions():
        log.warning("the database was migrated for a newer version: update this one too", schema=revision)
    elif revision != newest():
        has = f"schema {revision}" if revision is not None else "no schema yet"
        raise SchemaTooOld(f"the database {database.name} has {has}, {newest()} is needed: run `embassy-bot migrate`")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _refuse_newer(revision: str | None, name: str) -> None:
    if revision is not None and revision not in revisions():
        raise SchemaTooNew(
            f"the database {name} has schema {revision}, this version of the program knows {newest()} as the newest: "
            "start the version that it was migrated for"
        )


def _upgrade(connection: Connection, name: str) -> tuple[str | None, str]:
    before = _revision(connection)
    _refuse_newer(before, name)
    if before != newest():
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, newest()
