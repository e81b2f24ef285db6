"""How updates reach the bot: kept until confirmed, fetched by getUpdates or delivered to its webhook."""

import asyncio
import contextlib
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import time

import aiohttp
import orjson

from tests.fake_telegram.refusals import JSON, Refusal, bad_request
from tests.steady import PATIENCE_S

BY_DEFAULT_OFF = {"chat_member", "message_reaction", "message_reaction_count"}
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
BY_WEBHOOK = "Conflict: terminated by setWebhook request"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NEVER_IN_RESPONSE = ("get", "setwebhook", "deletewebhook", "close", "logout")


@dataclass(slots=True)
class Webhook:
    url: str
    secret_token: str
    max_connections: int
    last_error: str = ""
    last_error_date: int = 0


@dataclass(eq=False, slots=True)
class _Pending:
    update_id: int
    kind: str
    payload: JSON
    chat_id: int

    def body(self) -> JSON:
        return {"update_id": self.update_id, self.kind: self.payload}


@dataclass(slots=True)
class Updates:
    """The queue. `perform` carries out a method call that stands in a webhook's response."""

    perform: Callable[[str, JSON], Awaitable[object]]
    pending: deque[_Pending] = field(default_factory=deque)
    webhook: Webhook | None = None
    allowed: frozenset[str] | None = None
    retry_first: float = 0.05
    retry_most: float = 1.0
    conflicts: int = 0
    delivered: int = 0
    _next_id: int = 1
    _poll: asyncio.Future[str | None] | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _delivery: asyncio.Task[None] | None = None

    def push(self, kind: str, payload: JSON, chat_id: int) -> None:
        """`chat_id`: whose updates stay in order."""
        if kind in BY_DEFAULT_OFF if self.allowed is None else kind not in self.allowed:
            return
        self.pending.append(_Pending(self._next_id, kind, payload, chat_id))
        self._next_id += 1
        self._wake(None)
        self._changed.set()

    async def drained(self, timeout: float = PATIENCE_S) -> None:  # noqa: ASYNC109
        """Waits until the bot took everything: every update is confirmed, or delivered to the webhook."""
        async with asyncio.timeout(timeout):
            while self.pending:
                self._changed.clear()
                await self._changed.wait()

    async def asked_for(self) -> None:
        """Waits until the bot has asked for updates and waits for the next."""
        async with asyncio.timeout(PATIENCE_S):
            while self._poll is None or self._poll.done():
                self._changed.clear()
                await self._changed.wait()

    def allow(self, kinds: list[str] | None) -> None:
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    async def fetch(self, offset: int, limit: int, timeout: float) -> list[JSON]:  # noqa: ASYNC109
        """getUpdates."""
        if self.webhook is not None:
            self.conflicts += 1
            raise Refusal(409, WEBHOOK_ACTIVE)
        self._confirm(offset)
        self._wake(TERMINATED)
        if not self.pending and timeout > 0:
            self._poll = poll = asyncio.get_running_loop().create_future()
            self._changed.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    if (conflict := await poll) is not None:
                        self.conflicts += 1
                        raise Refusal(409, conflict)
        return [self.pending[index].body() for index in range(min(limit, len(self.pending)))]

    def _wake(self, conflict: str | None) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(conflict)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.pending) > -offset:
                self.pending.popleft()
        while offset > 0 and self.pending and self.pending[0].update_id < offset:
            self.pending.popleft()
        self._changed.set()

    def drop(self) -> None:
        self.pending.clear()
        self._changed.set()

    def set_webhook(self, url: str, secret_token: str, max_connections: int) -> None:
        """Unlike the real server it takes http:// as well, for tests on one machine."""
        if not re.match(r"https?://[^/]", url):
            bad_request("invalid webhook URL specified")
        if len(secret_token) > 256:
            bad_request("secret token is too long")
        if re.search(r"[^A-Za-z0-9_-]", secret_token):
            bad_request("secret token contains unallowed characters")
        self.stop()
        self.webhook = Webhook(url, secret_token, max_connections)
        self._wake(BY_WEBHOOK)
        self._delivery = asyncio.create_task(self._deliver(self.webhook))

    def stop(self) -> None:
        """No webhook any more; what was not delivered stays."""
        self.webhook = None
        if self._delivery is not None:
            self._delivery.cancel()
            self._delivery = None

    async def _deliver(self, webhook: Webhook) -> None:
        """Chats side by side, each in order: the next update of a chat goes out when the one before was taken."""
        busy: set[int] = set()
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as tasks:
            slots = asyncio.Semaphore(webhook.max_connections)

            async def send(update: _Pending) -> None:
                try:
                    async with slots:
                        await self._push_until_taken(session, webhook, update)
                    with contextlib.suppress(ValueError):  # dropped meanwhile
                        self.pending.remove(update)
                finally:
                    busy.discard(update.chat_id)
                    self._changed.set()

            while True:
                self._changed.clear()
                for update in list(self.pending):
                    if len(busy) >= webhook.max_connections:
                        break
                    if update.chat_id not in busy:
                        busy.add(update.chat_id)
                        tasks.create_task(send(update))
                await self._changed.wait()

    async def _push_until_taken(self, session: aiohttp.ClientSession, webhook: Webhook, update: _Pending) -> None:
        body, delay = orjson.dumps(update.body()), self.retry_first
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token
        while True:
            wait = delay
            try:
                async with session.post(webhook.url, data=body, headers=headers) as response:
                    answer = await response.read()
                    if response.ok:
                        self.delivered += 1
                        return await self._carry_out(response.content_type, answer)
                    webhook.last_error = f"Wrong response from the webhook: {response.status} {response.reason}"
                    wait = float(response.headers.get("Retry-After", delay))
            except (aiohttp.ClientError, TimeoutError) as error:
                webhook.last_error = f"Connection failed: {type(error).__name__}"
            webhook.last_error_date = int(time())
            await asyncio.sleep(wait)
            delay = min(delay * 2, self.retry_most)

    async def _carry_out(self, content_type: str, answer: bytes) -> None:
        if content_type != "application/json" or not answer:
            return
        call = orjson.loads(answer)
        method = call.pop("method", "") if isinstance(call, dict) else ""
        if method and not method.lower().startswith(NEVER_IN_RESPONSE):
            await self.perform(method, call)

    def info(self) -> JSON:
        """WebhookInfo."""
        webhook = self.webhook
        body: JSON = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if webhook:
            body |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
        if webhook and webhook.last_error:
            body |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error}
        if self.allowed is not None:
            body["allowed_updates"] = sorted(self.allowed)
        return body
