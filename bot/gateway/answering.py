"""Answers that go out in the response to the webhook instead of a request of their own."""

from typing import Any

import orjson
import structlog
from telegram._utils.types import ODVInput
from telegram.error import TelegramError
from telegram.ext import BaseRateLimiter
from telegram.request import BaseRequest, RequestData

from bot.gateway.transport import Transport
from bot.turn import Call, at_work, goes_in_response

log = structlog.get_logger(__name__)


class Answering(Transport):
    """The transport of a bot behind a webhook: keeps the first answer of a turn whose result nobody needs.

    What is kept has not had its turn among all that leaves (`pace`): it takes it when it does leave.
    """

    def __init__(self, pace: BaseRateLimiter[Any]) -> None:
        super().__init__()
        self._pace = pace

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
            if goes_in_response(call.method):
                turn.answer = call
                return 200, _as_if_sent(request_data)
            if (held := turn.close()) is not None:
                await self.send(held)  # what is said first arrives first
        return await super().do_request(
            url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
        )

    async def leave(self, call: Call) -> None:
        """Waits until what was kept may leave in the response. Raises NotSent when the bot closes."""

        async def left() -> bool:
            return True

        await self._pace.process_request(left, (), {}, call.method, call.data.parameters, None)

    async def send(self, call: Call) -> None:
        """Sends by itself what was kept for the response; outside the turn, or after it was closed."""
        try:
            await self._pace.process_request(
                self.post, (call.url, call.data), {}, call.method, call.data.parameters, None
            )
        except TelegramError as error:
            log.warning("an answer could not be sent", method=call.method, reason=type(error).__name__)


def body_of(call: Call) -> bytes:
    """The call as it stands in a webhook's response (https://core.telegram.org/bots/api#making-requests-when-getting-updates)."""
    return orjson.dumps({"method": call.method, **call.data.parameters})


def _as_if_sent(data: RequestData) -> bytes:
    chat: dict[str, Any] = {"id": data.parameters.get("chat_id", 0), "type": "private"}
    return orjson.dumps({"ok": True, "result": {"message_id": 0, "date": 0, "chat": chat}})
