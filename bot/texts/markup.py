"""Telegram HTML: the one place where text becomes markup."""

import re
from html import escape as _escape
from html import unescape
from typing import Final

MESSAGE_LIMIT: Final = 4096
"""UTF-16 units of a message after its entities are parsed (Bot API, sendMessage)."""


_TAG: Final = re.compile(r"<[^<>]*>")
_UNSEEN: Final = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " "),
    **dict.fromkeys((0xAD, 0x61C, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF), ""),
}
"""What is not seen but breaks a line or turns the direction of what follows; joiners stay, scripts need them."""

SENTENCE_END: Final = re.compile(r"[.!?…。！？।؟۔]['\"»”’)]*(?=\s|$)|[。！？]")


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


def code(value: object) -> Html:
    """Text that a tap copies."""
    return Html(f"<code>{html(value)}</code>")


def link(label: object, url: str) -> Html:
    return Html(f'<a href="{html(url)}">{html(label)}</a>')


def quote(value: object, *, expandable: bool = False) -> Html:
    return Html(f"<blockquote{' expandable' if expandable else ''}>{html(value)}</blockquote>")


def one_line(text: str) -> str:
    """The text on one line, without what is not seen."""
    return " ".join(text.translate(_UNSEEN).split())


def clip(text: str, units: int) -> str:
    """The text, cut at a word within so many UTF-16 units, with an ellipsis where something is missing."""
    if utf16(text) <= units:
        return text
    if units < 1:
        return ""
    cut = text.encode("utf-16-le", "replace")[: 2 * (units - 1)].decode("utf-16-le", "ignore")
    words, _, rest = cut.rpartition(" ")
    return (words if len(rest) < len(words) else cut).rstrip() + "…"


def clip_sentence(text: str, units: int) -> str:
    """The text, cut after a sentence within so many UTF-16 units; at a word where the first sentence is too long."""
    if utf16(text) <= units:
        return text
    cut = clip(text, units)
    fits = (match.end() for match in SENTENCE_END.finditer(cut[:-1]))
    ends = [end for end in fits if utf16(cut[:end].rstrip()) + 2 <= units]
    return f"{cut[: ends[-1]].rstrip()} …" if ends and ends[-1] > units // 3 else cut


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def shown_units(text: Html) -> int:
    """Length once the markup is parsed, which is what Telegram limits."""
    return utf16(unescape(_TAG.sub("", text)))


def fitting(blocks: list[Html], separator: str) -> Html:
    """As many of the blocks, from the first, as a message holds."""
    taken: list[Html] = []
    room = MESSAGE_LIMIT
    for block in blocks:
        room -= shown_units(block) + len(separator)
        if room < 0:
            break
        taken.append(block)
    return join(separator, taken)
