"""One CSV file -> rows of named cells with their line numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.sources.encoding import Unreadable, read_lines
from bot.sources.faults import Fault, shown
from bot.sources.records import BLANKS, MAX_CELLS, Record, read_record, records

MAX_ROWS = 50_000
MAX_CELL = 10_000
MAX_FAULTS = 10_000

_NOT_UTF8 = re.compile("[\udc80-\udcff]")
# also what hides or turns round other text: bidirectional overrides, line separators, a byte order mark; and the
# replacement character, which is what is left of a letter that some program could not read
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd\ufffe\uffff]")
_PLAIN_NAME = re.compile(r"\w[\w -]{0,39}")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells that could be read, stripped; a column that is missing here has had its fault."""

    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Table:
    name: str
    columns: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, line: int, column: str, what: str) -> None:
        self.faults.append(Fault(self.name, line, column, what))

    @property
    def full(self) -> bool:
        return len(self.faults) >= MAX_FAULTS

    def sorted_faults(self) -> list[Fault]:
        """By line, then by column from left to right; nobody reads more than MAX_FAULTS."""
        places = {column: place for place, column in enumerate(self.columns)}
        found = sorted(self.faults, key=lambda fault: (fault.line, places.get(fault.column, -1)))
        if self.full:
            last = found[MAX_FAULTS - 1].line
            found[MAX_FAULTS:] = [Fault(self.name, last, "file", f"has more faults than these {MAX_FAULTS:,}")]
        return found


def read_table(name: str, data: bytes, columns: Sequence[str]) -> Table:
    table = Table(name, columns)
    read = read_lines(data)
    if isinstance(read, Unreadable):
        table.wrong(read.line, "file", read.what)
        return table
    lines = read.lines
    first = next(at for at, line in enumerate(lines) if line.strip())
    header = read_record(lines, first)
    names = [cell.strip(BLANKS) for cell in header.cells]
    if not _read_header(table, header, names, lines[first]):
        return table
    count = 0
    for record in records(lines, header.end, len(names)):
        if not record.flaws and not any(cell.strip(BLANKS) for cell in record.cells):
            continue  # spreadsheets leave rows of nothing but commas
        count += 1
        if count > MAX_ROWS:
            table.wrong(record.start + 1, "file", f"has more than {MAX_ROWS:,} rows")
        if count > MAX_ROWS or table.full:
            break
        _read_row(table, record, names)
    return table


def _read_header(table: Table, header: Record, names: list[str], line: str) -> bool:
    """False where the columns are so unlike the promised ones that the rows would only give faults without end."""
    at = header.start + 1
    known = set(table.columns)
    if len(known & set(names)) < 2:
        for separator, word in _OTHER_SEPARATORS.items():
            if len(known & {cell.strip(BLANKS + '"') for cell in line.split(separator)}) > 1:
                table.wrong(at, "file", f"is separated by {word}; save it as CSV separated by commas")
                return False
        table.wrong(at, "header", f"the first line must name the columns: {','.join(table.columns)}")
        return False
    if header.flaws:
        table.wrong(at, "header", header.flaws[0].what)
        return False
    for name, times in Counter(names).items():
        if name not in table.columns:
            column = name if _PLAIN_NAME.fullmatch(name) else "header"
            table.wrong(at, column, f'unknown column "{shown(name)}"' if name else "a column without a name")
        elif times > 1:
            table.wrong(at, name, f"this column stands {times} times in the header")
    for name in table.columns:
        if name not in names:
            table.wrong(at, name, "this column is missing")
    return True


def _read_row(table: Table, record: Record, names: list[str]) -> None:
    line = record.start + 1
    flaws, sound = record.flaws, len(record.cells)
    if sound != len(names):
        if not flaws:
            have = str(sound) if sound < MAX_CELLS else f"{MAX_CELLS} or more"
            table.wrong(line, "row", f"has {have} cells, the header has {len(names)}")
        # past a broken quote cells have moved into other columns; without one nobody can tell which is which
        flaws, sound = flaws[:1], flaws[0].cell if flaws else 0
    flawed = {flaw.cell for flaw in flaws}
    for flaw in flaws:
        table.wrong(line, names[flaw.cell] if flaw.cell < len(names) else "row", flaw.what)
    cells: dict[str, str] = {}
    for place, (name, cell) in enumerate(zip(names, record.cells[:sound], strict=False)):
        if place in flawed or name in cells or name not in table.columns:
            continue
        text = cell.strip(BLANKS)
        if what := unfit(text):
            table.wrong(line, name, what)
        else:
            cells[name] = text
    table.rows.append(Row(line, cells))


def unfit(text: str) -> str | None:
    """Why no column may hold this text, if so."""
    if len(text) > MAX_CELL:
        return f"is longer than {MAX_CELL:,} characters"
    if found := _NOT_UTF8.search(text):
        return f"has a byte that is not UTF-8 ({shown(found[0])})"
    if found := _CONTROL.search(text):
        return f"has a character that cannot be shown (U+{ord(found[0]):04X})"
    return None
