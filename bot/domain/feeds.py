"""Where consular news comes from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.news import NewsItem

NORMAL_INTERVAL: Final = timedelta(minutes=10)
LONGEST_INTERVAL: Final = timedelta(hours=6)
MOST_AT_ONCE: Final = 10
"""So many items of one reading go out, the newest: where a source brings more, somebody has to look at it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One line of feeds.csv; an empty `country` means that its news concern everybody."""

    id: str
    url: str
    publisher: str
    country: str
    language: str


@dataclass(frozen=True, slots=True)
class FeedItem:
    """`key` is what the feed knows the item by; it stays when the item is shown again."""

    key: str
    item: NewsItem


def next_check(failures: int, now: datetime) -> datetime:
    """When to ask a source again that has failed so many times in a row: later each time, never given up."""
    factor = 1 << min(failures, 16)
    return now + min(NORMAL_INTERVAL * factor, LONGEST_INTERVAL)
