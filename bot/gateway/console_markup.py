"""Telegram's HTML as a terminal shows it, and as the message entities that Telegram makes of it."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from rich.style import Style
from rich.text import Text

_TAG: Final = re.compile(r"""<(/?)([a-z][a-z0-9-]*)((?:\s(?:"[^"]*"|'[^']*'|[^<>"'])*)?)>""", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|lt|gt|amp|quot);", re.IGNORECASE)
_HREF: Final = re.compile(r"""\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_KINDS: Final = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
}
_STYLES: Final = {
    "text_link": "underline",
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "code": "cyan",
    "pre": "cyan",
    "spoiler": "reverse",
}
_QUOTES: Final = ("blockquote", "expandable_blockquote")
# Escape sequences in a bulletin must not reach the terminal. One sign for one, so that offsets stay true.
_CONTROLS: Final = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}


@dataclass(frozen=True, slots=True)
class Span:
    """A marked stretch of a text; `kind` is a Telegram entity type, offsets count code points."""

    start: int
    end: int
    kind: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Opened:
    tag: str
    attributes: str
    start: int

    def closed(self, end: int) -> Span:
        kind, url = _KINDS[self.tag], ""
        if self.tag == "blockquote" and "expandable" in self.attributes.casefold():
            kind = "expandable_blockquote"
        if self.tag == "a" and (found := _HREF.search(self.attributes)):
            url = printable(_unescaped(next(filter(None, found.groups()), "")))
        return Span(self.start, end, kind, url)


def printable(text: str) -> str:
    return text.translate(_CONTROLS)


def utf16_length(text: str) -> int:
    """Telegram counts lengths and offsets in UTF-16 units."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def parse_html(source: str) -> Marked:
    """Lenient where Telegram refuses: an unknown tag stays as text, an open one ends with the message."""
    text, spans, opened = "", list[Span](), list[_Opened]()
    done = 0
    for tag in _TAG.finditer(source):
        name = tag[2].casefold()
        if name not in _KINDS:
            continue
        text += _unescaped(source[done : tag.start()])
        done = tag.end()
        if not tag[1]:
            opened.append(_Opened(name, tag[3], len(text)))
        elif any(each.tag == name for each in opened):
            while (last := opened.pop()).tag != name:
                spans.append(last.closed(len(text)))
            spans.append(last.closed(len(text)))
    text += _unescaped(source[done:])
    spans += (each.closed(len(text)) for each in opened)
    marked = (span for span in spans if span.start < span.end)
    return Marked(printable(text), tuple(sorted(marked, key=lambda span: (span.start, -span.end))))


def entities(marked: Marked) -> list[dict[str, str | int]]:
    found: list[dict[str, str | int]] = []
    for span in marked.spans:
        offset, length = utf16_length(marked.text[: span.start]), utf16_length(marked.text[span.start : span.end])
        if span.kind == "text_link" and span.url:
            found.append({"type": span.kind, "offset": offset, "length": length, "url": span.url})
        elif span.kind not in ("text_link", "custom_emoji"):
            found.append({"type": span.kind, "offset": offset, "length": length})
    return found


def styled(marked: Marked) -> Text:
    """The text with its styles, with quotation bars, and with the addresses that links hide."""
    text = Text(marked.text)
    insertions: list[tuple[int, str]] = []
    for span in marked.spans:
        if style := _STYLES.get(span.kind):
            text.stylize(Style.parse(style) + Style(link=span.url or None), span.start, span.end)
        if span.kind in _QUOTES:
            insertions += _quotation(marked.text, span)
        elif span.url and not _tells(marked.text[span.start : span.end], span.url):
            insertions.append((span.end, f" ({span.url})"))
    return _with_insertions(text, insertions)


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda reference: unescape(reference[0]), text)


def _tells(words: str, url: str) -> bool:
    """Whether the words of a link already say where it leads: what a terminal does not show is lost."""
    target = re.sub(r"^(?:https?://|tel:|mailto:)", "", url).rstrip("/").casefold()
    if url.startswith("tel:"):
        return re.sub(r"\D", "", target) in re.sub(r"\D", "", words)
    return target in words.casefold()


def _quotation(text: str, span: Span) -> list[tuple[int, str]]:
    first = "│ " if span.start == 0 or text[span.start - 1] == "\n" else "\n│ "
    breaks = (at for at in range(span.start, span.end - 1) if text[at] == "\n")
    bars = [(span.start, first), *((at + 1, "│ ") for at in breaks)]
    if span.end < len(text) and "\n" not in text[span.end - 1 : span.end + 1]:
        bars.append((span.end, "\n"))
    return bars


def _with_insertions(text: Text, insertions: list[tuple[int, str]]) -> Text:
    result, done = Text(), 0
    # What ends a line goes after the address of a link that ends there.
    for at, words in sorted(insertions, key=lambda each: (each[0], each[1].startswith("\n"))):
        result.append_text(text[done:at]).append(words, style="dim")
        done = at
    return result.append_text(text[done:])
