"""Telegram HTML: the one place where text becomes markup."""

from html import escape as _escape
from typing import Final

MESSAGE_LIMIT: Final = 4096
"""UTF-16 units of a message after its entities are parsed (Bot API, sendMessage)."""


class Html(str):
    """Text that is Telegram HTML already; every other string is escaped before it stands beside it."""

    __slots__ = ()

    def __add__(self, other: object) -> "Html":
        return Html(str.__add__(self, html(other)))


def html(value: object) -> Html:
    """The value as Telegram HTML: escaped, unless it is HTML already."""
    return value if isinstance(value, Html) else Html(_escape(str(value), quote=True))


def join(separator: str, parts: list[Html]) -> Html:
    return Html(separator.join(parts))


def bold(value: object) -> Html:
    return Html(f"<b>{html(value)}</b>")


def italic(value: object) -> Html:
    return Html(f"<i>{html(value)}</i>")


def code(value: object) -> Html:
    """Text that a tap copies."""
    return Html(f"<code>{html(value)}</code>")


def link(label: object, url: str) -> Html:
    return Html(f'<a href="{html(url)}">{html(label)}</a>')


def quote(value: object, *, expandable: bool = False) -> Html:
    return Html(f"<blockquote{' expandable' if expandable else ''}>{html(value)}</blockquote>")


def clip(text: str, units: int) -> str:
    """The text, cut at a word within so many UTF-16 units, with an ellipsis where something is missing."""
    if utf16(text) <= units:
        return text
    cut = text.encode("utf-16-le", "replace")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    words, _, rest = cut.rpartition(" ")
    return (words if len(rest) < len(words) else cut).rstrip() + "…"


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)
