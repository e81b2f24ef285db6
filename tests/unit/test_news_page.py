from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.news import Bulletin, NewsItem, Notice, Section, fingerprint
from bot.sources.faults import Faults
from bot.sources.news_page import MAX_BYTES, MAX_PARAGRAPH, MAX_TITLE, read_page
from bot.texts.catalog import Words

PAGES = sorted((Path(__file__).parents[2] / "data" / "news").glob("*.txt"))
STANDING = Notice("Assistance", ("The standing notice.",))

NOTICE = "For travellers\n\nThere is a war. Find your embassy.\n\nIt has a telephone."
PAGE = f"""{NOTICE}

Home News Consulate “moves” to Port’s house

Consulate 'moves' to Port's house

Published on 07/03/2021

The consulate moved on Sunday.

Home News agencies wrote of it.

– ‘The new house’ –

It stands at the port.

Published on 08/03/2021 was a plan of the way.

– ‘Hours’ –

Open at noon.
"""
BULLETIN = Bulletin(
    NewsItem(
        title="Consulate 'moves' to Port's house",
        published=date(2021, 3, 7),
        sections=(
            Section("", ("The consulate moved on Sunday.", "Home News agencies wrote of it.")),
            Section("The new house", ("It stands at the port.", "Published on 08/03/2021 was a plan of the way.")),
            Section("Hours", ("Open at noon.",)),
        ),
    ),
    Notice("For travellers", ("There is a war. Find your embassy.", "It has a telephone.")),
)


def read(page: str | bytes) -> Bulletin:
    found = read_page(page if isinstance(page, bytes) else page.encode(), "page.txt", STANDING)
    assert isinstance(found, Bulletin), str(found)
    return found


def written(bulletin: Bulletin, category: str = "Home News") -> str:
    """The page that reads as this bulletin; without a notice of its own it has none."""
    item, notice = bulletin.item, bulletin.notice
    parts = [notice.heading, *notice.paragraphs] if notice else []
    parts += [f"{category} {item.title}", item.title, f"Published on {item.published:%d/%m/%Y}"]
    for section in item.sections:
        parts += [f"– ‘{section.heading}’ –"] if section.heading else []
        parts += section.paragraphs
    return "\n\n".join(filter(None, parts)) + "\n"


def fault(page: str | bytes) -> str:
    found = read_page(page if isinstance(page, bytes) else page.encode(), "page.txt", STANDING)
    assert isinstance(found, Faults)
    return str(found)


def page(head: str, body: str = "Text.") -> str:
    return f"{head}\nPublished on 07/03/2021\n\n{body}\n"


def test_every_part_of_a_page_is_read() -> None:
    assert read(PAGE) == BULLETIN


@pytest.mark.parametrize(
    "untidy",
    [
        PAGE.replace("\n\n", "\n"),
        PAGE.replace("\n\n", "\n \u00a0\u200b\n\t\n\n"),
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("\n", "\r"),
        "\ufeff" + PAGE,
        PAGE.replace(" ", "\u00a0"),
        PAGE.replace(" ", "\u202f \t"),
        PAGE.replace("\n", " \u200b \n\u2009"),
        PAGE.replace("– ‘", "-'").replace("’ –", "'-"),
        PAGE.replace("– ‘", "—  “ ").replace("’ –", " ”—"),
        PAGE.replace("– ‘", "– «").replace("’ –", "» –"),
        PAGE.replace("Published on", "PUBLISHED  ON:", 1),
        PAGE.replace("07/03/2021", "7 / 3 / 2021"),
        PAGE.replace("07/03/2021", "07/03/2021 at 10:30 by the editor of the house"),
        PAGE.replace("Home News Consulate “moves” to Port’s", "HOME  NEWS consulate «MOVES» to Port's"),
        PAGE.replace("Home News Consulate", "Home > News > Consulate"),
        PAGE.replace("Home News Consulate", "Home / News / Consulate"),
        PAGE.replace("Home News Consulate", "Home\nNews\nConsulate"),
        PAGE.replace("“moves” to Port’s", "“moves”\nto Port’s").replace("'moves' to Port's", "'moves' to\nPort's"),
        PAGE.replace("on Sunday", "\x00on \x07Sun\u00adday"),
    ],
)
def test_untidiness_changes_nothing(untidy: str) -> None:
    found = read(untidy)
    assert found == BULLETIN
    assert fingerprint(found.item) == fingerprint(BULLETIN.item)


@pytest.mark.parametrize("bundled", PAGES, ids=lambda path: path.stem)
def test_bundled_pages_carry_the_standing_notice_of_the_catalogue(bundled: Path, english: Words) -> None:
    standing = Notice(english.plain("notice.heading"), (english.plain("notice.text"),))
    text = bundled.read_text(encoding="utf-8")
    found = read(text)
    assert found.notice == standing
    assert read_page(text.encode(), bundled.name, standing) == Bulletin(found.item)
    assert written(found) == text
    assert bundled.name.startswith(f"{found.item.published}-")
    assert len(found.item.sections) >= 2


