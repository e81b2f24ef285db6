"""What benchmarks of whole processes share: the bot, the Bot API server, the database, and who talks to the bot."""

import asyncio
import base64
import json
import os
import signal
import sqlite3
import statistics
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import aiohttp

from bot.app import open_database
from bot.config import Settings, bundled

FIRST_NEWCOMER = 500_000
ANSWER_S = 60.0
"""How long an answer is waited for: far longer than any promise, so that a slow one is measured and not lost."""

Figures = dict[str, Any]


@dataclass
class Bench:
    """A server under way, and the bot's settings for it."""

    settings: Settings
    url: str
    token: str
    log: Path
    http: aiohttp.ClientSession
    bot: Process | None = None
    _newcomers: Iterator[int] = field(default_factory=lambda: count(FIRST_NEWCOMER))

    async def control(self, verb: str, **body: object) -> Any:
        async with self.http.post(f"{self.url}/control/{verb}", json=body) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def start(self) -> Process:
        environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": self.token,
            "BOT_API_URL": self.url,
            "BOT_STATE_DIR": str(self.settings.state_dir),
            "BOT_DATA_DIR": str(self.settings.data_dir),
            "BOT_ADMIN_IDS": ",".join(map(str, sorted(self.settings.admin_ids))),
        }
        arguments = (sys.executable, "-m", "bot", "run")
        with self.bot_log.open("ab") as log:
            self.bot = await asyncio.create_subprocess_exec(*arguments, stdin=DEVNULL, stderr=log, env=environment)
        return self.bot

    async def started(self) -> Process:
        """The bot, as soon as it answers."""
        bot = await self.start()
        await self.newcomer().ask("germany")
        return bot

    async def kill(self) -> None:
        assert self.bot is not None
        self.bot.send_signal(signal.SIGKILL)
        await self.bot.wait()

    async def stop(self) -> None:
        if self.bot is not None and self.bot.returncode is None:
            self.bot.terminate()
            await self.bot.wait()

    def person(self, number: int) -> "Person":
        return Person(self, number)

    def newcomer(self) -> "Person":
        """Somebody of whom nobody has heard yet."""
        return self.person(next(self._newcomers))

    async def file(self, message: Figures) -> bytes:
        """The document that a message brought."""
        file_id = message["document"]["file_id"]
        async with self.http.get(f"{self.url}/file/bot{self.token}/documents/{file_id}") as answer:
            assert answer.status == 200, file_id
            return await answer.read()

    def errors(self) -> int:
        """How often the bot said that something went wrong."""
        return sum("[error" in line for line in self.bot_log.read_text(errors="replace").splitlines())

    def sends(self, title: str = "") -> list[Figures]:
        """The server's log of what has this in its text: a record per send, whatever became of it."""
        with self.log.open() as lines:
            return [call for line in lines if line.endswith("\n") and title in (call := json.loads(line))["text"]]

    async def until_sent(self, count: int, title: str) -> None:
        while True:
            if len(self.sends(title)) >= count:
                return
            await asyncio.sleep(0.1)

    def subscribe(self, first: int, count: int, step: int = 1) -> None:
        kind = "private" if first > 0 else "group"
        self.execute(
            "INSERT INTO subscriptions (chat_id, kind, language, only_country, silent, started_at)"
            " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)"
            " SELECT :first + i * :step, :kind, 'en', 0, 0, '2026-11-01 00:00:00' FROM n",
            {"first": first, "count": count, "step": step, "kind": kind},
        )

    @property
    def database(self) -> Path:
        return self.settings.state_dir / "embassy.db"

    @property
    def bot_log(self) -> Path:
        """What the bot said on standard error, over all its starts."""
        return self.log.with_name("bot.log")

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(question, values).fetchall()

    def execute(self, statement: str, values: dict[str, object] | None = None) -> None:
        with closing(sqlite3.connect(self.database, timeout=10)) as database, database:
            database.execute(statement, values or {})


