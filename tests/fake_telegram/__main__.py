"""The server as a process of its own; prints its address as a JSON line, and runs until it is told to stop."""

import argparse
import asyncio
import gc
import signal
from pathlib import Path

import orjson
import uvloop

from tests.fake_telegram.control import configure
from tests.fake_telegram.server import TOKEN, FakeTelegram


async def serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    where = {"port": arguments.port, "addresses": arguments.addresses}
    async with FakeTelegram(token=arguments.token, log=arguments.log, **where) as server:
        configure(server, orjson.loads(arguments.options))
        print(orjson.dumps({"url": server.url, "token": server.token}).decode(), flush=True)  # noqa: T201
        await stop.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_telegram", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--addresses", type=int, default=1, help="listen at 127.0.0.1 and so many in all")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--log", type=Path, help="a JSON line per send is appended to this file")
    parser.add_argument("--options", default="{}", help="JSON, as for POST /control/options")
    arguments = parser.parse_args()
    gc.disable()  # looking through everything it was ever sent would be a pause that Telegram does not make
    uvloop.run(serve(arguments))


if __name__ == "__main__":
    main()
