"""A bulletin as its reader sees it, whatever its text is."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import bundled
from bot.domain.missions import Coverage, Directory, Kind, Mission, coverage
from bot.domain.news import Bulletin, NewsItem, Notice, Section
from bot.texts.bulletins import (
    LEAD_UNITS,
    bulletin_message,
    correction_message,
    leafing,
    standing_notice,
    withdrawal_message,
)
from bot.texts.catalog import Catalog, Words
from bot.texts.messages import Link, Message, Press
from tests.fake_telegram.entities import Formatted, formatted, utf16_length

CATALOG = Catalog(bundled("locales"))
ANY_TEXT = st.text(max_size=400) | st.text(st.sampled_from("<>&\"'😀a. "), min_size=300, max_size=1500)
SECTIONS = st.lists(
    st.builds(Section, ANY_TEXT, st.lists(ANY_TEXT, max_size=4).map(tuple)),
    max_size=4,
).map(tuple)
SENTENCE = "Trains to the border run again from Monday on."

ITEM = NewsItem(
    title="Airports closed & reopened",
    published=date(2026, 11, 20),
    sections=(
        Section("", ("Airports in the south were closed on Friday.", "They opened again at night.")),
        Section("What to do", ("Call your airline first.",)),
    ),
    publisher="Consular News",
    url="https://news.example/airports?a=1&b=2",
)


def shown(message: Message) -> Formatted:
    """The message as Telegram shows it; raises what Telegram refuses."""
    assert len(message.text.encode()) < 1 << 15
    read = formatted(message.text, "HTML")
    assert 0 < utf16_length(read.text) <= 4096
    for row in message.buttons:
        assert row
        assert all(button.label.strip() for button in row)
    return read


def folded(message: Message) -> str:
    """What stands in the expandable quotation, "" without one."""
    read = shown(message)
    quotes = [entity for entity in read.entities if entity.type == "expandable_blockquote"]
    assert len(quotes) <= 1
    raw = read.text.encode("utf-16-le")
    return "".join(raw[2 * q.offset : 2 * (q.offset + q.length)].decode("utf-16-le") for q in quotes)


def long_item(*sections: Section) -> NewsItem:
    return NewsItem("Long", date(2026, 11, 20), sections)


@settings(max_examples=60)
@given(st.text(max_size=400), SECTIONS, ANY_TEXT, ANY_TEXT, st.sampled_from(["en", "ru"]), st.sampled_from(["", "ke"]))
@example("T", (Section("😀" * 300, ("😀" * 5000,)),), "😀" * 300, "😀" * 2000, "ru", "ke")
@example("<b>", (Section("&" * 300, ("&" * 5000, "&" * 5000)),), "&" * 300, "&" * 2000, "en", "")
def test_any_text_is_a_message_that_telegram_takes(
    directory: Directory,
    title: str,
    sections: tuple[Section, ...],
    heading: str,
    notice: str,
    language: str,
    country: str,
) -> None:
    item = NewsItem(f"News {title}", date(2026, 11, 20), sections, publisher=title, url="https://news.example/?a=1&b")
    own = coverage(directory, country) if country else None
    words = CATALOG.words(language)
    for bulletin in (Bulletin(item), Bulletin(item, Notice(heading, (notice, notice)))):
        assert shown(bulletin_message(bulletin, own, words)).text.startswith("📰 News")
        shown(correction_message(bulletin, own, words))
        shown(withdrawal_message(bulletin, words))


def test_everything_stands_in_its_place(english: Words) -> None:
    message = bulletin_message(Bulletin(ITEM), None, english)
    text = shown(message).text
    parts = [
        "📰 Airports closed & reopened",
        "20 November 2026 · Consular News · source",
        "Airports in the south were closed on Friday.",
        "They opened again at night.\nWhat to do\nCall your airline first.",
        "⚠️ Consular assistance",
        "Russia is at war in Ukraine.",
        "EmbassyPages",
        "Choose your country",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert text.count("closed on Friday") == 1
    links = [entity.payload()["url"] for entity in shown(message).entities if entity.type == "text_link"]
    assert links[0] == "https://news.example/airports?a=1&b=2"
    assert [type(button) for button in message.buttons[0]] == [Press, Link]


def test_a_bare_item_has_no_empty_parts(english: Words) -> None:
    message = bulletin_message(Bulletin(NewsItem("Only a title", date(2026, 11, 20))), None, english)
    text = shown(message).text
    assert folded(message) == ""
    assert text.startswith("📰 Only a title\n20 November 2026\n\n⚠️ Consular assistance\n")
    assert "\n\n\n" not in text
    assert [button.label for button in message.buttons[0]] == [english.plain("button.choose_country")]


def test_an_undated_item_has_no_date(english: Words) -> None:
    message = bulletin_message(Bulletin(replace(ITEM, published=None)), None, english)
    assert "2026" not in message.text
    assert "Consular News · source" in formatted(message.text, "HTML").text


def test_the_standing_notice_is_in_the_readers_language_and_its_own_as_it_came(english: Words, russian: Words) -> None:
    assert "Россия ведёт войну в Украине" in shown(bulletin_message(Bulletin(ITEM), None, russian)).text
    assert standing_notice(english) != standing_notice(russian)
    own = Bulletin(ITEM, Notice("Consular help", ("Call the duty officer.", "Day and night.")))
    for words in (english, russian):
        text = shown(bulletin_message(own, None, words)).text
        assert "⚠️ Consular help\nCall the duty officer.\nDay and night." in text
        assert standing_notice(words).paragraphs[0][:20] not in text


def test_the_full_text_is_cut_after_a_sentence(english: Words) -> None:
    sections = tuple(Section(f"Part {n}", (" ".join([SENTENCE] * 8),)) for n in range(20))
    message = bulletin_message(Bulletin(long_item(Section("", ("Lead.",)), *sections)), None, english)
    text = folded(message)
    assert utf16_length(shown(message).text) > 3900
    assert text.startswith(f"Part 0\n{SENTENCE}")
    assert text.endswith(f"{SENTENCE} …")
    assert "Choose your country" in shown(message).text


def test_a_long_lead_is_cut_after_a_sentence_and_is_whole_below(english: Words) -> None:
    lead = " ".join([SENTENCE] * 40)
    message = bulletin_message(Bulletin(long_item(Section("", (lead, "The end.")))), None, english)
    text = shown(message).text
    cut = next(line for line in text.splitlines() if line.startswith(SENTENCE))
    assert cut.endswith(f"{SENTENCE} …")
    assert utf16_length(cut) <= LEAD_UNITS
    assert folded(message) == f"{lead}\nThe end."


def test_a_heading_never_stands_without_its_text(english: Words) -> None:
    for room in range(3300, 3800, 3):
        sections = (Section("", ("Lead.", "x" * room)), Section("What to do now", ("Leave by road. " * 20,)))
        text = folded(bulletin_message(Bulletin(long_item(*sections)), None, english))
        assert not text.endswith("What to do now"), room
    alone = (Section("", ("Lead.",)), Section("No text", ()), Section("Part", ("The end.",)))
    assert folded(bulletin_message(Bulletin(long_item(*alone)), None, english)) == "No text\nPart\nThe end."


def test_the_mark_tells_an_emergency_number_from_an_office_line(english: Words) -> None:
    post = Mission(id="ke", sender="ke", kind=Kind.EMBASSY, city="Moscow", phones=("+74992300232",))
    for emergency, mark in (((), "☎️ Office: +7 499 230-02-32"), (("+74992300233",), "🆘 Emergency: +7 499 230-02-33")):
        own = Coverage("ke", replace(post, emergency_phones=emergency), (), (), ())
        assert mark in shown(bulletin_message(Bulletin(ITEM), own, english)).text


def test_two_paragraphs_that_read_the_same_both_stay(english: Words) -> None:
    message = bulletin_message(Bulletin(long_item(Section("", ("Again.", "Again.")))), None, english)
    assert shown(message).text.count("Again.") == 2


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_reader_has_the_own_embassy_in_two_lines(directory: Directory, language: str) -> None:
    words = CATALOG.words(language)
    for sender in sorted(directory.senders):
        own = coverage(directory, sender)
        message = bulletin_message(Bulletin(ITEM), own, words)
        first, second = shown(message).text.splitlines()[-2:]
        assert words.country(sender) in first
        assert "112" in second
        post = own.post if own.post is not None and own.post.works else None
        digits = "".join(filter(str.isdigit, second))
        for number in (post.first_phones if post else ())[:3]:
            assert number.strip("+") in digits
        on_map = [
            button for button in message.buttons[0] if isinstance(button, Press) and button.data.startswith("map")
        ]
        assert bool(on_map) == (post is not None and post.position is not None)
        assert Press(words.plain("button.own_embassy"), f"own:{sender}") in message.buttons[0]


def test_without_an_embassy_the_reader_is_told_so(english: Words) -> None:
    message = bulletin_message(Bulletin(ITEM), Coverage("ke", None, (), (), ()), english)
    assert shown(message).text.endswith("🇰🇪 Kenya: your embassy\nNo number is known; in danger call 112.")
    assert message.buttons[0][0].label == english.plain("button.own_embassy")


def test_a_correction_says_so_first_and_is_whole(directory: Directory, english: Words) -> None:
    own = coverage(directory, "ke")
    plain = shown(bulletin_message(Bulletin(ITEM), own, english)).text
    corrected = shown(correction_message(Bulletin(ITEM), own, english)).text
    assert corrected.startswith("✏️ Correction of a bulletin")
    assert corrected.endswith(plain)


def test_a_withdrawal_has_the_name_and_nothing_of_the_text(english: Words) -> None:
    message = withdrawal_message(Bulletin(ITEM), english)
    text = shown(message).text
    assert text.startswith("↩️ Withdrawn:")
    assert text.endswith("📰 Airports closed & reopened")
    assert "Friday" not in text
    assert message.buttons == ()


def test_leafing_offers_only_what_there_is(english: Words) -> None:
    assert leafing(None, None, english) == ()
    assert [button.data for button in leafing(3, 5, english) if isinstance(button, Press)] == ["news:3", "news:5"]
    assert [button.data for button in leafing(None, 5, english) if isinstance(button, Press)] == ["news:5"]
