"""Small tables that are right, for tests to spoil."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from io import StringIO

from bot.sources.faults import Faults
from bot.sources.missions_file import Tables, read_tables

TODAY = date(2026, 11, 22)

GERMANY = {
    "id": "de-embassy-moscow",
    "sender": "de",
    "kind": "embassy",
    "city": "Moscow",
    "address_en": "Mosfilmovskaya 56, Moscow",
    "address_ru": "Мосфильмовская, 56, Москва",
    "postcode": "119285",
    "latitude": "55.7134",
    "longitude": "37.5204",
    "phones": "+74959379500",
    "emergency_phones": "+74959379501;+493018170",
    "emails": "info@mosk.diplo.de",
    "website": "https://germania.diplo.de/ru-de",
    "hours": "Mon-Fri 09:00-12:00",
    "status": "open",
    "status_note": "",
    "jurisdiction": "All of Russia",
    "wikidata": "Q47486",
    "sources": "https://germania.diplo.de/ru-de;owner/name:posts/de.csv@0123abc;unattributed:1",
    "as_of": "2026-01-15",
}
KENYA = dict.fromkeys(GERMANY, "") | {
    "id": "ke-embassy-moscow",
    "sender": "ke",
    "kind": "embassy",
    "city": "Moscow",
    "status": "unknown",
    "sources": "unattributed:7",
    "as_of": "2022-11-16",
}
FIJI = {
    "sender": "fj",
    "served_by": "Embassy of Fiji",
    "city": "Tokyo",
    "country": "jp",
    "note": "",
    "sources": "https://www.wikidata.org/wiki/Q61786637",
    "as_of": "2022-11-16",
}
EU_RULE = {
    "id": "eu-unrepresented",
    "applies_to": "de;fr",
    "rule": "May ask any other embassy of the Union.",
    "sources": "https://base.garant.ru/71279452",
    "as_of": "2022-09-02",
}
ALIAS = {"alias": "ФРГ", "code": "de", "language": "ru", "kind": "abbreviation"}
FEED = {
    "id": "de-news",
    "url": "https://germania.diplo.de/rss",
    "publisher": "Embassy",
    "country": "de",
    "language": "de",
}
PROOF = {"id": "de-embassy-moscow", "field": "phones", "value": "+74959379500", "source": "unattributed:1"} | {
    "as_of": "2026-01-15"
}

ROWS = {
    "missions.csv": (GERMANY, KENYA),
    "covered_from_abroad.csv": (FIJI,),
    "rules.csv": (EU_RULE,),
    "aliases.csv": (ALIAS,),
    "feeds.csv": (FEED,),
    "provenance.csv": (PROOF,),
}


def sheet(*rows: Mapping[str, str]) -> bytes:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def files(**changed: Iterable[Mapping[str, str]] | bytes) -> dict[str, bytes]:
    """All six tables, with some of them (by their names without .csv) given otherwise."""
    sheets = {name: sheet(*rows) for name, rows in ROWS.items()}
    for name, given in changed.items():
        sheets[f"{name}.csv"] = given if isinstance(given, bytes) else sheet(*given)
    return sheets


def read(given: Mapping[str, bytes]) -> Tables:
    found = read_tables(given, TODAY)
    assert isinstance(found, Tables), str(found)
    return found


def faults(given: Mapping[str, bytes]) -> list[str]:
    found = read_tables(given, TODAY)
    assert isinstance(found, Faults)
    return str(found).splitlines()
