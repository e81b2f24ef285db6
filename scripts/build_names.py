"""Builds bot/names.idx, the table of names the finder reads, from Unicode CLDR (Babel) and data/names.

    python scripts/build_names.py            builds
    python scripts/build_names.py --check    exit 1 if the file was built from other inputs than these

The same inputs give the same bytes.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import babel
import phonenumbers

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.domain.senses import AS_IT_IS, Sort
from bot.domain.tables import INDEX_FILE
from scripts.names.by_ear import spelt_by_ear
from scripts.names.collected import Collected
from scripts.names.encode import encode
from scripts.names.endings import forms_of_adjective, forms_of_demonym, forms_of_name
from scripts.names.romanise import LETTERED, romanised, typed_in_latin
from scripts.names.sources import NAMES, ROOT, Row, from_cldr, from_codes, from_tables

SOURCE_CODE: Final = (
    "bot/domain/countries.py bot/domain/normal.py bot/domain/sounds.py bot/domain/senses.py bot/domain/names.py "
    "bot/domain/tables.py scripts/build_names.py scripts/names"
)
PLAIN: Final = (Sort.NAME, Sort.OFFICIAL, Sort.FORMER, Sort.INFORMAL)
COMBINED: Final = ("ский", "ський", "скі")
"""Adjectives that become "российско-", the first half of a compound."""
READ_OUT: Final = (Sort.NAME, Sort.OFFICIAL, Sort.INFORMAL, Sort.ADJECTIVE, Sort.DEMONYM)


def collect() -> Collected:
    rows = [*from_cldr(), *from_tables()]
    collected = Collected()
    for row in rows:
        collected.add(row.text, row.code, row.sort, row.language)
        if row.sort is Sort.MARKED:
            collected.add_as_is(AS_IT_IS + row.text, row)
    for row in from_codes():
        collected.add_as_is(row.text.lower(), row)
    for row in rows:
        sort = Sort.FORM if row.sort in PLAIN else row.sort
        for form in forms(row):
            collected.add(form, row.code, sort, row.language, made=True)
        if row.sort is Sort.ADJECTIVE and row.language in ("ru", "uk", "be", "bg") and row.text.endswith(COMBINED):
            collected.add(row.text[:-2] + "о", row.code, Sort.COMBINING, row.language, made=True)
        for form, sense, language in in_latin(row):
            collected.add(form, row.code, sense, language, made=True)
        if row.language in LETTERED and row.sort in READ_OUT:
            for form in romanised(row.text, row.language):
                collected.add(form, row.code, Sort.ROMANISED, LETTERED[row.language])
    return collected


def in_latin(row: Row) -> Iterator[tuple[str, Sort, str]]:
    """Russian words around names, names ("shvecija") and their genitives ("livii"), typed in Latin letters."""
    if row.language != "ru":
        return
    if row.sort >= Sort.POST:
        yield from ((form, row.sort, "ru-Latn") for form in typed_in_latin(row.text))
    elif row.sort is Sort.NAME:
        for typed in (row.text, *forms(row)[:1]):
            yield from ((form, Sort.FORM, "ru-Latn") for form in typed_in_latin(typed))


def forms(row: Row) -> list[str]:
    text = row.text.lower()
    if row.language == "ko" and row.sort.names_country:
        return spelt_by_ear(text)
    if row.sort is Sort.ADJECTIVE:
        return list(forms_of_adjective(text, row.language))
    if row.sort is Sort.DEMONYM:
        return list(forms_of_demonym(text, row.language))
    named = row.sort.names_country and row.sort not in (Sort.ABBREVIATION, Sort.FORM)
    if named or row.sort in (Sort.RUSSIAN_CITY, Sort.REGION):
        return list(forms_of_name(text, row.language))
    return []


def sources() -> list[Path]:
    """What the file depends on: the tables, and the code that reads them."""
    files = [*NAMES.rglob("*.csv"), *NAMES.rglob("*.txt")]
    for name in SOURCE_CODE.split():
        path = ROOT / name
        files.extend(path.glob("*.py") if path.is_dir() else [path])
    return sorted(files)


def digest() -> str:
    found = hashlib.sha256()
    for path in sources():
        found.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def inputs() -> dict[str, object]:
    """What the index is made from, as it is kept in its head."""
    return {"babel": babel.__version__, "phonenumbers": phonenumbers.__version__, "digest": digest()}


def is_stale(path: Path = INDEX_FILE) -> bool:
    """True where the file is missing, or was built from other inputs."""
    try:
        about = json.loads(path.read_bytes().partition(b"\n")[0])
    except (OSError, ValueError):
        return True
    return bool(about.get("inputs") != inputs())


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds bot/names.idx from Unicode CLDR and data/names.")
    parser.add_argument("--check", action="store_true", help="only say whether the file is stale; exit 1 if it is")
    if parser.parse_args().check:
        stale = is_stale()
        print(f"{INDEX_FILE.name}: {'stale: run python scripts/build_names.py' if stale else 'up to date'}")
        return int(stale)
    data = encode(collect(), {"built_by": "python scripts/build_names.py", "inputs": inputs()})
    INDEX_FILE.write_bytes(data)
    print(f"{INDEX_FILE.name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
