"""From the data files to the live edition: validated whole, then stored whole."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.domain.missions import Directory
from bot.domain.news import Bulletin, Notice
from bot.sources.faults import Faults
from bot.sources.missions_file import Tables, read_directory
from bot.sources.news_page import read_page
from bot.storage import directory as editions
from bot.storage.bulletins import shelve
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
    read = await check(folder, now)
    tables = replace(read.directory, feeds=read.feeds)
    digest = await asyncio.to_thread(digest_of, folder)
    number = await editions.add(database, tables, digest, now)
    log.debug("edition loaded", edition=number, missions=len(tables.missions), senders=len(tables.by_sender))
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


async def read_page_file(page: Path, standing: Notice) -> Bulletin:
    """The bulletin of a news page. Raises DataRefused with every fault."""
    try:
        data = await asyncio.to_thread(page.read_bytes)
    except OSError as error:
        raise DataRefused(f"{page}:1: file: cannot be read: {error.strerror}") from None
    outcome = await asyncio.to_thread(read_page, data, page.name, standing)
    if isinstance(outcome, Faults):
        raise DataRefused(str(outcome))
    return outcome


async def check_pages(folder: Path) -> int:
    """How many news pages the folder has. Raises DataRefused with the faults of all that have any."""
    faults: list[str] = []
    pages = await asyncio.to_thread(lambda: sorted(folder.glob("*.txt")))
    for page in pages:
        try:
            await read_page_file(page, Notice("", ()))
        except DataRefused as error:
            faults.append(str(error))
    if faults:
        raise DataRefused("\n".join(faults))
    return len(pages)


async def shelve_pages(database: Database, folder: Path, standing: Notice, now: datetime) -> None:
    """Makes the news pages of the data folder readable with /news; sending them is somebody's decision."""
    found = []
    for page in await asyncio.to_thread(lambda: sorted(folder.glob("*.txt"))):
        try:
            found.append(await read_page_file(page, standing))
        except DataRefused as error:
            log.warning("a news page was left out", page=page.name, fault=str(error).splitlines()[0])
    if found and (added := await shelve(database, found, now)):
        log.debug("news pages added", pages=added)
