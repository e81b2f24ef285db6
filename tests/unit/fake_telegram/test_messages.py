"""What may be sent, changed and deleted, and what is refused in whose words."""

import aiohttp
import pytest

from tests.fake_telegram import JSON, FakeTelegram, Person
from tests.unit.fake_telegram.conftest import Api, keyboard


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "<b>" + "a" * 4097 + "</b>", "parse_mode": "HTML"}, "message is too long"),
        ({"text": "ж" * 20000}, "text is too long"),
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x", "parse_mode": "Hypertext"}, "unsupported parse_mode"),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
    ],
)
async def test_messages_that_are_refused(api: Api, ada: Person, params: JSON, reason: str) -> None:
    answer = await api("sendMessage", **({"chat_id": 7} | params))
    assert (answer["error_code"], answer["description"]) == (400, f"Bad Request: {reason}")
    assert not ada.messages


async def test_length_counts_utf16_units_after_parsing(api: Api, ada: Person) -> None:
    text = "<b>" + "&amp;" * 4094 + "</b>😀"
    assert (await api("sendMessage", chat_id=7, text=text, parse_mode="HTML"))["ok"]
    caption = {"chat_id": 7, "document": (await ada.send_document("a.csv", b"x")).content["document"]["file_id"]}
    assert (await api("sendDocument", **caption, caption="a" * 1024))["ok"]
    assert (await api("sendDocument", **caption, caption="a" * 1025))["description"].endswith(
        "message caption is too long"
    )


PARSE_BUTTON = "can't parse inline keyboard button:"
WRONG_URLS = {
    "ftp://example.org": "Unsupported URL protocol",
    "tel:+7495": "Wrong HTTP URL",
    "http://localhost": "Wrong HTTP URL",
}


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (keyboard({"text": "B", "callback_data": "я" * 33}), "BUTTON_DATA_INVALID"),
        (keyboard({"text": "B", "callback_data": ""}), "BUTTON_DATA_INVALID"),
        (keyboard({"text": "", "callback_data": "b"}), "inline keyboard button text must be non-empty"),
        (keyboard({"callback_data": "b"}), f'{PARSE_BUTTON} Can\'t find field "text"'),
        (keyboard({"text": "B"}), f"{PARSE_BUTTON} Text buttons are unallowed in the inline keyboard"),
        *(
            (keyboard({"text": "B", "url": url}), f"inline keyboard button URL '{url}' is invalid: {reason}")
            for url, reason in WRONG_URLS.items()
        ),
        (keyboard(*({"text": "B", "callback_data": "b"},) * 101), "reply markup is too long"),
        ({"keyboard": [[""]]}, "keyboard button text must be non-empty"),
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
    ],
)
async def test_keyboards_that_are_refused(api: Api, ada: Person, markup: object, reason: str) -> None:
    answer = await api("sendMessage", chat_id=7, text="x", reply_markup=markup)
    assert answer["description"] == f"Bad Request: {reason}"


@pytest.mark.parametrize("url", ["https://example.org/a?b=c", "http://example.org", "tg://user?id=7", "example.org"])
async def test_links_that_buttons_may_have(api: Api, ada: Person, url: str) -> None:
    assert (await api("sendMessage", chat_id=7, text="x", reply_markup=keyboard({"text": "B", "url": url})))["ok"]


async def test_location_is_asked_for_in_private_only(telegram: FakeTelegram, api: Api, ada: Person) -> None:
    group = telegram.group()
    markup = {"keyboard": [[{"text": "Here", "request_location": True}]]}
    assert (await api("sendMessage", chat_id=7, text="x", reply_markup=markup))["ok"]
    answer = await api("sendMessage", chat_id=group.id, text="x", reply_markup=markup)
    assert answer["description"] == "Bad Request: location can be requested in private chats only"


