"""The Bot API server of a benchmark, a process of its own: started, steered, and asked what was sent."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.people import Figures


@dataclass
class BotApi:
    """The server under way; its log has a record per message, whatever became of it."""

    url: str
    token: str
    log: Path
    http: aiohttp.ClientSession
    _sends: list[Figures] = field(default_factory=list)
    _read_to: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def control(self, verb: str, **body: object) -> Any:
        async with self.http.post(f"{self.url}/control/{verb}", json=body) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    def sends(self, title: str = "") -> list[Figures]:
        """What the log has with this in its text.

        Only what is new is read: a balancer may be in this process, and must not stand still while a long log is.
        """
        with self.log.open("rb") as log:
            log.seek(self._read_to)
            for line in log:
                if line.endswith(b"\n"):
                    self._read_to += len(line)
                    self._sends.append(json.loads(line))
        return [call for call in self._sends if title in call["text"]] if title else self._sends


@asynccontextmanager
async def bot_api(log: Path, options: Mapping[str, object], addresses: int = 1) -> AsyncIterator[BotApi]:
    """A fresh server with Telegram's limits, unless the options say otherwise, at so many addresses."""
    wanted = json.dumps({"limits": "real", "accept_anyone": True, **options})
    arguments = ("--log", str(log), "--options", wanted, "--addresses", str(addresses))
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fake_telegram", *arguments), stdout=PIPE
    )
    try:
        assert server.stdout is not None
        told = json.loads(await server.stdout.readline())
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            yield BotApi(told["url"], told["token"], log, http)
    finally:
        server.terminate()
        await server.wait()
