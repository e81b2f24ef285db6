"""Everything that the embedded database holds, into an empty PostgreSQL: in one transaction, so all of it or nothing.

Leases are not copied. They say which process works now, and none does while this runs; the first sender on the new
database takes a lease of its own and with it gives back every row that an old fence holds (`dispatch.revive`).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
from sqlalchemy import DateTime, Dialect, LargeBinary, String, Table, TypeDecorator, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import leases, schema, tables
from bot.storage.database import Database

TABLES: Final = tuple(table for table in tables.metadata.sorted_tables if table is not tables.leases)
"""What is copied, in an order in which no row comes before the one that it refers to."""
BATCH: Final = 2_000
"""How many rows are held in memory at once; of tables with whole files in them, a few."""
BATCH_OF_FILES: Final = 10
LONGEST_S: Final = 24 * 60 * 60
"""How long one table may take: whatever a statement may take otherwise, a table of any size shall be copied."""
PATIENCE: Final = timedelta(seconds=5)
"""How long to wait for somebody else's transaction on the target to end."""
LOCK_TIMEOUT: Final = "55P03"

Tell = Callable[[str, int, int], None]
"""Hears after every batch which table is copied, and how many rows of how many, all tables together."""


class NotCopied(Exception):
    """Nothing was kept of the copy; the text says why, in one line and without what the rows hold."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table whose rows were counted in both databases. `mended`: how many texts had a NUL in them."""

    table: str
    rows: int
    mended: int


async def copy(
    source: Database, target: Database, now: datetime, tell: Tell, patience: timedelta = PATIENCE
) -> list[Copied]:
    """Copies every table and compares the counts. The target is migrated first, and must be empty.

    The source is locked against writers meanwhile: a bot that is started too early hears so, rather than lose what it
    writes. Raises NotCopied, DatabaseUnavailable and SchemaTooNew; then the target is as empty as before.
    """
    async with source.write() as reading:
        await _check_source(source, reading, now)
        async with target.read() as looking:
            await _check_empty(target, looking)
        await schema.migrate(target)
        async with target.write() as writing:
            await _lock(target, writing, patience)
            await _check_empty(target, writing)
            counts = {table: await _count(reading, table) for table in TABLES}
            copied = await _copy_tables(_Copying(source, target, reading, writing, tell, sum(counts.values())))
            await _compare(writing, counts)
            await _set_sequences(writing)
            # Until the server's own upkeep comes round, it would plan its queries for empty tables.
            await writing.execute(text("ANALYZE"))
    return copied


@dataclass(slots=True)
class _Copying:
    """Two open transactions, and how far the copy is."""

    source: Database
    target: Database
    reading: AsyncConnection
    writing: AsyncConnection
    tell: Tell
    rows: int
    done: int = 0
    mended: int = 0


async def _check_source(source: Database, connection: AsyncConnection, now: datetime) -> None:
    known = "alembic_version" in await _present(connection)
    revision = await connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
    if revision != schema.newest():
        raise NotCopied(
            f"{source.name} has {'schema ' + revision if revision else 'no schema of the bot'}, {schema.newest()} is "
            f"needed: if it is the bot's, run `BOT_DATABASE_URL={source.name} embassy-bot migrate` first"
        )
    if held := await leases.held(connection, now):
        seconds = int(leases.LASTS.total_seconds())
        raise NotCopied(
            f"{source.name} is in use (lease: {', '.join(held)}): stop the bot first; "
            f"one that was killed counts for {seconds} seconds"
        )


async def _present(connection: AsyncConnection) -> set[str]:
    return await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))


async def _check_empty(target: Database, connection: AsyncConnection) -> None:
    present = await _present(connection)
    for table in tables.metadata.sorted_tables:
        if table.name in present and await connection.scalar(select(text("1")).select_from(table).limit(1)):
            raise NotCopied(f"{target.name} is not empty, {table.name} has rows: name a new, empty database")


