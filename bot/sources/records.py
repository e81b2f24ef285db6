"""Lines of CSV text -> records (RFC 4180).

Why not the csv module: it stops at the first broken quote and does not say in which cell; here every fault of a file
is wanted at once, and one quote that is never closed must not swallow the rows after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BLANKS = " \t\n\xa0"
MAX_CELLS = 200

NOT_CLOSED = "the quote that opens this cell is never closed"
TEXT_AFTER = 'text after the closing quote; a quote inside a quoted cell is written twice ("")'
STRAY_QUOTE = 'a quote in a cell that is not quoted; put the whole cell in quotes and write the quote twice ("")'


@dataclass(frozen=True, slots=True)
class Flaw:
    cell: int
    what: str


@dataclass(frozen=True, slots=True)
class Record:
    start: int
    """Index of the line where the record begins."""
    end: int
    """Index of the line after it."""
    cells: tuple[str, ...]
    flaws: tuple[Flaw, ...] = ()
    spanning: int | None = None
    """The first cell that runs over the end of its line."""


def records(lines: Sequence[str], start: int, width: int) -> Iterator[Record]:
    """The records from line `start` on, of which each should have `width` cells; blank lines are passed over."""
    at = start
    while at < len(lines):
        if not lines[at].strip(BLANKS):
            at += 1
            continue
        record = read_record(lines, at)
        if _swallowed_rows(record, lines, width):
            cell = record.spanning or 0
            record = Record(at, at + 1, record.cells[:cell], (Flaw(cell, NOT_CLOSED),))
        yield record
        at = record.end


def _swallowed_rows(record: Record, lines: Sequence[str], width: int) -> bool:
    """True where a broken record over several lines has whole rows inside: then its quote was meant to end before."""
    if record.spanning is None or (len(record.cells) == width and not record.flaws):
        return False
    return any(_is_whole(read_record(lines, at), width) for at in range(record.start + 1, min(record.end, len(lines))))


def _is_whole(record: Record, width: int) -> bool:
    return record.spanning is None and not record.flaws and len(record.cells) == width


def read_record(lines: Sequence[str], start: int) -> Record:
    if '"' not in lines[start]:
        # no line is split into more cells than a fault about their number needs
        return Record(start, start + 1, tuple(lines[start].split(",", MAX_CELLS)))
    cells: list[str] = []
    flaws: list[Flaw] = []
    spanning: int | None = None
    at, position = start, 0
    while position >= 0 and len(cells) < MAX_CELLS:
        line = lines[at]
        cell, outside = "", position
        if line.startswith('"', position):
            cell, last, outside = _quoted(lines, at, position + 1)
            if last != at and spanning is None:
                spanning = len(cells)
            if outside < 0:
                flaws.append(Flaw(len(cells), NOT_CLOSED))
                cells.append(cell)
                return Record(start, len(lines), tuple(cells), tuple(flaws), spanning)
            if lines[last][outside : outside + 1] not in ("", ","):
                flaws.append(Flaw(len(cells), TEXT_AFTER if last == at else NOT_CLOSED))
            at, line = last, lines[last]
        comma = line.find(",", outside)
        rest = line[outside:] if comma < 0 else line[outside:comma]
        if '"' in rest and not any(flaw.cell == len(cells) for flaw in flaws):
            flaws.append(Flaw(len(cells), STRAY_QUOTE))
        cells.append(cell + rest)
        position = -1 if comma < 0 else comma + 1
    return Record(start, at + 1, tuple(cells), tuple(flaws), spanning)


def _quoted(lines: Sequence[str], at: int, position: int) -> tuple[str, int, int]:
    """The text of a quoted cell, the line where it ends and the position after its closing quote (-1: none)."""
    pieces: list[str] = []
    while True:
        line = lines[at]
        end = line.find('"', position)
        if end < 0:
            pieces.append(line[position:])
            if at + 1 == len(lines):
                return "".join(pieces), at, -1
            pieces.append("\n")
            at, position = at + 1, 0
        elif line.startswith('"', end + 1):
            pieces.append(line[position : end + 1])
            position = end + 2
        else:
            pieces.append(line[position:end])
            return "".join(pieces), at, end + 1
