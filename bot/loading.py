"""From the data files to the live edition: validated whole, then stored whole."""

import asyncio
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot.domain.editions import Edition, KeptFile
from bot.domain.missions import Directory
from bot.domain.news import Bulletin, Notice
from bot.sources.columns import TABLES
from bot.sources.export import write_tables
from bot.sources.faults import Faults
from bot.sources.missions_file import Files, Tables, read_directory, read_files, read_tables
from bot.sources.news_page import read_page
from bot.storage import audit, editions, kept
from bot.storage.database import Database
from bot.storage.shelf import shelve

RELEASED: Final = date(2026, 11, 22)
"""When this version was made, and so no later than any clock it runs by."""

PROGRAM: Final = 0
"""Who loads files where no admin does: stands in the audit log for a start and for the shell."""

log = structlog.get_logger(__name__)


class DataRefused(Exception):
    """The data files have faults, or there are none; the text is a line a fault."""


async def check(folder: Path, now: datetime) -> tuple[Tables, int]:
    """The tables of the folder, and how many news pages it has. Raises DataRefused with every fault of both."""
    if not await asyncio.to_thread(folder.is_dir):
        raise DataRefused(f"{folder}:1: folder: there is no such data directory")
    tables = await asyncio.to_thread(read_directory, folder, today_at(now))
    pages, faults = await _check_pages(folder / "news")
    if isinstance(tables, Faults):
        faults.insert(0, str(tables))
    if isinstance(tables, Faults) or faults:
        raise DataRefused("\n".join(faults))
    return tables, pages


async def load(database: Database, folder: Path, now: datetime, *, first: bool = False) -> Directory:
    """Validates the folder and makes it the live edition. Raises DataRefused; then the old edition stays live.

    What was sent to the bot before counts no longer: somebody decided for this folder. `first`: unless another process
    has loaded one meanwhile, which then is the answer.
    """
    if not await asyncio.to_thread(folder.is_dir):
        raise DataRefused(f"{folder}:1: folder: there is no such data directory")
    files = await asyncio.to_thread(read_files, folder)
    read = _accepted(await asyncio.to_thread(read_tables, files.content, today_at(now), files.unread))
    edition = edition_of(read)
    digest = await asyncio.to_thread(digests, files.content)
    async with database.write() as connection:
        number = None
        if not first or await editions.live_number(connection, hold=True) is None:
            number = await editions.add_in(connection, edition, written(digest), now)
            await kept.drop_everything(connection)
            await audit.write(connection, PROGRAM, "loaded", now, edition=number)
    if number is None:
        return await open_directory(database, folder, now)
    log.debug("edition loaded", edition=number, missions=len(edition.directory.missions))
    return replace(edition.directory, edition=number)


async def open_directory(database: Database, folder: Path, now: datetime) -> Directory:
    """The live edition; files that have changed since the newest one are loaded first.

    What did not change stays as it is live, so that a start does not bring back what was rolled back. Faulty files are
    no reason not to start where there is an edition to go on with. Without one, raises DataRefused.
    """
    live = await editions.live_edition(database)
    if live is None:
        return await load(database, folder, now, first=True)
    disk = await asyncio.to_thread(read_files, folder)
    standing = await asyncio.to_thread(lay_over, disk, await kept.everything(database))
    seen = read_digest(await editions.newest_digest(database))
    present = await asyncio.to_thread(digests, standing.files.content)
    changed = {name for name in TABLES if present.get(name) != seen.get(name)}
    if standing.superseded:
        log.warning("files in the data directory replace those sent to the bot", files=list(standing.superseded))
    if not changed:
        return live.directory
    try:
        edition = await asyncio.to_thread(composed, live, standing.files, changed, now)
    except DataRefused as error:
        log.warning("the data files were not loaded, the edition before stays live", faults=str(error).count("\n") + 1)
        return live.directory
    async with database.write() as connection:
        number = None
        if await editions.live_number(connection, hold=True) == live.directory.edition:
            number = await editions.add_in(connection, edition, written(present), now)
            await kept.drop(connection, standing.superseded)
            await audit.write(connection, PROGRAM, "loaded", now, edition=number, files=", ".join(sorted(changed)))
    if number is None:  # another process has loaded them meanwhile
        return await open_directory(database, folder, now)
    log.info("changed data files loaded", edition=number, files=sorted(changed))
    return replace(edition.directory, edition=number)


