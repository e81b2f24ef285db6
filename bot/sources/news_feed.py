"""The bytes of an RSS or Atom feed -> its items as plain text, newest first."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from io import BytesIO
from itertools import islice
from typing import Any, Final
from urllib.parse import urljoin

import feedparser

from bot.domain.feeds import Feed, FeedItem
from bot.domain.news import NewsItem, Section
from bot.sources import checks
from bot.sources.clean import cut, one_line, paragraphs_of_html, paragraphs_of_text
from bot.sources.feed_text import feed_text

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ITEMS: Final = 100
MAX_TEXT: Final = 20_000
MAX_TITLE: Final = 300

_MAX_MARKUP = 200_000
_MAX_KEY = 300
_MAX_TITLE_FROM_TEXT = 120
_MAX_TAGS = 100_000
_ENDLESS_TAG = re.compile("<[^<>]{20000}")


@dataclass(frozen=True, slots=True)
class FeedBroken:
    """`reason` is a word or two for a log, with nothing of the feed in it."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Entry:
    values: dict[str, Any]
    published: datetime | None
    is_atom: bool


def parse_feed(body: bytes, feed: Feed, today: date, content_type: str = "") -> tuple[FeedItem, ...] | FeedBroken:
    """The newest items of the feed. `content_type` is the header that came with it, for its charset.

    Two megabytes can take seconds: not for the thread that answers people.
    """
    parsed = _parse(body, content_type)
    if isinstance(parsed, FeedBroken):
        return parsed
    is_atom = parsed.version.startswith("atom")
    entries = [_Entry(dict(entry), _when(entry, today), is_atom) for entry in parsed.entries]
    entries.sort(key=lambda entry: (entry.published is None, entry.published), reverse=True)
    items: dict[str, FeedItem] = {}
    for entry in islice(entries, MAX_ITEMS):
        if found := _read(entry, feed):
            items.setdefault(found.key, found)
    return tuple(items.values())


def _parse(body: bytes, content_type: str) -> Any:
    if len(body) > MAX_BYTES:
        return FeedBroken("too large")
    text = feed_text(body, content_type)
    if text.count("<") > _MAX_TAGS or _ENDLESS_TAG.search(text):  # would take feedparser minutes
        return FeedBroken("too much markup")
    # In a file object nothing can be taken for an address to fetch or a file to open; the empty first line keeps
    # feedparser from looking for an encoding in what follows; without an address it leaves relative ids alone.
    stream = BytesIO(b"\n" + text.encode())
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(stream, response_headers=headers, resolve_relative_uris=False, sanitize_html=False)
    except Exception:  # noqa: BLE001 - whatever it stumbles over, the feed is at fault
        return FeedBroken("unreadable")
    if not parsed.get("version"):
        return FeedBroken("not a feed")
    if parsed.bozo and not parsed.entries:
        return FeedBroken("not well-formed")
    return parsed


def _when(entry: dict[str, Any], today: date) -> datetime | None:
    """In UTC; a day to come, or before there were feeds, is none on which it can have been published."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # dict.get, for feedparser's own gives another date where one is missing
        if given := dict.get(entry, name):
            try:
                found = datetime(*given[:6])  # noqa: DTZ001 - feedparser gives UTC
            except ValueError:
                continue
            return found if checks.EARLIEST <= found.date() <= today else None
    return None


def _read(entry: _Entry, feed: Feed) -> FeedItem | None:
    text = _text(entry)
    title = cut(one_line(" ".join(_cleaned(entry.values.get("title_detail"), entry.is_atom))), MAX_TITLE)
    title = title or (cut(text[0], _MAX_TITLE_FROM_TEXT) if text else "")
    if not title:
        return None
    item = NewsItem(
        title=title,
        published=entry.published.date() if entry.published else None,
        sections=(Section("", text),) if text else (),
        publisher=feed.publisher,
        url=_link(entry, feed),
        country=feed.country,
        language=feed.language,
    )
    return FeedItem(_key(entry, item), item)


def _text(entry: _Entry) -> tuple[str, ...]:
    """The content where the feed carries it, else the summary."""
    for detail in (*(entry.values.get("content") or ()), entry.values.get("summary_detail")):
        if paragraphs := _cleaned(detail, entry.is_atom):
            return _limited(paragraphs)
    return ()


def _cleaned(detail: dict[str, Any] | None, is_atom: bool) -> tuple[str, ...]:
    """RSS does not say what is HTML, so all of it is taken for it; Atom does."""
    if not detail:
        return ()
    value = str(detail.get("value") or "")[:_MAX_MARKUP]
    if is_atom and detail.get("type") == "text/plain":
        return paragraphs_of_text(value)
    return paragraphs_of_html(value) if "<" in value else paragraphs_of_text(unescape(value))


def _limited(paragraphs: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    left = MAX_TEXT
    for paragraph in paragraphs:
        if len(paragraph) > left:
            return (*found, cut(paragraph, left)) if left > 1 else tuple(found)
        found.append(paragraph)
        left -= len(paragraph)
    return tuple(found)


def _link(entry: _Entry, feed: Feed) -> str:
    link = one_line(str(entry.values.get("link") or ""))
    if not link or (link == entry.values.get("id") and "://" not in link):  # an id that is no address
        return ""
    try:
        return checks.url(urljoin(feed.url, link))
    except (checks.Wrong, ValueError):
        return ""


def _key(entry: _Entry, item: NewsItem) -> str:
    given = one_line(str(entry.values.get("id") or "")) or one_line(str(entry.values.get("link") or ""))
    if given and len(given) <= _MAX_KEY:
        return given
    # not of the date that we read: it may be one to come today, and one that has been tomorrow
    content = given or "\n".join((item.title, str(entry.values.get("published", "")), *_text(entry)))
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
