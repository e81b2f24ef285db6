"""The same migrations on both databases, once, also when several begin them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, select, text
from structlog.testing import capture_logs

from bot.config import Settings
from bot.opening import open_database
from bot.storage import schema, tables
from bot.storage.database import Database
from bot.storage.dialects import Lock, take_lock
from bot.storage.schema import SchemaTooOld
from bot.storage.tables import metadata
from tests import postgres, zygote
from tests.databases import ON_POSTGRESQL, until_waiting


@pytest.fixture
async def unmigrated() -> AsyncIterator[str]:
    """The address of a PostgreSQL database without any table."""
    async with postgres.fresh_database(postgres.EMPTY) as url:
        yield url


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before, after = await schema.migrate(database)
    assert before == after == schema.newest()
    await schema.check(database)


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


async def test_a_feed_that_was_read_before_the_migration_counts_as_read(database: Database, now: datetime) -> None:
    before = now - timedelta(days=200)
    feed = "INSERT INTO feeds (id, url, etag, last_modified, failures, checked_at, next_check)"
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE feeds DROP COLUMN read_at"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
        for name, failures in (("read", 0), ("failing", 2)):
            values = bindparam("now", now, tables.feeds.c.checked_at.type)
            await connection.execute(
                text(f"{feed} VALUES ('{name}', '', '', '', {failures}, :now, :now)").bindparams(values)
            )
            await connection.execute(insert(tables.seen_items).values(feed=name, item="item", seen_at=before))
    assert await schema.migrate(database) == ("0005", schema.newest())
    async with database.read() as connection:
        rows = await connection.execute(select(tables.feeds.c.id, tables.feeds.c.read_at))
        assert {row.id: row.read_at for row in rows} == {"read": now, "failing": None}
        assert set(await connection.scalars(select(tables.seen_items.c.seen_at))) == {now}


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(schema.SchemaTooNew, match="9999"):
        await schema.migrate(database)


async def test_two_migrate_at_once_and_both_find_it_done(unmigrated: str) -> None:
    one, other, third = Database(unmigrated), Database(unmigrated), Database(unmigrated)
    async with third.write() as holder:
        await take_lock(holder, Lock.MIGRATE)
        tasks = [asyncio.create_task(schema.migrate(each)) for each in (one, other)]
        await until_waiting(third, 2, *tasks)
    assert sorted(await asyncio.gather(*tasks), key=str) == [
        (schema.newest(), schema.newest()),
        (None, schema.newest()),
    ]
    for each in (one, other, third):
        await each.close()


async def test_the_command_migrates_once_however_many_run_it(unmigrated: str, tmp_path: Path) -> None:
    commands = [await zygote.start(tmp_path, "migrate", BOT_DATABASE_URL=unmigrated) for _ in range(2)]
    said = [await command.communicate() for command in commands]
    newest = schema.newest()
    assert [command.returncode for command in commands] == [0, 0], said
    assert sorted(out.decode() for out, _ in said) == [f"schema {newest}\n", f"schema none -> {newest}\n"]


@ON_POSTGRESQL
@pytest.mark.parametrize(
    ("statement", "error", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0001'", SchemaTooOld, "has schema 0001, .* `embassy-bot migrate`"),
        ("DROP TABLE alembic_version", SchemaTooOld, "has no schema yet, .* `embassy-bot migrate`"),
    ],
)
async def test_a_served_database_of_another_schema_is_refused_in_one_line(
    database: Database, statement: str, error: type[Exception], said: str, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await connection.execute(text(statement))
    url = database.url.set(password="secret").render_as_string(hide_password=False)
    with pytest.raises(error, match=said) as refused:
        async with open_database(Settings(database_url=url, state_dir=tmp_path)):
            pass
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


@ON_POSTGRESQL
async def test_a_replica_starts_on_what_a_newer_one_has_migrated(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with capture_logs() as logs:
        await schema.check(database)
    assert [(line["log_level"], line["schema"]) for line in logs] == [("warning", "9999")]


async def test_an_embedded_database_is_migrated_by_itself(tmp_path: Path) -> None:
    async with open_database(Settings(state_dir=tmp_path / "state")) as database:
        await schema.check(database)


@ON_POSTGRESQL
async def test_a_program_goes_on_while_its_database_gets_more_columns(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(metadata.tables["chats"].select())
    other = Database(database.url.render_as_string(hide_password=False))
    async with other.write() as connection:
        await connection.execute(text("ALTER TABLE chats ADD COLUMN nickname TEXT"))
    await other.close()
    async with database.read() as connection:
        assert (await connection.execute(metadata.tables["chats"].select())).all() == []
