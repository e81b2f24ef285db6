"""Backing up and restoring as docs/operating.md tells: its commands, word for word, around a bot that is sending."""

import asyncio
import os
import re
import sqlite3
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import asyncpg
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.config import Settings
from bot.domain.broadcasts import Stage
from bot.domain.delivery import State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.serving import serving
from bot.storage import broadcasts, outbox, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.schema import migrate
from bot.storage.tables import deliveries
from tests.fake_telegram import FakeTelegram
from tests.flows.conftest import ADMIN, eventually
from tests.postgres import _binaries, own_server

ROOT = Path(__file__).parents[2]
READERS = range(50_001, 50_201)
"""At eight a second they take 25 seconds, within which a copy is made also on a busy machine."""
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))
DOCKER = """#!/bin/sh -eu
# Stands in for the engine: what is to run in a container runs here.
case "$*" in
  "compose exec -T database "*) shift 4; exec "$@" ;;
  "compose run --rm migrate") exec .venv/bin/embassy-bot migrate ;;
  "compose stop bot" | "compose up --detach") ;;
  *) echo "not expected: docker $*" >&2; exit 2 ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operator stands: a folder with the program in it, and the variables that lead to the database."""

    folder: Path
    settings: Settings
    variables: Mapping[str, str] = field(default_factory=dict)

    async def begin(self, *command: str, **more: str) -> Process:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.variables, **more}
        return await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, cwd=self.folder, env=environment
        )

    async def follow(self, name: str) -> None:
        """Runs the commands that stand under this name in the handbook."""
        process = await self.begin("sh", "-eu", "-c", commands(name))
        _, err = await process.communicate()
        assert process.returncode == 0, err.decode()


