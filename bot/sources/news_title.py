"""Where the title of a news page stands: after the breadcrumb ("Home News <title>"), which repeats it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.sources.clean import bare
from bot.sources.page_lines import is_breadcrumb, is_statement, publication, section_heading

_WINDOW: Final = 8
"""Lines above the date among which breadcrumb and title are looked for."""
_BREADCRUMB_LINES: Final = 4
_TITLE_LINES: Final = 3
_LONGEST_LINE: Final = 1000
_CATEGORY_WORDS: Final = 6

_HOME = re.compile(r"\W*home\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s>/»›|→·•\\]+")


@dataclass(frozen=True, slots=True)
class Title:
    """`start` is the index of the breadcrumb's first line, `end` that after the title's last."""

    text: str
    start: int
    end: int
    repeated: bool = False
    """Whether the breadcrumb has it too, so that there is no doubt."""


@dataclass(frozen=True, slots=True)
class _Line:
    index: int
    text: str


def title_at_end(lines: Sequence[str], end: int) -> Title | None:
    """The title above the line `end`; lines between the two are left where they are."""
    above: list[_Line] = []
    for index in range(end - 1, -1, -1):
        if len(lines[index]) > _LONGEST_LINE or publication(lines[index]) is not None:
            break
        if lines[index]:
            above.insert(0, _Line(index, lines[index]))
        if len(above) == _WINDOW:
            break
    starts = [start for start in range(len(above) - 1, -1, -1) if _HOME.match(above[start].text)]
    for find in (_repeated, _not_repeated):
        for start in starts:
            if title := find(above[start:]):
                return title
    if len(above) == 1 and not starts and bare(above[0].text):
        return Title(above[0].text, above[0].index, above[0].index + 1)
    return None


def _repeated(block: Sequence[_Line]) -> Title | None:
    for end in range(len(block), 1, -1):
        for middle in range(1, min(end, _BREADCRUMB_LINES + 1)):
            text = _joined(block[middle:end])
            category = _words_before(_joined(block[:middle]), bare(text))
            if category and len(category) <= _CATEGORY_WORDS:
                return Title(text, block[0].index, block[end - 1].index + 1, repeated=True)
    return None


def _not_repeated(block: Sequence[_Line]) -> Title | None:
    """After a breadcrumb that names only the category, or words the title otherwise; both must look like titles."""
    middle = next((count for count in (1, 2) if is_breadcrumb(_joined(block[:count]))), len(block))
    title = block[middle:]
    if not 0 < len(title) <= _TITLE_LINES or title[-1].index - title[0].index >= len(title):
        return None
    if not bare(_joined(title)) or any(is_statement(line.text) or section_heading(line.text) for line in block):
        return None
    return Title(_joined(title), block[0].index, title[-1].index + 1)


def _words_before(breadcrumb: str, title: str) -> list[str]:
    """The words before the title at the breadcrumb's end; none where it does not end with the title."""
    whole = bare(breadcrumb)
    if not title or not whole.endswith(title):
        return []
    left = len(whole) - len(title)
    words: list[str] = []
    for word in _words(breadcrumb):
        if left <= 0:
            break
        words.append(word)
        left -= len(bare(word))
    return words if left == 0 else []


def _words(breadcrumb: str) -> list[str]:
    return [word for word in _SEPARATORS.split(breadcrumb) if bare(word)]


def _joined(lines: Sequence[_Line]) -> str:
    return " ".join(line.text for line in lines)
