"""Promises that hold for the whole index."""

from collections import Counter

import pytest

from bot.domain.countries import HOST, SENDERS
from bot.domain.matching import Found, HostCountry, Unsure, search
from bot.domain.names import NameIndex, load_index
from bot.domain.senses import Sort
from scripts.build_names import is_stale
from scripts.names.encode import LANGUAGES
from scripts.names.sources import Row, from_cldr, from_tables

MAJOR = set(LANGUAGES[: LANGUAGES.index("|")])
ODD = {
    "ko 괌",
    "nb Man",
    "no Man",
    "ru о-в Мэн",
    "vi Áo",
    "yo Hẹlena",
    "yo Hɛlena",
    "he ג׳ורג׳יה הדרומית ואיי סנדוויץ׳ הדרומיים",
}
"""Names of islands, and one of Austria, that are too like other words; looked at one by one."""


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return load_index()


def test_index_is_built_from_the_data_beside_it() -> None:
    assert not is_stale(), "run python scripts/build_names.py"


def test_codes_are_senders(index: NameIndex) -> None:
    for name in list(index.keys())[::50]:
        for sense in index.find(name):
            assert not sense.sort.names_country or sense.code in SENDERS or sense.code == HOST


def test_every_name_of_every_country_leads_to_it_or_asks(index: NameIndex) -> None:
    rows = {row for row in from_cldr() if row.language in MAJOR and row.sort is not Sort.REGION}
    astray = [row for row in rows if f"{row.language} {row.text}" not in ODD and not _leads_home(index, row)]
    assert not astray
    asked = Counter(row.language for row in rows if isinstance(search(index, row.text), Unsure))
    assert sum(asked.values()) < len(rows) / 100


def test_no_alias_of_two_countries_is_given_to_one(index: NameIndex) -> None:
    names: dict[tuple[str, str], set[str]] = {}
    for row in from_tables():
        if row.sort is Sort.NAME and row.code and row.language in MAJOR:
            names.setdefault((row.language, row.text), set()).add(row.code)
    for (language, text), codes in names.items():
        if 1 < len(codes) <= 4:
            answer = search(index, text, language)
            assert isinstance(answer, Unsure), text
            assert codes <= set(answer.choices), text


def _leads_home(index: NameIndex, row: Row) -> bool:
    answer = search(index, row.text)
    if isinstance(answer, Found):
        return answer.code == row.code
    if isinstance(answer, HostCountry):
        return row.code == HOST
    return isinstance(answer, Unsure) and row.code in answer.choices
