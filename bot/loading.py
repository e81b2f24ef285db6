"""From the data files to the live edition: validated whole, then stored whole."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.domain.missions import Directory
from bot.sources.faults import Faults
from bot.sources.missions_file import Tables, read_directory
from bot.storage import directory as editions
from bot.storage.database import Database

RELEASED: Final = date(2026, 11, 22)
"""When this version was made, and so no later than any clock it runs by."""

log = structlog.get_logger(__name__)


class DataRefused(Exception):
    """The data files have faults, or there are none; the text is a line a fault."""


async def check(folder: Path, now: datetime) -> Tables:
    """The tables of the folder. Raises DataRefused with every fault."""
    # A date counts as future only where no time zone has it yet; a clock behind the program's own making is wrong.
    today = max((now + timedelta(hours=14)).date(), RELEASED)
    if not await asyncio.to_thread(folder.is_dir):
        raise DataRefused(f"{folder}:1: folder: there is no such data directory")
    outcome = await asyncio.to_thread(read_directory, folder, today)
    if isinstance(outcome, Faults):
        raise DataRefused(str(outcome))
    return outcome


async def load(database: Database, folder: Path, now: datetime) -> Directory:
    """Validates the folder and makes it the live edition. Raises DataRefused; then the old edition stays live."""
    tables = (await check(folder, now)).directory
    digest = await asyncio.to_thread(digest_of, folder)
    number = await editions.add(database, tables, digest, now)
    log.info("edition loaded", edition=number, missions=len(tables.missions), senders=len(tables.by_sender))
    return replace(tables, edition=number)


async def open_directory(database: Database, folder: Path, now: datetime) -> Directory:
    """The live edition; a folder whose files have changed since the newest one is loaded first.

    Faulty files are no reason not to start where there is an edition to go on with. Without one, raises DataRefused.
    """
    live = await editions.live(database)
    if live is None:
        return await load(database, folder, now)
    if await editions.newest_digest(database) == await asyncio.to_thread(digest_of, folder):
        return live
    try:
        return await load(database, folder, now)
    except DataRefused as error:
        log.warning("the data files were not loaded, the edition before stays live", faults=str(error).count("\n") + 1)
        return live


def digest_of(folder: Path) -> str:
    """A fingerprint of the tables in the folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
