"""The tables of the data directory -> one Directory, or every fault of every file at once."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from stat import S_ISREG
from typing import Any

from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Mission, Rule
from bot.sources.checks import Wrong
from bot.sources.columns import ALIASES, COLUMNS, COVERS, FEEDS, MISSIONS, PROVENANCE, REQUIRED, RULES, TABLES
from bot.sources.encoding import MAX_BYTES
from bot.sources.faults import Fault, Faults
from bot.sources.provenance import named_values, with_unattributed
from bot.sources.table import Table, read_table

RUSSIA_LATITUDE = (41.0, 82.0)
RUSSIA_LONGITUDE = ((19.0, 180.0), (-180.0, -169.0))
"""A generous box: from Kaliningrad over the 180th meridian to the Bering Strait."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What a data directory holds; `provenance` is the file as it came, for an export that loses nothing."""

    directory: Directory
    feeds: tuple[Feed, ...] = ()
    provenance: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: dict[str, Any]
    """Only of the cells that are right."""


def read_directory(folder: Path, today: date) -> Tables | Faults:
    try:
        exists = folder.is_dir()
    except OSError:
        exists = False
    if not exists:
        what = "does not exist, or is no folder that can be read"
        return Faults((Fault(folder.name or str(folder), 1, "folder", what),))
    files = read_files(folder)
    return read_tables(files.content, today, files.unread)


@dataclass(frozen=True, slots=True)
class Files:
    """The tables of a folder as they stand there, and why some could not be read."""

    content: dict[str, bytes]
    unread: tuple[Fault, ...] = ()


def read_files(folder: Path) -> Files:
    read = {name: _read_file(folder / name) for name in TABLES}
    content = {name: found for name, found in read.items() if isinstance(found, bytes)}
    return Files(content, tuple(found for found in read.values() if isinstance(found, Fault)))


def _read_file(path: Path) -> bytes | Fault | None:
    """None where there is no such file. One byte past the limit is enough for the fault of a larger one."""
    try:
        if not path.exists() and not path.is_symlink():
            return None
        if not S_ISREG(path.stat().st_mode):  # a pipe would never end
            return Fault(path.name, 1, "file", "is not a file")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        return Fault(path.name, 1, "file", f"cannot be read: {error.strerror or type(error).__name__}")


def read_tables(files: Mapping[str, bytes], today: date, unread: Iterable[Fault] = ()) -> Tables | Faults:
    """The same from bytes by file name; what is optional may be left out. `unread` are faults of files not given."""
    tables = {name: read_table(name, files[name], tuple(COLUMNS[name])) for name in TABLES if name in files}
    rows = {name: _check_rows(tables[name], today) if name in tables else [] for name in TABLES}
    if MISSIONS in tables:
        _check_missions(tables[MISSIONS], rows[MISSIONS])
    for name, columns in _UNIQUE:
        if name in tables:
            _check_unique(tables[name], rows[name], columns)
    faults = [Fault(name, 1, "file", "is not one of the tables") for name in files if name not in TABLES]
    known = {fault.file: fault for fault in unread}
    for name in TABLES:
        if name in tables:
            faults.extend(tables[name].sorted_faults())
        elif name in known:
            faults.append(known[name])
        elif name in REQUIRED:
            faults.append(Fault(name, 1, "file", "is missing"))
    if faults:
        return Faults(tuple(faults))
    return _build(rows, files.get(PROVENANCE))


def _build(rows: Mapping[str, list[_Row]], provenance: bytes | None) -> Tables:
    named = named_values(row.values for row in rows[PROVENANCE])
    directory = Directory(
        missions=tuple(with_unattributed(Mission(**row.values), named) for row in rows[MISSIONS]),
        covers=tuple(Cover(**row.values) for row in rows[COVERS]),
        rules=tuple(
            Rule(
                id=row.values["id"],
                applies_to=row.values["applies_to"],
                text=row.values["rule"],
                sources=row.values["sources"],
                as_of=row.values["as_of"],
            )
            for row in rows[RULES]
        ),
        aliases=tuple(Alias(**row.values) for row in rows[ALIASES]),
    )
    return Tables(directory, tuple(Feed(**row.values) for row in rows[FEEDS]), provenance)


def _check_rows(table: Table, today: date) -> list[_Row]:
    columns = COLUMNS[table.name]
    rows: list[_Row] = []
    for row in table.rows:
        if table.full:
            break
        values: dict[str, Any] = {}
        for name, text in row.cells.items():
            column = columns[name]
            try:
                if text:
                    values[name] = column.check(text)
                elif column.required:
                    raise Wrong("is empty")
                else:
                    values[name] = column.empty
            except Wrong as wrong:
                for what in wrong.whats:
                    table.wrong(row.line, name, what)
        if "as_of" in values and values["as_of"] > today:
            table.wrong(row.line, "as_of", f"{values['as_of']} is in the future")
        rows.append(_Row(row.line, values))
    return rows


def _check_missions(table: Table, rows: list[_Row]) -> None:
    if not rows and not table.faults:
        table.wrong(1, "file", "has no missions")
    for row in rows:
        values = row.values
        if {"id", "sender"} <= values.keys() and not values["id"].startswith(f"{values['sender']}-"):
            table.wrong(row.line, "id", f"{values['id']} does not begin with its sender, {values['sender']}-")
        latitude, longitude = values.get("latitude"), values.get("longitude")
        if latitude is not None and "longitude" in values and longitude is None:
            table.wrong(row.line, "longitude", "is empty, though latitude is given")
        if longitude is not None and "latitude" in values and latitude is None:
            table.wrong(row.line, "latitude", "is empty, though longitude is given")
        if latitude is not None and not RUSSIA_LATITUDE[0] <= latitude <= RUSSIA_LATITUDE[1]:
            table.wrong(row.line, "latitude", f"{latitude} is outside Russia")
        if longitude is not None and not any(west <= longitude <= east for west, east in RUSSIA_LONGITUDE):
            table.wrong(row.line, "longitude", f"{longitude} is outside Russia")


_UNIQUE = (
    (MISSIONS, ("id",)),
    (COVERS, ("sender", "served_by", "city")),
    (RULES, ("id",)),
    (ALIASES, ("alias", "code", "language", "kind")),
    (FEEDS, ("id",)),
    (FEEDS, ("url",)),
)


def _check_unique(table: Table, rows: list[_Row], columns: tuple[str, ...]) -> None:
    first: dict[Hashable, int] = {}
    for row in rows:
        if not all(column in row.values for column in columns):
            continue
        key = tuple(row.values[column] for column in columns)
        if key not in first:
            first[key] = row.line
        elif len(columns) == 1:
            table.wrong(row.line, columns[0], f"{key[0]} stands already in line {first[key]}")
        else:
            table.wrong(row.line, "row", f"repeats line {first[key]} ({', '.join(columns)})")
