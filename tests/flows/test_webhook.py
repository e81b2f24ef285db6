"""Updates that Telegram brings: only its own, each once, in order, answered in the response where that can be done."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.gateway.webhook import BODY_MOST, SECRET_HEADER
from bot.opening import StartFailed
from bot.receiving import Bot
from bot.serving import serving
from tests.fake_telegram import FakeTelegram, Person
from tests.ports import port_to_listen_at

SECRET = "a-secret-of-the-operator"


@pytest.fixture
def port() -> Iterator[int]:
    with port_to_listen_at() as port:
        yield port


@pytest.fixture
def settings(settings: Settings, port: int) -> Settings:
    return settings.model_copy(
        update={
            "listen": f"127.0.0.1:{port}",
            "webhook_url": f"http://127.0.0.1:{port}/updates",
            "webhook_secret": SecretStr(SECRET),
        }
    )


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def question(number: int, text: str, chat: int = 77) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Somebody", "language_code": "en"}
    place = {"id": chat, "type": "private", "first_name": "Somebody"}
    message = {"message_id": number, "date": 1, "chat": place, "from": person, "text": text}
    return {"update_id": number, "message": message}


async def bring(
    http: aiohttp.ClientSession, settings: Settings, update: dict[str, Any], secret: str = SECRET
) -> tuple[int, dict[str, Any]]:
    """What the webhook says to an update."""
    assert settings.webhook_url is not None
    async with http.post(settings.webhook_url, json=update, headers={SECRET_HEADER: secret}) as response:
        body = await response.read()
        return response.status, await response.json() if body else {}


async def test_a_question_is_answered_without_a_request_of_its_own(
    telegram: FakeTelegram, bot: Bot, ada: Person
) -> None:
    await ada.say("germany")
    answer = await ada.reply()
    assert "Germany" in answer.text
    assert telegram.updates.webhook is not None
    assert telegram.updates.delivered == 1


async def test_the_response_is_the_answer(http: aiohttp.ClientSession, settings: Settings, bot: Bot) -> None:
    status, call = await bring(http, settings, question(1, "germany"))
    assert status == 200
    assert call["method"] == "sendMessage"
    assert call["chat_id"] == 77
    assert "Germany" in call["text"]
    assert call["reply_markup"]["inline_keyboard"]


async def test_what_needs_its_result_is_sent_by_itself(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    await ada.say("germany")
    card = await ada.reply()
    await ada.press(card.buttons[0])
    assert (await ada.reply()).message_id >= card.message_id


async def test_two_messages_for_one_update_arrive_in_their_order(bot: Bot, ada: Person) -> None:
    await ada.say("/start")
    first = await ada.reply()
    await ada.say("germany")
    assert "Germany" in (await ada.reply()).text
    assert first.text


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "ä" * 20])
async def test_nobody_else_brings_updates(
    http: aiohttp.ClientSession, settings: Settings, bot: Bot, secret: str
) -> None:
    headers = {SECRET_HEADER: secret} if secret.isascii() else {SECRET_HEADER: secret.encode().decode("latin-1")}
    assert settings.webhook_url is not None
    async with http.post(settings.webhook_url, json=question(1, "germany"), headers=headers) as response:
        assert response.status == 403
        assert await response.read() == b""


async def test_what_is_too_large_or_no_update_does_no_harm(
    http: aiohttp.ClientSession, settings: Settings, bot: Bot
) -> None:
    assert settings.webhook_url is not None
    headers = {SECRET_HEADER: SECRET}
    async with http.post(settings.webhook_url, data=BytesIO(b"x" * (BODY_MOST + 1)), headers=headers) as response:
        assert response.status == 413
    for body in (b"", b"[]", b"{}", b"null", b'{"update_id": "x"}', b"\xff\xfe", b'{"update_id": 5, "message": 3}'):
        async with http.post(settings.webhook_url, data=body, headers=headers) as response:
            assert response.status == 200
    status, call = await bring(http, settings, question(9, "germany"))
    assert (status, call["method"]) == (200, "sendMessage")


async def test_an_update_that_comes_again_gets_the_same_response(
    telegram: FakeTelegram, http: aiohttp.ClientSession, settings: Settings, bot: Bot
) -> None:
    first = await bring(http, settings, question(5, "germany"))
    assert first[1]["method"] == "sendMessage"
    assert await asyncio.gather(*(bring(http, settings, question(5, "germany")) for _ in range(5))) == [first] * 5
    assert not telegram.calls_of("sendMessage")


async def test_a_secret_is_made_where_none_is_set(telegram: FakeTelegram, settings: Settings, ada: Person) -> None:
    without = settings.model_copy(update={"webhook_secret": None})
    async with serving(without):
        assert telegram.updates.webhook is not None
        made = telegram.updates.webhook.secret_token
        assert len(made) >= 32
        await ada.say("germany")
        await ada.reply()
    async with serving(without.model_copy(update={"listen": settings.listen})):
        assert telegram.updates.webhook.secret_token == made


async def test_an_address_that_is_taken_is_said_in_one_line(settings: Settings, telegram: FakeTelegram) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(settings.listen_address)
        taken.listen()
        with pytest.raises(StartFailed, match=r"cannot listen at 127\.0\.0\.1:\d+: .*BOT_LISTEN"):
            async with serving(settings):
                pass


async def test_what_waits_at_telegram_is_answered_after_a_restart(
    telegram: FakeTelegram, settings: Settings, ada: Person
) -> None:
    async with serving(settings):
        await ada.say("germany")
        await ada.reply()
    for text in ("france", "poland", "/help"):
        await ada.say(text)
    async with serving(settings):
        assert "France" in (await ada.reply()).text
        assert "Poland" in (await ada.reply()).text
        assert "/find" in (await ada.reply()).text


async def test_health_readiness_and_figures(http: aiohttp.ClientSession, settings: Settings, bot: Bot) -> None:
    base = f"http://{settings.listen}"
    await bring(http, settings, question(1, "germany"))
    async with http.get(f"{base}/healthz") as response:
        assert response.status == 200
    async with http.get(f"{base}/readyz") as response:
        assert (response.status, (await response.json())["ready"]) == (200, True)
    async with http.get(f"{base}/metrics") as response:
        text = await response.text()
    assert 'embassy_updates_total{kind="message",result="handled"}' in text
    assert 'embassy_matches_total{result="found"}' in text
    assert "embassy_database_up 1.0" in text
    assert "embassy_answer_seconds_bucket" in text


async def test_polling_serves_health_too(
    telegram: FakeTelegram, settings: Settings, http: aiohttp.ClientSession, ada: Person
) -> None:
    polling = settings.model_copy(update={"webhook_url": None})
    async with serving(polling):
        async with http.get(f"http://{settings.listen}/readyz") as response:
            assert response.status == 200
        async with http.post(f"http://{settings.listen}/updates", json=question(1, "germany")) as response:
            assert response.status == 404


async def test_many_chats_at_once_each_in_order(telegram: FakeTelegram, bot: Bot) -> None:
    people = [telegram.user(language_code="en") for _ in range(10)]
    asked = ("germany", "france", "poland")
    for text in asked:
        await asyncio.gather(*(person.say(text) for person in people))
    for person in people:
        answers = [(await person.reply()).text for _ in asked]
        assert ["Germany" in answers[0], "France" in answers[1], "Poland" in answers[2]] == [True] * 3
