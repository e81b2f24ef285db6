"""Moving from the embedded database to PostgreSQL, from the shell, while the bot stands still."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.config import Settings
from bot.storage.copying import Copied, Tell, copy
from bot.storage.database import Database, DatabaseUnavailable

EMBEDDED: Final = "sqlite+aiosqlite:///"


class NotMoved(Exception):
    """Nothing was moved; the text is one line for a person."""


async def move(settings: Settings, origin: str, destination: str | None) -> str:
    """Copies the database at `origin` (a file or a URL) into that at `destination`, else into the configured one.

    Returns the counts, a line a table. Raises NotMoved, and what `copying.copy` raises.
    """
    source = _database(origin if "://" in origin else EMBEDDED + origin, "FROM")
    target = _database(destination or settings.database, "TO" if destination else "BOT_DATABASE_URL")
    if not source.is_sqlite:
        raise NotMoved("FROM is no SQLite database; between PostgreSQL servers use pg_dump and pg_restore")
    if target.is_sqlite:
        where = "TO" if destination else "BOT_DATABASE_URL"
        raise NotMoved(f"{where} is no PostgreSQL: name one there, as postgresql+asyncpg://USER:PASSWORD@HOST/NAME")
    if not await asyncio.to_thread(Path(source.url.database or "").is_file):
        raise NotMoved(f"there is no file {source.url.database}")  # opened, it would be made
    try:
        await _open(source)
        await _open(target)
        with _progress() as tell:
            copied = await copy(source, target, datetime.now(UTC), tell)
    finally:
        await source.close()
        await target.close()
    return "".join(f"{line}\n" for line in _told(copied, source, target))


def _database(url: str, called: str) -> Database:
    try:
        return Database(url)
    except DatabaseUnavailable:
        raise NotMoved(
            f"{called} is no address of a database that can be used: write a SQLite file or "
            "postgresql+asyncpg://USER:PASSWORD@HOST/NAME, with special characters of the password as %XX"
        ) from None


async def _open(database: Database) -> None:
    try:
        await database.open()
    except DatabaseUnavailable:
        raise
    except Exception as error:  # the drivers' own: an unknown host, a refused password, a file that is none of SQLite
        raise database.unavailable(error) from error


@contextmanager
def _progress() -> Iterator[Tell]:
    """A bar on standard error while a person watches; nothing where nobody does."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("…", total=None)

        def tell(table: str, done: int, rows: int) -> None:
            progress.update(bar, description=table, completed=done, total=rows)

        yield tell


def _told(copied: list[Copied], source: Database, target: Database) -> Iterator[str]:
    width = max(len(table.table) for table in copied)
    for table in copied:
        yield f"{table.table:{width}} {table.rows:>12,}" + (f"  ({table.mended} mended)" if table.mended else "")
    yield f"{'in all':{width}} {sum(table.rows for table in copied):>12,}"
    yield f"moved from {source.name} to {target.name}; both hold the same counts"
    if any(table.mended for table in copied):
        yield "mended: texts with a NUL character, which PostgreSQL cannot hold; � stands in its place now"
