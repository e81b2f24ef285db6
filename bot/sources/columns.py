"""The columns of each table, in the order in which they are written, with what their cells may hold."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.missions import Kind, Status
from bot.sources import checks

MISSIONS: Final = "missions.csv"
COVERS: Final = "covered_from_abroad.csv"
RULES: Final = "rules.csv"
ALIASES: Final = "aliases.csv"
FEEDS: Final = "feeds.csv"
PROVENANCE: Final = "provenance.csv"

REQUIRED: Final = (MISSIONS, COVERS, RULES)
TABLES: Final = (*REQUIRED, ALIASES, FEEDS, PROVENANCE)

LISTS: Final = frozenset({"phones", "emergency_phones", "emails"})
"""Columns whose values stand one by one in provenance.csv."""

FACTS: Final = (
    "address_en",
    "address_ru",
    "postcode",
    "latitude",
    "longitude",
    "phones",
    "emergency_phones",
    "emails",
    "website",
    "hours",
    "status",
    "status_note",
    "jurisdiction",
    "wikidata",
)
"""Columns of missions.csv that say something about a post, each value of which has a source of its own."""

_FIELD_WITHOUT_COLUMN = "existence"


@dataclass(frozen=True, slots=True)
class Column:
    check: Callable[[str], Any]
    required: bool = False
    empty: object = ""
    """The value of an empty cell."""


_SOURCES = Column(checks.many(checks.source), required=True)
_DAY = Column(checks.day, required=True)
_ID = Column(checks.ident, required=True)
_LINE = Column(checks.line, required=True)
_PHONES = Column(checks.many(checks.phone), empty=())
_FIELD = checks.pattern(re.compile("|".join((_FIELD_WITHOUT_COLUMN, *FACTS))), "a column that has sources")

COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = {
    MISSIONS: {
        "id": _ID,
        "sender": Column(checks.sender, required=True),
        "kind": Column(checks.choice(Kind), required=True),
        "city": _LINE,
        "address_en": Column(checks.line),
        "address_ru": Column(checks.line),
        "postcode": Column(checks.postcode),
        "latitude": Column(checks.latitude, empty=None),
        "longitude": Column(checks.longitude, empty=None),
        "phones": _PHONES,
        "emergency_phones": _PHONES,
        "emails": Column(checks.many(checks.email), empty=()),
        "website": Column(checks.url),
        "hours": Column(checks.text),
        "status": Column(checks.choice(Status), required=True),
        "status_note": Column(checks.text),
        "jurisdiction": Column(checks.text),
        "wikidata": Column(checks.wikidata),
        "sources": _SOURCES,
        "as_of": _DAY,
    },
    COVERS: {
        "sender": Column(checks.sender, required=True),
        "served_by": _LINE,
        "city": _LINE,
        "country": Column(checks.place, required=True),
        "note": Column(checks.text),
        "sources": _SOURCES,
        "as_of": _DAY,
    },
    RULES: {
        "id": _ID,
        "applies_to": Column(checks.applies_to, required=True),
        "rule": Column(checks.text, required=True),
        "sources": _SOURCES,
        "as_of": _DAY,
    },
    ALIASES: {
        "alias": _LINE,
        "code": Column(checks.named, required=True),
        "language": Column(checks.language),
        "kind": Column(checks.word, required=True),
    },
    FEEDS: {
        "id": _ID,
        "url": Column(checks.url, required=True),
        "publisher": _LINE,
        "country": Column(checks.place),
        "language": Column(checks.language, required=True),
    },
    PROVENANCE: {
        "id": _ID,
        "field": Column(_FIELD, required=True),
        "value": Column(checks.text, required=True),
        "source": _SOURCES,
        "as_of": _DAY,
    },
}
