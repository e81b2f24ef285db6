import gzip
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.feeds import LONGEST_INTERVAL, NORMAL_INTERVAL, Feed, FeedItem, next_check
from bot.domain.news import NewsItem, Section, fingerprint
from bot.sources.clean import paragraphs_of_html
from bot.sources.missions_file import Tables
from bot.sources.news_feed import MAX_ITEMS, MAX_TEXT, FeedBroken, parse_feed

TODAY = date(2026, 11, 22)
FEED = Feed("gb-news", "https://example.org/advice/feed.xml", "Office", "gb", "en")
HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'.encode()


def item(title: str = "A", *, more: str = "", day: str = "Mon, 14 Mar 2016 10:00:00 GMT") -> str:
    return f"<item><title>{title}</title><pubDate>{day}</pubDate>{more}</item>"


def atom(entry: str) -> bytes:
    return f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry>{entry}</entry></feed>'.encode()


def parse(body: bytes, content_type: str = "") -> tuple[FeedItem, ...]:
    items = parse_feed(body, FEED, TODAY, content_type)
    assert not isinstance(items, FeedBroken), items.reason
    return items


def one(body: bytes, content_type: str = "") -> NewsItem:
    (found,) = parse(body, content_type)
    return found.item


def broken(body: bytes) -> str:
    outcome = parse_feed(body, FEED, TODAY)
    assert isinstance(outcome, FeedBroken)
    return outcome.reason


def test_an_rss_item_is_read() -> None:
    text = "<description>&lt;p&gt;One &amp;amp; two.&lt;/p&gt;Three.</description>"
    known = "<guid>g1</guid><link>https://example.org/1</link>"
    assert parse(rss(item("New &amp;amp; old", more=known + text))) == (
        FeedItem(
            "g1",
            NewsItem(
                title="New & old",
                published=date(2016, 3, 14),
                sections=(Section("", ("One & two.", "Three.")),),
                publisher="Office",
                url="https://example.org/1",
                country="gb",
                language="en",
            ),
        ),
    )


def test_an_atom_entry_is_read() -> None:
    entry = """<id>tag:1</id><title>Russia travel advice</title><updated>2026-11-20T23:30:00-03:00</updated>
        <link href="../russia"/>
        <summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Changed.</p></div></summary>"""
    (found,) = parse(atom(entry))
    assert found.key == "tag:1"
    assert found.item.published == date(2026, 11, 21)
    assert found.item.url == "https://example.org/russia"
    assert found.item.lead == "Changed."


def test_the_content_goes_before_the_summary() -> None:
    tag = "content:encoded"
    content = f"<{tag} xmlns:content='http://purl.org/rss/1.0/modules/content/'>&lt;p&gt;Whole.&lt;/p&gt;</{tag}>"
    assert one(rss(item(more=f"<description>Short […]</description>{content}"))).lead == "Whole."
    empty = content.replace("Whole.", "&lt;img src='x'&gt;")
    assert one(rss(item(more=f"<description>Short.</description>{empty}"))).lead == "Short."


def test_text_of_atom_is_no_markup() -> None:
    entry = '<title type="text">Less &lt;b&gt; more</title><summary type="text">a &lt;p&gt; b\n\nc\nd</summary>'
    found = one(atom(entry))
    assert (found.title, found.sections) == ("Less <b> more", (Section("", ("a <p> b", "c d")),))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two</p>", ["One", "Two"]),
        ("One<br>Two<br/>Three", ["One", "Two", "Three"]),
        ("<div>One <b>b</b>old<div>Two</div>Three</div>", ["One bold", "Two", "Three"]),
        ("Take:<ul><li>a <i>passport</i></li><li><p></p></li><li>a photo</ul>", ["Take:", "• a passport", "• a photo"]),
        ("<table><tr><td>Mon</td><td>9:00</td></tr><tr><td>Tue</td></tr></table>", ["Mon 9:00", "Tue"]),
        ("a<script>if (a < b) { '</p>' }</script>b<style>p { }</style>c", ["abc"]),
        ("a<SCRIPT src='x'>alert(1)</Script >b", ["ab"]),
        ("a<script>never closed <p>b</p>", ["a"]),
        ("a<!-- <p>no</p> -->b<!-- never closed <p>c</p>", ["ab"]),
        ("<img alt='2 > 1' onerror=\"alert('>')\">text", ["text"]),
        ('<a title="it"s">link</a>', ["link"]),
        ("2 < 3 <4 & 5 &amp; 6 &lt;b&gt; &copy;&#8364;&nbsp;&#x20AC;", ["2 < 3 <4 & 5 & 6 <b> ©€ €"]),
        ("<?php x ?><!DOCTYPE html><![CDATA[x]]>a", ["a"]),
        ("<", ["<"]),
        ("<p", ["<p"]),
        ("", []),
    ],
)
def test_html_becomes_what_a_browser_would_show(html: str, expected: list[str]) -> None:
    assert list(paragraphs_of_html(html)) == expected


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#8;", "&#55296;", "&#xDFFF;", "&#x110000;", f"&#{'9' * 5000};", "&#x202e;"]
)
def test_references_to_what_cannot_be_sent_are_harmless(reference: str) -> None:
    (paragraph,) = paragraphs_of_html(f"a{reference}b")
    assert paragraph.encode() in (b"ab", "a\ufffdb".encode())


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("<guid>g</guid><link>https://example.org/1</link>", "g"),
        ("<link>https://example.org/1</link>", "https://example.org/1"),
    ],
)
def test_an_item_is_known_by_its_id_or_else_its_link(more: str, key: str) -> None:
    (found,) = parse(rss(item(more=more)))
    assert found.key == key


