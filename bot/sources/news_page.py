"""The text of one news page -> its bulletin.

The firm point is the line "Published on dd/mm/yyyy": the title stands above it, the breadcrumb that repeats the title
above that; what comes before is the notice, what comes after is the news.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.domain.news import Bulletin, NewsItem, Notice, Section, same_notice
from bot.sources.checks import EARLIEST
from bot.sources.clean import cut, one_line
from bot.sources.faults import Fault, Faults, shown
from bot.sources.news_title import Title, title_at_end
from bot.sources.page_lines import ends_sentence, is_breadcrumb, is_list_item, publication, section_heading

MAX_BYTES: Final = 1024 * 1024
MAX_LINES: Final = 20_000
MAX_TITLE: Final = 300
MAX_PARAGRAPH: Final = 10_000

_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[^\w/].*)?")
_WRAPPED = range(40, 101)
_NOTICE_HEADING = 200


@dataclass(frozen=True, slots=True)
class _Wrong:
    line: int
    about: str
    what: str

    def of(self, name: str) -> Faults:
        return Faults((Fault(name, self.line, self.about, self.what),))


@dataclass(frozen=True, slots=True)
class _Head:
    title: Title
    published: date
    line: int
    """Index of the date's line."""


def read_page(data: bytes, name: str, standing: Notice) -> Bulletin | Faults:
    """The page's bulletin, without a notice where the page has none or says the same as the standing one."""
    lines = _read_lines(data)
    if isinstance(lines, _Wrong):
        return lines.of(name)
    head = _read_head(lines)
    if isinstance(head, _Wrong):
        return head.of(name)
    above = lines[: head.title.start]
    body = [*lines[head.title.end : head.line], *lines[head.line + 1 :]]
    width = _wrap_width((*above, *body))
    notice = _read_notice(above, width)
    item = NewsItem(
        title=cut(head.title.text, MAX_TITLE),
        published=head.published,
        sections=_read_sections(body, width),
    )
    return Bulletin(item, None if notice is None or _repeats(notice, standing) else notice)


def _read_lines(data: bytes) -> list[str] | _Wrong:
    """Each line cleaned, so that an empty one has nothing that can be seen."""
    if len(data) > MAX_BYTES:
        return _Wrong(1, "file", f"is larger than {MAX_BYTES // 1024 // 1024} MB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _Wrong(1, "file", "is UTF-16, not UTF-8")
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return _Wrong(data.count(b"\n", 0, error.start) + 1, "file", "is not UTF-8 from this line on")
    lines = [one_line(line) for line in text.split("\n")]
    if not any(lines):
        return _Wrong(1, "file", "is empty")
    return lines if len(lines) <= MAX_LINES else _Wrong(1, "file", f"has more than {MAX_LINES:,} lines")


def _read_head(lines: Sequence[str]) -> _Head | _Wrong:
    """The first dated line that has a title above it decides; others are text."""
    dated = [index for index, line in enumerate(lines) if publication(line) is not None]
    for index in dated:
        if title := title_at_end(lines, index):
            day = _read_date(lines[index])
            return _Head(title, day, index) if isinstance(day, date) else _Wrong(index + 1, "date", day)
    if not dated:
        return _Wrong(_expected_date(lines), "date", "there is no line “Published on dd/mm/yyyy”")
    index = next((index for index in dated if isinstance(_read_date(lines[index]), date)), dated[0])
    above = [line for line in lines[:index] if line]
    if above and not any(map(is_breadcrumb, above)):
        return _Wrong(index + 1, "breadcrumb", "there is no line “Home News” with the title above the date")
    return _Wrong(index + 1, "title", "there is no title above the date")


def _read_date(line: str) -> date | str:
    value = publication(line) or ""
    parts = _DATE.fullmatch(value)
    if not parts:
        return f"{shown(value) or 'nothing'} is not a date of the form dd/mm/yyyy"
    try:
        found = date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        return f"{shown(value)} is no day of the calendar (dd/mm/yyyy)"
    return found if found >= EARLIEST else f"{shown(value)} is before {EARLIEST.year}"


def _expected_date(lines: Sequence[str]) -> int:
    """Where the missing date belongs: after the title, else at the end."""
    written = [index for index, line in enumerate(lines) if line]
    for breadcrumb in filter(lambda index: is_breadcrumb(lines[index]), written):
        for index in [index for index in written if index > breadcrumb][:3]:
            title = title_at_end(lines, index + 1)
            if title and title.repeated and title.end == index + 1:
                return index + 2
    return len(lines)


def _read_notice(lines: Sequence[str], width: int | None) -> Notice | None:
    first = next((index for index, line in enumerate(lines) if line), None)
    if first is None:
        return None
    headed = len(lines[first]) <= _NOTICE_HEADING
    paragraphs = _paragraphs(lines[first + headed :], width)
    if paragraphs:
        return Notice(lines[first] if headed else "", paragraphs)
    # a line alone is a notice if it says something, and a remnant of the page around it if not
    return Notice("", (lines[first],)) if ends_sentence(lines[first]) else None


def _repeats(notice: Notice, standing: Notice) -> bool:
    whole = Notice("", (notice.heading, *notice.paragraphs))
    return same_notice(notice, standing) or same_notice(whole, standing)


def _read_sections(lines: Iterable[str], width: int | None) -> tuple[Section, ...]:
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in lines:
        if heading := section_heading(line):
            sections.append((cut(heading, MAX_TITLE), []))
        else:
            sections[-1][1].append(line)
    read = (Section(heading, _paragraphs(text, width)) for heading, text in sections)
    return tuple(section for section in read if section.heading or section.paragraphs)


def _paragraphs(lines: Iterable[str], width: int | None) -> tuple[str, ...]:
    found: list[str] = []
    before = ""
    for line in lines:
        if before and line and width and _wraps(before, line, width):
            found[-1] += f" {line}"
        elif line:
            found.append(line)
        before = line
    return tuple(cut(paragraph, MAX_PARAGRAPH) for paragraph in found)


def _wraps(line: str, following: str, width: int) -> bool:
    """Whether a line ends only because it was full: a sentence goes on, and its next word would not have fitted."""
    if ends_sentence(line) or is_list_item(following):
        return False
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > width


def _wrap_width(lines: Iterable[str]) -> int | None:
    """The width to which a text was wrapped; None where paragraphs are lines, as on a page copied from a browser."""
    longest = max(map(len, lines), default=0)
    return longest if longest in _WRAPPED else None
