"""Answers that go out in the response to the webhook instead of a request of their own."""

from typing import Any, Final

import orjson
import structlog
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from bot.gateway.transport import Transport
from bot.turn import Call, Turn, at_work, is_unneeded

DEFERRED: Final = frozenset({"sendMessage"})

log = structlog.get_logger(__name__)


class Answering(Transport):
    """The transport of a bot behind a webhook: keeps the first answer of a turn whose result nobody needs."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        turn = at_work()
        if turn is not None and turn.open and request_data is not None:
            call = Call(url, request_data)
            if call.method in DEFERRED and is_unneeded() and turn.hold(call):
                return 200, _as_if_sent(request_data)
            await self.send_held(turn)
        return await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )

    async def send_held(self, turn: Turn) -> None:
        """Sends what was kept for the response, before something else: what is said first arrives first."""
        if (held := turn.close()) is None:
            return
        status, _ = await super().do_request(held.url, "POST", held.data)
        if status != 200:
            log.warning("an answer was refused", method=held.method, status=status)


def body_of(call: Call) -> bytes:
    """The call as it stands in a webhook's response (https://core.telegram.org/bots/api#making-requests-when-getting-updates)."""
    return orjson.dumps({"method": call.method, **call.data.parameters})


def _as_if_sent(data: RequestData) -> bytes:
    chat: dict[str, Any] = {"id": data.parameters.get("chat_id", 0), "type": "private"}
    return orjson.dumps({"ok": True, "result": {"message_id": 0, "date": 0, "chat": chat}})
