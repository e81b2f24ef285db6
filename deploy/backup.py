"""Copies the embedded database while the bot runs and writes, and keeps the newest copies.

    python deploy/backup.py DATABASE FOLDER KEEP

VACUUM INTO writes what one reading transaction sees: a whole, compact database, and no writer waits for it. A copy
gets its name only when it was read back and found sound. Exit status 0 with the copy's name, or 1 with one line that
says why.
"""

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

USAGE = "usage: backup.py DATABASE FOLDER KEEP"


def copy(database: Path, folder: Path, now: datetime) -> Path:
    """Writes a copy that carries the time in its name. Raises OSError and sqlite3.Error."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    whole = folder / f"embassy-{now:%Y%m%dT%H%M%S%fZ}.db"
    unfinished = whole.with_suffix(".unfinished")
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True, timeout=60)) as source:
            source.execute("VACUUM INTO ?", [str(unfinished)])
        unfinished.chmod(0o600)
        with closing(sqlite3.connect(f"{unfinished.resolve().as_uri()}?mode=ro", uri=True)) as made:
            (verdict,) = made.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        return unfinished.rename(whole)
    finally:
        unfinished.unlink(missing_ok=True)


def prune(folder: Path, keep: int) -> None:
    """Removes all copies but the newest; their names sort by time."""
    for old in sorted(folder.glob("embassy-*.db"))[:-keep]:
        old.unlink()


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or not arguments[2].isdecimal() or int(arguments[2]) < 1:
        print(USAGE, file=sys.stderr)
        return 2
    database, folder, keep = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    try:
        whole = copy(database, folder, datetime.now(UTC))
        prune(folder, keep)
    except (OSError, sqlite3.Error) as error:
        print(f"backup.py: no copy of {database} was made: {error}", file=sys.stderr)
        return 1
    print(whole)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