async def test_edit_changes_the_message_and_refuses_to_change_nothing(api: Api, ada: Person) -> None:
    message_id = (await api("sendMessage", chat_id=7, text="x"))["result"]["message_id"]
    where = {"chat_id": 7, "message_id": message_id}
    assert (await api("editMessageText", **where, text=" x "))["description"].startswith(
        "Bad Request: message is not modified"
    )
    assert (
        await api("editMessageText", **where, text="y", reply_markup=keyboard({"text": "B", "callback_data": "b"}))
    )["ok"]
    assert (ada.last.text, ada.last.buttons, ada.last.edits) == ("y", ["B"], 1)
    assert (await api("editMessageReplyMarkup", **where))["ok"]
    assert ada.last.buttons == []
    answer = await api("editMessageReplyMarkup", **where)
    assert answer["description"].startswith("Bad Request: message is not modified")
    assert [message.edits for message in ada.unread()] == [2, 2, 2]


async def test_only_what_is_there_and_ones_own_is_edited(api: Api, ada: Person) -> None:
    theirs = (await ada.say("x")).message_id
    venue = await api("sendVenue", chat_id=7, latitude=55.7, longitude=37.6, title="t", address="a")
    for message_id, reason in (
        (99, "message to edit not found"),
        (theirs, "message can't be edited"),
        (venue["result"]["message_id"], "there is no text in the message to edit"),
    ):
        answer = await api("editMessageText", chat_id=7, message_id=message_id, text="y")
        assert answer["description"] == f"Bad Request: {reason}"


async def test_deleted_is_gone(api: Api, ada: Person) -> None:
    message_id = (await api("sendMessage", chat_id=7, text="x"))["result"]["message_id"]
    assert (await api("deleteMessage", chat_id=7, message_id=message_id))["result"] is True
    assert ada.messages == []
    assert (await api("deleteMessage", chat_id=7, message_id=message_id))["description"].endswith("to delete not found")


@pytest.mark.parametrize(
    ("method", "params", "reason"),
    [
        ("sendVenue", {"latitude": 91, "longitude": 0, "title": "t", "address": "a"}, "wrong venue location specified"),
        ("sendLocation", {"latitude": 0, "longitude": 181}, "invalid live location specified"),
        ("sendLocation", {"latitude": 0}, "longitude is empty"),
        ("sendContact", {"first_name": "x"}, 'parameter "phone_number" is required'),
        ("sendContact", {"phone_number": "+1"}, 'parameter "first_name" is required'),
        ("sendContact", {"phone_number": "+1", "first_name": "x", "vcard": "я" * 1025}, "contact vCard is too long"),
        ("sendDocument", {}, "there is no document in the request"),
        ("sendDocument", {"document": "unknown"}, "wrong file_id or the file is temporarily unavailable"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("getFile", {}, "file_id not specified"),
        ("getFile", {"file_id": "unknown"}, "wrong file_id or the file is temporarily unavailable"),
    ],
)
async def test_things_that_are_refused(api: Api, ada: Person, method: str, params: JSON, reason: str) -> None:
    assert (await api(method, chat_id=7, **params))["description"] == f"Bad Request: {reason}"


async def test_venue_and_contact_are_kept(api: Api, ada: Person) -> None:
    await api("sendVenue", chat_id=7, latitude="55.7", longitude=37.6, title="Embassy", address="Street 1")
    await api("sendContact", chat_id=7, phone_number="+7495", first_name="Embassy", vcard="BEGIN:VCARD")
    venue, contact = ada.messages
    assert venue.content["venue"]["location"] == {"latitude": 55.7, "longitude": 37.6}
    assert contact.content["contact"]["vcard"] == "BEGIN:VCARD"


async def test_document_of_a_person_can_be_fetched(
    telegram: FakeTelegram, http: aiohttp.ClientSession, api: Api, ada: Person
) -> None:
    sent = await ada.send_document("missions.csv", b"a,b\r\n1,2", caption="new table")
    [update] = (await api("getUpdates"))["result"]
    assert update["message"]["caption"] == "new table"
    assert update["message"]["document"]["file_name"] == "missions.csv"
    file = (await api("getFile", file_id=sent.content["document"]["file_id"]))["result"]
    async with http.get(f"{telegram.url}/file/bot{telegram.token}/{file['file_path']}") as response:
        assert await response.read() == b"a,b\r\n1,2"