async def _lock(target: Database, connection: AsyncConnection, patience: timedelta) -> None:
    """Nobody else reads or writes until the end. Whoever waits finds the rows, or finds the tables empty."""
    await connection.execute(text(f"SET LOCAL lock_timeout = {patience // timedelta(milliseconds=1)}"))
    await connection.execute(text("SET LOCAL statement_timeout = 0"))  # some servers have one
    try:
        await connection.execute(text(f"LOCK TABLE {', '.join(tables.metadata.tables)} IN ACCESS EXCLUSIVE MODE"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_TIMEOUT:
            raise
        raise NotCopied(f"{target.name} is in use: stop what works with it") from error


async def _copy_tables(copying: _Copying) -> list[Copied]:
    driver = (await copying.writing.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - the lock was taken through it
    copied = []
    for table in TABLES:
        before = copying.done, copying.mended
        copying.tell(table.name, copying.done, copying.rows)
        try:
            await driver.copy_records_to_table(
                table.name, columns=table.columns.keys(), records=_rows(copying, table), timeout=LONGEST_S
            )
        except (TypeError, ValueError, OverflowError) as error:  # SQLite takes anything in any column
            raise _odd_value(table) from error
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            raise NotCopied(f"a row of {table.name} was refused: {_first_line(error)}") from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if driver.is_closed():  # else rolling back would fail too, and its failure be the one that is told
                await copying.writing.invalidate()
            raise copying.target.unavailable(error) from error
        copied.append(Copied(table.name, copying.done - before[0], copying.mended - before[1]))
    return copied


async def _rows(copying: _Copying, table: Table) -> AsyncIterator[Sequence[Any]]:
    """The rows of a table as the target's driver takes them, a batch in memory at a time."""
    changes = _changes(copying, table)
    files = any(isinstance(column.type, LargeBinary) for column in table.columns)
    batches = select(table).execution_options(yield_per=BATCH_OF_FILES if files else BATCH)
    try:
        async with copying.reading.stream(batches) as result:
            async for batch in result.partitions():
                for row in batch:
                    values = list(row)
                    for place, change in changes:
                        if values[place] is not None:
                            values[place] = change(values[place])
                    yield values
                copying.done += len(batch)
                copying.tell(table.name, copying.done, copying.rows)
    except DBAPIError as error:
        if not hasattr(error.orig, "sqlite_errorcode"):  # not SQLite's but the driver's: no UTF-8, which it quotes
            raise _odd_value(table) from error
        raise copying.source.unavailable(error) from error


def _odd_value(table: Table) -> NotCopied:
    return NotCopied(f"a row of {table.name} holds a value that its column cannot: mend it first")


def _changes(copying: _Copying, table: Table) -> list[tuple[int, Callable[[Any], Any]]]:
    """What is done to the values of which columns."""

    def without_nul(value: Any) -> Any:
        # PostgreSQL holds every character but this one. A mark in its place keeps texts apart that differ in it alone.
        if isinstance(value, str) and "\0" in value:
            copying.mended += 1
            return value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        return value

    changes: list[tuple[int, Callable[[Any], Any]]] = []
    dialect: Dialect = copying.writing.dialect
    for place, column in enumerate(table.columns):
        kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        if isinstance(kind, String):
            changes.append((place, without_nul))
        elif isinstance(kind, DateTime):
            changes.append((place, _in_utc))
        if (bind := column.type.dialect_impl(dialect).bind_processor(dialect)) is not None:
            changes.append((place, bind))
    return changes


def _in_utc(value: datetime) -> datetime:
    """SQLite keeps moments without their zone, which is always UTC here."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


async def _compare(connection: AsyncConnection, counts: dict[Table, int]) -> None:
    arrived = {table: await _count(connection, table) for table in counts}
    wrong = [
        f"{table.name} {counts[table]} and {arrived[table]}" for table in counts if arrived[table] != counts[table]
    ]
    if wrong:
        raise NotCopied(f"the counts before and after differ, nothing was kept: {', '.join(wrong)}")


async def _count(connection: AsyncConnection, table: Table) -> int:
    return await connection.scalar(select(func.count()).select_from(table)) or 0


async def _set_sequences(connection: AsyncConnection) -> None:
    """The next row gets the number after the highest. Sequences stay set after a rollback, so this comes last."""
    for table in TABLES:
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            await connection.execute(select(func.setval(sequence, func.max(column))))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]  # the lines after it quote the row
