"""The tables of an edition as rows of text, and back."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Table

from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Kind, Mission, Rule, Status
from bot.storage.tables import aliases, covers, edition_feeds, missions, rules

Row = dict[str, Any]
Record = Mapping[Any, Any]
"""A row as it comes back; what it has beside its columns is passed over."""

TABLES = (missions, covers, rules, aliases, edition_feeds)


def directory_of(rows: Mapping[Table, Iterable[Record]], edition: int) -> Directory:
    return Directory(
        missions=tuple(map(_mission, rows[missions])),
        covers=tuple(map(_cover, rows[covers])),
        rules=tuple(map(_rule, rows[rules])),
        aliases=tuple(map(_alias, rows[aliases])),
        feeds=tuple(map(_feed, rows[edition_feeds])),
        edition=edition,
    )


def rows_of(directory: Directory) -> dict[Table, list[Row]]:
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


def _mission(row: Record) -> Mission:
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


def _cover(row: Record) -> Cover:
    return Cover(
        sender=row["sender"],
        served_by=row["served_by"],
        city=row["city"],
        country=row["country"],
        note=row["note"],
        sources=_split(row["sources"]),
        as_of=date.fromisoformat(row["as_of"]),
    )


def _rule(row: Record) -> Rule:
    return Rule(
        id=row["id"],
        applies_to=frozenset(_split(row["applies_to"])),
        text=row["text"],
        sources=_split(row["sources"]),
        as_of=date.fromisoformat(row["as_of"]),
    )


def _alias(row: Record) -> Alias:
    return Alias(alias=row["alias"], code=row["code"], language=row["language"], kind=row["kind"])


def _feed(row: Record) -> Feed:
    return Feed(
        id=row["id"], url=row["url"], publisher=row["publisher"], country=row["country"], language=row["language"]
    )


def _join(values: Any) -> str:
    return ";".join(values)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()
