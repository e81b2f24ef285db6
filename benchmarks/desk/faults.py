"""A table with fifty faults, one of every kind that a row, a cell or the header can have, in known places."""

import csv
from collections import Counter
from collections.abc import Callable
from io import StringIO

from benchmarks.desk.sheets import PHONE, missions
from tests.sheets import Row

CELL_FAULTS: tuple[tuple[str, str], ...] = (
    ("id", "Bad Id!"),
    ("id", "zz-embassy-moscow"),
    ("sender", "zz"),
    ("sender", ""),
    ("kind", "castle"),
    ("kind", ""),
    ("city", ""),
    ("city", "Mos\ncow"),
    ("postcode", "12"),
    ("latitude", "north"),
    ("latitude", "95.5"),
    ("latitude", "10.25"),
    ("latitude", ""),
    ("longitude", "999"),
    ("longitude", "5.5"),
    ("longitude", ""),
    ("phones", "+7495"),
    ("phones", "call us"),
    ("phones", "+7 495 937-95-00"),
    ("phones", f"{PHONE};{PHONE}"),
    ("phones", f"{PHONE};;+74959379500"),
    ("emergency_phones", "+74959379500 ext. 12"),
    ("emails", "nobody"),
    ("emails", "a@example.org;a@example.org"),
    ("website", "ftp://example.org"),
    ("website", "https://name:word@example.org"),
    ("website", "https://exa mple.org"),
    ("website", "https://-/"),
    ("status", "perhaps"),
    ("status", ""),
    ("wikidata", "12"),
    ("sources", "hearsay"),
    ("sources", ""),
    ("as_of", "2026-02-30"),
    ("as_of", "1980-01-01"),
    ("as_of", "2031-01-01"),
    ("as_of", ""),
    ("address_en", "a\u202eb"),
    ("address_ru", "\udcff"),
    ("address_en", "\ufffd"),
    ("hours", "x" * 10_001),
    ("status_note", "ring\x07"),
)
"""A column, and what must not stand in it."""
_PAIRED = {"latitude": "longitude", "longitude": "latitude"}


def _too_short(cells: list[str]) -> str:
    return ",".join(cells[:5])


def _too_long(cells: list[str]) -> str:
    return ",".join([*cells, ""])


def _with_city(city: str) -> Callable[[list[str]], str]:
    return lambda cells: ",".join([*cells[:3], city, *cells[4:]])


ROW_FAULTS: tuple[tuple[str, Callable[[list[str]], str]], ...] = (
    ("row", _too_short),
    ("row", _too_long),
    ("city", _with_city('Mos"cow')),
    ("city", _with_city('"Moscow"x')),
    ("city", _with_city('"Moscow')),
)
"""The column that is at fault, and a line of cells without commas made wrong."""
PLAIN = ("address_en", "address_ru", "hours", "status_note", "jurisdiction")


def faulty(count: int) -> tuple[bytes, Counter[tuple[int, str]]]:
    """A table of `count` rows with fifty faults, and the line and column of each.

    Beside those of cells and rows: an id that stands twice, and a column under a wrong name, which is two.
    """
    rows = missions(count)
    columns = list(rows[0])
    planted: Counter[tuple[int, str]] = Counter({(1, "area"): 1, (1, "jurisdiction"): 1})
    wrong: dict[int, tuple[str, str | Callable[[list[str]], str]]] = dict(
        zip(range(10, count, 5), (*CELL_FAULTS, *ROW_FAULTS, ("id", "")), strict=False)
    )
    lines = [",".join("area" if name == "jurisdiction" else name for name in columns)]
    at = 2
    for place, row in enumerate(rows):
        column, fault = wrong.get(place, ("", ""))
        cells = row | ({"latitude": "55.75", "longitude": "37.61"} if column in _PAIRED else {})
        if callable(fault):
            line = fault([value.replace(",", " ") for value in (cells | dict.fromkeys(PLAIN, "")).values()])
        elif column == "id" and not fault:
            line = _line(cells | {"id": rows[0]["id"], "sender": rows[0]["sender"]})
        else:
            line = _line(cells | ({column: fault} if column else {}))
        lines.append(line)
        if column:
            planted[at, column] += 1
        at += 1 + line.count("\n")
    return ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"), planted


def _line(row: Row) -> str:
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerow(row.values())
    return written.getvalue().removesuffix("\n")
