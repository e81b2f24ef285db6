import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.sources.addresses import is_public
from bot.sources.fetch import MAX_REDIRECTS, Fetched, FetchFailed, NotModified, fetch
from tests.ports import held_port

BODY = b"<rss/>"
DAY = "Mon, 14 Mar 2016 10:00:00 GMT"
MEGABYTE = 1024 * 1024
PACKED = {
    "plain": BODY,
    "whole": gzip.compress(BODY),
    "torn": gzip.compress(BODY)[:-9],
    "bomb": gzip.compress(bytes(20 * MEGABYTE)),
    "parts": gzip.compress(BODY[:3]) + gzip.compress(b"") + gzip.compress(BODY[3:]),
    "padded": gzip.compress(BODY) + bytes(512),
    "torn part": gzip.compress(BODY) + gzip.compress(BODY)[:-9],
    "bombs": gzip.compress(bytes(MEGABYTE)) + gzip.compress(b"1"),
    "crumbs": gzip.compress(b"1") * 50_000,
}


class Site:
    """A feed server on loopback that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.over = asyncio.Event()
        app = web.Application()
        app.router.add_get("/{name:.*}", self.answer)
        self.server = TestServer(app)

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        match request.match_info["name"].split("/"):
            case ["feed"] if request.headers.get("If-None-Match") == '"1"':
                return web.Response(status=304)
            case ["feed"]:
                headers = {"ETag": '"1"', "Last-Modified": DAY, "Content-Type": "text/xml"}
                return web.Response(body=BODY, headers=headers)
            case ["status", code]:
                return web.Response(status=int(code), body=BODY)
            case ["hops", count] if int(count):
                to = f"/hops/{int(count) - 1}"
                return web.Response(status=302, headers={"Location": to, "Set-Cookie": "seen=1"})
            case ["to"]:
                return web.Response(status=301, headers={"Location": request.query["url"]})
            case ["long", size]:
                return web.Response(body=bytes(int(size)))
            case ["packed", name, encoding]:
                return web.Response(body=PACKED[name], headers={"Content-Encoding": encoding})
            case ["tag"]:
                return web.Response(body=BODY, headers={"ETag": "x" * 600})
            case ["silent"]:
                await self.over.wait()
            case ["endless" | "cut" as name]:
                return await self.stream(request, cut=name == "cut")
        return web.Response(body=BODY)

    async def stream(self, request: web.Request, *, cut: bool) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        assert request.transport is not None
        with suppress(ConnectionError):
            while not self.over.is_set():
                await answer.write(bytes(65536))
                if cut:
                    request.transport.abort()
        return answer


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.server.start_server()
    yield site
    site.over.set()
    await site.server.close()


async def reason(url: str, *, allow_private: bool = True, max_bytes: int = MEGABYTE) -> str:
    outcome = await fetch(url, allow_private=allow_private, max_bytes=max_bytes)
    assert isinstance(outcome, FetchFailed)
    return outcome.reason


async def test_a_body_comes_with_its_validators(site: Site) -> None:
    outcome = await fetch(site.url("/feed"), allow_private=True)
    assert outcome == Fetched(BODY, '"1"', DAY, "text/xml")
    assert site.asked[0].headers["User-Agent"].startswith("embassy-finder")
    assert "If-None-Match" not in site.asked[0].headers


async def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    outcome = await fetch(site.url("/feed"), allow_private=True, etag='"1"', last_modified=DAY)
    assert outcome == NotModified()
    assert site.asked[0].headers["If-Modified-Since"] == DAY


async def test_a_validator_that_is_no_validator_is_forgotten(site: Site) -> None:
    assert await fetch(site.url("/tag"), allow_private=True) == Fetched(BODY, "", "", "application/octet-stream")


@pytest.mark.parametrize("code", [204, 304, 404, 429, 500])
async def test_another_status_is_a_failure(site: Site, code: int) -> None:
    assert await reason(site.url(f"/status/{code}")) == f"status {code}"


async def test_redirects_are_followed_so_far_and_leave_no_cookie(site: Site) -> None:
    outcome = await fetch(site.url(f"/hops/{MAX_REDIRECTS}"), allow_private=True)
    assert isinstance(outcome, Fetched)
    assert all("Cookie" not in request.headers for request in site.asked)
    assert await reason(site.url(f"/hops/{MAX_REDIRECTS + 1}")) == "too many redirects"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://example.org/feed", "not http"),
        ("file:///etc/hosts", "not http"),
        ("http://user:word@example.org/feed", "bad address"),
        ("http://user@example.org/feed", "bad address"),
        ("http://example.org:22/feed", "port refused"),
        ("http://example.org:99999/feed", "bad address"),
        ("http://[::1/feed", "bad address"),
        ("http://example.org/\n", "bad address"),
        ("http://example.org/" + "x" * 3000, "bad address"),
        ("http://[::1]:0/feed", "port refused"),
    ],
)
async def test_an_address_that_is_not_of_the_web_is_refused_also_after_a_redirect(
    site: Site, url: str, expected: str
) -> None:
    assert await reason(url) == expected
    if url.isprintable() and len(url) < 3000:
        start = site.server.make_url("/to").with_query(url=url)
        assert await reason(str(start)) in (expected, "not http", "bad address")
        assert len(site.asked) == 1


LOOPBACK = ("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "0.0.0.0", "0", "localhost.")
LOOPBACK_V6 = ("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]")


@pytest.mark.parametrize("host", [*LOOPBACK, *LOOPBACK_V6, "169.254.169.254"])
async def test_private_addresses_are_refused_in_any_notation(site: Site, host: str) -> None:
    url = f"http://{host}:{site.server.port}/feed"
    assert await reason(url, allow_private=False) in ("address refused", "bad address", "name not found")
    assert not site.asked


async def test_loopback_by_name_is_refused_where_it_is_connected(site: Site) -> None:
    assert await reason(f"http://localhost:{site.server.port}/feed", allow_private=False) == "address refused"
    assert isinstance(await fetch(f"http://localhost:{site.server.port}/feed", allow_private=True), Fetched)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::8.8.8.8", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("239.255.255.250", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("0.0.0.0", False),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b:1::8.8.8.8", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
        ("2001:db8::1", False),
        ("2002:7f00:1::", False),
        ("2001:0:1::", False),
        ("4000::1", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_size_is_limited_as_sent_and_as_unpacked(site: Site) -> None:
    assert isinstance(await fetch(site.url("/long/1000"), allow_private=True, max_bytes=1000), Fetched)
    assert await reason(site.url("/long/1001"), max_bytes=1000) == "too large"
    assert await reason(site.url("/endless")) == "too large"
    assert await reason(site.url("/packed/bomb/gzip")) == "too large"


async def test_packed_bodies_are_unpacked(site: Site) -> None:
    outcome = await fetch(site.url("/packed/whole/gzip"), allow_private=True)
    assert isinstance(outcome, Fetched)
    assert outcome.body == BODY
    assert await reason(site.url("/packed/whole/br")) == "unknown encoding"
    assert await reason(site.url("/packed/plain/deflate")) == "broken answer"
    assert await reason(site.url("/packed/torn/gzip")) == "broken answer"


@pytest.mark.parametrize("name", ["parts", "padded"])
async def test_every_part_of_a_packed_body_counts(site: Site, name: str) -> None:
    outcome = await fetch(site.url(f"/packed/{name}/gzip"), allow_private=True)
    assert isinstance(outcome, Fetched)
    assert outcome.body == BODY


async def test_parts_are_limited_together(site: Site) -> None:
    assert await reason(site.url("/packed/bombs/gzip")) == "too large"
    assert await reason(site.url("/packed/torn part/gzip")) == "broken answer"
    assert await reason(site.url("/packed/crumbs/gzip"), max_bytes=2 * MEGABYTE) == "broken answer"


async def test_a_body_cut_short_is_a_failure(site: Site) -> None:
    assert await reason(site.url("/cut")) == "broken answer"


async def test_time_is_limited(site: Site) -> None:
    assert await fetch(site.url("/silent"), allow_private=True, max_seconds=0.1) == FetchFailed("timed out")


async def test_no_server_is_a_failure() -> None:
    with held_port() as port:
        assert await reason(f"http://127.0.0.1:{port}/feed") == "no connection"


async def test_proxies_of_the_environment_are_not_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(await fetch(site.url("/feed"), allow_private=True), Fetched)
