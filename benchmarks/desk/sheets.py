"""Tables and news pages for the benchmark of the desk: of any size, with changes that are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config import bundled
from tests.sheets import Row, rows, sheet

ASKED = dict(
    zip(
        "germany france italy spain poland turkey india china japan brazil mexico egypt kenya norway sweden".split(),
        "de fr it es pl tr in cn jp br mx eg ke no se".split(),
        strict=True,
    )
)
"""Questions, and whose card is the answer."""
OTHERS = ("aliases.csv", "rules.csv")
ADDED, REMOVED = 100, 80
NEW_NAME = "Wunderlandia"
"""A name of Germany in the new tables only: who is answered with the old card for it has got half of each."""
PHONE = "+74959379555"


def bundled_rows(name: str) -> list[Row]:
    return rows(bundled("data") / name)


def missions(count: int) -> list[Row]:
    """The bundled missions, followed by further posts like them."""
    found = bundled_rows("missions.csv")
    more = (
        row | {"id": f"{row['id'][:48]}-{copy}", "kind": "honorary_consulate"}
        for copy in range(1, 2 + count // len(found))
        for row in found
    )
    return [*found, *more][:count]


def put(path: Path, content: bytes) -> None:
    """In the place of what was there, which may be a link to a bundled file."""
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(content)
    fresh.replace(path)


@dataclass(frozen=True, slots=True)
class Renewal:
    """Two states of the tables, and what a difference between them must say, line by line."""

    old: Mapping[str, bytes]
    new: Mapping[str, bytes]
    added: frozenset[str]
    removed: frozenset[str]
    changed: frozenset[str]
    flipped: frozenset[str]
    rows_changed: int
    unchanged: int


def renewal(count: int) -> Renewal:
    """`count` missions in the new state: 100 of them added, 80 removed, about one in twenty changed."""
    originals = len(bundled_rows("missions.csv"))
    wide = missions(count + REMOVED)
    ids = [row["id"] for row in wide[originals:]]
    removed, added = set(ids[::40][:REMOVED]), set(ids[20::40][:ADDED])
    old = [row for row in wide if row["id"] not in added]
    new = [_changed(place, row) for place, row in enumerate(wide) if row["id"] not in removed]
    before = {row["id"]: row for row in old}
    changes = [
        (row["id"], column, before[row["id"]][column], value)
        for row in new
        if row["id"] in before
        for column, value in row.items()
        if before[row["id"]][column] != value
    ]
    rows_changed = len({name for name, *_ in changes})
    named = {"alias": NEW_NAME, "code": "de", "language": "en", "kind": "name"}
    ruled = [row | {"rule": f"{row['rule']} Changed."} for row in bundled_rows("rules.csv")]
    return Renewal(
        old={"missions.csv": sheet(old), **{name: (bundled("data") / name).read_bytes() for name in OTHERS}},
        new={
            "missions.csv": sheet(new),
            "aliases.csv": sheet([*bundled_rows("aliases.csv"), named]),
            "rules.csv": sheet(ruled),
        },
        added=frozenset(f"+ {name}" for name in added),
        removed=frozenset(f"− {name}" for name in removed),
        changed=frozenset(f"{name}: {column}: {was or '—'} → {now}" for name, column, was, now in changes),
        flipped=frozenset(f"⚠️ {name}: {was} → {now}" for name, column, was, now in changes if column == "status"),
        rows_changed=rows_changed,
        unchanged=len(new) - len(added) - rows_changed,
    )


def _changed(place: int, row: Row) -> Row:
    """Posts that are asked for change in three fields at once, some of the others in two, a few open again."""
    if row["id"] in {f"{code}-embassy-moscow" for code in ASKED.values()}:
        return row | {"hours": "Mon-Fri 09:00-10:30", "status_note": f"Seen on day {place}.", "phones": PHONE}
    if place % 20:
        return row
    status = "limited" if place % 100 == 0 and row["status"] == "unknown" else row["status"]
    return row | {"hours": "Tue 14:00-15:00", "status_note": f"Seen on day {place}.", "status": status}


def page(title: str) -> bytes:
    """A news page of yesterday."""
    return f"""Consular assistance

Whoever needs help turns to their embassy.

Home News {title}

{title}

Published on 21/11/2026

What the page says.
""".encode()
