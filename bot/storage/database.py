"""The database: its engine, its transactions, its tables.

SQLite and PostgreSQL through the same statements. On SQLite a writing transaction begins IMMEDIATE (the default
lets two of them read the same value and lose one update) and writers of one process queue here, not in the file.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

BUSY_TIMEOUT_S: Final = 5.0

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", Text),
    Column("country", Text),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("loaded_at", DateTime(timezone=True), nullable=False),
    Column("digest", Text, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("turn", Integer),
    Column("provenance", LargeBinary),
)
"""`turn` grows whenever an edition becomes live, so that the one that was live before can be told."""


def _edition_table(name: str, *columns: str) -> Table:
    """A table whose rows belong to an edition and keep the order of the file they came from."""
    return Table(
        name,
        metadata,
        Column("edition", Integer, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        *(Column(column, Text, nullable=False) for column in columns),
    )


missions = _edition_table(
    "missions",
    *("id", "sender", "kind", "city", "address_en", "address_ru", "postcode", "latitude", "longitude", "phones"),
    *("emergency_phones", "emails", "website", "hours", "status", "status_note", "jurisdiction", "wikidata"),
    *("sources", "as_of", "unattributed"),
)
covers = _edition_table("covers", "sender", "served_by", "city", "country", "note", "sources", "as_of")
rules = _edition_table("rules", "id", "applies_to", "text", "sources", "as_of")
aliases = _edition_table("aliases", "alias", "code", "language", "kind")


edition_feeds = _edition_table("edition_feeds", "id", "url", "publisher", "country", "language")

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("only_country", Boolean, nullable=False),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("timezone", Text),
    Column("silent", Boolean, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_reason", Text),
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Text, unique=True),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("published", Date, nullable=False),
    Column("country", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("corrects", Integer, ForeignKey("bulletins.id")),
    Column("corrects_version", Integer),
    Column("urgent", Boolean, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Index("ix_bulletins_stage", "stage"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("bulletin", Integer, ForeignKey("bulletins.id"), primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("doubted", Boolean, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("reason", Text),
    sqlite_with_rowid=False,
)
"""`due` is in milliseconds since 1970, 0 for at once; `fence` is that of the sender who leased the row."""

Index(
    "ix_deliveries_open",
    deliveries.c.bulletin,
    deliveries.c.due,
    sqlite_where=deliveries.c.state == 0,
    postgresql_where=deliveries.c.state == 0,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("checked_at", DateTime(timezone=True)),
    Column("next_check", DateTime(timezone=True), nullable=False),
)

seen_items = Table(
    "seen_items",
    metadata,
    Column("feed", Text, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
)


roles = Table(
    "roles",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", Text, nullable=False),
    Column("given_by", BigInteger, nullable=False),
    Column("given_at", DateTime(timezone=True), nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", BigInteger),
)
"""What an admin was shown and may confirm; `subject` is the same for two proposals of the same thing."""

kept_files = Table(
    "kept_files",
    metadata,
    Column("name", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("disk_digest", Text, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)
"""Files sent to the bot and applied; each stands for the one in the data directory until that one changes."""

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("mission", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("settled_by", BigInteger),
)

Index(
    "uq_reports_open",
    reports.c.chat_id,
    reports.c.mission,
    unique=True,
    sqlite_where=reports.c.state == "open",
    postgresql_where=reports.c.state == "open",
)

question_counts = Table(
    "question_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("result", Text, primary_key=True),
    Column("country", Text, primary_key=True),
    Column("number", Integer, nullable=False),
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("text", Text, primary_key=True),
    Column("asker", Text, primary_key=True),
    Column("asked_at", DateTime(timezone=True), nullable=False),
)
"""Questions that found nothing; `asker` tells chats apart without telling which they are."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Random values that the program makes once for itself."""


class DatabaseUnavailable(Exception):
    """The database cannot be used; the text says which and why, in one line and without its password."""


class Database:
    """One engine, and the two ways to use it: `read` and `write`. Raises DatabaseUnavailable for an unusable URL."""

    def __init__(self, url: str, busy_timeout: float = BUSY_TIMEOUT_S) -> None:
        self.url = _parsed(url)
        self._busy_timeout = busy_timeout
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn: asyncio.Lock | nullcontext[None] = asyncio.Lock() if self.is_sqlite else nullcontext()
        self.engine: AsyncEngine = create_async_engine(self.url, **self._options())
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self.engine.sync_engine, "invalidate", _roll_back)

    @property
    def name(self) -> str:
        """The database as a person may see it, without a password."""
        return self.url.render_as_string(hide_password=True)

    def _options(self) -> dict[str, Any]:
        if self.is_sqlite:
            return {"connect_args": {"timeout": self._busy_timeout}, "hide_parameters": True}
        return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "pool_timeout": 10}

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads. Raises DatabaseUnavailable."""
        with self._explained():
            async with self.engine.connect() as connection:
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
        except OSError as error:
            raise self.unavailable(error) from error
        async with self.write():
            pass

    async def close(self) -> None:
        await self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns failures of the connection, not of a statement, into one that says which database and why."""
        try:
            yield
        except (OperationalError, InterfaceError, PoolTimeout, ConnectionError, TimeoutError) as error:
            raise self.unavailable(error) from error
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
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
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        pass
    raise DatabaseUnavailable(
        "BOT_DATABASE_URL is no address of a database that can be used: write sqlite+aiosqlite:///FILE or "
        "postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
    )


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
