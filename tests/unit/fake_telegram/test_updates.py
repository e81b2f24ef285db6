"""Updates are kept until confirmed, by getUpdates or the webhook."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from tests.fake_telegram import JSON, FakeTelegram, Person
from tests.unit.fake_telegram.conftest import Api


async def test_updates_stay_until_they_are_confirmed(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    for text in "abc":
        await ada.say(text)
    first = (await api("getUpdates", limit=2))["result"]
    assert [update["message"]["text"] for update in first] == ["a", "b"]
    assert (await api("getUpdates", limit=2))["result"] == first
    [third] = (await api("getUpdates", offset=first[-1]["update_id"] + 1))["result"]
    assert third["message"]["text"] == "c"
    drained = asyncio.create_task(telegram.updates.drained())
    assert (await api("getUpdates", offset=third["update_id"] + 1))["result"] == []
    await drained


async def test_negative_offset_forgets_the_rest(api: Api, ada: Person) -> None:
    for text in "abc":
        await ada.say(text)
    [last] = (await api("getUpdates", offset=-1))["result"]
    assert last["message"]["text"] == "c"


async def test_long_poll_ends_with_the_first_update(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    poll = asyncio.create_task(api("getUpdates", timeout=30))
    await telegram.updates.asked_for()
    await ada.say("x")
    assert len((await poll)["result"]) == 1


async def test_only_allowed_updates_come(api: Api, ada: Person) -> None:
    await api("getUpdates", allowed_updates=["callback_query"])
    await ada.say("x")
    assert (await api("getUpdates"))["result"] == []
    await api("getUpdates", allowed_updates=[])
    await ada.say("y")
    assert len((await api("getUpdates"))["result"]) == 1


async def test_second_poller_ends_the_first(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    first = asyncio.create_task(api("getUpdates", timeout=30))
    await telegram.updates.asked_for()
    assert (await api("getUpdates"))["ok"]
    assert (await first)["description"].startswith("Conflict: terminated by other getUpdates request")
    assert telegram.updates.conflicts == 1


Hook = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def hook() -> AsyncIterator[Callable[[Hook], Awaitable[str]]]:
    runners: list[web.ServerRunner] = []

    async def serve(handler: Hook) -> str:
        runner = web.ServerRunner(web.Server(handler))  # type: ignore[arg-type]
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}/hook"

    yield serve
    for runner in runners:
        await runner.cleanup()


async def test_webhook_gets_updates_in_order_and_again_after_a_failure(
    telegram: FakeTelegram, api: Api, ada: Person, hook: Callable[[Hook], Awaitable[str]]
) -> None:
    telegram.updates.retry_first = 0.001
    heard: list[tuple[str, str]] = []
    codes = iter([503, 200, 500, 200])

    async def handler(request: web.Request) -> web.StreamResponse:
        update = await request.json()
        heard.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], update["message"]["text"]))
        return web.Response(status=next(codes))

    assert (await api("setWebhook", url=await hook(handler), secret_token="s3cret"))["ok"]
    await ada.say("a")
    await ada.say("b")
    await telegram.updates.drained()
    assert heard == [("s3cret", "a"), ("s3cret", "a"), ("s3cret", "b"), ("s3cret", "b")]
    info = (await api("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
    assert info["pending_update_count"] == 0


async def test_webhook_may_answer_with_a_call(
    telegram: FakeTelegram, api: Api, ada: Person, hook: Callable[[Hook], Awaitable[str]]
) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        update = await request.json()
        return web.json_response({"method": "sendMessage", "chat_id": update["message"]["chat"]["id"], "text": "heard"})

    await api("setWebhook", url=await hook(handler))
    assert (await ada.ask("x")).text == "heard"
    assert (await api("getUpdates"))["description"].startswith("Conflict: can't use getUpdates method while webhook")
    assert (await api("deleteWebhook"))["ok"]
    assert (await api("getUpdates"))["ok"]


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"url": "not a url"}, "invalid webhook URL specified"),
        ({"url": "https://example.org", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://example.org", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_webhooks_that_are_refused(api: Api, params: JSON, reason: str) -> None:
    assert (await api("setWebhook", **params))["description"] == f"Bad Request: {reason}"