def test_an_item_without_id_and_link_is_known_by_its_content_on_any_day() -> None:
    body = rss("<item><title>A</title><description>Text.</description></item>")
    today, tomorrow = (parse_feed(body, FEED, day) for day in (TODAY, TODAY + timedelta(days=1)))
    assert isinstance(today, tuple)
    assert isinstance(tomorrow, tuple)
    assert today[0].key == tomorrow[0].key
    assert today[0].key != parse(rss("<item><title>A</title><description>Other.</description></item>"))[0].key


def test_a_key_has_a_limited_length_and_stands_once() -> None:
    long = f"<guid>{'k' * 5000}</guid>"
    (found,) = parse(rss(item("new", more=long, day="Tue, 15 Mar 2016 10:00:00 GMT"), item("old", more=long)))
    assert found.item.title == "new"
    assert len(found.key) < 100


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://example.org", "https://u:p@example.org", "http://[", ""]
)
def test_only_links_to_the_web_are_kept(link: str) -> None:
    assert one(rss(item(more=f"<guid>g</guid><link>{link}</link>"))).url == ""


def test_newest_come_first_and_what_has_no_day_that_has_been_has_none() -> None:
    items = parse(
        rss(
            item("old", day="Mon, 14 Mar 2016 10:00:00 GMT"),
            item("later that day", day="Mon, 14 Mar 2016 23:00:00 +0300"),
            item("to come", day="Mon, 14 Mar 2044 10:00:00 GMT"),
            "<item><title>undated</title></item>",
            item("no day", day="Yesterday"),
            item("nought", day="Thu, 01 Jan 1970 00:00:00 GMT"),
        )
    )
    assert [found.item.title for found in items] == ["to come", "undated", "no day", "nought", "later that day", "old"]
    assert {found.item.published for found in items[:4]} == {None}


def test_an_undated_item_is_the_same_on_any_day() -> None:
    body = rss("<item><title>A</title><link>https://example.org/1</link></item>")
    today, tomorrow = (parse_feed(body, FEED, day) for day in (TODAY, TODAY + timedelta(days=1)))
    assert today == tomorrow


def test_a_title_has_no_markup_and_is_taken_from_the_text_where_there_is_none() -> None:
    assert one(rss(item("&lt;b&gt;Alert&lt;/b&gt;:&lt;br&gt; &amp;quot;go&amp;quot;\n now"))).title == 'Alert: "go" now'
    assert one(rss(item("", more="<description>The text.</description>"))).title == "The text."
    assert parse(rss(item(""))) == ()


def test_size_of_items_is_limited() -> None:
    assert len(parse(rss(*(item(f"n{number}") for number in range(MAX_ITEMS + 50))))) == MAX_ITEMS
    (section,) = one(rss(item("t " * 3000, more=f"<description>{'word ' * 9000}\n\nrest</description>"))).sections
    assert len(section.paragraphs) == 1
    assert len(section.paragraphs[0]) <= MAX_TEXT
    assert len(one(rss(item("t " * 3000))).title) <= 300


