"""The bytes of a table -> its lines, or why they are no table: wrong kind of file, encoding, size."""

import re
from dataclasses import dataclass

MAX_BYTES = 16 * 1024 * 1024
MAX_LINES = 200_000

_AS_UTF8 = 'save it as "CSV UTF-8 (comma delimited)"'
_NO_TEXT = {
    b"PK\x03\x04": "a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "an archive",
}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Lines:
    """Without their ends; a byte that is not UTF-8 stands as its surrogate escape, for the cell to be named."""

    lines: list[str]


@dataclass(frozen=True, slots=True)
class Unreadable:
    line: int
    what: str


def read_lines(data: bytes) -> Lines | Unreadable:
    if what := _no_table(data):
        return Unreadable(1, what)
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if data.count(b"\n") > MAX_LINES:
        return Unreadable(1, f"has more than {MAX_LINES:,} lines")
    text = data.decode("utf-8", "surrogateescape")
    if not text.strip():
        return Unreadable(1, "is empty")
    lines = text.split("\n")
    broken = [number for number, line in enumerate(lines, 1) if _NOT_UTF8.search(line)]
    if len(broken) > 10 and _mostly_not_utf8(text):
        return Unreadable(broken[0], f"is not UTF-8 (Windows-1251 perhaps), in {len(broken)} lines; {_AS_UTF8}")
    return Lines(lines)


def _no_table(data: bytes) -> str | None:
    if len(data) > MAX_BYTES:
        return f"is larger than {MAX_BYTES // 1024 // 1024} MB"
    if kind := next((kind for start, kind in _NO_TEXT.items() if data.startswith(start)), None):
        return f"is {kind}, not a text; {_AS_UTF8}"
    return f"is UTF-16, not UTF-8; {_AS_UTF8}" if _is_utf16(data) else None


def _is_utf16(data: bytes) -> bool:
    start = data[:1000]
    return start.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(start) > 3 and start.count(0) * 3 > len(start))


def _mostly_not_utf8(text: str) -> bool:
    """Tells a file in another encoding from one with a few spoilt cells."""
    return len(_NOT_UTF8.findall(text)) * 2 > len(_NOT_ASCII.findall(text))
