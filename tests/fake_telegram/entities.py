"""Text with entities: Telegram's HTML as it reads it, and what it finds by itself in a person's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from tests.fake_telegram.refusals import JSON, bad_request

TAGS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    "a": "text_link",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_MARK = re.compile(r"[<&]")
_REFERENCE = re.compile(r"&(?:#(?:x(?P<hex>[0-9a-fA-F]{1,6})|(?P<dec>[0-9]{1,7}))|(?P<name>[A-Za-z]+));?")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE = re.compile(
    r"""\s*(?P<name>[^\s=>/"']+)\s*"""
    r"""(?P<equals>=\s*(?:"(?P<a>[^"]*)(?:"|\Z)|'(?P<b>[^']*)(?:'|\Z)|(?P<c>[A-Za-z0-9.-]*)))?"""
)
_END_TAG = re.compile(r"</([^\s>]*)\s*")
_FOUND = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z]\w{2,31})?(?![\w/]))"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{2,31})"
    r"|(?P<url>https?://[^\s<>]+|(?<![\w.])(?:[\w-]+\.)+(?:com|org|net|ru|int|info|eu|gov|me)\b(?:/[^\s<>]*)?)"
    r"|(?P<hashtag>(?<!\w)#\w+)"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """`offset` and `length` in UTF-16 units; `extra` is what the type adds (url, language, custom_emoji_id)."""

    type: str
    offset: int
    length: int
    extra: tuple[tuple[str, str], ...] = ()

    def payload(self) -> JSON:
        return {"type": self.type, "offset": self.offset, "length": self.length, **dict(self.extra)}


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def found_in(text: str) -> tuple[Entity, ...]:
    """What the clients mark in a person's message: commands, mentions, links, addresses, hashtags."""
    return tuple(
        Entity(match.lastgroup or "", utf16_length(text[: match.start()]), utf16_length(match.group()))
        for match in _FOUND.finditer(text)
    )


@lru_cache(maxsize=256)
def formatted(text: str, parse_mode: str) -> Formatted:
    """Text as it is shown. Refuses what cannot be parsed, and Markdown, which is not known here."""
    if len(text.encode("utf-8", "surrogatepass")) > 1 << 15:
        bad_request("text is too long")
    mode = parse_mode.lower()
    if mode in ("", "none"):
        return _trimmed(_clean(text), ())
    if mode != "html":
        bad_request("unsupported parse_mode")
    plain, entities = _Reader(text).read()
    return _trimmed(_clean(plain), entities)


def _clean(text: str) -> str:
    """Control characters become blanks, one for one, so that offsets stay."""
    return "".join(" " if char < " " and char != "\n" else char for char in text) if not text.isprintable() else text


def _trimmed(text: str, entities: tuple[Entity, ...]) -> Formatted:
    shown = text.rstrip()
    end = utf16_length(shown)
    shown = shown.lstrip()
    start = end - utf16_length(shown)
    kept = []
    for entity in entities:
        first, last = max(entity.offset, start), min(entity.offset + entity.length, end)
        if first < last:
            kept.append(Entity(entity.type, first - start, last - first, entity.extra))
    return Formatted(shown, tuple(sorted(kept, key=lambda e: (e.offset, -e.length))))


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int
    part: int


class _Reader:
    """One pass over the HTML; a fault is refused with the byte offset of the tag, as the real server does."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.position = 0
        self.parts: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, tuple[Entity, ...]]:
        while match := _MARK.search(self.html, self.position):
            self._put(self.html[self.position : match.start()])
            self.position = match.start()
            if match.group() == "&":
                self._reference()
            elif self.html.startswith("</", self.position):
                self._close()
            else:
                self._start()
        self._put(self.html[self.position :])
        if self.open:
            self._fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.parts), tuple(self.entities)

    def _put(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.offset += utf16_length(text)

    def _reference(self) -> None:
        match = _REFERENCE.match(self.html, self.position)
        char = _decoded(match) if match else ""
        self._put(char or "&")
        self.position = match.end() if match and char else self.position + 1

    def _start(self) -> None:
        begin = self.position
        name = _TAG_NAME.match(self.html, begin + 1)
        assert name is not None
        if name.end() == len(self.html):
            self._fail("Unclosed start tag", begin)
        tag = name.group().lower()
        if tag not in TAGS:
            self._fail(f'Unsupported start tag "{tag}"', begin)
        self.position = name.end()
        attributes = dict(self._attributes(tag, begin))
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, attributes, self.offset, len(self.parts)))

    def _attributes(self, tag: str, begin: int) -> Iterator[tuple[str, str]]:
        while True:
            while self.html[self.position : self.position + 1].isspace():
                self.position += 1
            if self.html.startswith(">", self.position):
                self.position += 1
                return
            if self.position >= len(self.html):
                self._fail(f'Unclosed start tag "{tag}"', begin)
            match = _ATTRIBUTE.match(self.html, self.position)
            if match is None:
                self._fail(f'Empty attribute name in the tag "{tag}"', begin)
            self.position = match.end()
            value = match["a"] or match["b"] or match["c"] or ""
            following = self.html[self.position : self.position + 1]
            if match["equals"] and not following:
                self._fail("Unclosed start tag", begin)
            if match["c"] is not None and following != ">" and not following.isspace():
                self._fail("Unexpected end of name token", match.start("c"))
            yield match["name"], _REFERENCE.sub(lambda found: _decoded(found) or found.group(), value)

    def _close(self) -> None:
        begin = self.position
        if not self.open:
            self._fail("Unexpected end tag", begin)
        match = _END_TAG.match(self.html, begin)
        assert match is not None
        if not self.html.startswith(">", match.end()):
            self._fail("Unclosed end tag", begin)
        self.position = match.end() + 1
        last = self.open.pop()
        name = match[1].lower()
        if name and name != last.tag:
            self._fail(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{last.tag}>", found "</{name}>"'
            )
        if self.offset > last.offset:
            self._mark(last)

    def _mark(self, tag: _Open) -> None:
        kind, extra = TAGS[tag.tag], dict[str, str]()
        if kind == "text_link":
            extra["url"] = tag.attributes.get("href") or "".join(self.parts[tag.part :])
        elif kind == "custom_emoji":
            extra["custom_emoji_id"] = tag.attributes.get("emoji-id", "")
            if not extra["custom_emoji_id"].isdigit():
                self._fail("Invalid custom emoji identifier specified")
        elif kind == "blockquote" and "expandable" in tag.attributes:
            kind = "expandable_blockquote"
        length = self.offset - tag.offset
        if kind == "pre" and self.entities:
            inner = self.entities[-1]
            language = dict(inner.extra).get("language")
            if inner.type == "code" and (inner.offset, inner.length) == (tag.offset, length):
                self.entities.pop()
                extra = {"language": language} if language else {}
        if kind == "code" and tag.attributes.get("class", "").startswith("language-"):
            extra["language"] = tag.attributes["class"].removeprefix("language-")
        self.entities.append(Entity(kind, tag.offset, length, tuple(extra.items())))

    def _byte(self, position: int) -> int:
        return len(self.html[:position].encode("utf-8", "surrogatepass"))

    def _fail(self, reason: str, position: int | None = None) -> NoReturn:
        where = "" if position is None else f" at byte offset {self._byte(position)}"
        bad_request(f"can't parse entities: {reason}{where}")


def _decoded(match: re.Match[str]) -> str:
    if match["name"]:
        return _NAMED.get(match["name"], "")
    code = int(match["hex"], 16) if match["hex"] else int(match["dec"])
    return chr(code) if 0 < code < 0x10FFFF else ""
