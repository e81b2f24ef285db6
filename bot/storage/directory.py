"""Editions of the mission tables: stored whole, one of them live."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Kind, Mission, Rule, Status
from bot.storage.database import Database, aliases, covers, edition_feeds, editions, missions, rules

KEPT: Final = 10
"""How many editions are kept, the live one included, to go back to."""

Row = dict[str, Any]


async def add(database: Database, directory: Directory, digest: str, now: datetime) -> int:
    """Stores the tables as a new edition and makes it live, all or nothing. Returns the edition's number."""
    async with database.write() as connection:
        await connection.execute(update(editions).values(live=False))
        number = await connection.scalar(
            insert(editions).values(loaded_at=now, digest=digest, live=True).returning(editions.c.id)
        )
        assert number is not None  # noqa: S101
        for table, rows in _rows(directory).items():
            await _insert(connection, table, number, rows)
        kept = select(editions.c.id).order_by(editions.c.id.desc()).limit(KEPT)
        await connection.execute(delete(editions).where(editions.c.id.not_in(kept), editions.c.live.is_(False)))
        return int(number)


async def live(database: Database) -> Directory | None:
    """The live edition, or None where nothing was loaded yet."""
    async with database.read() as connection:
        number = await connection.scalar(select(editions.c.id).where(editions.c.live))
        if number is None:
            return None
        return Directory(
            missions=tuple(_mission(row) for row in await _select(connection, missions, number)),
            covers=tuple(_cover(row) for row in await _select(connection, covers, number)),
            rules=tuple(_rule(row) for row in await _select(connection, rules, number)),
            aliases=tuple(_alias(row) for row in await _select(connection, aliases, number)),
            feeds=tuple(_feed(row) for row in await _select(connection, edition_feeds, number)),
            edition=int(number),
        )


async def newest_digest(database: Database) -> str | None:
    """The digest of the files that the newest edition was loaded from."""
    async with database.read() as connection:
        digest: str | None = await connection.scalar(select(editions.c.digest).order_by(editions.c.id.desc()).limit(1))
        return digest


async def _insert(connection: AsyncConnection, table: Table, edition: int, rows: list[Row]) -> None:
    if rows:
        await connection.execute(
            insert(table), [{"edition": edition, "position": place, **row} for place, row in enumerate(rows)]
        )


async def _select(connection: AsyncConnection, table: Table, edition: int) -> list[RowMapping]:
    found = await connection.execute(select(table).where(table.c.edition == edition).order_by(table.c.position))
    return list(found.mappings())


def _rows(directory: Directory) -> dict[Table, list[Row]]:
    return {
        missions: [_mission_row(mission) for mission in directory.missions],
        covers: [
            {
                "sender": cover.sender,
                "served_by": cover.served_by,
                "city": cover.city,
                "country": cover.country,
                "note": cover.note,
                "sources": _join(cover.sources),
                "as_of": cover.as_of.isoformat(),
            }
            for cover in directory.covers
        ],
        rules: [
            {
                "id": rule.id,
                "applies_to": _join(sorted(rule.applies_to)),
                "text": rule.text,
                "sources": _join(rule.sources),
                "as_of": rule.as_of.isoformat(),
            }
            for rule in directory.rules
        ],
        aliases: [asdict(alias) for alias in directory.aliases],
        edition_feeds: [asdict(feed) for feed in directory.feeds],
    }


def _mission_row(mission: Mission) -> Row:
    plain = ("id", "sender", "city", "address_en", "address_ru", "postcode", "website", "hours", "status_note")
    lists = ("phones", "emergency_phones", "emails", "sources")
    return {
        **{name: getattr(mission, name) for name in (*plain, "jurisdiction", "wikidata")},
        **{name: _join(getattr(mission, name)) for name in lists},
        "kind": mission.kind.value,
        "status": mission.status.value,
        "latitude": "" if mission.latitude is None else repr(mission.latitude),
        "longitude": "" if mission.longitude is None else repr(mission.longitude),
        "as_of": mission.as_of.isoformat(),
        "unattributed": _join(sorted(mission.unattributed)),
    }


def _mission(row: RowMapping) -> Mission:
    return Mission(
        id=row["id"],
        sender=row["sender"],
        kind=Kind(row["kind"]),
        city=row["city"],
        address_en=row["address_en"],
        address_ru=row["address_ru"],
        postcode=row["postcode"],
        latitude=float(row["latitude"]) if row["latitude"] else None,
        longitude=float(row["longitude"]) if row["longitude"] else None,
        phones=_split(row["phones"]),
        emergency_phones=_split(row["emergency_phones"]),
        emails=_split(row["emails"]),
        website=row["website"],
        hours=row["hours"],
        status=Status(row["status"]),
        status_note=row["status_note"],
        jurisdiction=row["jurisdiction"],
        wikidata=row["wikidata"],
        sources=_split(row["sources"]),
        as_of=date.fromisoformat(row["as_of"]),
        unattributed=frozenset(_split(row["unattributed"])),
    )


def _cover(row: RowMapping) -> Cover:
    return Cover(
        sender=row["sender"],
        served_by=row["served_by"],
        city=row["city"],
        country=row["country"],
        note=row["note"],
        sources=_split(row["sources"]),
        as_of=date.fromisoformat(row["as_of"]),
    )


def _rule(row: RowMapping) -> Rule:
    return Rule(
        id=row["id"],
        applies_to=frozenset(_split(row["applies_to"])),
        text=row["text"],
        sources=_split(row["sources"]),
        as_of=date.fromisoformat(row["as_of"]),
    )


def _alias(row: RowMapping) -> Alias:
    return Alias(alias=row["alias"], code=row["code"], language=row["language"], kind=row["kind"])


def _feed(row: RowMapping) -> Feed:
    return Feed(
        id=row["id"], url=row["url"], publisher=row["publisher"], country=row["country"], language=row["language"]
    )


def _join(values: Any) -> str:
    return ";".join(values)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()
