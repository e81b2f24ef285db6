"""Addresses, parameters, the record of calls; and the faults that a call may meet."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fake_telegram import FakeTelegram, Faults, Limits, Person
from tests.unit.fake_telegram.conftest import Api, keyboard

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("bot1234567890:wrong/getMe", 401, "Unauthorized"),
        ("botnonsense/getMe", 404, "Not Found"),
        ("{bot}/getEverything", 404, "Not Found: method not found"),
        ("elsewhere", 404, "Not Found"),
        ("file/{bot}/documents/none", 404, "Not Found"),
        ("file/bot1:x/documents/none", 401, "Unauthorized"),
    ],
)
async def test_wrong_addresses(
    telegram: FakeTelegram, http: aiohttp.ClientSession, path: str, code: int, description: str
) -> None:
    async with http.get(f"{telegram.url}/{path.format(bot='bot' + telegram.token)}") as response:
        assert response.status == code
        assert await response.json() == {"ok": False, "error_code": code, "description": description}


@pytest.mark.parametrize("how", ["params", "data", "json", "multipart"])
async def test_parameters_come_in_four_ways(
    telegram: FakeTelegram, http: aiohttp.ClientSession, ada: Person, how: str
) -> None:
    params = {
        "chat_id": "7",
        "text": "größer & <b>fett</b>",
        "reply_markup": json.dumps(keyboard({"text": "B", "callback_data": "b"})),
    }
    params["text"] = params["text"].replace("&", "&amp;")
    sent: dict[str, Any] = {how: params | {"parse_mode": "html"}}
    if how == "multipart":
        sent = {"data": aiohttp.FormData(sent["multipart"], default_to_multipart=True)}
    async with http.post(f"{telegram.url}/bot{telegram.token}/SENDMESSAGE", **sent) as response:
        assert response.status == 200
    assert (ada.last.text, ada.last.buttons) == ("größer & fett", ["B"])
    assert ada.last.body.entities[0].payload() == {"type": "bold", "offset": 9, "length": 4}


async def test_every_call_is_recorded(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    await api("sendMessage", chat_id=7, text="x")
    await api("sendMessage", chat_id=8, text="x")
    first, second = telegram.calls_of("sendmessage")
    assert (first.chat_id, first.code, first.message_id) == (7, 200, ada.last.message_id)
    assert (second.code, second.description) == (400, "Bad Request: chat not found")
    assert first.at <= second.at


async def test_limit_is_answered_with_429(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    telegram.limits = Limits(per_second_in_chat=1, clock=lambda: 100.0)
    assert (await api("sendMessage", chat_id=7, text="x"))["ok"]
    answer = await api("sendMessage", chat_id=7, text="x")
    assert answer["description"] == "Too Many Requests: retry after 1"
    assert answer["parameters"] == {"retry_after": 1}
    assert len(ada.messages) == 1


@pytest.mark.parametrize("began", [0.0, 5.18, 131_071.02])
async def test_halt_holds_for_everybody_and_for_sends_only(
    telegram: FakeTelegram, api: Api, ada: Person, began: float
) -> None:
    now = began
    telegram.user(8)
    telegram.faults = Faults(halt_at=2, halt_for=60, clock=lambda: now)

    async def waits(*chats: int) -> list[int]:
        answers = [await api("sendMessage", chat_id=chat_id, text="x") for chat_id in chats]
        return [answer.get("parameters", {}).get("retry_after", 0) for answer in answers]

    assert await waits(7, 8, 7) == [0, 60, 60]
    assert (await api("getMe"))["ok"]
    now = began + 58.5
    assert await waits(8) == [2]
    assert telegram.faults.sends_in_halt == 3
    now = began + 60.5
    assert await waits(7, 8) == [0, 0]


@pytest.mark.parametrize(("faults", "delivered", "code"), [(Faults(cut_before=1), 0, 0), (Faults(cut_after=1), 1, 200)])
async def test_cut_connections(
    telegram: FakeTelegram, api: Api, ada: Person, faults: Faults, delivered: int, code: int
) -> None:
    telegram.faults = faults
    with pytest.raises(aiohttp.ClientError):
        await api("sendMessage", chat_id=7, text="x")
    assert len(ada.messages) == delivered
    assert [call.code for call in telegram.calls] == [code]


async def test_as_a_process(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    log = tmp_path / "sends.jsonl"
    arguments = ("-m", "tests.fake_telegram", "--log", str(log), "--options", '{"faults": {"bad_gateway": 0}}')
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    try:
        assert process.stdout is not None
        started = json.loads(await process.stdout.readline())

        async def control(verb: str, **body: object) -> Any:
            async with http.post(f"{started['url']}/control/{verb}", json=body) as response:
                return await response.json()

        await control("people", first=1, count=3, standing="blocked", language_code="ru")
        assert await control("act", user=9, act="say", text="hello") == {"message_id": 1}
        for chat_id in (1, 9):
            url = f"{started['url']}/bot{started['token']}/sendMessage"
            async with http.post(url, json={"chat_id": chat_id, "text": "x"}):
                pass
        stats = await control("stats")
        assert (stats["delivered"], stats["codes"], stats["pending_updates"]) == (1, {"200": 1, "403": 1}, 1)
        assert (await control("reply", chat=9))["text"] == "x"
        assert [line["code"] for line in map(json.loads, log.read_text().splitlines())] == [403, 200]
        assert "error" in await control("act", user=9, act="explode")
        group = -50
        await control("groups", first=group)
        await control("act", user=9, act="send_document", name="a.csv", content="aWQ=", chat=group)
        press = (await control("act", user=9, act="press_data", data="x", chat=group))["press"]
        api = f"{started['url']}/bot{started['token']}"
        async with http.post(f"{api}/getUpdates", json={"offset": -2}) as response:
            sent, pressed = (await response.json())["result"]
        assert (sent["message"]["chat"]["id"], sent["message"]["document"]["file_size"]) == (group, 2)
        answer = {"callback_query_id": pressed["callback_query"]["id"], "text": "Done"}
        async with http.post(f"{api}/answerCallbackQuery", json=answer):
            pass
        assert (await control("answer", press=press))["text"] == "Done"
    finally:
        process.terminate()
        assert await process.wait() == 0
