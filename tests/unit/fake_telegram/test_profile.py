"""Commands and descriptions."""

import pytest

from tests.fake_telegram import JSON, FakeTelegram
from tests.unit.fake_telegram.conftest import Api


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"command": "", "description": "x"}, "command must be non-empty"),
        ({"command": "a" * 33, "description": "x"}, "command length must not exceed 32"),
        ({"command": "Find", "description": "x"}, "BOT_COMMAND_INVALID"),
        ({"command": "find", "description": ""}, "command description must be non-empty"),
        ({"command": "find", "description": "x" * 257}, "command description length must not exceed 256"),
    ],
)
async def test_commands_that_are_refused(api: Api, command: JSON, reason: str) -> None:
    assert (await api("setMyCommands", commands=[command]))["description"] == f"Bad Request: {reason}"


async def test_commands_are_kept_by_scope_and_language(telegram: FakeTelegram, api: Api) -> None:
    def commands(words: str) -> list[JSON]:
        return [{"command": "find", "description": words}]

    await api("setMyCommands", commands=commands("Find"))
    await api("setMyCommands", commands=commands("Найти"), language_code="ru")
    await api("setMyCommands", commands=commands("Admin"), scope={"type": "chat", "chat_id": 7})
    assert (await api("getMyCommands", language_code="ru"))["result"] == commands("Найти")
    assert telegram.profile.commands_for(scope="chat 7") == {"find": "Admin"}
    await api("deleteMyCommands", language_code="ru")
    assert (await api("getMyCommands", language_code="ru"))["result"] == []
    assert (await api("setMyCommands", commands=commands("x") * 101))[
        "description"
    ] == "Bad Request: BOT_COMMANDS_TOO_MUCH"
    assert (await api("setMyCommands", commands=[], language_code="rus"))["description"].endswith(
        "language code specified"
    )


@pytest.mark.parametrize(("what", "most"), [("Description", 512), ("ShortDescription", 120), ("Name", 64)])
async def test_descriptions_have_a_length(api: Api, what: str, most: int) -> None:
    field = {"Description": "description", "ShortDescription": "short_description", "Name": "name"}[what]
    assert (await api(f"setMy{what}", **{field: "ж" * most}, language_code="ru"))["ok"]
    assert (await api(f"getMy{what}", language_code="ru"))["result"] == {field: "ж" * most}
    assert (await api(f"setMy{what}", **{field: "ж" * (most + 1)}))["error_code"] == 400
