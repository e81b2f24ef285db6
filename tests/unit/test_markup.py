from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.markup import (
    Html,
    bold,
    clip,
    clip_sentence,
    code,
    html,
    join,
    link,
    one_line,
    quote,
    shown_units,
    utf16,
)
from tests.fake_telegram.entities import Entity, formatted, utf16_length

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)
VISIBLE = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=60)


@given(TEXTS)
def test_text_is_escaped_once_and_only_once(text: str) -> None:
    once = html(text)
    assert html(once) is once
    assert unescape(once) == text
    assert bold(once) == bold(text)
    assert join(" ", [once, html(text)]) == f"{once} {once}"


def test_what_is_put_behind_html_is_escaped_unless_it_is_html() -> None:
    assert Html("<b>x</b>") + " & " + bold("<") == "<b>x</b> &amp; <b>&lt;</b>"
    assert isinstance(Html("<b>x</b>") + "&", Html)


@given(VISIBLE)
def test_every_mark_up_shows_the_text_as_it_is(text: str) -> None:
    marked = {"bold": bold(text), "code": code(text), "blockquote": quote(text)}
    marked["expandable_blockquote"] = quote(text, expandable=True)
    for kind, value in marked.items():
        read = formatted(value, "HTML")
        assert read.text == text
        assert read.entities == (Entity(kind, 0, utf16_length(text)),)


@given(VISIBLE, VISIBLE)
def test_a_link_leads_where_it_should_whatever_its_address_and_label_hold(label: str, path: str) -> None:
    url = f'https://a.example/?a=1&b="{path}'
    read = formatted(link(label, url), "HTML")
    assert read.text == label
    assert dict(read.entities[0].extra) == {"url": url}


@given(TEXTS, st.integers(-2, 70))
def test_a_clipped_text_is_never_longer_than_asked_for_and_begins_like_the_text(text: str, units: int) -> None:
    for cut in (clip(text, units), clip_sentence(text, units)):
        assert utf16(cut) <= max(units, 0)
        cut.encode()  # half of a surrogate pair could not be
        assert cut == text or text.startswith(cut.removesuffix("…").removesuffix(" "))


@given(TEXTS)
def test_a_text_that_fits_is_left_as_it_is(text: str) -> None:
    assert clip(text, utf16(text)) == clip_sentence(text, utf16(text)) == text


@pytest.mark.parametrize(
    ("text", "units", "cut"),
    [
        ("the embassy is closed", 14, "the embassy…"),
        ("Anantanarivobesaotra", 10, "Anantanar…"),
        ("🇰🇪🇰🇪", 6, "🇰🇪…"),
        ("🇰🇪🇰🇪", 4, "🇰…"),
        ("слово", 1, "…"),
        ("слово", 0, ""),
    ],
)
def test_a_cut_falls_between_words_where_it_can_and_never_within_a_character(text: str, units: int, cut: str) -> None:
    assert clip(text, units) == cut


def test_a_text_is_cut_after_a_sentence_unless_little_would_be_left() -> None:
    assert clip_sentence("Call first. Then come to the gate and wait.", 20) == "Call first. …"
    assert clip_sentence("Go. The embassy is closed for the whole of the week.", 30) == "Go. The embassy is closed…"


@given(TEXTS)
def test_length_is_counted_as_telegram_counts_it(text: str) -> None:
    assert utf16(text) == utf16_length(text)
    assert shown_units(bold(text) + quote(link(text, "https://a.example/?a&b>"))) == 2 * utf16_length(text)


@given(st.text())
def test_one_line_is_one_line_without_edges_whatever_it_was(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line


def test_one_line_takes_out_what_turns_the_direction_and_keeps_what_scripts_need() -> None:
    assert one_line("a\u202eb\u200bc\x00d\r\n\te\u2029") == "abc d e"
    joined = "می\u200cخواهم 👩\u200d👩"
    assert one_line(joined) == joined
