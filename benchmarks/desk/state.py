"""The desk's surroundings: who works there, what Telegram takes, and what stands in the database."""

import hashlib
from collections.abc import Mapping
from typing import Any

from benchmarks.bench import Bench
from benchmarks.desk.sheets import put

ADMIN, OTHER = 4711, 4712
LIMITS = {"per_second": 30, "per_second_in_chat": 1.0, "burst_in_chat": 20, "per_minute_in_group": 20}
"""The real ones; a private chat takes some messages at once (docs/decisions/0007)."""
NOT_CHANGED_BY_ADMINS = ("question_counts", "unanswered", "secrets", "leases")
"""Tables that a running bot writes to whoever talks to it: counts of questions, and the sender's heartbeat."""
EDITION_TABLES = ("missions", "covers", "rules", "aliases", "edition_feeds")


def lay(at: Bench, files: Mapping[str, bytes]) -> None:
    """Puts tables into the data directory."""
    for name, content in files.items():
        put(at.settings.data_dir / name, content)


def fingerprint(at: Bench) -> str:
    """Of everything that is stored, but for what every question changes."""
    names = [name for (name,) in at.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    whole = hashlib.sha256()
    for name in names:
        if name not in NOT_CHANGED_BY_ADMINS:
            whole.update(repr((name, sorted(map(repr, at.rows(f"SELECT * FROM {name}"))))).encode())
    return whole.hexdigest()


def live(at: Bench) -> int:
    """The number of the live edition; there must be one."""
    [(number,)] = at.rows("SELECT id FROM editions WHERE live")
    return int(number)


def content(at: Bench, edition: int) -> str:
    """A fingerprint of an edition's rows."""
    rows: list[Any] = []
    for table in EDITION_TABLES:
        columns = [name for _, name, *_ in at.rows(f"PRAGMA table_info({table})") if name != "edition"]
        rows.append(at.rows(f"SELECT {', '.join(columns)} FROM {table} WHERE edition = ? ORDER BY position", edition))
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def deeds(at: Bench) -> list[tuple[int, str]]:
    """Who did what, by the audit log, oldest first."""
    return [(actor, action) for actor, action in at.rows("SELECT actor, action FROM audit ORDER BY id")]
