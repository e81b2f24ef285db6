"""Publishing from the shell, into the outbox of a running or a stopped bot; the audit log says it was the program."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Settings, bundled
from bot.domain.broadcasts import Stage
from bot.domain.news import Bulletin
from bot.loading import PROGRAM, read_page_file
from bot.opening import open_database
from bot.storage import amendments, audit, outbox, shelf
from bot.storage.database import Database
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
                known = await shelf.find(connection, bulletin.item)
            if known is not None and known.stage is not Stage.SHELF:
                return _already(known.corrects or known.id)
            reached = await outbox.reach(database, bulletin.item.country)
            return f"would go to {reached} chats (dry run, nothing was written)"
        outcome = await _publish(database, bulletin, urgent=urgent, now=datetime.now(UTC))
    match outcome:
        case Published(number, reached):
            return f"bulletin {number} goes to {reached} chats"
        case AlreadyPublished(number):
            return _already(number)


async def _publish(
    database: Database, bulletin: Bulletin, *, urgent: bool, now: datetime
) -> Published | AlreadyPublished:
    async with database.write() as connection:
        outcome = await outbox.publish_in(connection, bulletin, urgent=urgent, now=now)
        if isinstance(outcome, Published):
            action = "published_urgent" if urgent else "published"
            detail = {"number": outcome.number, "title": bulletin.item.title, "reached": outcome.reached}
            await audit.write(connection, PROGRAM, action, now, **detail)
    return outcome


async def correct(settings: Settings, number: int, page: Path) -> str:
    """Replaces what a bulletin says. Raises NotPublished, and DataRefused for a faulty page."""
    bulletin = await _read(settings, page)
    outcome = await _amend(settings, number, bulletin)
    if outcome is None:
        raise NotPublished(f"no bulletin {number} was sent, or it was withdrawn: there is nothing to correct")
    return f"correction {outcome.number} of bulletin {number} goes to {outcome.reached} chats"


async def withdraw(settings: Settings, number: int) -> str:
    """Takes a bulletin back. Raises NotPublished."""
    outcome = await _amend(settings, number, None)
    if outcome is None:
        raise NotPublished(f"no bulletin {number} was sent, or it was withdrawn already")
    return f"bulletin {number} is withdrawn; {outcome.reached} chats are told"


async def _amend(settings: Settings, number: int, corrected: Bulletin | None) -> Published | None:
    """Without a new text: withdraws it."""
    now = datetime.now(UTC)
    async with open_database(settings) as database, database.write() as connection:
        if corrected is None:
            outcome = await amendments.withdraw_in(connection, number, now)
        else:
            outcome = await amendments.correct_in(connection, number, corrected, now)
        stored = await shelf.fetch(connection, number)
        if outcome is not None and stored is not None:
            action = "withdrawn" if corrected is None else "corrected"
            detail = {"number": number, "amendment": outcome.number, "reached": outcome.reached}
            await audit.write(connection, PROGRAM, action, now, title=stored.bulletin.item.title, **detail)
    return outcome


async def _read(settings: Settings, page: Path) -> Bulletin:
    standing = standing_notice(Catalog(bundled("locales")).words(DEFAULT))
    places = (page, settings.data_dir / "news" / page)
    found = await asyncio.to_thread(lambda: next((place for place in places if place.exists()), page))
    return await read_page_file(found, standing)


def _already(number: int) -> str:
    return f"this was published already, as bulletin {number}: nothing is sent again"
