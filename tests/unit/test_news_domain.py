"""When two pieces of news are one: what the fingerprint does and does not see."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.news import NewsItem, Notice, Section, fingerprint, same_notice

ITEM = NewsItem(
    title="Airports “closed” until 10.30",
    published=date(2026, 11, 20),
    sections=(
        Section("", ("Airports in the south were closed on Friday.", "Call your airline first.")),
        Section("Что делать", ("Держите документы при себе — всегда.",)),
    ),
)
WORDS = st.text(st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=0x52F), min_size=1, max_size=12)


def test_it_is_the_same_for_the_same_text() -> None:
    assert fingerprint(ITEM) == fingerprint(replace(ITEM))
    assert len(fingerprint(ITEM)) == 64


@pytest.mark.parametrize(
    "same",
    [
        replace(ITEM, title='AIRPORTS "CLOSED" until  10:30 '),
        replace(ITEM, title="Airports «closed»\N{NO-BREAK SPACE}until 10.30"),
        replace(ITEM, publisher="Somebody", url="https://news.example", country="ke", language="en"),
        replace(
            ITEM,
            sections=(
                Section("", ("Airports in the south were closed on Friday. Call your airline first.",)),
                Section("ЧТО ДЕЛАТЬ", ("Держите документы при себе - всегда",)),
            ),
        ),
    ],
)
def test_case_quotes_spaces_paragraphs_and_where_it_came_from_do_not_matter(same: NewsItem) -> None:
    assert fingerprint(same) == fingerprint(ITEM)


@pytest.mark.parametrize(
    "other",
    [
        replace(ITEM, title="Airports “open” until 10.30"),
        replace(ITEM, title="Airports “closed” until 11.30"),
        replace(ITEM, published=date(2026, 11, 21)),
        replace(ITEM, published=None),
        replace(ITEM, sections=ITEM.sections[:1]),
        replace(ITEM, sections=(*ITEM.sections[:1], Section("Что делать", ("Держите паспорт при себе — всегда.",)))),
        replace(ITEM, sections=(*ITEM.sections[:1], Section("Кому звонить", ITEM.sections[1].paragraphs))),
    ],
)
def test_a_changed_word_or_date_matters(other: NewsItem) -> None:
    assert fingerprint(other) != fingerprint(ITEM)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_any_text_survives_being_set_anew_and_no_changed_word_does(words: list[str], data: st.DataObject) -> None:
    def item(words: list[str], gap: str = " ") -> NewsItem:
        return NewsItem("News", date(2026, 11, 20), (Section("", (gap.join(words),)),))

    untidy = item([f"“{word}”," for word in words], gap="  \n ")
    assert fingerprint(untidy) == fingerprint(item(words))
    place = data.draw(st.integers(0, len(words) - 1))
    changed = [*words[:place], words[place] + "x", *words[place + 1 :]]
    assert fingerprint(item(changed)) != fingerprint(item(words))


def test_a_notice_is_known_by_its_text() -> None:
    notice = Notice("Consular assistance", ("Russia is at war in Ukraine.", "Find your embassy."))
    assert same_notice(notice, Notice("HELP", ("russia is at war in Ukraine. find your embassy",)))
    assert not same_notice(notice, Notice("Consular assistance", ("Find your embassy.",)))


def test_the_lead_is_the_first_paragraph_wherever_it_stands() -> None:
    assert ITEM.lead == "Airports in the south were closed on Friday."
    late = NewsItem("T", date(2026, 1, 1), (Section("Heading", ()), Section("Next", ("Text.",))))
    assert late.lead == "Text."
    assert NewsItem("T", date(2026, 1, 1)).lead == ""
