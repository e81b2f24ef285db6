"""`embassy-bot move` as an operator meets it: its output, its exit status, and how the bot goes on after it."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.__main__ import main
from bot.config import bundled
from tests import postgres
from tests.fake_telegram import FakeTelegram
from tests.flows.conftest import eventually
from tests.flows.test_command_line import begin, one_line
from tests.steady import PATIENCE_S

FILE = Path("state/embassy.db")
PAGE = "2016-03-14-syria-withdrawal.txt"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the operator works, with an embedded database that has lived."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BOT_DATABASE_URL", raising=False)
    return tmp_path


@pytest.fixture
def lived(folder: Path) -> sqlite3.Connection:
    assert main(["publish", PAGE]) == 0
    assert main(["load"]) == 0
    return sqlite3.connect(FILE)


@pytest.fixture
async def empty_postgresql() -> AsyncIterator[str]:
    async with postgres.fresh_database("template0") as url:
        yield url


def test_after_a_move_the_bot_goes_on_where_it_was(
    lived: sqlite3.Connection,
    empty_postgresql: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", empty_postgresql)
    capsys.readouterr()
    assert main(["move", str(FILE)]) == 0
    *counted, last = capsys.readouterr().out.splitlines()
    told = {name: int(number.replace(",", "")) for name, number in (line.rsplit(maxsplit=1) for line in counted)}
    in_all = told.pop("in all")
    assert told == {table: lived.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in told}
    lived.close()
    assert told["missions"] == 288
    assert in_all == sum(told.values())
    assert last.startswith(f"moved from sqlite+aiosqlite:///{FILE} to postgresql+asyncpg://")
    assert main(["publish", PAGE]) == 0
    assert "published already, as bulletin 1" in capsys.readouterr().out
    assert main(["load", str(bundled("data"))]) == 0
    assert capsys.readouterr().out.startswith("edition 2: 288 missions")
    assert main(["move", str(FILE)]) == 1
    assert one_line(refusal := capsys.readouterr().err)
    assert "is not empty, " in refusal


async def test_the_bot_is_stopped_first_and_then_moved_at_once(
    folder: Path, data: Path, telegram: FakeTelegram, empty_postgresql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    telegrams = {"BOT_TOKEN": telegram.token, "BOT_API_URL": telegram.url}
    process = await begin(folder, "run", **telegrams, BOT_DATA_DIR=str(data))
    await telegram.user().ask("germany")
    await eventually(a_sender_works)
    assert await asyncio.to_thread(main, ["move", str(FILE), empty_postgresql]) == 1
    assert one_line(refusal := capsys.readouterr().err)
    assert "is in use (lease: " in refusal
    assert ": stop the bot first; " in refusal
    process.terminate()
    await process.communicate()
    assert await asyncio.to_thread(main, ["move", str(FILE), empty_postgresql]) == 0


async def a_sender_works() -> bool:
    database = sqlite3.connect(FILE)
    found = database.execute("SELECT 1 FROM leases WHERE name = 'sender'").fetchall()
    database.close()
    return bool(found)


async def test_interrupted_in_the_middle_it_leaves_nothing(folder: Path, postgresql_url: str) -> None:
    assert await asyncio.to_thread(main, ["load"]) == 0
    watcher = await asyncpg.connect(postgresql_url.replace("+asyncpg", ""))
    await watcher.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END';"
        "CREATE TRIGGER wait BEFORE INSERT ON missions FOR EACH ROW EXECUTE FUNCTION wait();"
        "SELECT pg_advisory_lock(1)"
    )
    process = await begin(folder, "move", str(FILE), BOT_DATABASE_URL=postgresql_url)
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted"
    async with asyncio.timeout(PATIENCE_S):
        while not await watcher.fetchval(waiting):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out, err) == (1, b"", b"embassy-bot: interrupted\n")
    assert await watcher.fetchval("SELECT count(*) FROM editions") == 0
    await watcher.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere/embassy.db", "postgresql+asyncpg://h/n"), "there is no file nowhere/embassy.db"),
        (("sqlite+aiosqlite://", "postgresql+asyncpg://h/n"), "there is no file"),
        (("sqlite:///embassy.db", "postgresql+asyncpg://h/n"), "FROM is no address of a database that can be used"),
        (("postgresql+asyncpg://h/n", "postgresql+asyncpg://h/n"), "FROM is no SQLite database"),
        (("here.db", "postgresql://bot:5ecret@h/n"), "TO is no address of a database that can be used"),
        (("here.db", "postgresql+asyncpg://bot:5ecret@h:x/n"), "TO is no address of a database that can be used"),
        (("here.db", "sqlite+aiosqlite:///there.db"), "TO is no PostgreSQL"),
        (("here.db",), "BOT_DATABASE_URL is no PostgreSQL"),
        (("here.db", "postgresql+asyncpg://bot:5ecret@127.0.0.1:1/n"), "cannot use the database postgresql+asyncpg://"),
        (("here.db", "postgresql+asyncpg://bot:5ecret@host.invalid/n"), "cannot use the database postgresql+asyncpg:/"),
        (("text.db", "postgresql+asyncpg://h/n"), "sqlite+aiosqlite:///text.db: file is not a database"),
    ],
)
def test_what_cannot_be_moved_is_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    sqlite3.connect("here.db").execute("CREATE TABLE chats (id)").connection.close()
    Path("text.db").write_text("no database, but long enough to have a head of a hundred bytes " * 3)
    assert main(["move", *arguments]) == 1
    said = capsys.readouterr()
    assert (said.out, one_line(said.err)) == ("", True)
    assert words in said.err
    assert "5ecret" not in said.err
    assert {path.name for path in folder.iterdir()} == {"here.db", "text.db"}


def test_a_file_of_somebody_else_is_refused_and_left_as_it_was(
    empty_postgresql: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sqlite3.connect("other.db")
    other.execute("CREATE TABLE chats (id)")
    assert main(["move", "other.db", empty_postgresql]) == 1
    assert one_line(refusal := capsys.readouterr().err)
    assert "other.db has no schema of the bot" in refusal
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("chats",)]
    other.close()


@pytest.mark.parametrize("arguments", [(), ("a", "b", "c"), ("--from", "a")])
def test_wrong_usage_is_status_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["move", *arguments])
    assert ended.value.code == 2
