"""Sentences of the data files, in the language of the reader."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.domain.missions import Coverage, Directory, coverage
from bot.texts.cards import card
from bot.texts.catalog import Catalog, Words

TODAY = date(2026, 11, 22)
UNKNOWN = "A sentence that no catalogue has."


def with_note(directory: Directory, note: str) -> Coverage:
    found = coverage(directory, "de")
    assert found.post is not None
    return replace(found, post=replace(found.post, status_note=note))


def test_a_russian_card_says_all_facts_in_russian(directory: Directory, russian: Words) -> None:
    shown = card(coverage(directory, "de"), russian, TODAY).text
    assert "Номер был опубликован в 2020 году для срочных консульских вопросов." in shown
    assert "По телефону: пн–чт 09:00–16:00, пт 09:00–15:00" in shown
    assert "Также бывшие округа Екатеринбурга и Новосибирска" in shown
    assert "Генеральное консульство в Санкт-Петербурге обслуживает также Калининград" in shown


def test_a_russian_card_names_who_helps_from_abroad_in_russian(directory: Directory, russian: Words) -> None:
    shown = card(coverage(directory, "is"), russian, TODAY).text
    assert "Служба помощи гражданам Министерства иностранных дел Исландии" in shown
    assert "Телефон +354 545 0112, электронная почта hjalp@utn.is (июнь 2023 года)." in shown


def test_an_english_card_says_them_as_the_tables_do(directory: Directory, english: Words) -> None:
    found = coverage(directory, "ie")
    assert found.post is not None
    shown = card(found, english, TODAY).text
    assert found.post.status_note in shown
    assert found.post.hours in shown


def test_an_unknown_sentence_stays_english_on_a_russian_card(directory: Directory, russian: Words) -> None:
    shown = card(with_note(directory, UNKNOWN), russian, TODAY).text
    assert UNKNOWN in shown
    assert "По телефону: пн–чт" in shown


def test_an_empty_cell_stays_empty(directory: Directory, russian: Words) -> None:
    # gettext keeps the header of a catalogue under the empty id.
    assert russian.fact("") == ""
    assert "Plural-Forms" not in card(with_note(directory, ""), russian, TODAY).text


def test_a_language_without_facts_shows_them_in_english(tmp_path: Path) -> None:
    for language in ("en", "eo"):
        texts = tmp_path / language / "LC_MESSAGES" / "bot.po"
        texts.parent.mkdir(parents=True)
        texts.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n', encoding="utf-8")
    assert Catalog(tmp_path).words("eo").fact("All of Russia") == "All of Russia"
