"""Which table a file from somewhere is: by its name, else by the columns that its first line names."""

import re
from typing import Final

from bot.sources.columns import COLUMNS, TABLES
from bot.sources.encoding import Unreadable, read_lines
from bot.sources.records import BLANKS, read_record

_LEAST_COMMON: Final = 0.6
"""How much of the columns a header must share with a table to be taken for it."""


def recognise(name: str, data: bytes) -> str | None:
    """The file name of the table. `missions (1).csv` and `missions_2026.csv` are missions.csv."""
    lowered = name.lower()
    for table in TABLES:
        if re.match(rf"{re.escape(table.removesuffix('.csv'))}(?![a-z])", lowered):
            return table
    return _by_columns(data)


def _by_columns(data: bytes) -> str | None:
    read = read_lines(data)
    if isinstance(read, Unreadable):
        return None
    first = next(at for at, line in enumerate(read.lines) if line.strip())
    names = {cell.strip(BLANKS) for cell in read_record(read.lines, first).cells}
    shared = {table: len(names & set(columns)) / len(names | set(columns)) for table, columns in COLUMNS.items()}
    best = max(shared, key=lambda table: shared[table])
    return best if shared[best] >= _LEAST_COMMON else None
