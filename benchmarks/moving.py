"""From SQLite to PostgreSQL with a year's rows: `python -m benchmarks.moving`.

The rows are made with SQL, the server is one of its own that is thrown away, and `embassy-bot move` runs as a process
of its own, timed from outside. Every table is then counted in both databases. The figures go to
build/bench/moving.json too. The exit status is 1 where a promise is not kept.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import asyncpg

from bot.config import Settings
from bot.opening import open_database
from bot.storage.tables import metadata
from tests.postgres import own_server

OUTPUT = Path("build/bench/moving.json")
CHATS, OUTCOMES = 100_000, 1_000_000
LIMIT_S = 120
FIRST_CHAT = 1_000_000
LEFT_BEHIND = ("leases",)
AS_SHIPPED = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "wal_level": "replica",
    "max_wal_senders": "10",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "5min",
    "shared_buffers": "128MB",
}
"""PostgreSQL's own defaults in place of what makes tests quick."""
ROWS = """
CREATE TEMP TABLE n AS
  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :chats) SELECT i FROM n;
INSERT INTO chats SELECT :first + i, 'ru', CASE i % 3 WHEN 0 THEN 'de' END, '2026-11-01 10:20:30.123456' FROM n;
INSERT INTO subscriptions (chat_id, kind, language, only_country, silent, started_at)
  SELECT :first + i, 'private', 'ru', i % 2, 0, '2026-11-01 10:20:30.000000' FROM n;
INSERT INTO bulletins
    (id, fingerprint, kind, stage, published, country, content, version, urgent, reached, reason, created_at)
  SELECT i + 1, 'item ' || i, 'news', 'done', '2026-11-02', '', '{}', 1, 0, :chats, '', '2026-11-02 08:00:00.000000'
  FROM n WHERE i * :chats < :outcomes;
INSERT INTO deliveries (bulletin, chat_id, state, version, attempts, doubted, due, fence, message_id, reason)
  SELECT bulletins.id, :first + i, CASE i % 50 WHEN 0 THEN 4 ELSE 2 END, 1, 0, 0, 0, 7,
         CASE i % 50 WHEN 0 THEN NULL ELSE i END, CASE i % 50 WHEN 0 THEN 'blocked' END
  FROM bulletins, n WHERE (bulletins.id - 1) * :chats + i < :outcomes ORDER BY bulletins.id, i;
"""

Figures = dict[str, Any]


async def made(folder: Path, chats: int, outcomes: int) -> Path:
    """A database of the newest schema with so many chats and outcomes."""
    settings = Settings(state_dir=folder, database_url="")
    async with open_database(settings):
        pass
    path = folder / "embassy.db"
    values = {"chats": chats, "outcomes": outcomes, "first": FIRST_CHAT}
    with sqlite3.connect(path) as database:
        for statement in ROWS.split(";\n"):
            if statement.strip():
                database.execute(statement, {name: values[name] for name in values if f":{name}" in statement})
    database.close()
    return path


def moved(path: Path, url: str) -> tuple[float, float]:
    """Seconds that the command took, and the most memory it had, in MiB."""
    environment = {"PATH": os.environ["PATH"], "BOT_DATABASE_URL": url}
    began = monotonic()
    process = subprocess.Popen([sys.executable, "-m", "bot", "move", str(path)], env=environment, stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = monotonic() - began
    assert process.returncode == 0
    return seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def counted_before(path: Path) -> dict[str, int]:
    database = sqlite3.connect(path)
    counts = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in metadata.tables}
    database.close()
    return counts


async def counted_after(url: str) -> dict[str, int]:
    connection = await asyncpg.connect(url)
    counts = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in metadata.tables}
    await connection.close()
    return counts


async def measure(chats: int, outcomes: int) -> Figures:
    with TemporaryDirectory() as name, own_server() as server:
        server.start(**AS_SHIPPED)
        path = await made(Path(name), chats, outcomes)
        url = server.url("postgres")
        seconds, mebibytes = await asyncio.to_thread(moved, path, url)
        before, after = counted_before(path), await counted_after(url.replace("+asyncpg", ""))
        size = path.stat().st_size
    equal = all(after[table] == (0 if table in LEFT_BEHIND else count) for table, count in before.items())
    return {
        "chats": after["chats"],
        "outcomes": after["deliveries"],
        "rows": sum(after.values()),
        "source_mib": round(size / 2**20, 1),
        "equal_counts": equal,
        "seconds": round(seconds, 1),
        "rows_per_second": round(sum(after.values()) / seconds),
        "peak_mib": round(mebibytes, 1),
        "kept": equal and after["chats"] == chats and after["deliveries"] == outcomes and seconds < LIMIT_S,
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.moving", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chats", type=int, default=CHATS, help=f"(default: {CHATS})")
    parser.add_argument("--outcomes", type=int, default=OUTCOMES, help=f"(default: {OUTCOMES})")
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.chats, arguments.outcomes))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"moving {'ok  ' if figures['kept'] else 'FAIL'}", end=" ")
    print(", ".join(f"{key} {value}" for key, value in figures.items() if key != "kept"))
    return 0 if figures["kept"] else 1


if __name__ == "__main__":
    sys.exit(main())
