"""Opening the database, apart from the composition root: commands of the shell need it without all of Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Settings
from bot.storage import schema
from bot.storage.database import Database


class StartFailed(Exception):
    """The bot cannot start; the text is one line for a person and has no secret."""


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """The database, ready to use: an embedded one is brought to the newest schema, a served one must have it.

    Raises DatabaseUnavailable, SchemaTooOld, and SchemaTooNew of an embedded one.
    """
    database = Database(settings.database)
    try:
        await database.open()
        if database.is_sqlite:
            await schema.migrate(database)
        else:
            await schema.check(database)
        yield database
    finally:
        await database.close()
