"""Where a fact comes from, as links a reader can open."""

from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from bot.texts.catalog import Words
from bot.texts.markup import Html, clip, html, join, link, one_line, utf16

SHOWN: Final = 3
LABEL_UNITS: Final = 40
URL_UNITS: Final = 300
"""A longer address stands without its link: cut, it would lead elsewhere."""
UNNAMED: Final = "unattributed:"
BULK: Final = "database-of-embassies/"
"""A list of all embassies of the world: it shows that a post exists and says little more, so it is named last."""


def source_links(sources: tuple[str, ...], words: Words) -> Html:
    """The first few sources by the name of their site, one link a site, the best (first) ones first.

    A source is an address, `owner/name:path` of a public repository, or `unattributed:N`, a public file that
    cannot be named and so cannot be opened.
    """
    links: dict[str, str] = {}
    for source in sorted(sources, key=lambda source: source.startswith(BULK)):
        if not source.startswith(UNNAMED):
            label, url = _site(source)
            links.setdefault(label, url)
    shown = [_link(label, url) for label, url in list(links.items())[:SHOWN]]
    if not shown:
        return words("card.source_unnamed")
    more = len(links) - len(shown)
    return join(", ", [*shown, html(f"+{more}")] if more else shown)


def _link(label: str, url: str) -> Html:
    shown = clip(label, LABEL_UNITS)
    return link(shown, url) if utf16(html(url)) <= URL_UNITS else html(shown)


def _site(source: str) -> tuple[str, str]:
    with suppress(ValueError):  # what urlsplit cannot read is no address
        parts = urlsplit(source)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts.hostname.removeprefix("www."), source
    repository = one_line(source.partition(":")[0])
    return f"GitHub/{repository.rpartition('/')[2]}", f"https://github.com/{repository}"
