"""Greetings, questions back, lists and settings: what Telegram takes, in every language."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import bundled
from bot.domain.missions import Directory, Kind, Mission, Status, nearest
from bot.texts import answers
from bot.texts.catalog import Catalog, Words
from bot.texts.messages import Link, Message, Press, in_rows
from tests.fake_telegram.entities import formatted, utf16_length

CATALOG = Catalog(bundled("locales"))
ENGLISH = CATALOG.words("en")
KENYA = Mission(
    id="ke-embassy-moscow",
    sender="ke",
    kind=Kind.EMBASSY,
    city="Moscow",
    latitude=55.74,
    longitude=37.59,
    phones=("+74992300232",),
    emergency_phones=("+74992300233",),
)


def shown(message: Message) -> str:
    """The message as Telegram shows it; raises what Telegram refuses."""
    text = formatted(message.text, "HTML").text
    assert 0 < utf16_length(text) <= 4096
    for row in message.buttons:
        assert row
        for button in row:
            assert button.label.strip()
            assert not isinstance(button, Press) or 1 <= len(button.data.encode()) <= 64
    assert sum(map(len, message.buttons)) <= 100
    return text


def presses(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row if isinstance(button, Press)]


def every_answer(directory: Directory, words: Words) -> list[Message]:
    near = nearest(directory.missions, 55.75, 37.62)
    return [
        answers.start(words, None),
        answers.start(words, "ke"),
        answers.help_text(words),
        answers.which_country(words),
        answers.did_you_mean(("cd", "cg", "x-abkhazia", "x-south-ossetia"), "Petropavlovsk-Kamchatsky", words),
        answers.nothing_found(words),
        answers.nothing_found(words, "Kazan"),
        answers.host_country(words),
        answers.nearest(near, None, words),
        answers.nearest(near, "ke", words),
        answers.nearest([], None, words),
        answers.nearest([], "ke", words),
        answers.ask_location(words),
        answers.my_country(None, words),
        answers.my_country("ke", words),
        answers.my_country_set(None, words),
        answers.my_country_set("ke", words),
        answers.emergency(None, None, words),
        answers.emergency(None, "ke", words),
        answers.emergency(KENYA, "ke", words),
        answers.languages(CATALOG, None, words),
        answers.languages(CATALOG, "en", words),
    ]


@pytest.mark.parametrize("language", CATALOG.languages)
def test_every_answer_is_one_that_telegram_takes(directory: Directory, language: str) -> None:
    words = CATALOG.words(language)
    texts = [shown(message) for message in every_answer(directory, words)]
    assert all("%(" not in text for text in texts)
    assert all("\n\n\n" not in text for text in texts)


@pytest.mark.parametrize("language", CATALOG.languages)
@pytest.mark.parametrize("verb", ["card", "mine"])
def test_every_country_is_reached_through_exactly_one_letter(directory: Directory, language: str, verb: str) -> None:
    words = CATALOG.words(language)
    letters = answers.letters(directory.senders, verb, words)
    shown(letters)
    found: list[str] = []
    for data in presses(letters):
        listed = answers.by_letter(directory.senders, data.split(":")[1], verb, words)
        shown(listed)
        *countries, back = presses(listed)
        assert back.split(":")[0] == "letters"
        found += countries
    assert sorted(found) == sorted(f"{verb}:{code}" for code in directory.senders)


@pytest.mark.parametrize("letter", [" ", "ZZ", "<b>", "\u200b", "ж" * 26])
def test_a_letter_no_country_begins_with_leads_back_to_the_letters(directory: Directory, letter: str) -> None:
    answer = answers.by_letter(directory.senders, letter, "mine", ENGLISH)
    assert answer == answers.letters(directory.senders, "mine", ENGLISH)


def test_in_an_emergency_112_comes_first_then_the_emergency_number_of_the_own_embassy(english: Words) -> None:
    text = shown(answers.emergency(KENYA, "ke", english))
    assert text.index("112") < text.index("+7 499 230-02-33")
    assert "230-02-32" not in text
    assert "🆘 Emergency: +7 499 230-02-33" in text
    assert "☎️ Office: +7 499 230-02-32" in shown(answers.emergency(replace(KENYA, emergency_phones=()), "ke", english))
    for post in (None, replace(KENYA, status=Status.CLOSED), replace(KENYA, phones=(), emergency_phones=())):
        none = shown(answers.emergency(post, "ke", english))
        assert "112" in none
        assert "no phone number is known" in none
        assert "230-02" not in none


CELLS = st.text(max_size=30) | st.sampled_from(["9" * 1_000, "<b>&", "\u202e\x00", "слово " * 1000])


@settings(max_examples=40)
@example("9" * 1_000, "c" * 5_000)
@given(CELLS, CELLS)
def test_whatever_the_cells_hold_the_answers_are_ones_that_telegram_takes(cell: str, city: str) -> None:
    post = replace(KENYA, phones=(cell,) * 200, emergency_phones=(cell,) * 200, city=city)
    shown(answers.emergency(post, "ke", ENGLISH))
    shown(answers.nearest(nearest([post] * 9, 55.75, 37.62), None, ENGLISH))


def test_the_language_in_use_is_marked(english: Words) -> None:
    def labels(chosen: str | None) -> list[str]:
        return [button.label for row in answers.languages(CATALOG, chosen, english).buttons for button in row]

    assert "✓ Русский" in labels("ru")
    assert labels("ru")[-1] == "🌐 As in Telegram"
    assert labels(None)[-1] == "✓ 🌐 As in Telegram"


def test_a_button_whose_data_telegram_refuses_is_left_out() -> None:
    fits, too_long, link = Press("a", "ж" * 32), Press("b", "ж" * 32 + "x"), Link("c", "https://a.example/" + "x" * 99)
    assert in_rows([fits, too_long, link, fits], 2) == ((fits, link), (fits,))
    assert in_rows([too_long], 2) == ()
