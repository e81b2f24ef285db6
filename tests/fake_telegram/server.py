"""A Bot API server on 127.0.0.1 that refuses what the real one refuses, fails on demand, and remembers everything."""

import asyncio
import re
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from time import monotonic
from typing import Any, Self

import orjson
from aiohttp import web

from tests.fake_telegram import answering, control, profile, sending
from tests.fake_telegram.faults import Fate, Faults
from tests.fake_telegram.gate import Gate
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.parameters import Parameters, parameters_of
from tests.fake_telegram.refusals import (
    JSON,
    NOT_FOUND,
    UNAUTHORIZED,
    Refusal,
    too_many_requests,
)
from tests.fake_telegram.world import Call, World

TOKEN = "1234567890:AAE-fake_token_for_tests_0123456789a"
BODY_MOST = 64 * 1024 * 1024
LONG_POLL_MOST = 50
_PATH = re.compile(r"/bot(?P<token>[^/]+)/(?P<method>\w+)")
_FILE = re.compile(r"/file/bot(?P<token>[^/]+)/(?P<path>.+)")
_METHODS: dict[str, Callable[..., Any]] = {**sending.METHODS, **answering.METHODS, **profile.METHODS}

_asked_as: ContextVar[str] = ContextVar("asked_as", default="")
"""The Host header of the request that is being answered; none for a call in a webhook's response."""


class FakeTelegram(World):
    """The server, as an asynchronous context manager. `limits`, `faults` and `gate` may be replaced at any time."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        limits: Limits | None = None,
        faults: Faults | None = None,
        accept_anyone: bool = False,
        log: Path | None = None,
        addresses: int = 1,
        calls_kept: int = 100_000,
    ) -> None:
        """`accept_anyone`: every positive chat id is somebody who started the bot. `log`: a JSON line per send.

        `addresses`: it listens at 127.0.0.1 and so many in all, and the log says at which a send arrived.
        """
        super().__init__(
            bot_id=int(token.partition(":")[0]),
            limits=limits or Limits(),
            accept_anyone=accept_anyone,
            calls_kept=calls_kept,
            perform=self.perform,
        )
        self.token = token
        self.faults = faults or Faults()
        self.gate = Gate(())
        self._port, self._addresses = port, addresses
        self._log = log.open("ab", buffering=0) if log else None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_MOST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        for number in range(1, self._addresses + 1):
            await web.TCPSite(self._runner, f"127.0.0.{number}", self._port, backlog=1024).start()
            self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.updates.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._log is not None:
            self._log.close()

    @property
    def url(self) -> str:
        """What BOT_API_URL is to be."""
        return f"http://127.0.0.1:{self._port}"

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    async def perform(self, method: str, values: JSON) -> object:
        """Carries out a call that came in a webhook's response, where nobody hears of a refusal."""
        return await self._answer(method, Parameters(values), Fate.FINE)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await control.handle(self, request)
        if file := _FILE.fullmatch(request.path):
            return self._file(file["token"], file["path"])
        path = _PATH.fullmatch(request.path)
        if path is None or ":" not in path["token"]:
            return _response(NOT_FOUND.code, NOT_FOUND.payload())
        if path["token"] != self.token:
            return _response(UNAUTHORIZED.code, UNAUTHORIZED.payload())
        return await self._bot_call(path["method"], request)

    async def _bot_call(self, method: str, request: web.Request) -> web.StreamResponse:
        try:
            params = await parameters_of(request)
        except Refusal as refusal:
            return _response(refusal.code, refusal.payload())
        fate = self.faults.fate(method.lower(), params.integer("chat_id"))
        if fate is Fate.CUT_BEFORE:
            self._record(method, params, monotonic(), 0, "cut before", fate=fate)
            return _cut(request)
        if method.lower().startswith("send"):
            await self.gate.passed(params.integer("chat_id"))
        _asked_as.set(request.host)
        code, body = await self._answer(method, params, fate)
        if self.faults.latency and method.lower() != "getupdates":
            await asyncio.sleep(self.faults.latency)
        if fate is Fate.STALL:
            await asyncio.sleep(self.faults.stall_for)
        return _cut(request) if fate is Fate.CUT_AFTER else _response(code, body)

    async def _answer(self, method: str, params: Parameters, fate: Fate) -> tuple[int, JSON]:
        """The status and body of the answer to a call, which is recorded."""
        at, name = monotonic(), method.lower()
        try:
            if name.startswith("send") and (wait := self.faults.halt()):
                too_many_requests(wait)
            if fate is Fate.BAD_GATEWAY:
                raise Refusal(502, "Bad Gateway")
            if name == "getupdates":
                result: Any = await self._get_updates(params)
            elif name in _METHODS:
                result = _METHODS[name](self, params)
            else:
                raise Refusal(404, "Not Found: method not found")
        except Refusal as refusal:
            self._record(method, params, at, refusal.code, refusal.description, fate=fate)
            return refusal.code, refusal.payload()
        message_id = result.get("message_id") if isinstance(result, dict) else None
        self._record(method, params, at, 200, message_id=message_id, fate=fate)
        return 200, {"ok": True, "result": result}

    async def _get_updates(self, params: Parameters) -> list[JSON]:
        self.updates.allow(params.decoded("allowed_updates", "allowed updates"))
        limit = min(max(params.integer("limit", 100), 1), 100)
        return await self.updates.fetch(params.integer("offset"), limit, min(params.integer("timeout"), LONG_POLL_MOST))

    def _record(
        self,
        method: str,
        params: Parameters,
        at: float,
        code: int,
        description: str = "",
        message_id: int | None = None,
        fate: Fate = Fate.FINE,
    ) -> None:
        call = Call(method, params.values, at, code, description, message_id, fate)
        self.calls.append(call)
        if self._log is not None and method.startswith("send"):
            line = {
                "at": at,
                "method": method,
                "chat_id": call.chat_id,
                "code": code,
                "fate": fate.name.lower(),
                "message_id": message_id,
                "text": params.text("text")[:200],
                "host": _asked_as.get(),
            }
            self._log.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def _file(self, token: str, path: str) -> web.StreamResponse:
        if token != self.token:
            return _response(UNAUTHORIZED.code, UNAUTHORIZED.payload())
        if (content := self.files.at(path)) is None:
            return _response(NOT_FOUND.code, NOT_FOUND.payload())
        return web.Response(body=content, content_type="application/octet-stream")


def _response(code: int, body: JSON) -> web.Response:
    headers = {}
    if wait := body.get("parameters", {}).get("retry_after"):
        headers["Retry-After"] = str(wait)
    return web.Response(status=code, body=orjson.dumps(body), content_type="application/json", headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    """Ends the connection; the response that must be returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
