"""A round-robin balancer, as small as it can be: one replica after the other, but those that are away.

What was handed to a replica is never handed to another: when the connection breaks, Telegram is told so and decides.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

import aiohttp
from aiohttp import web

PASSED_ON = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


@asynccontextmanager
async def balancer(port: int, replicas: list[str]) -> AsyncIterator[None]:
    """Listens at 127.0.0.1:`port` for as long as the block lasts."""
    turns = count()

    async def handle(request: web.Request) -> web.Response:
        body, first = await request.read(), next(turns)
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        for number in range(len(replicas)):
            url = replicas[(first + number) % len(replicas)] + request.path
            try:
                async with session.post(url, data=body, headers=headers) as response:
                    content = await response.read()
                    kept = {"Retry-After": "1"} if response.status == 503 else {}
                    kind = response.content_type if content else None
                    return web.Response(status=response.status, body=content, content_type=kind, headers=kept)
            except aiohttp.ClientConnectorError:
                continue
            except aiohttp.ClientError:
                return web.Response(status=502)
        return web.Response(status=502)

    application = web.Application()
    application.router.add_post("/{path:.*}", handle)
    # As Caddy does: who has gone away is waited for by nobody.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield
        finally:
            await runner.cleanup()
