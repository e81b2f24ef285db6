"""The fake has to be as strict as the real server: what it lets pass, people would find broken on Telegram."""

from collections.abc import AsyncIterator
from typing import Protocol

import aiohttp
import pytest

from tests.fake_telegram import JSON, FakeTelegram, Person


class Api(Protocol):
    async def __call__(self, method: str, /, **params: object) -> JSON: ...


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def api(telegram: FakeTelegram, http: aiohttp.ClientSession) -> Api:
    async def call(method: str, /, **params: object) -> JSON:
        async with http.post(f"{telegram.url}/bot{telegram.token}/{method}", json=params) as response:
            body: JSON = await response.json()
            assert body["ok"] == response.ok
            assert body.get("error_code", response.status) == response.status
            return body

    return call


@pytest.fixture
def ada(telegram: FakeTelegram) -> Person:
    return telegram.user(7, first_name="Ada", language_code="de")


def keyboard(*buttons: JSON) -> JSON:
    return {"inline_keyboard": [list(buttons)]}
