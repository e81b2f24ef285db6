"""Text from outside -> plain text: no markup, no control characters, one blank where there were many."""

import re
from html import unescape
from itertools import groupby
from typing import Final

_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\xad\u200b\u2060-\u2064\ufeff"  # soft hyphen and zero-width blanks; joiners stay, scripts need them
    "\u202a-\u202e\u2066-\u2069"  # would turn the direction of what stands after them
    "\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"  # cannot be sent
)
_TAG = re.compile(r"""(/?)([a-zA-Z][a-zA-Z0-9:-]*)(?:[^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*|[^<>]*)>""")
_LONG_REFERENCE = re.compile("&#[0-9]{8,};?")

_HIDDEN: Final = frozenset(
    ("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "video", "audio", "canvas")
)
_CELLS: Final = frozenset(("td", "th"))
_BREAKS = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|"
    "form|h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|ul"
)
_BULLET: Final = "•"


def one_line(text: str) -> str:
    """The text on one line; "" where nothing of it can be seen."""
    cleaned = " ".join(_DROPPED.sub("", text).split())
    return cleaned if any(map(str.isprintable, cleaned.replace(" ", ""))) else ""


def bare(text: str) -> str:
    """What is left to compare when quotes, blanks, punctuation and case do not count."""
    return "".join(character for character in text.casefold() if character.isalnum())


def cut(text: str, most: int) -> str:
    """At most so many characters, cut between words where that loses little."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    blank = head.rfind(" ")
    return f"{head[:blank] if blank > most // 2 else head}…"


def paragraphs_of_text(text: str) -> tuple[str, ...]:
    """Blocks between empty lines, or the lines themselves where there is no empty one."""
    lines = list(map(one_line, text.strip().splitlines()))
    if all(lines):
        return tuple(lines)
    return tuple(" ".join(block) for written, block in groupby(lines, bool) if written)


def paragraphs_of_html(html: str) -> tuple[str, ...]:
    """What a browser would show, a paragraph for each line or block of it.

    Linear in the length of whatever comes, which html.parser is not in every Python that we run on.
    """
    found: list[str] = []
    current: list[str] = []
    hidden = ""
    for tag, text in _pieces(html):
        if hidden:
            if tag != f"/{hidden}":
                continue
            hidden = ""
        elif tag in _HIDDEN:
            hidden = tag
            continue
        name = tag.removeprefix("/")
        if _BREAKS.fullmatch(name):
            found.append("".join(current))
            current = [f"{_BULLET} "] if tag == "li" else []
        elif name in _CELLS:
            current.append(" ")
        current.append(unescape(_LONG_REFERENCE.sub("\ufffd", text)))
    found.append("".join(current))
    return tuple(paragraph for paragraph in map(one_line, found) if paragraph not in ("", _BULLET))


def _pieces(html: str) -> list[tuple[str, str]]:
    """Each tag, in lower case, with the text after it; "" before the first and where there is none."""
    first, *rest = html.split("<")
    pieces = [("", first)]
    in_comment = False
    for piece in rest:
        if in_comment or piece.startswith("!--"):
            _, end, text = piece.removeprefix("!--").partition("-->")
            in_comment = not end
            pieces.append(("", text))
        elif tag := _TAG.match(piece):
            closed = tag[0].endswith("/>") and tag[2].lower() in _HIDDEN
            pieces.append(("" if closed else (tag[1] + tag[2]).lower(), piece[tag.end() :]))
        elif piece.startswith(("!", "?")) and ">" in piece:
            pieces.append(("", piece.partition(">")[2]))
        else:  # no markup, "less than"
            pieces.append(("", f"<{piece}"))
    return pieces