def test_bundled_pages_tell_of_the_order_to_withdraw_from_syria() -> None:
    (path,) = (path for path in PAGES if path.name.startswith("2016-03-14-"))
    assert read(path.read_bytes()).item.title == "Russia orders the main part of its forces out of Syria"


def test_a_page_without_a_notice_has_none() -> None:
    assert read(PAGE.removeprefix(NOTICE)) == Bulletin(BULLETIN.item)
    assert read("EmbassyPages\n\n" + PAGE.removeprefix(NOTICE)).notice is None


@pytest.mark.parametrize(
    "notice", ["Assistance\n\nThe standing notice.", "The “standing” notice.", "Other heading\nthe Standing  notice"]
)
def test_the_standing_notice_is_not_a_notice_of_the_page(notice: str) -> None:
    assert read(PAGE.replace(NOTICE, notice)).notice is None


def test_a_notice_without_heading_keeps_its_text() -> None:
    long = "A war goes on. " * 20 + "Find your embassy."
    notice = Notice("", (long, "It has a telephone."))
    assert read(PAGE.replace(NOTICE, "\n\n".join(notice.paragraphs))).notice == notice
    assert read(PAGE.replace(NOTICE, "Find your embassy.")).notice == Notice("", ("Find your embassy.",))


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Home News Consular\nNew hours", "New hours"),
        ("Home News Consular New hours\nNew hours", "New hours"),
        ("Home » News » COVID/flu rules\nCOVID/flu rules", "COVID/flu rules"),
        ("Home News\nNew hours", "New hours"),
        ("Home News New hours at…\nNew hours at the port", "New hours at the port"),
        ("Home News Home News agency closes\nHome News agency closes", "Home News agency closes"),
        ("Home News Home\nHome", "Home"),
        ("New hours", "New hours"),
    ],
)
def test_the_title_stands_behind_the_breadcrumb(head: str, title: str) -> None:
    assert read(page(head)).item.title == title


def test_what_stands_between_title_and_date_is_kept() -> None:
    item = read(page("Home News New hours\nNew hours\nBy our own hand.")).item
    assert (item.title, item.sections) == ("New hours", (Section("", ("By our own hand.", "Text.")),))


def test_lines_of_a_wrapped_paragraph_are_joined() -> None:
    wrapped = (
        "The consulate moved on Sunday to a house by the port, and\n"
        "the old one was closed; it opens again at noon.\n"
        "A second paragraph begins on the next line.\n"
        "- a passport\n"
        "- a photograph"
    )
    (section,) = read(page("Home News A\nA", wrapped)).item.sections
    assert section.paragraphs == (
        "The consulate moved on Sunday to a house by the port, and the old one was closed; it opens again at noon.",
        "A second paragraph begins on the next line.",
        "- a passport",
        "- a photograph",
    )


def test_lines_of_a_page_that_is_not_wrapped_are_paragraphs() -> None:
    long, short = "word " * 40 + "and no full stop", "No full stop"
    (section,) = read(page("Home News A\nA", f"{long}\n{short}\n{short}")).item.sections
    assert section.paragraphs == (long, short, short)


def test_an_item_may_have_no_text() -> None:
    assert read(page("Home News A\nA", "")).item.sections == ()


def test_what_is_too_long_is_cut_between_words() -> None:
    item = read(page(f"Home News\n{'long ' * 100}", "word " * 5000)).item
    assert item.title.endswith("long…")
    assert len(item.title) <= MAX_TITLE
    assert item.lead.endswith("word…")
    assert len(item.lead) <= MAX_PARAGRAPH


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("31/02/2021", "31/02/2021 is no day of the calendar (dd/mm/yyyy)"),
        ("03/27/2021", "03/27/2021 is no day of the calendar (dd/mm/yyyy)"),
        ("07.03.2021", "07.03.2021 is not a date of the form dd/mm/yyyy"),
        ("07/03/21", "07/03/21 is not a date of the form dd/mm/yyyy"),
        ("7 March 2021", "7 March 2021 is not a date of the form dd/mm/yyyy"),
        ("", "nothing is not a date of the form dd/mm/yyyy"),
        ("07/03/1021", "07/03/1021 is before 1990"),
    ],
)
def test_a_date_of_another_form_is_a_fault(written: str, expected: str) -> None:
    assert fault(PAGE.replace("07/03/2021", written)) == f"page.txt:11: date: {expected}"


