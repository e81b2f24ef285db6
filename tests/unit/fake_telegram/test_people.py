"""What people do reaches the bot, and what the bot answers reaches them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from telegram import Bot, Chat, ChatFullInfo, ChatMemberAdministrator, MenuButtonCommands

from bot.gateway.transport import Transport
from tests.fake_telegram import JSON, FakeTelegram, Person, Standing
from tests.unit.fake_telegram.conftest import Api, keyboard

QUERY_TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_closed_chats_refuse_in_the_servers_words(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    await ada.block_bot()
    kicked, group = telegram.group(), telegram.group(kind="group")
    await kicked.kick_bot(ada)
    heir = await group.upgrade()
    refused = {
        7: (403, "Forbidden: bot was blocked by the user", None),
        kicked.id: (403, "Forbidden: bot was kicked from the supergroup chat", None),
        telegram.channel().id: (403, "Forbidden: bot is not a member of the channel chat", None),
        group.id: (400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": heir.id}),
        8: (400, "Bad Request: chat not found", None),
    }
    for chat_id, expected in refused.items():
        answer = await api("sendMessage", chat_id=chat_id, text="x")
        assert (answer["error_code"], answer["description"], answer.get("parameters")) == expected
    await ada.unblock_bot()
    assert (await api("sendMessage", chat_id=7, text="x"))["ok"]


async def test_members_and_administrators(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    boss, stranger = telegram.user(first_name="Boss"), telegram.user()
    group = telegram.group(None, ada, admins=(boss,))

    async def status(user_id: int) -> str:
        return str((await api("getChatMember", chat_id=group.id, user_id=user_id))["result"]["status"])

    assert [await status(person.id) for person in (ada, boss, stranger)] == ["member", "administrator", "left"]
    assert await status(telegram.bot_id) == "member"
    [admin] = (await api("getChatAdministrators", chat_id=group.id))["result"]
    assert admin["user"]["first_name"] == "Boss"
    assert (await api("getChat", chat_id=group.id))["result"]["title"] == "Expats"
    assert (await api("leaveChat", chat_id=group.id))["result"] is True
    assert (await api("sendMessage", chat_id=group.id, text="x"))["description"].endswith(
        "not a member of the supergroup chat"
    )


async def next_update(api: Api, offset: int = 0) -> JSON:
    updates: list[JSON] = (await api("getUpdates", offset=offset, timeout=2))["result"]
    return updates[-1]


async def test_words_reach_the_bot_with_entities(api: Api, ada: Person) -> None:
    said = await ada.say("/find@embassy_test_bot 🇩🇪 see https://example.org @bob #a me@example.org")
    message = (await next_update(api))["message"]
    assert message["from"] == {"id": 7, "is_bot": False, "first_name": "Ada", "language_code": "de"}
    assert message["chat"] == {"id": 7, "type": "private", "first_name": "Ada"}
    assert message["message_id"] == said.message_id
    encoded = message["text"].encode("utf-16-le")
    found = {
        e["type"]: encoded[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message["entities"]
    }
    assert found == {
        "bot_command": "/find@embassy_test_bot",
        "url": "https://example.org",
        "mention": "@bob",
        "hashtag": "#a",
        "email": "me@example.org",
    }


async def test_press_and_its_answer(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    sent = await api(
        "sendMessage", chat_id=7, text="x", reply_markup=keyboard({"text": "Map", "callback_data": "m:de"})
    )
    by_text, by_data = await ada.press("Map"), await ada.press("m:de")
    query = (await next_update(api))["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("m:de", sent["result"]["message_id"])
    assert query["message"]["reply_markup"] == keyboard({"text": "Map", "callback_data": "m:de"})
    assert (await api("answerCallbackQuery", callback_query_id=by_text.id, text="done", show_alert=True))["ok"]
    assert await by_text.answer() == {"text": "done", "show_alert": True, "url": "", "cache_time": 0}
    too_long = await api("answerCallbackQuery", callback_query_id=by_data.id, text="a" * 201)
    assert too_long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    telegram.expire_queries()
    assert (await api("answerCallbackQuery", callback_query_id=by_data.id))["description"] == QUERY_TOO_OLD
    with pytest.raises(AssertionError, match="no button 'Nowhere'"):
        await ada.press("Nowhere")


async def test_button_below_the_chat_says_its_words(api: Api, ada: Person) -> None:
    await api("sendMessage", chat_id=7, text="x", reply_markup={"keyboard": [["Help"]], "resize_keyboard": True})
    await ada.press("Help")
    assert (await next_update(api))["message"]["text"] == "Help"


PARSE_RESULT = "can't parse inline query result:"


def article(result_id: str, text: str = "x") -> JSON:
    return {"type": "article", "id": result_id, "title": "T", "input_message_content": {"message_text": text}}


@pytest.mark.parametrize(
    ("results", "reason"),
    [
        ([article(str(n)) for n in range(51)], "too many inline query results specified"),
        ([article("1"), article("1")], "RESULT_ID_DUPLICATE"),
        ([article("я" * 33)], "RESULT_ID_INVALID"),
        ([article("1", "a" * 4097)], "MESSAGE_TOO_LONG"),
        ([{"type": "article", "id": "1"}], f'{PARSE_RESULT} Can\'t find field "title"'),
        ([article("1") | {"reply_markup": keyboard({"text": "B", "callback_data": "b" * 65})}], "BUTTON_DATA_INVALID"),
        ([{"type": "poem", "id": "1"}], f'{PARSE_RESULT} type "poem" is unsupported for the inline query result'),
    ],
)
async def test_inline_results_that_are_refused(api: Api, results: list[JSON], reason: str) -> None:
    answer = await api("answerInlineQuery", inline_query_id="1", results=results)
    assert answer["description"] == f"Bad Request: {reason}"


async def test_inline_query_is_answered_once(api: Api, ada: Person) -> None:
    asked = asyncio.create_task(ada.inline("ger"))
    query = (await next_update(api))["inline_query"]
    params = {"inline_query_id": query["id"], "results": [article("de")], "is_personal": True, "cache_time": 5}
    assert (await api("answerInlineQuery", **params))["ok"]
    answer = await asked
    assert (query["query"], answer.titles, answer.is_personal, answer.cache_time) == ("ger", ["T"], True, 5)
    assert (await api("answerInlineQuery", **params))["description"] == QUERY_TOO_OLD
    assert (await ada.choose(answer))["message_text"] == "x"


async def test_what_changes_for_the_bot_is_told(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    group, channel = telegram.group(None, ada, with_bot=False), telegram.channel()
    changes: list[Callable[[], Awaitable[object]]] = [
        ada.block_bot,
        ada.unblock_bot,
        lambda: group.add_bot(ada),
        lambda: group.promote_bot(ada),
        lambda: group.kick_bot(ada),
        lambda: channel.add_bot(ada),
    ]
    for change in changes:
        await change()
    updates = [update["my_chat_member"] for update in (await api("getUpdates"))["result"] if "my_chat_member" in update]
    assert [(u["chat"]["type"], u["old_chat_member"]["status"], u["new_chat_member"]["status"]) for u in updates] == [
        ("private", "member", "kicked"),
        ("private", "kicked", "member"),
        ("supergroup", "left", "member"),
        ("supergroup", "member", "administrator"),
        ("supergroup", "administrator", "kicked"),
        ("channel", "left", "administrator"),
    ]
    assert updates[-1]["new_chat_member"]["can_post_messages"] is True


async def test_bot_hears_only_where_it_is(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    ada.standing = Standing.NEVER_STARTED
    refused = await api("sendMessage", chat_id=7, text="x")
    assert refused["description"] == "Forbidden: bot can't initiate conversation with a user"
    await telegram.group(None, ada, with_bot=False).say(ada, "/help")
    await ada.start("de")
    [update] = (await api("getUpdates"))["result"]
    assert update["message"]["text"] == "/start de"
    assert (await api("sendMessage", chat_id=7, text="x"))["ok"]


async def test_ptb_reads_every_object(telegram: FakeTelegram, ada: Person) -> None:
    group = telegram.group(None, ada, admins=(telegram.user(),))
    await group.add_bot(ada, admin=True)
    await ada.share_location(55.75, 37.62)
    await ada.share_contact("+15550100")
    async with Bot(telegram.token, f"{telegram.url}/bot", request=Transport(), get_updates_request=Transport()) as bot:
        updates = await bot.get_updates()
        assert [type(update.effective_chat) for update in updates] == [Chat] * 4
        assert isinstance(await bot.get_chat(group.id), ChatFullInfo)
        assert isinstance(await bot.get_chat_member(group.id, telegram.bot_id), ChatMemberAdministrator)
        assert len(await bot.get_chat_administrators(group.id)) == 1
        assert (await bot.get_webhook_info()).pending_update_count == 4
        assert isinstance(await bot.get_chat_menu_button(), MenuButtonCommands)
        photo = await bot.send_photo(ada.id, b"not really a photo")
        assert photo.photo[0].file_size == 18


async def test_talk_in_a_group(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    group = telegram.group(None, ada)
    await api("sendMessage", chat_id=group.id, text="hello")
    await group.say(ada, "@embassy_test_bot germany", reply_to=await group.reply())
    message = (await next_update(api))["message"]
    assert message["chat"] == {"id": group.id, "type": "supergroup", "title": "Expats"}
    assert message["reply_to_message"]["from"]["is_bot"] is True
    await group.say_anonymously("/settings")
    assert (await next_update(api))["message"]["sender_chat"]["id"] == group.id


async def test_reply_waits_for_what_comes_and_says_so_if_nothing_does(api: Api, ada: Person) -> None:
    waiting = asyncio.create_task(ada.reply())
    await api("sendMessage", chat_id=7, text="late")
    assert (await waiting).text == "late"
    with pytest.raises(AssertionError, match="the bot said nothing to 7"):
        await ada.reply(timeout=0.01)
