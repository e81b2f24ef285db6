"""The HTTP server of one process: health and figures, and behind a webhook the updates.

`/healthz` says that the event loop turns, `/readyz` that everything an answer needs is there, `/metrics` is for
Prometheus. They hold nothing secret, but are not for the public: put only the webhook's path before the world.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot import metrics
from bot.gateway.webhook import BODY_MOST, Webhook

STOP_S: Final = 5.0
"""How long what is at work may take when the server stops."""

log = structlog.get_logger(__name__)

Checks = Callable[[], Awaitable[Mapping[str, str]]]
"""What an answer needs, by name: "" where it is there, else what is wrong."""
Refresh = Callable[[], Awaitable[None]]
"""Brings the figures up to date that are not counted where they happen."""


class CannotListen(Exception):
    """The address cannot be bound; the text names it and says why."""


@dataclass(slots=True)
class Server:
    """Bound to `address`; port 0 takes a free one."""

    address: tuple[str, int]
    ready: Checks
    refresh: Refresh
    webhook: Webhook | None = None
    stopping: bool = False
    path: str = "/"
    _runner: web.AppRunner | None = None
    _bound: list[tuple[str, int]] = field(default_factory=list)

    @property
    def bound(self) -> tuple[str, int]:
        """The address it listens at; only while it does."""
        return self._bound[0]

    async def start(self) -> None:
        """Raises CannotListen."""
        application = web.Application(client_max_size=BODY_MOST)
        application.router.add_get("/healthz", self._health)
        application.router.add_get("/readyz", self._readiness)
        application.router.add_get("/metrics", self._metrics)
        if self.webhook is not None:
            application.router.add_post(self.path, self.webhook.receive)
        # Who has gone away waits for no turn: its response would take a place among all that leaves, for nobody.
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=STOP_S, handler_cancellation=True)
        await runner.setup()
        host, port = self.address
        try:
            await web.TCPSite(runner, host, port, reuse_address=True).start()
        except OSError as error:
            await runner.cleanup()
            raise CannotListen(f"cannot listen at {host}:{port}: {error.strerror}") from None
        self._runner, self._bound = runner, [(name[0], name[1]) for name in runner.addresses]

    async def drain(self) -> None:
        """No more updates by the webhook; what is at work is finished. Says from now on that it is not ready."""
        self.stopping = True
        if self.webhook is not None:
            await self.webhook.drain(STOP_S)

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def _readiness(self, _: web.Request) -> web.Response:
        wrong = {**await self.ready(), "running": "stopping" if self.stopping else ""}
        ready = not any(wrong.values())
        checks = {name: reason or "ok" for name, reason in wrong.items()}
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        await self.refresh()
        return web.Response(body=metrics.generate_latest(), headers={"Content-Type": metrics.CONTENT_TYPE})


def path_of(url: str) -> str:
    """The path under which the updates for this public address arrive."""
    return urlsplit(url).path or "/"
