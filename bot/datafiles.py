"""The data files as the desk works with them: read again, received, exported; always off the event loop."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bot import loading
from bot.domain.editions import Candidate, Edition, KeptFile, Refused, Scope
from bot.domain.news import Bulletin, Notice
from bot.loading import DataRefused
from bot.memory import set_aside
from bot.sources.columns import ALIASES, COVERS, FEEDS, MISSIONS, PROVENANCE, RULES, TABLES
from bot.sources.missions_file import Files, read_files
from bot.sources.recognise import recognise
from bot.storage import editions, kept
from bot.storage.database import Database

TABLES_OF: Final[dict[Scope, tuple[str, ...]]] = {
    Scope.ALL: TABLES,
    Scope.MISSIONS: (MISSIONS, PROVENANCE),
    Scope.RULES: (RULES, COVERS),
    Scope.ALIASES: (ALIASES,),
    Scope.FEEDS: (FEEDS,),
    Scope.NEWS: (),
}


@dataclass(frozen=True, slots=True)
class DataFiles:
    """Where the files lie, and the standing notice that tells whether a page brings one of its own."""

    folder: Path
    database: Database
    notice: Notice

    async def read_again(self, scope: Scope, live: Edition, now: datetime) -> Candidate | Refused:
        """What the data directory would make of the live edition."""
        taken, with_pages = TABLES_OF[scope], scope in (Scope.ALL, Scope.NEWS)
        disk = await asyncio.to_thread(read_files, self.folder)
        standing = await asyncio.to_thread(loading.lay_over, disk, await kept.everything(self.database))
        faults: list[str] = []
        edition: Edition | None = None
        pages: tuple[Bulletin, ...] = ()
        try:
            if taken:
                edition = await asyncio.to_thread(_composed, live, standing.files, taken, now)
        except DataRefused as error:
            faults += str(error).splitlines()
        try:
            pages = await self._pages() if with_pages else ()
        except DataRefused as error:
            faults += str(error).splitlines()
        if faults:
            return Refused(tuple(faults))
        return Candidate(
            edition=edition,
            digest=await self._digest(standing.files, taken),
            drop=tuple(name for name in standing.superseded if name in taken),
            laid_over=tuple(name for name in standing.laid_over if name in taken),
            pages=pages,
        )

    async def recognise(self, name: str, content: bytes) -> str | None:
        """The name of the table that a file is."""
        return await asyncio.to_thread(recognise, name, content)

    async def receive(self, name: str, content: bytes, live: Edition, now: datetime) -> Candidate | Refused:
        """What a file sent to the bot would make of the live edition; `name` is that of the table."""
        files = Files({name: content})
        try:
            edition = await asyncio.to_thread(_composed, live, files, (name,), now)
        except DataRefused as error:
            return Refused(tuple(str(error).splitlines()))
        disk = await asyncio.to_thread(read_files, self.folder)
        on_disk = loading.digests(disk.content).get(name, "")
        return Candidate(edition, await self._digest(files, (name,)), keep=(KeptFile(name, content, on_disk),))

    async def read_page(self, name: str, content: bytes) -> Bulletin | Refused:
        try:
            return await asyncio.to_thread(loading.page_of, content, name, self.notice)
        except DataRefused as error:
            return Refused(tuple(str(error).splitlines()))

    async def export(self, edition: Edition) -> dict[str, bytes]:
        return await asyncio.to_thread(loading.exported, edition)

    async def _pages(self) -> tuple[Bulletin, ...]:
        found: list[Bulletin] = []
        faults: list[str] = []
        for path in await asyncio.to_thread(lambda: sorted((self.folder / "news").glob("*.txt"))):
            try:
                found.append(await loading.read_page_file(path, self.notice))
            except DataRefused as error:
                faults.append(str(error))
        if faults:
            raise DataRefused("\n".join(faults))
        return tuple(found)

    async def _digest(self, files: Files, taken: Collection[str]) -> str:
        """That of the newest edition, with the files that were taken now."""
        seen = loading.read_digest(await editions.newest_digest(self.database))
        present = await asyncio.to_thread(loading.digests, files.content)
        return loading.written(_updated(seen, present, taken))


def _composed(live: Edition, files: Files, taken: Collection[str], now: datetime) -> Edition:
    with set_aside():
        return loading.composed(live, files, taken, now)


def _updated(seen: dict[str, str], present: dict[str, str], taken: Iterable[str]) -> dict[str, str]:
    without = {name: value for name, value in seen.items() if name not in taken}
    return without | {name: present[name] for name in taken if name in present}
