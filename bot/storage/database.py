"""The database: its engine and its transactions.

SQLite and PostgreSQL through the same statements. On SQLite a writing transaction begins IMMEDIATE (the default
lets two of them read the same value and lose one update) and writers of one process queue here, not in the file.
On PostgreSQL writers run side by side, each statement seeing what was committed before it: what is read to be
changed is held (`bulletins.hold`, `dialects.take_lock`) or written by one statement. What only reads sees one moment
on both.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Connection,
    event,
    make_url,
)
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    InternalError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_TIMEOUT_S: Final = 5.0
CONNECT_TIMEOUT_S: Final = 5.0
STATEMENT_TIMEOUT_S: Final = 60.0
"""Of PostgreSQL. The longest statement of ours writes a million rows of the outbox; what takes longer hangs."""
OUTAGES: Final = ("08", "25006", "25P03", "40", "42703", "42P01", "53", "55P03", "57", "58")
"""Beginnings of SQLSTATE codes after which the same statement can go well later: the connection is gone; the server
stops, starts, is full or can only be read from; one of two transactions had to give way; a table is not there yet."""


class DatabaseUnavailable(Exception):
    """The database cannot be used; the text says which and why, in one line and without its password."""


class Database:
    """One engine, and the two ways to use it: `read` and `write`. Raises DatabaseUnavailable for an unusable URL."""

    def __init__(
        self, url: str, busy_timeout: float = BUSY_TIMEOUT_S, statement_timeout: float | None = STATEMENT_TIMEOUT_S
    ) -> None:
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn: asyncio.Lock | nullcontext[None] = asyncio.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            options: dict[str, Any] = {"connect_args": {"timeout": busy_timeout}}
        else:
            timeouts = {"timeout": CONNECT_TIMEOUT_S, "command_timeout": statement_timeout}
            options = {"connect_args": timeouts, "pool_pre_ping": True}
            options |= {"pool_size": 10, "max_overflow": 10, "pool_timeout": 10}
        self.engine: AsyncEngine = create_async_engine(self.url, hide_parameters=True, **options)
        self._reading = self.engine
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self.engine.sync_engine, "invalidate", _roll_back)
        else:
            self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def name(self) -> str:
        """The database as a person may see it, without a password."""
        return self.url.render_as_string(hide_password=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, all of it as of one moment. Raises DatabaseUnavailable."""
        with self._explained():
            async with self._reading.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that writes: committed at the end of the block, rolled back on an exception.

        Raises DatabaseUnavailable.
        """
        with self._explained():
            async with self._turn, self.engine.connect() as plain:
                connection = await plain.execution_options(writes=True)
                async with connection.begin():
                    yield connection

    async def open(self) -> None:
        """Makes the folder of an embedded database and tries a connection. Raises DatabaseUnavailable."""
        try:
            if self.is_sqlite and self.url.database and self.url.database != ":memory:":
                await asyncio.to_thread(Path(self.url.database).parent.mkdir, parents=True, exist_ok=True)
            async with self.write():
                pass
        except (OSError, TypeError) as error:  # TypeError: the address has an option that the driver does not know
            raise self.unavailable(error) from error

    async def close(self) -> None:
        await self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns failures of the connection, not of a statement, into one that says which database and why."""
        try:
            yield
        except (PoolTimeout, DBAPIError, OSError) as error:
            if isinstance(error, DBAPIError) and not _is_outage(error):
                raise error from None  # the driver's own error may name what was to be written
            raise self.unavailable(error) from error

    def unavailable(self, error: Exception) -> DatabaseUnavailable:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        reason = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
        return DatabaseUnavailable(f"cannot use the database {self.name}: {reason}")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        if parsed.get_dialect().is_async:
            return parsed
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError):  # ValueError: a port that is no number
        pass
    raise DatabaseUnavailable(
        "BOT_DATABASE_URL is no address of a database that can be used: write sqlite+aiosqlite:///FILE or "
        "postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
    )


def _is_outage(error: DBAPIError) -> bool:
    """Whether the database is at fault and not what it was asked."""
    if isinstance(error, OperationalError) or error.connection_invalidated or error.statement is None:
        return True  # without a statement it was connecting, beginning or committing
    if isinstance(error, InterfaceError | InternalError):
        return not isinstance(error.driver_exception, ValueError)  # which asyncpg raises for a value it cannot send
    return str(getattr(error.orig, "sqlstate", None) or "").startswith(OUTAGES)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver's own BEGIN comes too late (before the first write); ours is sent by `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _roll_back(connection: Any, *_: Any) -> None:
    # A cancelled statement's connection is thrown away; closed, it still holds the lock of its transaction for as
    # long as anything refers to the cursor, an exception's traceback for instance.
    with suppress(sqlite3.Error, ValueError):  # what is broken already holds nothing
        connection.rollback()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
