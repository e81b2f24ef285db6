"""The program as an operator meets it: whole processes, their output and their exit status."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import bundled
from tests.fake_telegram import FakeTelegram

HERE = Path(__file__).parents[2]
TOKEN = "987654321:AAH-secret_token_that_must_not_leak_00"


@dataclass(frozen=True, slots=True)
class Ended:
    status: int | None
    out: str
    err: str


async def start(folder: Path, *arguments: str, **variables: str) -> Process:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(HERE), **variables}
    environment.setdefault("BOT_STATE_DIR", str(folder / "state"))
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, cwd=folder
    )


async def run(folder: Path, *arguments: str, given: str = "", **variables: str) -> Ended:
    process = await start(folder, *arguments, **variables)
    out, err = await process.communicate(given.encode())
    return Ended(process.returncode, out.decode(), err.decode())


def one_line(err: str) -> bool:
    return err.startswith("embassy-bot: ") and err.count("\n") == 1 and "Traceback" not in err


async def test_without_a_token_and_without_questions_it_ends_well(tmp_path: Path) -> None:
    assert await run(tmp_path, "run") == Ended(0, "", "")


async def test_piped_questions_get_their_answers_in_order(tmp_path: Path) -> None:
    ended = await run(tmp_path, "run", given="germny\nпосольство Узбекистана\ncongo\n")
    assert (ended.status, ended.err) == (0, "")
    germany, uzbekistan, question = ended.out.split("› ")[1:]
    assert "🇩🇪 Germany" in germany
    assert "🇺🇿 Uzbekistan" in uzbekistan
    assert "Погорельский переулок, 12, Москва" in uzbekistan
    assert "DR Congo" in question
    assert "Brazzaville" in question


async def test_a_person_and_a_language_can_be_given(tmp_path: Path) -> None:
    ended = await run(tmp_path, "chat", "--user", "7", "--language", "ru", given="/mycountry kenya\n")
    assert "Запомнил" in ended.out
    again = await run(tmp_path, "chat", "--user", "7", "--language", "ru", given="/mycountry\n")
    assert "Кения" in again.out


async def test_the_finder_alone_speaks_json_lines(tmp_path: Path) -> None:
    given = '"germny"\n"congo"\n"hello"\n"Russia"\n17\nnot json\n'
    ended = await run(tmp_path, "find", "--jsonl", given=given)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert answers[0] == {"best": "de", "choices": []}
    assert answers[1]["best"] is None
    assert set(answers[1]["choices"]) == {"cd", "cg"}
    assert answers[2] == {"best": None, "choices": []}
    assert answers[3] == {"best": "ru", "choices": []}
    assert [answer["error"] for answer in answers[4:]] == ["not a JSON string"] * 2
    assert (await run(tmp_path, "find", "посольство", "нигерии")).out == "ng\n"


async def test_faults_of_the_data_are_all_told_and_nothing_is_loaded(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(bundled("data"), data)
    assert (await run(tmp_path, "load", str(data))).out == "edition 1: 288 missions of 157 senders are live\n"
    lines = (data / "missions.csv").read_text().split("\n")
    lines[3] = lines[3].replace("al,embassy", "zz,embassy")
    lines[4] = lines[4].replace("+74956285556", "+7495")
    (data / "missions.csv").write_text("\n".join(lines))
    for arguments in (("load", str(data)), ("load", "--check", str(data))):
        ended = await run(tmp_path, *arguments)
        assert (ended.status, ended.out) == (1, "")
        assert "missions.csv:4: sender: " in ended.err
        assert "missions.csv:5: phones: " in ended.err
    still = await run(tmp_path, "chat", given="armenia\n", BOT_DATA_DIR=str(data))
    assert "+7 495 628-55-56" in still.out


async def test_a_page_is_published_once_whatever_it_looks_like(tmp_path: Path) -> None:
    page = bundled("data") / "news" / "2016-03-14-syria-withdrawal.txt"
    untidy = tmp_path / "page.txt"
    untidy.write_bytes(
        b"\xef\xbb\xbf" + page.read_bytes().replace(b"\n\n", b"\r\n\r\n\r\n").replace("’".encode(), b"'")
    )
    assert (await run(tmp_path, "publish", str(page), "--dry-run")).out.startswith("would go to 0 chats")
    assert (await run(tmp_path, "publish", str(page))).out.startswith("bulletin 1 goes to 0 chats")
    for again in (page.name, str(untidy)):
        assert "published already, as bulletin 1: nothing is sent" in (await run(tmp_path, "publish", again)).out
    assert (await run(tmp_path, "withdraw", "1")).out.startswith("bulletin 1 is withdrawn")
    refused = await run(tmp_path, "correct", "1", str(page))
    assert (refused.status, one_line(refused.err)) == (1, True)


async def test_a_faulty_page_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(
        "Notice\n\nSome text.\n\nHome News Title\n\nTitle\n\nPublished on 31/02/2026\n\nText.\n"
    )
    ended = await run(tmp_path, "publish", "page.txt")
    assert ended.status == 1
    assert ended.err.startswith("page.txt:9: date: ")
    missing = await run(tmp_path, "publish", "nowhere.txt")
    assert missing.err.startswith("nowhere.txt:1: file: ")


async def test_migrating_says_what_it_did(tmp_path: Path) -> None:
    first, second = await run(tmp_path, "migrate"), await run(tmp_path, "migrate")
    assert first.out.startswith("schema none -> ")
    assert second.out == f"schema {first.out.split()[-1]}\n"


WRONG: dict[str, dict[str, str]] = {
    "there is no such data directory": {"BOT_DATA_DIR": "/nowhere"},
    "cannot use the database": {"BOT_DATABASE_URL": "sqlite+aiosqlite:////proc/nowhere/embassy.db"},
    "BOT_DATABASE_URL": {"BOT_DATABASE_URL": "nonsense"},
    "BOT_ADMIN_IDS": {"BOT_ADMIN_IDS": "me"},
    "BOT_SEND_RATE": {"BOT_SEND_RATE": "0"},
    "cannot reach the Bot API at http://127.0.0.1:1": {"BOT_TOKEN": TOKEN, "BOT_API_URL": "http://127.0.0.1:1"},
}


async def test_what_is_wrong_at_the_start_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir()
    async with asyncio.TaskGroup() as tasks:
        with closing(sqlite3.connect(tmp_path / "locked" / "embassy.db", isolation_level=None)) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            # It gives whoever holds the lock a few seconds, in which the others are started.
            locked = tasks.create_task(run(tmp_path, "chat", BOT_STATE_DIR=str(tmp_path / "locked")))
            for words, variables in WRONG.items():
                ended = await run(tmp_path, "run", **variables)
                assert (ended.status, ended.err.count("\n")) == (1, 1), ended
                assert words in ended.err
                assert "Traceback" not in ended.err
                assert TOKEN not in ended.err + ended.out
            ended = await locked
    assert (ended.status, one_line(ended.err)) == (1, True), ended
    assert "locked" in ended.err


async def test_a_wrong_token_is_one_line_without_the_token(tmp_path: Path, telegram: FakeTelegram) -> None:
    ended = await run(tmp_path, "run", BOT_TOKEN=TOKEN, BOT_API_URL=telegram.url)
    assert ended.status == 1
    assert "refuses BOT_TOKEN" in ended.err
    assert TOKEN.partition(":")[2] not in ended.err + ended.out
    assert one_line(ended.err)


async def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    assert (await run(tmp_path, "fly")).status == 2
    assert (await run(tmp_path, "chat", "--user", "me")).status == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_at_once_and_well(
    tmp_path: Path, data: Path, telegram: FakeTelegram, number: signal.Signals
) -> None:
    telegrams = {"BOT_TOKEN": telegram.token, "BOT_API_URL": telegram.url}
    process = await start(tmp_path, "run", **telegrams, BOT_LOG_FORMAT="json", BOT_DATA_DIR=str(data))
    person = telegram.user()
    assert "Germany" in (await person.ask("germany", timeout=20)).text
    process.send_signal(number)
    async with asyncio.timeout(10):  # against hanging; how long it takes is for the benchmarks
        out, err = await process.communicate()
    assert (process.returncode, out) == (0, b"")
    events = [json.loads(line) for line in err.splitlines()]
    assert [event["level"] for event in events] == ["info"] * len(events)
    assert telegram.token.encode() not in err
    assert b"germany" not in err.lower()
