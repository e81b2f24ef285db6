"""Telegram's HTML and what it marks by itself, as the fake server reads them."""

import contextlib
import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_telegram.entities import formatted, found_in, utf16_length
from tests.fake_telegram.refusals import Refusal


@pytest.mark.parametrize(
    ("source", "text", "kinds"),
    [
        ("<b>a<i>b</i></b>", "ab", ["bold", "italic"]),
        ("<strong>a</strong><em>b</em><u>c</u><ins>d</ins>", "abcd", ["bold", "italic", "underline", "underline"]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", ["strikethrough"] * 3),
        ('<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>', "ab", ["spoiler", "spoiler"]),
        (
            "<blockquote>a</blockquote><blockquote expandable>b</blockquote>",
            "ab",
            ["blockquote", "expandable_blockquote"],
        ),
        ("<code>a</code><pre>b</pre>", "ab", ["code", "pre"]),
        ('<pre><code class="language-python">x</code></pre>', "x", ["pre"]),
        ("<a href='https://example.org/?a=1&amp;b=2'>a</a>", "a", ["text_link"]),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', "👍", ["custom_emoji"]),
        ("&lt;&gt;&amp;&quot;&#39;&#x1F600;", "<>&\"'😀", []),
        ("&nbsp; &#0; a & b &copy;", "&nbsp; &#0; a & b &copy;", []),
        ("<B>a</b ><i></i>", "a", ["bold"]),
        ("  <b> a </b>  ", "a", ["bold"]),
        ("<b>a</>", "a", ["bold"]),
    ],
)
def test_html_is_understood(source: str, text: str, kinds: list[str]) -> None:
    body = formatted(source, "HTML")
    assert body.text == text
    assert [entity.type for entity in body.entities] == kinds


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("ä<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ä<b>x</i>", 'Unmatched end tag at byte offset 6, expected "</b>", found "</i>"'),
        ("ä</b>", "Unexpected end tag at byte offset 2"),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("5 <6", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<span class="x">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=http://x>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
def test_broken_html_is_refused_in_the_servers_words(source: str, fault: str) -> None:
    with pytest.raises(Refusal) as refusal:
        formatted(source, "HTML")
    assert refusal.value.description == f"Bad Request: can't parse entities: {fault}"


@given(st.text())
def test_escaped_text_is_shown_as_it_is(text: str) -> None:
    assert formatted(html.escape(text), "HTML") == formatted(text, "")


@given(st.text(alphabet="<>/&;ab=\"' \n😀", max_size=40))
def test_any_html_is_taken_or_refused(source: str) -> None:
    with contextlib.suppress(Refusal):
        body = formatted(source, "HTML")
        length = utf16_length(body.text)
        assert all(entity.offset >= 0 and 0 < entity.length <= length - entity.offset for entity in body.entities)


@pytest.mark.parametrize("text", ["", "a/b", "1/2 no", "германия", "@", "/", "#"])
def test_plain_words_have_no_entities(text: str) -> None:
    assert found_in(text) == ()
