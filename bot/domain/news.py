"""A news item, the consular-assistance notice that stands with it, and the bulletin that the two make."""

import hashlib
import unicodedata
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Section:
    """Paragraphs under a heading; what comes before the first heading has an empty one."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One piece of news, as plain text.

    `published` is None where its source does not say. `country` is the code of the country whose nationals it concerns,
    "" for everybody; `language` that of its text, "" where it is not known.
    """

    title: str
    published: date | None
    sections: tuple[Section, ...] = ()
    publisher: str = ""
    url: str = ""
    country: str = ""
    language: str = ""

    @property
    def lead(self) -> str:
        """The first paragraph, "" where there is no text."""
        return next((paragraph for section in self.sections for paragraph in section.paragraphs), "")


@dataclass(frozen=True, slots=True)
class Notice:
    """What a person in need of consular help is told with the item."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What goes out. Without a notice of its own it carries the standing one, in the reader's language."""

    item: NewsItem
    notice: Notice | None = None


def fingerprint(item: NewsItem) -> str:
    """The same for two texts that a reader would call the same: only letters and digits count, not their case, nor
    where paragraphs begin.

    The notice does not count: an item that comes once from a page and once from a feed is one item.
    """
    body = "".join(text for section in item.sections for text in (section.heading, *section.paragraphs))
    texts = (item.title, item.published.isoformat() if item.published else "", body)
    return hashlib.sha256("\n".join(_bare(text) for text in texts).encode()).hexdigest()


def as_before(corrected: NewsItem, old: NewsItem) -> NewsItem:
    """A corrected page does not say whom it concerns nor who published it: that stays."""
    return replace(corrected, country=old.country, language=old.language, publisher=old.publisher, url=old.url)


def same_notice(one: Notice, other: Notice) -> bool:
    return _bare("".join(one.paragraphs)) == _bare("".join(other.paragraphs))


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Marks count: in Indic scripts the vowels are marks.
    return "".join(character for character in folded if unicodedata.category(character)[0] in "LMN")
