"""Where a fact comes from, as links a reader can open."""

from typing import Final
from urllib.parse import urlsplit

from bot.texts.catalog import Words
from bot.texts.markup import Html, html, join, link

SHOWN: Final = 3
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
    shown = [link(label, url) for label, url in list(links.items())[:SHOWN]]
    if not shown:
        return words("card.source_unnamed")
    more = len(links) - len(shown)
    return join(", ", [*shown, html(f"+{more}")] if more else shown)


def _site(source: str) -> tuple[str, str]:
    parts = urlsplit(source)
    if parts.scheme in ("http", "https") and parts.hostname:
        return parts.hostname.removeprefix("www."), source
    repository = source.partition(":")[0]
    return f"GitHub/{repository.rpartition('/')[2]}", f"https://github.com/{repository}"
