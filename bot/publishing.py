"""Publishing from the shell, into the outbox of a running or a stopped bot."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Settings, bundled
from bot.domain.news import Bulletin
from bot.loading import read_page_file
from bot.opening import open_database
from bot.storage import amendments, bulletins, outbox
from bot.storage.bulletins import Stage
from bot.storage.outbox import AlreadyPublished, Published
from bot.texts.bulletins import standing_notice
from bot.texts.catalog import DEFAULT, Catalog


class NotPublished(Exception):
    """There is no such bulletin to change; the text is one line for a person."""


async def publish(settings: Settings, page: Path, *, urgent: bool, dry_run: bool) -> str:
    """Puts the page's bulletin into the outbox; says what came of it. Raises DataRefused for a faulty page."""
    bulletin = await _read(settings, page)
    async with open_database(settings) as database:
        if dry_run:
            async with database.read() as connection:
                known = await bulletins.find(connection, bulletin.item)
            if known is not None and known.stage is not Stage.SHELF:
                return _already(known.corrects or known.id)
            reached = await outbox.reach(database, bulletin.item.country)
            return f"would go to {reached} chats (dry run, nothing was written)"
        outcome = await outbox.publish(database, bulletin, urgent=urgent, now=datetime.now(UTC))
    match outcome:
        case Published(number, reached):
            return f"bulletin {number} goes to {reached} chats"
        case AlreadyPublished(number):
            return _already(number)


async def correct(settings: Settings, number: int, page: Path) -> str:
    """Replaces what a bulletin says. Raises NotPublished, and DataRefused for a faulty page."""
    bulletin = await _read(settings, page)
    async with open_database(settings) as database:
        outcome = await amendments.correct(database, number, bulletin, datetime.now(UTC))
    if outcome is None:
        raise NotPublished(f"no bulletin {number} was sent, or it was withdrawn: there is nothing to correct")
    return f"correction {outcome.number} of bulletin {number} goes to {outcome.reached} chats"


async def withdraw(settings: Settings, number: int) -> str:
    """Takes a bulletin back. Raises NotPublished."""
    async with open_database(settings) as database:
        outcome = await amendments.withdraw(database, number, datetime.now(UTC))
    if outcome is None:
        raise NotPublished(f"no bulletin {number} was sent, or it was withdrawn already")
    return f"bulletin {number} is withdrawn; {outcome.reached} chats are told"


async def _read(settings: Settings, page: Path) -> Bulletin:
    standing = standing_notice(Catalog(bundled("locales")).words(DEFAULT))
    places = (page, settings.data_dir / "news" / page)
    found = await asyncio.to_thread(lambda: next((place for place in places if place.exists()), page))
    return await read_page_file(found, standing)


def _already(number: int) -> str:
    return f"this was published already, as bulletin {number}: nothing is sent again"
