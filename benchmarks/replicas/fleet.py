"""Several bots on one PostgreSQL behind a balancer, and a Bot API server that brings them updates."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import asyncpg

from benchmarks.bench import data_without_feeds
from benchmarks.bot_api import BotApi, bot_api
from benchmarks.replicas.balancer import balancer
from bot.storage.database import Database
from bot.storage.schema import migrate
from tests.postgres import Server, own_server

REPLICAS = 3
DATABASE = "embassy"


@dataclass
class Fleet:
    """The replicas by their number from 0; each speaks to the server at an address of its own, which the log names."""

    folder: Path
    postgres: Server
    api: BotApi
    ports: list[int]
    webhook_port: int
    replicas: dict[int, Process] = field(default_factory=dict)

    @property
    def database_url(self) -> str:
        return self.postgres.url(DATABASE)

    def replica_url(self, number: int) -> str:
        return f"http://127.0.0.1:{self.ports[number]}"

    def host_of(self, number: int) -> str:
        """What the server's log says of a send of this replica."""
        return f"127.0.0.{number + 1}:{self.api.port}"

    async def start(self, number: int, **environment: str) -> None:
        settings = {
            "PATH": os.environ["PATH"],
            "BOT_TOKEN": self.api.token,
            "BOT_API_URL": f"http://{self.host_of(number)}",
            "BOT_DATABASE_URL": self.database_url,
            "BOT_STATE_DIR": str(self.folder / "state"),
            "BOT_DATA_DIR": str(self.folder / "data"),
            "BOT_WEBHOOK_URL": f"http://127.0.0.1:{self.webhook_port}/updates",
            "BOT_LISTEN": f"127.0.0.1:{self.ports[number]}",
            "BOT_LOG_FORMAT": "json",
        }
        with (self.folder / f"replica{number}.log").open("ab") as log:
            self.replicas[number] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"), stdin=DEVNULL, stderr=log, env=settings | environment
            )

    async def ready(self, number: int) -> None:
        """Waits until a replica says that it can answer."""
        async with asyncio.timeout(60):
            while not await self._is_ready(number):
                assert self.replicas[number].returncode is None, (self.folder / f"replica{number}.log").read_text()
                await asyncio.sleep(0.05)

    async def _is_ready(self, number: int) -> bool:
        try:
            async with self.api.http.get(f"{self.replica_url(number)}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self, number: int, how: int = signal.SIGKILL) -> None:
        self.replicas[number].send_signal(how)
        if how == signal.SIGKILL:
            await self.replicas[number].wait()

    async def restart(self, number: int) -> None:
        await self.start(number)
        await self.ready(number)

    async def stop(self) -> None:
        for process in self.replicas.values():
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self.replicas.values()))

    async def rows(self, question: str, *values: object) -> list[Any]:
        connection = await asyncpg.connect(
            host=str(self.postgres.folder), port=5432, user="postgres", database=DATABASE
        )
        try:
            found: list[Any] = await connection.fetch(question, *values)
        finally:
            await connection.close()
        return found

    async def live_edition(self) -> tuple[int, datetime]:
        """Its number, and when it was committed."""
        [row] = await self.rows("SELECT id, pg_xact_commit_timestamp(xmin) AS committed FROM editions WHERE live")
        return row["id"], row["committed"]

    async def holder(self) -> int:
        """Which replica holds the sender's lease."""
        async with asyncio.timeout(30):
            while True:
                for row in await self.rows("SELECT owner FROM leases WHERE name = 'sender' AND until > 0"):
                    pid = int(row["owner"].rsplit(":", 2)[1])
                    for number, process in self.replicas.items():
                        if process.pid == pid and process.returncode is None:
                            return number
                await asyncio.sleep(0.05)


@asynccontextmanager
async def fleet(replicas: int = REPLICAS, **options: object) -> AsyncIterator[Fleet]:
    """A server with Telegram's limits, a migrated database, and so many replicas that answer."""
    with TemporaryDirectory() as name, own_server() as postgres:
        folder = Path(name)
        data_without_feeds(folder)
        await asyncio.to_thread(postgres.start, track_commit_timestamp="on")
        await _make_database(postgres)
        async with bot_api(folder / "sends.jsonl", options, replicas) as api:
            *ports, webhook_port = free_ports(replicas + 1)
            under_way = Fleet(folder, postgres, api, ports, webhook_port)
            urls = [under_way.replica_url(number) for number in range(replicas)]
            try:
                async with balancer(webhook_port, urls):
                    await asyncio.gather(*(under_way.restart(number) for number in range(replicas)))
                    yield under_way
            finally:
                await under_way.stop()


async def _make_database(postgres: Server) -> None:
    connection = await asyncpg.connect(host=str(postgres.folder), port=5432, user="postgres", database="postgres")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    database = Database(postgres.url(DATABASE))
    await migrate(database)
    await database.close()


def free_ports(number: int) -> list[int]:
    """Ports that nobody listens at; all at once, so that they differ."""
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
