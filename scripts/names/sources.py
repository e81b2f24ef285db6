"""Where names come from: Unicode CLDR (through Babel), and the tables of data/names."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel import core, localedata
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from bot.domain.countries import HOST, SENDERS, SOVEREIGN
from bot.domain.senses import KINDS, Sort

ROOT: Final = Path(__file__).parent.parent.parent
NAMES: Final = ROOT / "data" / "names"
ORDINARY: Final = NAMES / "words" / "frequent.txt"
"""Written by scripts/collect_everyday.py: a language, then its frequent words that look like names."""
NOWHERE: Final = ""
"""The code of what is no country: continents, seas, inventions."""

ISLANDS: Final = {"ic": "es", "ea": "es", "ac": "gb", "ta": "gb", "cp": "fr", "cq": "gb", "dg": "gb", "sark": "gb"}
NORTH_AMERICA: Final = {
    242: "bs", 246: "bb", 268: "ag", 473: "gd", 658: "jm", 758: "lc", 767: "dm", 784: "vc", 809: "do", 829: "do",
    849: "do", 868: "tt", 869: "kn", 876: "jm",
}  # fmt: skip
"""Area codes of the sovereign states that share +1."""
SHARED: Final = ("MF", "SX")
"""Halves of one island, told apart by what stands in brackets."""
ROLES: Final = {
    "post": Sort.POST,
    "visa": Sort.VISA,
    "citizen": Sort.CITIZEN,
    "filler": Sort.FILLER,
    "not": Sort.NOT,
    "contrast": Sort.CONTRAST,
    "denied": Sort.DENIED,
    "telling": Sort.TELLING,
    "introducing": Sort.INTRODUCING,
    "person": Sort.PERSON,
    "and": Sort.AND,
    "host": Sort.HOST,
    "everyday": Sort.EVERYDAY,
    "street": Sort.STREET,
    "speech": Sort.SPEECH,
    "nowhere": Sort.REGION,
    "marked": Sort.MARKED,
    "relative": Sort.RELATIVE,
}


@dataclass(frozen=True, slots=True)
class Row:
    text: str
    code: str
    sort: Sort
    language: str


def from_cldr() -> Iterator[Row]:
    """Every name of every territory in every locale, once each."""
    seen: set[Row] = set()
    for locale in sorted(localedata.locale_identifiers()):
        language = _language(locale)
        for territory, name in localedata.load(locale)["territories"].items():
            code, sort = _meaning(territory.lower())
            if code is None or not isinstance(name, str):
                continue
            for text in [name] if territory in SHARED else _variants(name):
                row = Row(text, code, sort, language)
                if row not in seen:
                    seen.add(row)
                    yield row


def from_tables() -> Iterator[Row]:
    """data/names/*.csv: names; data/names/words/*.csv: the words around them; cities.csv: cities of Russia."""
    for path in sorted(NAMES.glob("*.csv")):
        for record in _records(path):
            if path.name == "cities.csv":  # cities of Russia
                yield Row(record["alias"], record["city"], Sort.RUSSIAN_CITY, record["language"])
            elif record["code"] in SENDERS or record["code"] == HOST:
                yield Row(record["alias"], record["code"], KINDS[record["kind"]], record["language"])
            else:
                raise ValueError(f"{path}: unknown code {record['code']!r}")
    for path in sorted((NAMES / "words").glob("*.csv")):
        for record in _records(path):
            yield Row(record["word"], NOWHERE, ROLES[record["role"]], record["language"])


def from_codes() -> Iterator[Row]:
    """ISO 3166-1 alpha-3 (CLDR's territory aliases) and calling codes (libphonenumber)."""
    for alias, targets in sorted(core.get_global("territory_aliases").items()):
        code = _meaning(targets[0].lower())[0] if len(targets) == 1 else None
        if code and len(alias) == 3 and alias.isalpha():
            yield Row(alias, code, Sort.CODE, "und")
    for number, regions in sorted(COUNTRY_CODE_TO_REGION_CODE.items()):
        sharing = regions[:2] if number == 7 else ("US", "CA") if number == 1 else regions[:1]
        for region in sharing:
            if code := _meaning(region.lower())[0]:
                yield Row(f"+{number}", code, Sort.CALLING, "und")
    for number, code in NORTH_AMERICA.items():
        yield Row(f"+1{number}", code, Sort.CALLING, "und")
    yield Row("+850", "kp", Sort.CALLING, "und")


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _language(locale: str) -> str:
    """zh_Hant_HK -> zh-Hant, en_GB -> en, sr_Latn_RS -> sr-Latn: regions share their language."""
    parts = locale.split("_")
    return "-".join(part for part in parts[:2] if part == parts[0] or len(part) == 4)


def _meaning(territory: str) -> tuple[str | None, Sort]:
    if territory in SENDERS or territory == HOST:
        return territory, Sort.NAME
    if territory in SOVEREIGN or territory in ISLANDS:
        return SOVEREIGN.get(territory) or ISLANDS[territory], Sort.TERRITORY
    if territory in ("aq", "eh", "un", "ez", "qo") or territory.isdigit():
        return NOWHERE, Sort.REGION
    return None, Sort.NAME


def _variants(name: str) -> Iterator[str]:
    """The name itself, and the names it is made of: "Myanmar (Burma)", "Congo - Kinshasa", "Hong Kong SAR China"."""
    yield name
    if found := re.fullmatch(r"(.+?)\s*[(（\[](.+?)[)）\]]\s*", name):
        yield found[1]
        if not found[1].lower().startswith(("congo", "kongo", "конго")) and len(found[2]) > 3:
            yield found[2]
        yield f"{found[1]} {found[2]}"
    if " & " in name:
        yield name.replace(" & ", " ")