@dataclass(frozen=True)
class Person:
    """Somebody who talks to the bot."""

    bench: Bench
    id: int

    async def act(self, act: str, **how: object) -> Any:
        return await self.bench.control("act", user=self.id, act=act, **how)

    async def say(self, text: str, **how: object) -> None:
        await self.act("say", text=text, **how)

    async def ask(self, text: str) -> Figures:
        """The bot's next message here after saying something."""
        found: Figures = await self.act("ask", text=text, timeout=ANSWER_S)
        return found

    async def inline(self, query: str) -> list[Figures]:
        """What is offered for an inline query."""
        found: list[Figures] = (await self.act("inline", query=query, timeout=ANSWER_S))["results"]
        return found

    async def send(self, name: str, content: bytes, **how: object) -> None:
        await self.act("send_document", name=name, content=base64.b64encode(content).decode(), **how)

    async def reply(self, timeout: float = ANSWER_S) -> Figures:  # noqa: ASYNC109
        """The bot's next message here, new or changed."""
        found: Figures = await self.bench.control("reply", chat=self.id, timeout=timeout)
        return found

    async def reply_with(self, text: str) -> Figures:
        """The first of the next messages that has this in its text."""
        while text not in words(found := await self.reply()):
            pass
        return found

    async def press(self, label: str) -> "Pressed":
        """Presses the newest button with this label."""
        return Pressed(self.bench, (await self.act("press", label=label))["press"])

    async def press_data(self, data: str, **how: object) -> "Pressed":
        """Sends what a button would, whether any is shown or not."""
        return Pressed(self.bench, (await self.act("press_data", data=data, **how))["press"])

    async def messages(self) -> list[Figures]:
        """The bot's messages here as they stand now."""
        found: list[Figures] = await self.bench.control("messages", chat=self.id)
        return found


@dataclass(frozen=True)
class Pressed:
    bench: Bench
    press: str

    async def answer(self) -> str:
        """What the bot said to the press, "" where it only took notice."""
        told = await self.bench.control("answer", press=self.press, timeout=ANSWER_S)
        return str(told.get("text", ""))


def words(message: Figures) -> str:
    """The text of a message, or the caption of a file."""
    return str(message.get("text") or message.get("caption") or "")


def buttons(message: Figures) -> list[str]:
    """What the buttons of a message would send."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


@asynccontextmanager
async def bench(*, admins: Sequence[int] = (), **options: object) -> AsyncIterator[Bench]:
    """A fresh server and an empty database."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        for path in bundled("data").iterdir():  # all but the feeds, which lie outside
            if path.name != "feeds.csv":
                (folder / "data" / path.name).symlink_to(path.resolve())
        settings = Settings(data_dir=folder / "data", state_dir=folder / "state", admin_ids=frozenset(admins))
        async with open_database(settings):
            pass
        log, wanted = folder / "sends.jsonl", json.dumps({"limits": "real", "accept_anyone": True, **options})
        arguments = ("-m", "tests.fake_telegram", "--log", str(log), "--options", wanted)
        server = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=PIPE)
        assert server.stdout is not None
        told = json.loads(await server.stdout.readline())
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            under_way = Bench(settings, told["url"], told["token"], log, http)
            try:
                yield under_way
            finally:
                await under_way.stop()
                server.terminate()
                await server.wait()


@contextmanager
def progress(name: str) -> Iterator[Callable[[str], None]]:
    """Says what is being done; what is yielded tells how far it has got."""
    began = monotonic()
    print(f"{name} …", flush=True)

    def tell(done: str) -> None:
        print(f"\r  {done}, {monotonic() - began:.0f} s    ", end="", flush=True)

    yield tell
    print(f"\r  done after {monotonic() - began:.0f} s{' ' * 40}", flush=True)


def answer_times(seconds: Sequence[float]) -> Figures:
    milliseconds = sorted(1000 * second for second in seconds)
    return {
        "answer_ms_p50": round(statistics.median(milliseconds), 1),
        "answer_ms_p99": round(milliseconds[int(0.99 * (len(milliseconds) - 1))], 1),
        "answer_ms_max": round(milliseconds[-1], 1),
    }


def tell(results: dict[str, Figures], output: Path) -> bool:
    """Prints the figures and writes them down. Returns whether every promise was kept."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=2) + "\n")
    for name, figures in results.items():
        print(f"{name:15} {'ok  ' if figures['kept'] else 'FAIL'}", end=" ")
        print(", ".join(f"{key} {value}" for key, value in figures.items() if key != "kept"))
    return all(figures["kept"] for figures in results.values())