def commands(name: str) -> str:
    handbook = (ROOT / "docs" / "operating.md").read_text()
    found = re.findall(rf"<!-- tested: {name} -->\n```sh\n(.*?)```", handbook, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def on_sqlite(tmp_path: Path, telegram: FakeTelegram, data: Path) -> Place:
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    settings = Settings(
        token=SecretStr(telegram.token),
        api_url=telegram.url,
        state_dir=tmp_path / "state",
        data_dir=data,
        listen="127.0.0.1:0",
        send_rate=500,
    )
    return Place(tmp_path, settings)


@pytest.fixture
async def on_postgresql(on_sqlite: Place) -> AsyncIterator[Place]:
    with own_server() as server:
        server.start()
        owner = await asyncpg.connect(host=str(server.folder), port=5432, user="postgres", database="postgres")
        await owner.execute("CREATE ROLE embassy LOGIN SUPERUSER")
        await owner.execute("CREATE DATABASE embassy OWNER embassy")
        await owner.close()
        url = server.url("embassy").replace("postgres@", "embassy@")
        database = Database(url)
        await migrate(database)
        await database.close()
        docker = on_sqlite.folder / "bin" / "docker"
        docker.parent.mkdir()
        docker.write_text(DOCKER)
        docker.chmod(0o755)
        variables = {
            "PATH": f"{docker.parent}:{_binaries(server.folder)}:{os.environ['PATH']}",
            "PGHOST": str(server.folder),
            "PGPORT": "5432",
            "BOT_DATABASE_URL": url,
        }
        yield Place(on_sqlite.folder, on_sqlite.settings.model_copy(update={"database_url": url}), variables)


@asynccontextmanager
async def sending(place: Place, telegram: FakeTelegram) -> AsyncIterator[None]:
    """A bot that has sent a bulletin to a few of its readers and goes on, until it is killed."""
    telegram.accept_anyone = True
    now = datetime.now(UTC)
    async with open_database(place.settings) as database:
        for reader in READERS:
            await subscriptions.start(database, reader, "private", "en", now)
        await outbox.publish(database, NEWS, urgent=False, now=now)
    bot = await place.begin(
        sys.executable, "-m", "bot", "run", BOT_TOKEN=telegram.token, BOT_API_URL=telegram.url, BOT_SEND_RATE="8",
        BOT_DATA_DIR=str(place.settings.data_dir), BOT_LISTEN="127.0.0.1:0",
    )  # fmt: skip

    async def begun() -> bool:
        return bool((await settled(place))[1])

    try:
        await eventually(begun)
        yield
    finally:
        bot.kill()
        await bot.communicate()


def arrived(telegram: FakeTelegram) -> Counter[int]:
    return Counter(message.room.id for message in telegram.sent if message.room.id in READERS)


async def settled(place: Place) -> tuple[Stage, set[int], int]:
    """How the bulletin stands: to whom it was sent as far as the database knows, and how many are to get it."""
    async with open_database(place.settings) as database, database.read() as connection:
        stored = await shelf.fetch(connection, 1)
        assert stored is not None
        rows = (await connection.execute(select(deliveries.c.chat_id, deliveries.c.state))).all()
    return stored.stage, {row.chat_id for row in rows if row.state == State.SENT}, len(rows)


async def restored_bot_goes_on(place: Place, telegram: FakeTelegram, at_copy: set[int]) -> None:
    """It answers, sends nothing before an admin has looked, and then leaves nobody out."""
    stage, known, total = await settled(place)
    assert (stage, total) == (Stage.PAUSED, len(READERS))
    assert known
    assert known <= at_copy
    before = arrived(telegram)
    async with serving(place.settings):
        assert "Germany" in (await telegram.user(language_code="en").ask("germany")).text
        assert arrived(telegram) == before
        async with open_database(place.settings) as database:
            assert await broadcasts.resume(database, 1, ADMIN, datetime.now(UTC))

            async def done() -> bool:
                stored = await shelf.get(database, 1)
                return stored is not None and stored.stage is Stage.DONE

            await eventually(done)
    after = arrived(telegram)
    assert set(after) == set(READERS)
    assert {reader for reader, times in after.items() if times > 1} == set(before) - known
    assert max(after.values()) <= 2


async def test_sqlite_copied_in_the_middle_of_a_bulletin_and_restored(on_sqlite: Place, telegram: FakeTelegram) -> None:
    async with sending(on_sqlite, telegram):
        await on_sqlite.follow("sqlite backup")
        at_copy = set(arrived(telegram))
    assert len(at_copy) < len(READERS)
    (on_sqlite.folder / "state" / "embassy.db").write_bytes(b"not a database any more")
    await on_sqlite.follow("sqlite restore")
    assert (on_sqlite.folder / "state" / "before" / "embassy.db").read_bytes() == b"not a database any more"
    await restored_bot_goes_on(on_sqlite, telegram, at_copy)


async def test_postgresql_copied_in_the_middle_of_a_bulletin_and_restored(
    on_postgresql: Place, telegram: FakeTelegram
) -> None:
    async with sending(on_postgresql, telegram):
        await on_postgresql.follow("postgresql backup")
        at_copy = set(arrived(telegram))
    assert len(at_copy) < len(READERS)
    (contents,) = (on_postgresql.folder / "backups").glob("*.contents")
    assert "TABLE DATA public deliveries" in contents.read_text()
    where = {"host": on_postgresql.variables["PGHOST"], "port": 5432, "user": "embassy"}
    broken = await asyncpg.connect(**where, database="embassy")
    await broken.execute("DROP TABLE deliveries, subscriptions CASCADE")
    await broken.close()
    await on_postgresql.follow("postgresql restore")
    kept = await asyncpg.connect(**where, database="embassy_before")
    assert await kept.fetchval("SELECT count(*) FROM bulletins") >= 1
    await kept.close()
    await restored_bot_goes_on(on_postgresql, telegram, at_copy)


async def backup(database: Path, folder: Path, keep: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, ROOT / "deploy" / "backup.py", database, folder, keep, stdout=PIPE, stderr=PIPE
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_newest_copies_are_kept(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "embassy.db") as database:
        database.execute("CREATE TABLE t (n)")
    made = [(await backup(tmp_path / "embassy.db", tmp_path / "copies", "2"))[1].strip() for _ in range(3)]
    assert sorted(map(str, (tmp_path / "copies").iterdir())) == made[1:]


@pytest.mark.parametrize("content", [None, b"not a database, but as long as the head of one would have to be" * 20])
async def test_what_cannot_be_copied_is_one_line_and_costs_no_older_copy(tmp_path: Path, content: bytes | None) -> None:
    older = tmp_path / "copies" / "embassy-20200101T000000000000Z.db"
    older.parent.mkdir()
    older.touch()
    if content is not None:
        (tmp_path / "embassy.db").write_bytes(content)
    status, out, err = await backup(tmp_path / "embassy.db", older.parent, "1")
    assert (status, out) == (1, "")
    assert err.startswith(f"backup.py: no copy of {tmp_path / 'embassy.db'} was made: ")
    assert err.count("\n") == 1
    assert list(older.parent.iterdir()) == [older]


async def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    assert (await backup(tmp_path / "embassy.db", tmp_path, "0"))[0] == 2
