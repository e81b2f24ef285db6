"""Tables as files of rows, for tests and benchmarks that change them."""

import csv
from io import StringIO
from pathlib import Path

Row = dict[str, str]


def rows(path: Path) -> list[Row]:
    return list(csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline="")))


def sheet(found: list[Row]) -> bytes:
    """The content of a file with these rows, and the columns of the first."""
    written = StringIO(newline="")
    writer = csv.DictWriter(written, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return written.getvalue().encode()
