"""Updates that Telegram brings: taken once each, and answered in the response where that can be done.

A response of 200 says that an update is dealt with; until then Telegram keeps it and brings it again, and keeps the
chat's next one back. So each is worked through before it is answered for, and a crash in the middle loses nothing.
"""

import asyncio
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiohttp import web
from telegram import Bot, Update
from telegram.error import TelegramError

from bot import metrics
from bot.gateway.answering import body_of
from bot.gateway.transport import Transport
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

log = structlog.get_logger(__name__)

Process = Callable[[Update], Awaitable[None]]


@dataclass(slots=True)
class Webhook:
    """Takes the updates that come with the right secret. `process` deals with one and raises nothing.

    `take_turn` waits until an answer may leave that is given again: many come again at once when a replica has died.
    """

    bot: Bot
    secret: str
    process: Process
    take_turn: Callable[[Call], Awaitable[None]]
    at_once: int = AT_ONCE
    held_s: float = HELD_S
    draining: bool = False
    _at_work: set[asyncio.Task[None]] = field(default_factory=set)
    _responses: OrderedDict[int, asyncio.Future[Call | None]] = field(default_factory=OrderedDict)
    """By update: what stands in its response. Who brings an update again has not got that, so it is given again."""

    async def receive(self, request: web.Request) -> web.Response:
        """POST of one update."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="replace"), self.secret.encode()):
            return web.Response(status=403)
        if self.draining or len(self._at_work) >= self.at_once:
            metrics.UPDATES_REFUSED.inc()
            return web.Response(status=503, headers={"Retry-After": str(COME_AGAIN_S)})
        update = self._read(await request.read())
        if update is None:
            return web.Response()  # brought again it would be no better
        known = self._responses.get(update.update_id)
        answer = await asyncio.shield(known or self._response(update))
        if answer is None:
            return web.Response()
        if known is not None:
            await self.take_turn(answer)
        return web.Response(body=body_of(answer), content_type="application/json")

    def _response(self, update: Update) -> asyncio.Future[Call | None]:
        made = self._responses[update.update_id] = asyncio.ensure_future(self._deal_with(update))
        while len(self._responses) > REMEMBERED:
            self._responses.popitem(last=False)
        return made

    async def drain(self, seconds: float) -> None:
        """Takes nothing more, and waits so long for what is at work."""
        self.draining = True
        under_way: set[asyncio.Future[Any]] = {*self._at_work, *self._responses.values()}
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)

    def _read(self, body: bytes) -> Update | None:
        try:
            return Update.de_json(Transport.parse_json_payload(body), self.bot)
        except (TelegramError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("an update cannot be read and is left out", reason=type(error).__name__)
            return None

    async def _deal_with(self, update: Update) -> Call | None:
        """The call that stands in the response to an update, if any."""
        turn = Turn(open=True)
        with working(turn):
            task = asyncio.create_task(self._work(update))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        await asyncio.wait({task}, timeout=self.held_s)
        return turn.close()

    async def _work(self, update: Update) -> None:
        try:
            await self.process(update)
        except Exception:
            log.exception("an update could not be worked through")
