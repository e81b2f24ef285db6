"""The card of every country in the tables, and of rows that nobody would write with good intentions."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config import bundled
from bot.domain.missions import Cover, Coverage, Directory, Kind, Mission, Rule, Status, coverage
from bot.texts import cards
from bot.texts.catalog import Catalog, Words
from bot.texts.messages import Message, Press
from tests.fake_telegram.entities import Formatted, formatted, utf16_length

TODAY = date(2026, 11, 22)
CATALOG = Catalog(bundled("locales"))
UNNAMED = "(the source could not be named)"
STALE = "This is more than a year old: call before you go."

FULL = Mission(
    id="ke-embassy-moscow",
    sender="ke",
    kind=Kind.EMBASSY,
    city="Moscow",
    address_en="Lopukhinsky Lane 5, Moscow",
    address_ru="Лопухинский переулок, 5, Москва",
    postcode="119034",
    latitude=55.74,
    longitude=37.59,
    phones=("+74992300232",),
    emergency_phones=("+74992300233",),
    emails=("info@kenya.example",),
    website="https://kenya.example",
    hours="Mon-Fri 09:00-12:00",
    status=Status.OPEN,
    status_note="Ring twice.",
    jurisdiction="All of Russia",
    sources=("https://www.kenya.example/about", "unattributed:7"),
    as_of=TODAY,
)
BARE = Mission(
    id="ke-embassy-moscow",
    sender="ke",
    kind=Kind.EMBASSY,
    city="Moscow",
    sources=("https://kenya.example",),
    as_of=TODAY,
)
COVER = Cover("ke", "Embassy of Kenya", "Berlin", "de", "By appointment.", ("https://kenya.example",), TODAY)
RULE = Rule("home", frozenset({"ke"}), "Ask at home first.", ("https://kenya.example",), TODAY)


def only(post: Mission | None, **rest: tuple[Mission | Cover | Rule, ...]) -> Coverage:
    parts = {"others": (), "covers": (), "rules": ()} | rest
    return Coverage("ke", post, **parts)  # type: ignore[arg-type]


def shown(message: Message) -> Formatted:
    """The message as Telegram shows it; raises what Telegram refuses."""
    assert len(message.text.encode()) < 1 << 15
    read = formatted(message.text, "HTML")
    assert 0 < utf16_length(read.text) <= 4096
    for row in message.buttons:
        assert row
        for button in row:
            assert button.label.strip()
            assert not isinstance(button, Press) or 1 <= len(button.data.encode()) <= 64
    assert sum(map(len, message.buttons)) <= 100
    return read


def text_of(post: Mission, words: Words) -> str:
    return shown(cards.card(only(post), words, TODAY)).text


def line_with(text: str, part: str) -> str:
    return next(line for line in text.splitlines() if part in line)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_country_has_a_card_and_a_list_of_posts_that_telegram_takes(directory: Directory, language: str) -> None:
    words = CATALOG.words(language)
    for sender in sorted(directory.senders):
        found = coverage(directory, sender)
        text = shown(cards.card(found, words, TODAY)).text
        assert words.country(sender) in text
        assert "\n\n\n" not in text
        assert all(line == line.strip() for line in text.splitlines())
        assert found.post is None or shown(cards.others(found, words)).text


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_post_in_the_tables_is_shown_with_all_that_its_row_has(directory: Directory, language: str) -> None:
    words = CATALOG.words(language)
    for post in directory.missions:
        text = text_of(post, words)
        assert words.city(post.city) in text
        assert words.fact(post.hours) in text
        assert words.fact(post.status_note) in text
        assert words.fact(post.jurisdiction) in text
        assert post.address_ru in text
        assert post.website in text or not post.works
        assert all(email in text for email in post.emails)
        digits = {re.sub(r"[^+\d]", "", run) for run in re.findall(r"\+[\d ()-]+\d", text)}
        assert {*post.phones, *post.emergency_phones} <= digits


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_shown_that_is_not_in_the_row(directory: Directory, language: str) -> None:
    words = CATALOG.words(language)
    for post in directory.missions:
        read = shown(cards.card(only(post), words, TODAY))
        text = read.text.replace(words.date(post.as_of), "").replace("112", "")
        row = " ".join(
            (
                *(post.address_en, post.address_ru, post.postcode, post.website, post.hours, *post.emails),
                *(*post.phones, *post.emergency_phones, *post.sources),
                *(words.fact(post.status_note), words.fact(post.jurisdiction)),
            )
        )
        ours = re.sub(r"\+[\d ()-]+\d", lambda match: re.sub(r"[^+\d]", "", match[0]), text)
        numbers = re.findall(r"\+?\d{2,}", re.sub(r"\+\d$", "", ours, flags=re.MULTILINE))
        assert [number for number in numbers if number not in row] == []
        assert [word for word in re.findall(r"\S+@\S+?(?=,|\s|$)", text) if word not in row] == []
        links = [dict(entity.extra)["url"] for entity in read.entities if entity.type == "text_link"]
        sources = [source.partition(":")[0] for source in post.sources]
        assert [url for url in links if url not in row and url.removeprefix("https://github.com/") not in sources] == []


def test_the_emergency_number_stands_before_the_office_line_and_apart_from_it(english: Words) -> None:
    text = text_of(FULL, english)
    assert line_with(text, "+7 499 230-02-33").startswith("🆘 Emergency:")
    assert line_with(text, "+7 499 230-02-32").startswith("☎️ Office:")
    assert text.index("+7 499 230-02-33") < text.index("+7 499 230-02-32")


@pytest.mark.parametrize(("status", "word"), [(Status.CLOSED, "Closed"), (Status.SUSPENDED, "Suspended")])
def test_a_post_that_does_not_work_says_so_before_anything_else(english: Words, status: Status, word: str) -> None:
    text = text_of(replace(FULL, status=status), english)
    assert re.match(rf"\S+ {word}", text)
    assert text.index(word) < text.index("Kenya")
    assert "112" in text
    assert not any("map:" in press.data for press in presses(replace(FULL, status=status), english))


def presses(post: Mission, words: Words) -> list[Press]:
    rows = cards.card(only(post), words, TODAY).buttons
    return [button for row in rows for button in row if isinstance(button, Press)]


@pytest.mark.parametrize("status", [Status.OPEN, Status.LIMITED, Status.UNKNOWN])
def test_a_post_that_may_work_has_its_country_first_and_its_status_in_words(english: Words, status: Status) -> None:
    text = text_of(replace(FULL, status=status), english)
    assert text.startswith("🇰🇪 Kenya\nEmbassy · Moscow\n")
    assert formatted(english(f"status.{status}", mark=english.plain(f"status.mark.{status}")), "HTML").text in text


def test_a_named_city_is_told_only_where_the_post_that_is_shown_helps(english: Words) -> None:
    kazan = replace(
        FULL, id="ke-consulate-kazan", kind=Kind.CONSULATE, city="Kazan", status=Status.CLOSED, status_note=""
    )
    helped = shown(cards.card(coverage(Directory((FULL, kazan)), "ke", "Kazan"), english, TODAY)).text
    assert helped.startswith("🔴 Kenya · Kazan: closed.\nThis one helps instead:\n\n🇰🇪 Kenya")
    elsewhere = shown(cards.card(coverage(Directory((FULL,)), "ke", "Kazan"), english, TODAY)).text
    assert elsewhere.startswith("ℹ️ Kazan: no post of Kenya is known there.")
    closed = replace(FULL, status=Status.CLOSED)
    unhelped = shown(cards.card(coverage(Directory((closed, kazan)), "ke", "Kazan"), english, TODAY)).text
    assert "This one helps" not in unhelped
    assert unhelped.startswith("🔴 Closed")


@pytest.mark.parametrize(("days", "stale"), [(0, False), (365, False), (366, True), (4000, True)])
def test_a_row_says_that_it_is_old_exactly_when_it_is_older_than_a_year(english: Words, days: int, stale: bool) -> None:
    day = TODAY - timedelta(days=days)
    text = text_of(replace(FULL, as_of=day), english)
    assert (STALE in text) is stale
    assert f"As of {english.date(day)} · kenya.example" in text


def test_old_rows_of_the_tables_say_so(directory: Directory, english: Words) -> None:
    for post in directory.missions:
        old = post.works and (TODAY - post.as_of).days > 365
        assert (STALE in text_of(post, english)) is old, post.id


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("status", "🟢 Open"),
        ("status_note", "Ring twice."),
        ("emergency_phones", "230-02-33"),
        ("phones", "230-02-32"),
        ("address_en", "Lopukhinsky"),
        ("address_ru", "Лопухинский"),
        ("emails", "info@kenya.example"),
        ("website", "https://kenya.example"),
        ("hours", "Mon-Fri"),
        ("jurisdiction", "All of Russia"),
    ],
)
def test_a_fact_whose_source_could_not_be_named_says_so_beside_it(english: Words, field: str, part: str) -> None:
    text = text_of(replace(FULL, unattributed=frozenset({field})), english)
    assert line_with(text, part).endswith(UNNAMED)
    assert text.count(UNNAMED) == 1
    assert UNNAMED not in text_of(FULL, english)


def test_a_row_of_which_no_source_can_be_named_says_so_below(english: Words) -> None:
    text = text_of(replace(FULL, sources=("unattributed:7", "unattributed:8")), english)
    assert text.endswith("As of 22 November 2026 · the source could not be named")


def test_what_is_not_known_leaves_no_line_and_no_label(english: Words) -> None:
    text = shown(cards.card(only(BARE), english, TODAY)).text
    status = "⚪️ Not confirmed: we could not confirm that it works now"
    source = "🗓 As of 22 November 2026 · kenya.example"
    assert text == f"🇰🇪 Kenya\nEmbassy · Moscow\n{status}\n\n{source}"
    assert [press.data for press in presses(BARE, english)] == ["mine:ke", "wrong:ke-embassy-moscow"]


def test_rules_are_cut_where_the_message_is_full_and_not_begun_where_little_would_be_left(english: Words) -> None:
    def with_covers(units: int) -> str:
        covers = [replace(COVER, note="n" * (units // 6)) for _ in range(6)]
        return shown(cards.card(only(None, covers=tuple(covers), rules=(LONGEST_RULE,)), english, TODAY)).text

    texts = [with_covers(units) for units in range(0, 3600, 60)]
    rules = [text.partition("Good to know\n")[2] for text in texts]
    assert len(rules[0]) > 1000
    assert "" in rules
    assert all("112" in text and not text.endswith("Good to know") for text in texts)
    assert all(len(rule) > 80 for rule in rules if rule)


def test_cells_of_blanks_and_invisible_characters_are_not_known_either(english: Words) -> None:
    hollow = replace(
        BARE, hours=" \t\r\n", status_note="\u200b\u202e", address_ru="\ufeff", address_en="\u2028", website=" "
    )
    hollow = replace(hollow, emails=("", "\u200e"), jurisdiction="\x00")
    assert text_of(hollow, english) == text_of(BARE, english)


def test_the_address_is_in_the_language_of_the_reader_and_in_russian(english: Words, russian: Words) -> None:
    assert "📍 Lopukhinsky Lane 5, Moscow, 119034\n🇷🇺 Лопухинский переулок, 5, Москва" in text_of(FULL, english)
    russian_text = text_of(FULL, russian)
    assert "📍 Лопухинский переулок, 5, Москва, 119034" in russian_text
    assert "Lopukhinsky" not in russian_text


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+74992300232", "+7 499 230-02-32"),
        ("+493018170", "+49 30 18170"),
        ("+998712394635", "+998 71 239 46 35"),
        ("no number", "no number"),
    ],
)
def test_phones_are_in_international_format(english: Words, number: str, written: str) -> None:
    assert cards.phone_text(number, english) == written


def test_a_country_without_a_post_gets_who_covers_it_its_rules_and_112(english: Words) -> None:
    read = shown(cards.card(only(None, covers=(COVER,), rules=(RULE,)), english, TODAY))
    assert "Embassy of Kenya, Berlin (Germany)\nBy appointment." in read.text
    assert "Ask at home first. (22 November 2026)" in read.text
    assert "112" in read.text
    old = replace(COVER, as_of=TODAY - timedelta(days=366))
    assert STALE not in read.text
    assert STALE in shown(cards.card(only(None, covers=(old,)), english, TODAY)).text
    assert "Ask the foreign ministry at home." in shown(cards.card(only(None), english, TODAY)).text


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="<>&\"'/ab \n%(){}s", max_size=60),
    st.sampled_from(
        [
            "<b>bold</b><script>alert(1)</script>",
            "x" * 1_000,
            "слово " * 200,
            "'&<>\"" * 200,
            "🇰🇪👩‍👩‍👧‍👦" * 100,
            "\u202e\u2067\u200b\x00\x1b[31m\x7f" * 50,
            "e" + "\u0301" * 1_000,
            "%(flag)s %s %% {0}",
            "\n\n\n",
            "http://[",
            "https://" + "a" * 300 + ".example/" + "'" * 400,
            "javascript:alert(1)",
        ]
    ),
)
CELLS = st.lists(HOSTILE, max_size=4).map(tuple) | HOSTILE.map(lambda cell: (cell,) * 200)
DAYS = st.dates(date(1990, 1, 1), TODAY)
IDS = st.from_regex(r"[a-z0-9-]{1,80}", fullmatch=True)
COUNTRIES = st.sampled_from([frozenset({"ke"}), frozenset({"*"})])


@dataclass(frozen=True)
class Spoilt:
    post: Mission
    covers: tuple[Cover, ...]
    rules: tuple[Rule, ...]
    city: str | None

    def __repr__(self) -> str:
        return ", ".join(f"{part!r:.1000}" for part in (self.post, self.covers, self.rules, self.city))


MISSIONS = st.builds(
    Mission,
    id=IDS,
    sender=st.just("ke"),
    kind=st.sampled_from(Kind),
    city=HOSTILE,
    address_en=HOSTILE,
    address_ru=HOSTILE,
    postcode=HOSTILE,
    phones=CELLS,
    emergency_phones=CELLS,
    emails=CELLS,
    website=HOSTILE,
    hours=HOSTILE,
    status=st.sampled_from(Status),
    status_note=HOSTILE,
    jurisdiction=HOSTILE,
    sources=CELLS,
    as_of=DAYS,
    unattributed=st.sampled_from([frozenset(), frozenset(Mission.__dataclass_fields__)]),
)
COVERS = st.lists(st.builds(Cover, st.just("ke"), HOSTILE, HOSTILE, st.just("de"), HOSTILE, CELLS, DAYS), max_size=8)
RULES = st.lists(st.builds(Rule, IDS, COUNTRIES, HOSTILE, CELLS, DAYS), max_size=30)

LONG = "'" * 9999
FULLEST = replace(
    FULL,
    city=LONG,
    address_en=LONG,
    address_ru=LONG,
    postcode=LONG,
    phones=("9" * 9999,) * 200,
    emergency_phones=("+" + "9" * 9999,) * 200,
    emails=("e" * 80,) * 200,
    website="w" * 250,
    hours=LONG,
    status_note=LONG,
    jurisdiction=LONG,
    sources=tuple(f"https://{'h' * 60}{number}.example/{'p' * 200}" for number in range(20)),
    unattributed=frozenset(Mission.__dataclass_fields__),
    as_of=date(1990, 9, 28),
)
LONGEST_COVER = Cover("ke", LONG, LONG, "cd", LONG, FULLEST.sources, FULLEST.as_of)
LONGEST_RULE = replace(RULE, text="rule " * 2000)


@pytest.mark.parametrize("language", CATALOG.languages)
@pytest.mark.parametrize("status", list(Status))
def test_the_longest_row_still_fits_with_its_date_and_where_it_matters_112(language: str, status: Status) -> None:
    post = replace(FULLEST, status=status)
    words = CATALOG.words(language)
    found = only(post, others=(FULL,) * 200, covers=(LONGEST_COVER,) * 9, rules=(LONGEST_RULE,) * 30)
    closed = replace(post, city="Kazan", status=Status.CLOSED)
    text = shown(cards.card(replace(found, city="Kazan", city_post=closed), words, TODAY)).text
    assert words.date(post.as_of) in text
    assert post.works or "112" in text


@settings(max_examples=40)
@example(Spoilt(FULLEST, (LONGEST_COVER,) * 9, (LONGEST_RULE,) * 30, None))
@given(st.builds(Spoilt, MISSIONS, COVERS.map(tuple), RULES.map(tuple), st.none() | HOSTILE))
def test_whatever_the_cells_hold_the_card_is_one_that_telegram_takes(spoilt: Spoilt) -> None:
    posts = (spoilt.post, replace(spoilt.post, id="b"))
    found = coverage(Directory(posts, spoilt.covers, spoilt.rules), "ke", spoilt.city)
    for language in ("en", "ru"):
        words = CATALOG.words(language)
        text = shown(cards.card(found, words, TODAY)).text
        assert words.country("ke") in text
        assert spoilt.post.works or "112" in text
        shown(cards.others(found, words))
        shown(cards.card(replace(found, post=None, others=()), words, TODAY))
