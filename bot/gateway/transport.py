"""PTB's requests over aiohttp; a failed one says whether Telegram may have heard it.

An answer of the server is never a failure here. `NotSent` and `MaybeSent` are what a sender has to tell apart; any
other plain NetworkError of PTB comes from an answer (5xx). A call is made once: aiohttp repeats a request on a
connection that the server had closed only for idempotent methods, and POST is none.

The subtle case is a kept-alive connection that the server closes just as the call goes out. Each call asks the kernel
first whether the other end has hung up, and takes another connection if so: nothing was sent. Where the closing was
still on its way, this end cannot know whether the call was read before the connection died: `MaybeSent`, which can
leave a message out and never doubles it. It is rare: idle connections are dropped after `KEEP_ALIVE` seconds, sooner
than servers usually do.

The address of every request holds the token, and so do the texts of several aiohttp errors: none of them is passed on,
neither as text nor as cause or context.
"""

import asyncio
import io
import json
import select
from typing import Any, Final

import aiohttp
import orjson
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

KEEP_ALIVE: Final = 15.0
ATTEMPTS: Final = 3
DOWNLOAD_MOST: Final = 2 * 1024 * 1024 + 1
"""Bytes of a file that somebody sent; nothing larger is of use here, whatever its size was said to be."""
_HANG_UP: Final[int] = getattr(select, "POLLRDHUP", 0) or getattr(select, "POLLHUP", 0)
_FORM: Final = "application/x-www-form-urlencoded"
_FAILURES: Final = (aiohttp.ClientError, OSError, RuntimeError, ValueError)


class NotSent(NetworkError):
    """Nothing was carried out: no connection, or it was lost before the call went out, or a mere download failed."""


class MaybeSent(NetworkError):
    """The call went out and no answer came back: it may have been carried out."""


class AnswerTimedOut(MaybeSent, TimedOut):
    """The call went out, and the answer did not come in time."""


class Transport(BaseRequest):
    """One pool of connections. Timeouts in seconds, None for no limit; a method of the bot may pass its own."""

    def __init__(
        self,
        *,
        connections: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        proxy: str | None = None,
    ) -> None:
        self._connections = connections
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._read_timeout

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                proxy=self._proxy,
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

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
        if self._session is None:
            raise NotSent("The connection to Telegram is not open")
        media = request_data is not None and request_data.contains_files
        body = None if method == "GET" else await _encoded(request_data or RequestData())
        if body is not None:
            body.timeout = _chosen(write_timeout, self._media_write_timeout if media else self._write_timeout)
        connect = _chosen(connect_timeout, self._connect_timeout)
        timeout = aiohttp.ClientTimeout(
            connect=_sum(_chosen(pool_timeout, self._pool_timeout), connect),
            sock_connect=connect,
            sock_read=_chosen(read_timeout, self._read_timeout),
        )
        attempts = ATTEMPTS
        while True:
            attempts -= 1
            try:
                async with self._session.request(
                    method, url, data=body, timeout=timeout, allow_redirects=False
                ) as response:
                    content = await response.read() if body is not None else await _download(response)
                    return response.status, content
            except _FAILURES as error:
                failure = _failure(error, went_out=body is not None and body.went_out)
            if attempts == 0 or body is None or not body.found_closed:
                raise failure  # out of the handler, so that the error with the token in it is not its context

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            return _object(orjson.loads(payload))
        except orjson.JSONDecodeError:
            pass
        try:  # half a surrogate pair, in somebody's cut-off name: the whole batch of updates must not fail for it
            return _object(json.loads(payload.decode("utf-8", "replace")))
        except ValueError:
            raise TelegramError("Invalid server response") from None


class _Body(Payload):
    """A body that notes whether its request left; aiohttp hands headers and body over in one write."""

    timeout: float | None = None
    went_out = False
    found_closed = False

    def __init__(self, content: bytes, content_type: str) -> None:
        super().__init__(content, content_type=content_type)
        self._size = len(content)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        connection = writer.transport
        self.found_closed = connection is None or connection.is_closing() or _hung_up(connection)
        if self.found_closed:
            raise aiohttp.ClientConnectionResetError
        self.went_out = True
        async with asyncio.timeout(self.timeout):
            await writer.write(self._value)


async def _download(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for part in response.content.iter_any():
        content += part
        if len(content) > DOWNLOAD_MOST:
            raise ValueError("the file is larger than was agreed")
    return bytes(content)


def _hung_up(connection: asyncio.BaseTransport) -> bool:
    """Whether the other end closed, which the event loop may not have come to see yet."""
    socket = connection.get_extra_info("socket")
    if socket is None or not _HANG_UP:
        return False
    poll = select.poll()
    poll.register(socket.fileno(), _HANG_UP)
    return bool(poll.poll(0))


async def _encoded(data: RequestData) -> _Body:
    """A form, with the files if there are any. Half a surrogate pair, which UTF-8 cannot carry, is left out."""
    parameters = data.json_parameters
    if not data.contains_files:  # yarl leaves it out itself, and quotes eight times as fast as the standard library
        return _Body(URL.build(query=parameters).raw_query_string.encode(), _FORM)
    form = aiohttp.FormData(quote_fields=False)
    for name, value in parameters.items():
        form.add_field(name, value.encode(errors="ignore").decode())
    for name, (filename, content, mime_type) in data.multipart_data.items():
        file = io.BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, file, filename=filename, content_type=mime_type)
    multipart = form()
    return _Body(await multipart.as_bytes(), multipart.content_type)


def _failure(error: Exception, *, went_out: bool) -> NetworkError:
    # Of aiohttp's errors only this one is sure to name no more than host and port.
    reason = str(error) if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__
    if not went_out:
        return NotSent(reason)
    return AnswerTimedOut(reason) if isinstance(error, TimeoutError) else MaybeSent(reason)


def _object(decoded: Any) -> dict[str, Any]:
    if not isinstance(decoded, dict):
        raise TelegramError("Invalid server response")
    return decoded


def _chosen(passed: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(passed, DefaultValue) else passed


def _sum(pool: float | None, connect: float | None) -> float | None:
    return None if pool is None or connect is None else pool + connect
