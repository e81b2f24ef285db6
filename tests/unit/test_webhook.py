"""When an answer in the response leaves, and what becomes of one whose turn does not come in time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession
from telegram import Bot, Update
from telegram.request import RequestData

from bot.gateway.server import Server
from bot.gateway.transport import NotSent
from bot.gateway.webhook import SECRET_HEADER, Webhook
from bot.turn import Call, at_work
from tests.steady import PATIENCE_S

SECRET = "secret"
ANSWER = Call("http://127.0.0.1/bot1:a/sendMessage", RequestData([]))


@dataclass
class Road:
    """Where answers leave: `free` when it is somebody's turn, `closed` when nothing leaves any more."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    sent: list[Call] = field(default_factory=list)
    worked: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released once for every update that was dealt with."""
    withdrawn: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody does not wait for its turn any more."""

    async def process(self, update: Update) -> None:
        turn = at_work()
        assert turn is not None
        turn.answer = ANSWER
        self.worked.release()

    async def leave(self, call: Call) -> None:
        if self.closed:
            raise NotSent("closing")
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.withdrawn.set()
            raise

    async def send(self, call: Call) -> None:
        await self.free.wait()
        self.sent.append(call)


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def webhook(road: Road) -> Webhook:
    return Webhook(Bot("1:a"), SECRET, road.process, road.leave, road.send, at_once=2)


@pytest.fixture
async def client(webhook: Webhook) -> AsyncIterator[ClientSession]:
    """Somebody who may bring updates to a server of its own."""

    async def nothing() -> dict[str, str]:
        return {}

    async def refresh() -> None:
        pass

    server = Server(("127.0.0.1", 0), nothing, refresh, webhook)
    await server.start()
    async with ClientSession("http://{}:{}".format(*server.bound), headers={SECRET_HEADER: SECRET}) as client:
        yield client
    await server.stop()


async def bring(client: ClientSession, number: int) -> tuple[int, bytes]:
    async with client.post("/", json={"update_id": number}) as response:
        return response.status, await response.read()


async def test_the_response_waits_for_its_turn(road: Road, client: ClientSession) -> None:
    response = asyncio.create_task(bring(client, 1))
    await road.worked.acquire()
    done, _ = await asyncio.wait({response}, timeout=0.05)
    assert not done
    road.free.set()
    assert await response == (200, b'{"method":"sendMessage"}')
    assert not road.sent


async def test_whose_turn_does_not_come_in_time_is_sent_by_itself(
    road: Road, webhook: Webhook, client: ClientSession
) -> None:
    webhook.held_s = 0.02
    assert await bring(client, 1) == (200, b"")
    assert not road.sent
    road.free.set()
    await webhook.drain(PATIENCE_S)
    assert road.sent == [ANSWER]


async def test_what_cannot_leave_any_more_is_brought_again(road: Road, client: ClientSession) -> None:
    road.closed = True
    assert (await bring(client, 1))[0] == 503
    road.closed = False
    road.free.set()
    assert await bring(client, 1) == (200, b'{"method":"sendMessage"}')


async def test_what_waits_for_its_turn_counts_as_at_work(road: Road, client: ClientSession) -> None:
    waiting = [asyncio.create_task(bring(client, number)) for number in (1, 2)]
    for _ in waiting:
        await road.worked.acquire()
    assert (await bring(client, 3))[0] == 503
    road.free.set()
    assert [status for status, _ in await asyncio.gather(*waiting)] == [200, 200]


async def test_who_has_gone_away_waits_for_no_turn_and_is_answered_when_it_comes_again(
    road: Road, client: ClientSession
) -> None:
    response = asyncio.create_task(bring(client, 1))
    await road.worked.acquire()
    response.cancel()
    async with asyncio.timeout(PATIENCE_S):
        await road.withdrawn.wait()
    road.free.set()
    assert await bring(client, 1) == (200, b'{"method":"sendMessage"}')
    assert road.worked.locked()  # it was dealt with once


async def test_a_bot_that_fetches_its_updates_says_that_it_stops() -> None:
    async def well() -> dict[str, str]:
        return {"telegram": ""}

    async def refresh() -> None:
        pass

    server = Server(("127.0.0.1", 0), well, refresh)
    await server.start()
    async with ClientSession("http://{}:{}".format(*server.bound)) as client:
        async with client.get("/readyz") as response:
            assert response.status == 200
        await server.drain()
        async with client.get("/readyz") as response:
            assert (response.status, (await response.json())["checks"]["running"]) == (503, "stopping")
    await server.stop()
