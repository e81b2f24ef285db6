"""The program as an operator meets it: whole processes, their output and their exit status."""

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.config import bundled
from tests import zygote
from tests.fake_telegram import FakeTelegram
from tests.steady import PATIENCE_S

HERE = Path(__file__).parents[2]
TOKEN = "987654321:AAH-secret_token_that_must_not_leak_00"


@dataclass(frozen=True, slots=True)
class Ended:
    status: int | None
    out: str
    err: str


def variables_of(folder: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Those of an operator whose home is this folder, with a port of its own, since tests run side by side."""
    own = {"HOME": str(folder), "BOT_STATE_DIR": str(folder / "state"), "BOT_LISTEN": "127.0.0.1:0"}
    return {"PATH": os.environ["PATH"], **own, **given}


async def start(folder: Path, *arguments: str, **variables: str) -> Process:
    """The program itself, with all that its own start is."""
    environment = {**variables_of(folder, variables), "PYTHONPATH": str(HERE)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, cwd=folder
    )


async def begin(folder: Path, *arguments: str, **variables: str) -> Process:
    """The program, started by the zygote."""
    return await zygote.start(folder, *arguments, **variables_of(folder, variables))


async def run(folder: Path, *arguments: str, given: str = "", **variables: str) -> Ended:
    return await end_of(await begin(folder, *arguments, **variables), given)


async def end_of(process: Process, given: str = "") -> Ended:
    out, err = await process.communicate(given.encode())
    return Ended(process.returncode, out.decode(), err.decode())


def one_line(err: str) -> bool:
    return err.startswith("embassy-bot: ") and err.count("\n") == 1 and "Traceback" not in err


async def test_without_a_token_and_without_questions_it_ends_well(tmp_path: Path) -> None:
    assert await end_of(await start(tmp_path, "run")) == Ended(0, "", "")


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


async def test_the_terminal_speaks_the_language_that_is_chosen_in_it(tmp_path: Path) -> None:
    given = "/inline zzzz\n/language\nEnglish\n/inline zzzz\nuzbekistan\n📍 Map\n"
    said = (await run(tmp_path, "chat", "--language", "ru", given=given)).out
    assert said.index("(ничего не найдено)") < said.index("From now on in English.") < said.index("(nothing found)")
    assert "map: 55.7" in said


async def test_the_finder_alone_speaks_json_lines(tmp_path: Path) -> None:
    deep = "[" * 100_000
    given = f'"germny"\n"congo"\n"hello"\n"Russia"\n17\nnot json\n{deep}\n"kenya"\n'
    ended = await run(tmp_path, "find", "--jsonl", given=given)
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert answers[0] == {"best": "de", "choices": []}
    assert answers[1]["best"] is None
    assert set(answers[1]["choices"]) == {"cd", "cg"}
    assert answers[2] == {"best": None, "choices": []}
    assert answers[3] == {"best": "ru", "choices": []}
    assert [answer["error"] for answer in answers[4:7]] == ["not a JSON string"] * 3
    assert answers[7:] == [{"best": "ke", "choices": []}]
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


async def test_faults_of_the_tables_are_told_beside_those_of_the_pages(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(bundled("data"), data)
    lines = (data / "missions.csv").read_text().split("\n")
    lines[3] = lines[3].replace("al,embassy", "zz,embassy")
    (data / "missions.csv").write_text("\n".join(lines))
    (data / "news" / "broken.txt").write_text("Notice\n")
    for arguments in (("load", str(data)), ("load", "--check", str(data))):
        ended = await run(tmp_path, *arguments)
        assert (ended.status, ended.out) == (1, "")
        assert "missions.csv:4: sender: " in ended.err
        assert "broken.txt:" in ended.err


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


async def test_what_is_done_to_bulletins_stands_in_the_audit_log_as_the_programs(tmp_path: Path) -> None:
    page = bundled("data") / "news" / "2016-03-14-syria-withdrawal.txt"
    title = "Russia orders the main part of its forces out of Syria"
    text = page.read_text()
    assert text.count(title) >= 2
    (tmp_path / "mended.txt").write_text(text.replace(title, "Mended"))
    for arguments in (
        ("publish", page.name, "--dry-run"),
        ("publish", page.name, "--urgent"),
        ("publish", page.name),
        ("correct", "1", "mended.txt"),
        ("withdraw", "1"),
        ("withdraw", "1"),
    ):
        await run(tmp_path, *arguments)
    with closing(sqlite3.connect(tmp_path / "state" / "embassy.db")) as database:
        deeds = database.execute("SELECT actor, action, detail FROM audit ORDER BY id").fetchall()
    assert [(actor, action, json.loads(detail)) for actor, action, detail in deeds] == [
        (0, "published_urgent", {"number": 1, "title": title, "reached": 0}),
        (0, "corrected", {"number": 1, "title": "Mended", "amendment": 2, "reached": 0}),
        (0, "withdrawn", {"number": 1, "title": "Mended", "amendment": 3, "reached": 0}),
    ]


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
    "BOT_DATABASE_URL is": {"BOT_DATABASE_URL": "nonsense"},
    "BOT_DATABASE_URL is no address": {"BOT_DATABASE_URL": "postgresql+asyncpg://user@host:notaport/name"},
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


async def test_the_handbook_has_every_command(tmp_path: Path) -> None:
    commands = re.findall(r"^ {4}(\w+)  ", (await run(tmp_path, "--help")).out, re.MULTILINE)
    assert {"run", "find", "load", "publish"} < set(commands)
    table = (HERE / "docs" / "operating.md").read_text().split("\n## Commands\n")[1].split("\n## ")[0]
    assert [command for command in commands if not re.search(rf"`(embassy-bot )?{command}\b", table)] == []


async def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    assert (await run(tmp_path, "fly")).status == 2
    assert (await run(tmp_path, "chat", "--user", "me")).status == 2
    for wrong in (
        ("chat", "--user", "9" * 23),
        ("chat", "--user", "0"),
        ("withdraw", "9" * 23),
        ("correct", "-1", "page.txt"),
        ("correct", "2147483648", "page.txt"),
    ):
        ended = await run(tmp_path, *wrong)
        assert (ended.status, "OverflowError" in ended.err) == (2, False), wrong


async def test_what_is_interrupted_has_not_done_it(tmp_path: Path) -> None:
    process = await start(tmp_path, "find", "--jsonl")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b'"germny"\n')
    assert json.loads(await process.stdout.readline())["best"] == "de"
    process.send_signal(signal.SIGINT)
    await process.wait()  # with its input still open: at the end of that it would be done
    assert await end_of(process) == Ended(1, "", "embassy-bot: interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_at_once_and_well(
    tmp_path: Path, data: Path, telegram: FakeTelegram, number: signal.Signals
) -> None:
    telegrams = {"BOT_TOKEN": telegram.token, "BOT_API_URL": telegram.url}
    process = await start(tmp_path, "run", **telegrams, BOT_LOG_FORMAT="json", BOT_DATA_DIR=str(data))
    person = telegram.user()
    assert "Germany" in (await person.ask("germany")).text
    process.send_signal(number)
    async with asyncio.timeout(PATIENCE_S):  # against hanging; how long it takes is for the benchmarks
        out, err = await process.communicate()
    assert (process.returncode, out) == (0, b"")
    events = [json.loads(line) for line in err.splitlines()]
    assert [event["level"] for event in events] == ["info"] * len(events)
    assert telegram.token.encode() not in err
    assert b"germany" not in err.lower()