NO_DATE = "date: there is no line “Published on dd/mm/yyyy”"
NO_TITLE = "title: there is no title above the date"
NO_BREADCRUMB = "breadcrumb: there is no line “Home News” with the title above the date"
NOT_UTF8 = PAGE.encode().replace(b"Open", b"\xd6pen")


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (PAGE.replace("Published on 07/03/2021\n", ""), f"page.txt:10: {NO_DATE}"),
        ("One line.\n", f"page.txt:2: {NO_DATE}"),
        (PAGE.replace("\nConsulate 'moves' to Port's house\n", ""), f"page.txt:9: {NO_TITLE}"),
        ("Published on 07/03/2021\nText.", f"page.txt:1: {NO_TITLE}"),
        (PAGE.replace("Home News Consulate “moves” to Port’s house\n\n", ""), f"page.txt:9: {NO_BREADCRUMB}"),
        ("", "page.txt:1: file: is empty"),
        ("\n \u200b\n", "page.txt:1: file: is empty"),
        (PAGE.encode("utf-16"), "page.txt:1: file: is UTF-16, not UTF-8"),
        (NOT_UTF8, "page.txt:25: file: is not UTF-8 from this line on"),
        (b"x" * (MAX_BYTES + 1), "page.txt:1: file: is larger than 1 MB"),
        ("\n" * 30_000 + PAGE, "page.txt:1: file: has more than 20,000 lines"),
    ],
)
def test_a_fault_names_its_line(broken: str | bytes, expected: str) -> None:
    assert fault(broken) == expected


WORDS = ("Russia’s", "“main”", "part", "Россия", "السفارة", "大使馆", "14", "Home", "News", "on", "and/or", "—", "a")
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(lambda words: f"Text {' '.join(words)}")
PARAGRAPHS = st.lists(TEXTS.map(lambda text: f"{text}."), min_size=1, max_size=4).map(tuple)
BULLETINS = st.builds(
    Bulletin,
    st.builds(
        NewsItem,
        title=TEXTS,
        published=st.dates(date(1990, 1, 1), date(2099, 12, 31)),
        sections=st.tuples(
            st.builds(Section, st.just(""), PARAGRAPHS),
            st.builds(Section, TEXTS, PARAGRAPHS),
            st.builds(Section, TEXTS, PARAGRAPHS),
        ),
    ),
    st.none() | st.builds(Notice, TEXTS, PARAGRAPHS),
)
CATEGORIES = st.sampled_from(("Home News", "Home News Consular"))
BLANKS = st.lists(st.sampled_from(("", " ", "\u00a0", "\t", "\u200b")), max_size=3)
SPACES = st.sampled_from((" ", "\u00a0", "\u202f", "  ", " \t", " \u200b"))
ENDS = st.sampled_from(("", " ", "\u00a0"))
STARTS = st.sampled_from(("", "\ufeff"))
BREAKS = st.sampled_from(("\n", "\r\n", "\r"))
MARKS = st.sampled_from((("– ‘", "’ –"), ("-'", "'-"), ("—“", "” —"), ("–  «", "» –"), ('- "', '"  -')))


@settings(max_examples=40)
@given(BULLETINS, CATEGORIES)
def test_a_written_page_reads_as_it_was(bulletin: Bulletin, category: str) -> None:
    assert read(written(bulletin, category)) == bulletin


@settings(max_examples=40)
@given(st.data(), BULLETINS, CATEGORIES)
def test_any_untidiness_changes_nothing(data: st.DataObject, bulletin: Bulletin, category: str) -> None:
    before, after = data.draw(MARKS)
    parts = written(bulletin, category).replace("– ‘", before).replace("’ –", after).strip().split("\n\n")
    if data.draw(st.booleans()):
        crumb = next(index for index, part in enumerate(parts) if part.startswith("Home News"))
        title = bulletin.item.title
        parts[crumb] = parts[crumb].replace(title, title.swapcase().replace("’", "'").replace("“", '"'))
    lines: list[str] = []
    for part in parts:
        lines += data.draw(BLANKS)
        lines.append(part.replace(" ", data.draw(SPACES)) + data.draw(ENDS))
    found = read(data.draw(STARTS) + data.draw(BREAKS).join(lines))
    assert found == bulletin
    assert fingerprint(found.item) == fingerprint(bulletin.item)


LINES = (
    "Home News",
    "Home",
    "News",
    "A title",
    "Published on 07/03/2021",
    "Published on 99/99/9999",
    "– ‘A’ –",
    "Text.",
)
SCRAPS = st.sampled_from(LINES) | st.text("ab \u00a0\u200b\x00\x85/’‘–-\n\r\t", max_size=20)
BYTES = st.binary(max_size=300) | st.lists(SCRAPS, max_size=12).map(lambda lines: "\n".join(lines).encode())


@given(BYTES)
def test_no_bytes_raise(data: bytes) -> None:
    found = read_page(data, "page.txt", STANDING)
    if isinstance(found, Faults):
        assert all(1 <= fault.line <= data.count(b"\n") + data.count(b"\r") + 2 for fault in found)
    else:
        assert read(written(found)).item.title == found.item.title
