"""One GET from the web, as little trusting as can be: limits on size, time, redirects and addresses.

The reasons of a failure are short words for a log; nothing of an answer or of an address stands in them.
"""

import asyncio
import zlib
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from bot.sources.addresses import AddressRefused, public_socket

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_SECONDS: Final = 30.0
MAX_REDIRECTS: Final = 5
MAX_URL: Final = 2048

_HEADERS: Final = {
    "User-Agent": "embassy-finder (consular news reader)",
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1",
    "Accept-Encoding": "gzip",
}
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_WEB_PORTS: Final = frozenset((80, 443))
_FIRST_FREE_PORT: Final = 1024
_LONGEST_VALIDATOR: Final = 500
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_GZIP: Final = b"\x1f\x8b"
_MOST_MEMBERS: Final = 100
"""Of one answer: each costs a copy of all that follow it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`etag` and `last_modified` are for the next request, "" where the server gave none."""

    body: bytes
    etag: str
    last_modified: str
    content_type: str


@dataclass(frozen=True, slots=True)
class NotModified:
    pass


@dataclass(frozen=True, slots=True)
class FetchFailed:
    reason: str


@dataclass(frozen=True, slots=True)
class _Moved:
    to: str


async def fetch(
    url: str,
    *,
    allow_private: bool,
    etag: str = "",
    last_modified: str = "",
    max_bytes: int = MAX_BYTES,
    max_seconds: float = MAX_SECONDS,
) -> Fetched | NotModified | FetchFailed:
    """What stands at the address now; `etag` and `last_modified` are those of the answer before.

    `max_bytes` holds for the body as sent and as unpacked, `max_seconds` for the whole with its redirects.
    """
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    conditions = {name: value for name, value in known.items() if value}
    try:
        async with asyncio.timeout(max_seconds), _session(allow_private=allow_private) as session:
            return await _follow(session, url, conditions, max_bytes)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return FetchFailed(_reason(error))


def _session(*, allow_private: bool) -> aiohttp.ClientSession:
    """For one fetch, so that nobody brings a session that would connect anywhere: sources are asked too seldom for a
    kept connection to be of use."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(force_close=True, socket_factory=None if allow_private else public_socket),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        trust_env=False,
        auto_decompress=False,
    )


async def _follow(
    session: aiohttp.ClientSession, url: str, conditions: dict[str, str], max_bytes: int
) -> Fetched | NotModified | FetchFailed:
    address = _address(url)
    for _ in range(1 + MAX_REDIRECTS):
        if isinstance(address, FetchFailed):
            return address
        outcome = await _get(session, address, conditions, max_bytes)
        if not isinstance(outcome, _Moved):
            return outcome
        address = _address(outcome.to, address)
    return FetchFailed("too many redirects")


async def _get(
    session: aiohttp.ClientSession, address: URL, conditions: dict[str, str], max_bytes: int
) -> Fetched | NotModified | FetchFailed | _Moved:
    async with session.get(address, headers=conditions, allow_redirects=False) as answer:
        if answer.status in _REDIRECTS and "Location" in answer.headers:
            return _Moved(answer.headers["Location"])
        if answer.status == 304 and conditions:
            return NotModified()
        if answer.status != 200:
            return FetchFailed(f"status {answer.status}")
        body = await _read(answer, max_bytes)
        if isinstance(body, FetchFailed):
            return body
        return Fetched(
            body,
            etag=_validator(answer, "ETag"),
            last_modified=_validator(answer, "Last-Modified"),
            content_type=answer.headers.get("Content-Type", ""),
        )


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes | FetchFailed:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            return FetchFailed("too large")
    match answer.headers.get("Content-Encoding", "").strip().lower():
        case "" | "identity":
            return bytes(body)
        case "gzip" | "x-gzip" | "deflate":
            return _unpacked(bytes(body), max_bytes)
        case _:
            return FetchFailed("unknown encoding")


def _unpacked(body: bytes, max_bytes: int) -> bytes | FetchFailed:
    """A gzip file is one member after another; what stands behind the last is padding."""
    unpacked = bytearray()
    for _ in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            unpacked += unpacker.decompress(body, max_bytes + 1 - len(unpacked))
        except zlib.error:
            break
        if len(unpacked) > max_bytes:
            return FetchFailed("too large")
        if not unpacker.eof:
            break
        body = unpacker.unused_data
        if not body.startswith(_GZIP):
            return bytes(unpacked)
    return FetchFailed("broken answer")


def _address(url: str, redirected_from: URL | None = None) -> URL | FetchFailed:
    if len(url) > MAX_URL or not url.isprintable():
        return FetchFailed("bad address")
    try:
        address = redirected_from.join(URL(url)) if redirected_from else URL(url)
        host, port = address.host, address.port
    except ValueError:
        return FetchFailed("bad address")
    if address.scheme not in ("http", "https"):
        return FetchFailed("not http")
    if not host or address.user is not None or address.password is not None:
        return FetchFailed("bad address")
    if port not in _WEB_PORTS and (port or 0) < _FIRST_FREE_PORT:
        return FetchFailed("port refused")
    if redirected_from and redirected_from.scheme == "https" and address.scheme == "http":
        return FetchFailed("insecure redirect")
    return address.with_fragment(None)


def _validator(answer: aiohttp.ClientResponse, name: str) -> str:
    value = answer.headers.get(name, "")
    return value if len(value) <= _LONGEST_VALIDATOR and value.isascii() and value.isprintable() else ""


def _reason(error: Exception) -> str:
    match error:
        case TimeoutError():
            return "timed out"
        case aiohttp.ClientConnectorDNSError():
            return "name not found"
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return "no trusted connection"
        case aiohttp.ClientConnectorError():
            return "address refused" if isinstance(error.os_error, AddressRefused) else "no connection"
        case aiohttp.InvalidURL():
            return "bad address"
        case aiohttp.ClientError():
            return "broken answer"
        case OSError():
            return "no connection"
        case _:
            return "bad address"
