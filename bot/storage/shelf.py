"""Bulletins as they are kept: on the shelf to be read, or in the outbox to be sent."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.broadcasts import Kind, Stage
from bot.domain.news import Bulletin, NewsItem, Notice, Section, fingerprint
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import bulletins

UNDATED: Final = date.min
"""Stands for a date that is missing: the version before this one reads a date wherever one is kept."""
LEAVES: Final = 200
"""How far back /news can be leafed: the numbers of so many are read for each leaf."""
READABLE: Final = (Stage.SHELF, Stage.RUNNING, Stage.PAUSED, Stage.DONE, Stage.STOPPED)


@dataclass(frozen=True, slots=True)
class Stored:
    """A bulletin with its number; `version` counts its corrections from 1."""

    id: int
    bulletin: Bulletin
    kind: Kind
    stage: Stage
    urgent: bool
    version: int
    reached: int
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A bulletin among its neighbours by date, for reading through them."""

    stored: Stored
    earlier: int | None
    later: int | None


async def get(database: Database, number: int) -> Stored | None:
    async with database.read() as connection:
        return await fetch(connection, number)


async def fetch(connection: AsyncConnection, number: int) -> Stored | None:
    row = (await connection.execute(select(bulletins).where(bulletins.c.id == number))).one_or_none()
    return None if row is None else stored(row)


async def hold(connection: AsyncConnection, number: int) -> None:
    """Lets nobody else change the bulletin, nor settle rows of it, before this transaction ends.

    What is read after it is what the transaction before has left.
    """
    await connection.execute(select(bulletins.c.id).where(bulletins.c.id == number).with_for_update(key_share=True))


async def find(connection: AsyncConnection, item: NewsItem) -> Stored | None:
    """The bulletin of the same item, from wherever it came."""
    wanted = bulletins.c.fingerprint == fingerprint(item)
    row = (await connection.execute(select(bulletins).where(wanted))).one_or_none()
    return None if row is None else stored(row)


async def shelve(database: Database, found: list[Bulletin], now: datetime) -> int:
    """Puts bulletins on the shelf, without sending them; those that are known already stay as they are."""
    async with database.write() as connection:
        return sum([await shelve_in(connection, bulletin, now) for bulletin in found])


async def shelve_in(
    connection: AsyncConnection, bulletin: Bulletin, now: datetime, *, undated_on: date = UNDATED
) -> int:
    """`shelve` for one, as part of a transaction. Returns how many were added: 0 or 1.

    What has no date lies below everything that has one, or among what is of the day `undated_on`.
    """
    if await find(connection, bulletin.item) is not None:
        return 0  # without trying, which would take a number on PostgreSQL
    values = columns(bulletin, Kind.NEWS, Stage.SHELF, urgent=False, now=now, undated_on=undated_on)
    return (await connection.execute(insertion(connection, bulletins).values(values).on_conflict_do_nothing())).rowcount


async def leaf(database: Database, number: int | None = None) -> Leaf | None:
    """The newest bulletin that can be read, or the one with this number, with what stands beside it."""
    async with database.read() as connection:
        rows = (await connection.execute(_readable())).all()
        numbers = [row.id for row in rows]
        if not numbers or (number is not None and number not in numbers):
            return None
        place = 0 if number is None else numbers.index(number)
        found = await fetch(connection, numbers[place])
    if found is None:
        return None
    earlier = numbers[place + 1] if place + 1 < len(numbers) else None
    return Leaf(found, earlier, numbers[place - 1] if place > 0 else None)


def _readable() -> Select[Any]:
    """The numbers of what /news shows, the newest first."""
    return (
        select(bulletins.c.id)
        .where(bulletins.c.kind == Kind.NEWS, bulletins.c.stage.in_(READABLE))
        .order_by(bulletins.c.published.desc(), bulletins.c.id.desc())
        .limit(LEAVES)
    )


async def set_stage_in(connection: AsyncConnection, number: int, stage: Stage, *, only_from: tuple[Stage, ...]) -> bool:
    """Moves a bulletin on; False where it does not stand at one of `only_from`, so that two presses do it once."""
    standing = (bulletins.c.id == number, bulletins.c.stage.in_(only_from))
    return (await connection.execute(update(bulletins).where(*standing).values(stage=stage))).rowcount > 0


def columns(
    bulletin: Bulletin, kind: Kind, stage: Stage, *, urgent: bool, now: datetime, undated_on: date | None = None
) -> dict[str, Any]:
    """What has no date is of the day `undated_on`, else of today."""
    return {
        "fingerprint": fingerprint(bulletin.item) if kind is Kind.NEWS else None,
        "kind": kind,
        "stage": stage,
        "published": bulletin.item.published or undated_on or now.date(),
        "country": bulletin.item.country,
        "content": packed(bulletin),
        "version": 1,
        "urgent": urgent,
        "reached": 0,
        "reason": "",
        "created_at": now,
    }


def packed(bulletin: Bulletin) -> str:
    item = replace(bulletin.item, published=bulletin.item.published or UNDATED)
    return json.dumps(asdict(replace(bulletin, item=item)), ensure_ascii=False, default=date.isoformat)


def unpacked(content: str) -> Bulletin:
    raw = json.loads(content)
    item, notice = raw["item"], raw["notice"]
    sections = tuple(Section(section["heading"], tuple(section["paragraphs"])) for section in item.pop("sections"))
    published = date.fromisoformat(item.pop("published"))
    item.pop("category", None)  # written by earlier versions, for no reader
    return Bulletin(
        NewsItem(**item, published=None if published == UNDATED else published, sections=sections),
        None if notice is None else Notice(notice["heading"], tuple(notice["paragraphs"])),
    )


def stored(row: Row[Any]) -> Stored:
    return Stored(
        id=row.id,
        bulletin=unpacked(row.content),
        kind=Kind(row.kind),
        stage=Stage(row.stage),
        urgent=row.urgent,
        version=row.version,
        reached=row.reached,
        corrects=row.corrects,
    )
