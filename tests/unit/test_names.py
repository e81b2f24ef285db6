"""Promises that hold for the whole index."""

import ast

import pytest

from bot.domain.countries import HOST, SENDERS
from bot.domain.matching import Answer, Found, HostCountry, Unsure, search
from bot.domain.names import NameIndex, load_index
from bot.domain.senses import Sort
from scripts.build_names import is_stale, sources
from scripts.names.encode import LANGUAGES
from scripts.names.sources import ROOT, Row, from_cldr, from_tables

MAJOR = set(LANGUAGES[: LANGUAGES.index("|")])
ODD = {
    "ko 괌",
    "nb Man",
    "no Man",
    "ru о-в Мэн",
    "yo Hẹlena",
    "yo Hɛlena",
    "he ג׳ורג׳יה הדרומית ואיי סנדוויץ׳ הדרומיים",
}
"""Names of islands that are too like other words; looked at one by one."""


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return load_index()


def test_index_is_built_from_the_data_beside_it() -> None:
    assert not is_stale(), "run python scripts/build_names.py"


def test_the_digest_covers_every_module_that_the_build_imports() -> None:
    """Else an edit of it would leave an old file "up to date"."""
    paths = [ROOT / "scripts" / "build_names.py", *(ROOT / "scripts" / "names").glob("*.py")]
    imported = {
        ROOT / f"{node.module.replace('.', '/')}.py"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("bot.", "scripts."))
    }
    assert imported <= set(sources())


def test_every_country_has_names_and_nothing_else_has(index: NameIndex) -> None:
    senses = {sense for name in index.keys() for sense in index.find(name)}  # noqa: SIM118 - an index is no dict
    assert {sense.code for sense in senses if sense.sort.names_country} == SENDERS | {HOST}
    assert {sense.code for sense in senses} == set(index.tables.codes)


def test_every_name_of_every_country_leads_to_it_or_asks(index: NameIndex) -> None:
    rows = {row for row in from_cldr() if row.language in MAJOR and row.sort is not Sort.REGION}
    answers = {row: search(index, row.text) for row in rows}
    assert not [row for row in rows if f"{row.language} {row.text}" not in ODD and not _leads_home(row, answers[row])]
    assert sum(isinstance(answer, Unsure) for answer in answers.values()) < len(rows) / 100


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


def _leads_home(row: Row, answer: Answer) -> bool:
    if isinstance(answer, Found):
        return answer.code == row.code
    if isinstance(answer, HostCountry):
        return row.code == HOST
    return isinstance(answer, Unsure) and row.code in answer.choices
