"""What benchmarks of whole processes share: the bot, the database, the news, and how figures are told."""

import asyncio
import json
import os
import signal
import sqlite3
import statistics
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.bot_api import BotApi, bot_api
from benchmarks.people import Figures, Person
from bot.config import Settings, bundled
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database

FIRST_READER, FIRST_NEWCOMER = 1_000_000, 500_000
TITLE = "Airports in the south are closed"
NEWS = Bulletin(NewsItem(TITLE, date(2026, 11, 20), (Section("", ("Until further notice. " * 20,)),)))


@dataclass
class Bench:
    """A bot at a server under way."""

    settings: Settings
    api: BotApi
    bot: Process | None = None
    _newcomers: Iterator[int] = field(default_factory=lambda: count(FIRST_NEWCOMER))

    async def start(self) -> Process:
        environment = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": self.api.token,
            "BOT_API_URL": self.api.url,
            "BOT_STATE_DIR": str(self.settings.state_dir),
            "BOT_DATA_DIR": str(self.settings.data_dir),
            "BOT_LISTEN": "127.0.0.1:0",
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

    def person(self, number: int) -> Person:
        return Person(self.api.control, number)

    def newcomer(self) -> Person:
        """Somebody of whom nobody has heard yet."""
        return self.person(next(self._newcomers))

    async def file(self, message: Figures) -> bytes:
        """The document that a message brought."""
        file_id = message["document"]["file_id"]
        async with self.api.http.get(f"{self.api.url}/file/bot{self.api.token}/documents/{file_id}") as answer:
            assert answer.status == 200, file_id
            return await answer.read()

    def errors(self) -> int:
        """How often the bot said that something went wrong."""
        return sum("[error" in line for line in self.bot_log.read_text(errors="replace").splitlines())

    async def until_sent(self, count: int, title: str) -> None:
        while True:
            if len(self.api.sends(title)) >= count:
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
        return self.api.log.with_name("bot.log")

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(question, values).fetchall()

    def execute(self, statement: str, values: dict[str, object] | None = None) -> None:
        with closing(sqlite3.connect(self.database, timeout=10)) as database, database:
            database.execute(statement, values or {})


@asynccontextmanager
async def bench(*, admins: Sequence[int] = (), **options: object) -> AsyncIterator[Bench]:
    """A fresh server and an empty database."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = data_without_feeds(folder)
        settings = Settings(data_dir=data, state_dir=folder / "state", admin_ids=frozenset(admins))
        async with open_database(settings):
            pass
        async with bot_api(folder / "sends.jsonl", options) as api:
            under_way = Bench(settings, api)
            try:
                yield under_way
            finally:
                await under_way.stop()


def data_without_feeds(folder: Path) -> Path:
    """The bundled data in a folder of its own, without the feeds, which lie outside."""
    data = folder / "data"
    data.mkdir()
    for path in bundled("data").iterdir():
        if path.name != "feeds.csv":
            (data / path.name).symlink_to(path.resolve())
    return data


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
    table = Table("", "kept", "figure", "")
    for name, figures in results.items():
        heads = [(name, "yes" if figures["kept"] else "NO")]
        for figure, value in figures.items():
            if figure != "kept":
                table.add_row(*(heads.pop() if heads else ("", "")), figure, str(value))
        table.add_section()
    Console().print(table)
    return all(figures["kept"] for figures in results.values())
