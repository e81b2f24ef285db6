"""Updates that Telegram brings: taken once each, and answered in the response where that can be done.

A response of 200 says that an update is dealt with; until then Telegram keeps it and brings it again, and keeps the
chat's next one back. So each is worked through before it is answered for, and a crash in the middle loses nothing. An
answer in the response takes its turn among all that leaves at the moment when the response is written.
"""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from telegram import Bot, Update
from telegram.error import TelegramError

from bot import metrics
from bot.gateway.answering import body_of
from bot.gateway.reading import Process, read_update, work_through
from bot.gateway.transport import NotSent, Transport
from bot.turn import Call, Turn, working

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
BODY_MOST: Final = 1 << 20
"""Bytes; the longest update Telegram sends has a few ten thousand."""
AT_ONCE: Final = 512
"""Updates at work; Telegram is told to come again with more."""
HELD_S: Final = 25.0
"""An update that takes longer, because Telegram has halted us for instance, is answered for before it is done with."""
REMEMBERED: Final = 1024
"""Updates whose responses are kept, should they come again."""
COME_AGAIN_S: Final = 1


@dataclass(slots=True)
class Webhook:
    """Takes the updates that come with the right secret. `process` deals with one.

    `leave` waits until an answer may go out in the response, `send` sends one by itself.
    """

    bot: Bot
    secret: str
    process: Process
    leave: Callable[[Call], Awaitable[None]]
    send: Callable[[Call], Coroutine[Any, Any, None]]
    at_once: int = AT_ONCE
    held_s: float = HELD_S
    draining: bool = False
    _open: set[asyncio.Task[web.Response]] = field(default_factory=set)
    """What waits for its response."""
    _at_work: set[asyncio.Task[None]] = field(default_factory=set)
    """What is being done, some of it after the response."""
    _responses: OrderedDict[int, asyncio.Future[Call | None]] = field(default_factory=OrderedDict)
    """By update: what stands in its response. Who brings an update again has not got that, so it is given again."""

    async def receive(self, request: web.Request) -> web.Response:
        """POST of one update."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self.secret.encode()):
            return web.Response(status=403)
        if self.draining or max(len(self._open), len(self._at_work)) >= self.at_once:
            return self._come_again()
        update = self._read(await request.read())
        if update is None:
            return web.Response()  # brought again it would be no better
        responding = asyncio.create_task(self._respond(update))
        self._open.add(responding)
        responding.add_done_callback(self._open.discard)
        return await responding

    async def _respond(self, update: Update) -> web.Response:
        until = asyncio.get_running_loop().time() + self.held_s
        answer = await asyncio.shield(self._responses.get(update.update_id) or self._response(update))
        if answer is None:
            return web.Response()
        try:
            async with asyncio.timeout_at(until):
                await self.leave(answer)
        except TimeoutError:
            self._begin(self.send(answer))
            return web.Response()
        except NotSent:
            return self._come_again()
        return web.Response(body=body_of(answer), content_type="application/json")

    def _come_again(self) -> web.Response:
        metrics.UPDATES_REFUSED.inc()
        return web.Response(status=503, headers={"Retry-After": str(COME_AGAIN_S)})

    def _response(self, update: Update) -> asyncio.Future[Call | None]:
        made = self._responses[update.update_id] = asyncio.ensure_future(self._deal_with(update))
        while len(self._responses) > REMEMBERED:
            self._responses.popitem(last=False)
        return made

    async def drain(self, seconds: float) -> None:
        """Takes nothing more, and waits so long for what is at work."""
        self.draining = True
        if under_way := {*self._open, *self._at_work}:
            await asyncio.wait(under_way, timeout=seconds)

    def _read(self, body: bytes) -> Update | None:
        try:
            raw = Transport.parse_json_payload(body)
        except TelegramError:
            raw = None
        return read_update(raw, self.bot)

    async def _deal_with(self, update: Update) -> Call | None:
        """The call that stands in the response to an update, if any."""
        turn = Turn(open=True)
        with working(turn):
            task = self._begin(work_through(self.process, update))
        await asyncio.wait({task}, timeout=self.held_s)
        return turn.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        return task