CYRILLIC = f'<rss version="2.0"><channel>{item("Посольство")}</channel></rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (CYRILLIC.encode(), ""),
        (CYRILLIC.encode("utf-8-sig"), "text/xml"),
        (CYRILLIC.encode("utf-16"), ""),
        (CYRILLIC.encode("utf-16-le"), ""),
        (CYRILLIC.encode("utf-16-be"), ""),
        (CYRILLIC.encode("cp1251"), "text/xml; charset=Windows-1251"),
        (f'\n<?xml version="1.0" encoding="windows-1251"?>{CYRILLIC}'.encode("cp1251"), "text/xml; charset=utf-8"),
        (f'<?xml version="1.0" encoding="koi8-r"?>{CYRILLIC}'.encode("koi8-r"), ""),
        (f'<?xml version="1.0" encoding="no-such"?>{CYRILLIC}'.encode(), ""),
        (f'<?xml version="1.0" encoding="ascii"?>{CYRILLIC}'.encode(), "text/xml; charset=hex"),
        (CYRILLIC.replace("ство", "с\x08тво").encode(), ""),
    ],
)
def test_encodings(body: bytes, content_type: str) -> None:
    assert one(body, content_type).title == "Посольство"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a feed"),
        (b"<html><body><p>Sign in</p></body></html>", "not a feed"),
        (b'{"items": []}', "not a feed"),
        (gzip.compress(rss(item())), "not a feed"),
        (b'<rss version="2.0"><channel>', "not well-formed"),
        (b"x" * (2 * 1024 * 1024 + 1), "too large"),
        (b"<rss " + b" ".join(b'a%d="1"' % number for number in range(9000)) + b"/>", "too much markup"),
        (b"<rss>" + b"<b>" * 150_000, "too much markup"),
    ],
)
def test_what_is_no_feed_is_broken(body: bytes, reason: str) -> None:
    assert broken(body) == reason


def test_an_empty_feed_is_not_broken() -> None:
    assert parse(rss()) == ()


def test_a_feed_that_ends_early_gives_what_it_has() -> None:
    assert [found.item.title for found in parse(rss(item("A"), item("B")).replace(b"</channel></rss>", b""))] == [
        "A",
        "B",
    ]


def test_entities_open_no_file_and_do_not_grow(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("password")
    outside = f'<!DOCTYPE r [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode() + rss(item("[&e;]"))
    assert "password" not in str(parse_feed(outside, FEED, TODAY))
    grows = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    bomb = f'<!DOCTYPE r [<!ENTITY e0 "lol">{grows}]>'.encode() + rss(item("&e9;"))
    assert len(str(parse_feed(bomb, FEED, TODAY))) < 1000


def test_nothing_in_a_body_is_taken_for_an_address_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss(item()))
    assert broken(str(path).encode()) == "not a feed"
    assert broken(b"http://127.0.0.1:1/feed") == "not a feed"


SCRAPS = st.sampled_from(
    (
        *(
            HEAD,
            '<rss version="2.0">',
            "<channel>",
            "<item>",
            "</item>",
            "<title>",
            "</title>",
            "<link>",
            "<guid>",
            "<",
        ),
        *(
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            "<entry>",
            "<content type='html'>",
            "&lt;p",
            "&amp;",
            "&#x",
            ">",
        ),
        *("<pubDate>", "99 Foo 2016", "<updated>", "9999-99-99T99:99:99Z", "0000-01-01", "<![CDATA[", "]]>", "&nbsp;"),
    )
)
SCRAPPED = st.lists(SCRAPS | st.text(max_size=8), max_size=20).map(lambda scraps: "".join(scraps).encode())


@settings(max_examples=150)
@given(st.binary(max_size=200) | SCRAPPED, st.text(max_size=30))
def test_no_bytes_raise(body: bytes, content_type: str) -> None:
    items = parse_feed(body, FEED, TODAY, content_type)
    for found in () if isinstance(items, FeedBroken) else items:
        assert found.key.encode()
        assert found.item.title.encode()
        assert fingerprint(found.item)
        assert found.item.published is None or found.item.published <= TODAY


def test_bundled_feeds_name_their_country(tables: Tables) -> None:
    assert {feed.country for feed in tables.feeds} >= {"gb", "us"}
    assert all(feed.url.startswith("https://") for feed in tables.feeds)


def test_a_failing_source_is_asked_less_and_less_but_never_given_up() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    waits = [next_check(failures, now) - now for failures in (*range(20), 10**9)]
    assert waits[0] == NORMAL_INTERVAL == timedelta(minutes=10)
    assert waits[1:4] == [timedelta(minutes=20), timedelta(minutes=40), timedelta(minutes=80)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_INTERVAL == timedelta(hours=6)