def composed(live: Edition, files: Files, taken: Collection[str], now: datetime) -> Edition:
    """The live edition with some of its tables taken from files. Raises DataRefused with every fault of those."""
    content = {name: data for name, data in exported(live).items() if name not in taken}
    content |= {name: data for name, data in files.content.items() if name in taken}
    unread = [fault for fault in files.unread if fault.file in taken]
    return edition_of(_accepted(read_tables(content, today_at(now), unread)))


def exported(edition: Edition) -> dict[str, bytes]:
    """The tables as files, by name; read again they give the same edition."""
    return write_tables(edition.directory, edition.directory.feeds, edition.provenance)


def edition_of(tables: Tables) -> Edition:
    return Edition(replace(tables.directory, feeds=tables.feeds), tables.provenance)


@dataclass(frozen=True, slots=True)
class Standing:
    """The files that count: those of the data directory, with those sent to the bot laid over them."""

    files: Files
    laid_over: tuple[str, ...]
    superseded: tuple[str, ...]
    """Sent to the bot, but changed in the data directory since: there the newer one stands."""


def lay_over(disk: Files, sent: Iterable[KeptFile]) -> Standing:
    content, laid_over, superseded = dict(disk.content), [], []
    present = digests(disk.content)
    for file in sent:
        if present.get(file.name, "") == file.disk_digest:
            content[file.name] = file.content
            laid_over.append(file.name)
        else:
            superseded.append(file.name)
    unread = tuple(fault for fault in disk.unread if fault.file not in laid_over)
    return Standing(Files(content, unread), tuple(laid_over), tuple(superseded))


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """A fingerprint of each file, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def written(digest: Mapping[str, str]) -> str:
    """Fingerprints as an edition keeps them."""
    return " ".join(f"{name}:{value}" for name, value in sorted(digest.items()))


def read_digest(text: str | None) -> dict[str, str]:
    pairs = (part.partition(":") for part in (text or "").split())
    return {name: value for name, _, value in pairs if value}


def today_at(now: datetime) -> date:
    # A date counts as future only where no time zone has it yet; a clock behind the program's own making is wrong.
    return max((now + timedelta(hours=14)).date(), RELEASED)


def _accepted(outcome: Tables | Faults) -> Tables:
    if isinstance(outcome, Faults):
        raise DataRefused(str(outcome))
    return outcome


async def read_page_file(page: Path, standing: Notice) -> Bulletin:
    """The bulletin of a news page. Raises DataRefused with every fault."""
    try:
        data = await asyncio.to_thread(page.read_bytes)
    except OSError as error:
        raise DataRefused(f"{page}:1: file: cannot be read: {error.strerror}") from None
    return await asyncio.to_thread(page_of, data, page.name, standing)


def page_of(data: bytes, name: str, standing: Notice) -> Bulletin:
    """The same from the page's bytes. Raises DataRefused with every fault."""
    outcome = read_page(data, name, standing)
    if isinstance(outcome, Faults):
        raise DataRefused(str(outcome))
    return outcome


async def _check_pages(folder: Path) -> tuple[int, list[str]]:
    """How many news pages the folder has, and the faults of all that have any."""
    faults: list[str] = []
    pages = await asyncio.to_thread(lambda: sorted(folder.glob("*.txt")))
    for page in pages:
        try:
            await read_page_file(page, Notice("", ()))
        except DataRefused as error:
            faults.append(str(error))
    return len(pages), faults


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
