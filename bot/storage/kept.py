"""Tables that were sent to the bot and are kept, so that a restart does not undo them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.editions import KeptFile
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import kept_files


async def everything(database: Database) -> list[KeptFile]:
    async with database.read() as connection:
        rows = await connection.execute(select(kept_files).order_by(kept_files.c.name))
        return [KeptFile(row.name, row.content, row.disk_digest) for row in rows]


async def keep(connection: AsyncConnection, files: Iterable[KeptFile], now: datetime) -> None:
    """Keeps files, each in the place of the one of its name before, as part of a transaction."""
    for file in files:
        values = {"content": file.content, "disk_digest": file.disk_digest, "kept_at": now}
        kept = insertion(connection, kept_files).values(name=file.name, **values)
        await connection.execute(kept.on_conflict_do_update(index_elements=[kept_files.c.name], set_=values))


async def drop(connection: AsyncConnection, names: Iterable[str]) -> None:
    await connection.execute(delete(kept_files).where(kept_files.c.name.in_(list(names))))


async def drop_everything(connection: AsyncConnection) -> None:
    await connection.execute(delete(kept_files))
