"""How fast messages leave under Telegram's limits, and how many it refuses: `python -m benchmarks.pacing`.

A Bot API server in a process of its own enforces 30 a second (1000 paid for) in a sliding window, and the limits of a
chat. The bot's CPU time says what pacing, transport and PTB cost together; `--no-server` times pacing alone.
"""

import argparse
import asyncio
import json
import os
import sys
import time
import urllib.request
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from subprocess import PIPE, Popen
from typing import Any

import uvloop
from telegram.ext import ExtBot

from bot.gateway.pacing import Pacing, Priority
from bot.gateway.transport import Transport

IN_FLIGHT = 256
LIMITS = {"per_second": 30, "per_second_paid": 1000, "per_second_in_chat": 1.0, "burst_in_chat": 3}
HEAD = f"{'rate':>6} {'messages':>9} {'seconds':>8} {'per second':>11} {'refused':>8} {'bot CPU':>8}"


async def spread(messages: int, send: Callable[[int], Awaitable[object]]) -> None:
    """Calls `send` for the chats 1 to `messages`, with so many waiting or in flight as a sender would have."""
    chats = count(1)

    async def some() -> None:
        for chat in chats:
            if chat > messages:
                return
            await send(chat)

    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))


async def against_server(url: str, token: str, rate: float, messages: int) -> tuple[float, float, int]:
    """Seconds between the first and the last message, CPU seconds of this process, messages refused."""
    pacing = Pacing(rate)
    times: list[float] = []
    bot = ExtBot(token, f"{url}/bot", request=Transport(), rate_limiter=pacing)

    async def send(chat: int) -> None:
        await bot.send_message(
            chat, "Bulletin", allow_paid_broadcast=rate > 30, rate_limit_args=Priority.BROADCAST, read_timeout=30
        )
        times.append(time.monotonic())

    async with bot:
        began, busy = time.monotonic(), time.process_time()
        await spread(messages, send)
    return times[-1] - began, time.process_time() - busy, pacing.counters.refused


async def alone(rate: float, messages: int) -> tuple[float, float, int]:
    pacing = Pacing(rate)

    async def call() -> bool:
        return True

    def send(chat: int) -> Coroutine[Any, Any, object]:
        data = {"chat_id": chat, "allow_paid_broadcast": True}
        return pacing.process_request(call, (), {}, "sendMessage", data, Priority.BROADCAST)

    began, busy = time.monotonic(), time.process_time()
    await spread(messages, send)
    return time.monotonic() - began, time.process_time() - busy, 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pacing", description=__doc__)
    parser.add_argument("--rate", type=float, action="append", help="messages a second (default: 30 and 1000)")
    parser.add_argument("--seconds", type=float, default=10.0, help="about how long each rate is kept up")
    parser.add_argument("--no-server", action="store_true", help="no server and no requests: pacing alone")
    arguments = parser.parse_args()
    os.environ["PTB_TIMEDELTA"] = "1"
    print(HEAD)
    for rate in arguments.rate or [30.0, 1000.0]:
        messages = round(rate * arguments.seconds)
        if arguments.no_server:
            seconds, busy, refused = uvloop.run(alone(rate, messages))
        else:
            seconds, busy, refused = measured(rate, messages)
        print(
            f"{rate:6g} {messages:9} {seconds:8.2f} {(messages - 1) / seconds:11.2f} {refused:8} {busy / seconds:8.1%}"
        )


def measured(rate: float, messages: int) -> tuple[float, float, int]:
    """As `against_server`, with a fresh server; the refusals are those that the server counted."""
    options = json.dumps({"limits": LIMITS, "accept_anyone": True})
    with Popen([sys.executable, "-m", "tests.fake_telegram", "--options", options], stdout=PIPE) as server:
        assert server.stdout is not None
        try:
            told = json.loads(server.stdout.readline())
            seconds, busy, _ = uvloop.run(against_server(told["url"], told["token"], rate, messages))
            with urllib.request.urlopen(f"{told['url']}/control/stats") as answer:
                refused = json.load(answer)["refused_by_limits"]
        finally:
            server.terminate()
    return seconds, busy, refused


if __name__ == "__main__":
    main()
