"""Methods that answer a pressed button or an inline query, and those that tell of chats and files."""

import re
from typing import TYPE_CHECKING, Any

from tests.fake_telegram.checks import TEXT_MOST, check_markup
from tests.fake_telegram.entities import formatted, utf16_length
from tests.fake_telegram.groups import Group
from tests.fake_telegram.membership import member_payload
from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.people import InlineAnswer, Person
from tests.fake_telegram.refusals import JSON, Refusal, bad_request
from tests.fake_telegram.rooms import Standing

if TYPE_CHECKING:
    from tests.fake_telegram.world import World

QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
ANSWER_TEXT_MOST = 200
RESULTS_MOST = 50
RESULT_ID_MOST = 64
RESULT_FIELDS = {
    "article": ("title", "input_message_content"),
    "contact": ("phone_number", "first_name"),
    "location": ("latitude", "longitude", "title"),
    "venue": ("latitude", "longitude", "title", "address"),
}


def answer_callback_query(server: "World", params: Parameters) -> bool:
    if utf16_length(params.text("text")) > ANSWER_TEXT_MOST:
        bad_request("MESSAGE_TOO_LONG")
    press = server.presses.get(params.text("callback_query_id"))
    if press is None:
        bad_request(QUERY_TOO_OLD)
    url, own = params.text("url"), f"https://t.me/{server.user_of_bot()['username']}?start="
    if url and not url.startswith(own):  # other addresses only games may open
        bad_request("URL_INVALID")
    press.settle(
        {
            "text": params.text("text"),
            "show_alert": params.flag("show_alert"),
            "url": url,
            "cache_time": params.integer("cache_time"),
        }
    )
    return True


def answer_inline_query(server: "World", params: Parameters) -> bool:
    results = params.decoded("results", "inline query results")
    if not isinstance(results, list):
        bad_request("expected an Array of inline query results")
    if len(results) > RESULTS_MOST:
        bad_request("too many inline query results specified")
    for result in results:
        _check_result(result)
    ids = [str(result["id"]) for result in results]
    if len(ids) != len(set(ids)):
        bad_request("RESULT_ID_DUPLICATE")
    button = _start_button(params)
    query_id = params.text("inline_query_id")
    asked = server.inline_queries.pop(query_id, None)
    if asked is None:
        bad_request(QUERY_TOO_OLD)
    query, answer = asked
    if not answer.done():
        answer.set_result(
            InlineAnswer(
                query,
                results,
                params.flag("is_personal"),
                params.integer("cache_time", 300),
                params.text("next_offset"),
                button,
            )
        )
    return True


def _check_result(result: Any) -> None:
    parse = "can't parse inline query result:"
    if not isinstance(result, dict):
        bad_request(f"{parse} Inline query result must be an object")
    kind = result.get("type", "")
    if kind not in RESULT_FIELDS:
        bad_request(f'{parse} type "{kind}" is unsupported for the inline query result')
    for name in ("id", *RESULT_FIELDS[kind]):
        if name not in result:
            bad_request(f'{parse} Can\'t find field "{name}"')
    if not 1 <= len(str(result["id"]).encode()) <= RESULT_ID_MOST:
        bad_request("RESULT_ID_INVALID")
    content = result.get("input_message_content") or {}
    if "message_text" in content:
        body = formatted(content["message_text"], content.get("parse_mode") or "")
        if not body.text:
            bad_request("message text is empty")
        if utf16_length(body.text) > TEXT_MOST:
            bad_request("MESSAGE_TOO_LONG")
    if result.get("reply_markup"):
        check_markup(result["reply_markup"])


def _start_button(params: Parameters) -> JSON | None:
    button: JSON | None = params.decoded("button", "inline query results button")
    if button and "start_parameter" in button and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button["start_parameter"]):
        bad_request("unallowed characters in start_parameter are used")
    return button


def get_file(server: "World", params: Parameters) -> JSON:
    if not (file_id := params.text("file_id")):
        bad_request("file_id not specified")
    return server.files.describe(file_id)


def get_chat(server: "World", params: Parameters) -> JSON:
    room = server.room(params)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return {
        **room.chat(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }


def get_chat_member(server: "World", params: Parameters) -> JSON:
    room, user_id = server.room(params), params.integer("user_id")
    if isinstance(room, Person):
        user = server.user_of_bot() if user_id == server.bot_id else room.user()
        return member_payload(user, "member")
    room.refuse_unless_open()
    assert isinstance(room, Group)
    if user_id == server.bot_id:
        return member_payload(server.user_of_bot(), room.bot_status, room.kind)
    if user_id in room.members:
        return member_payload(*room.members[user_id], room.kind)
    person = server.rooms.get(user_id)
    if not isinstance(person, Person):
        bad_request("invalid user_id specified")
    return member_payload(person.user(), "left")


def get_chat_administrators(server: "World", params: Parameters) -> list[JSON]:
    room = server.room(params)
    if not isinstance(room, Group):
        bad_request("there are no administrators in the private chat")
    room.refuse_unless_open()
    return [
        member_payload(user, status, room.kind)
        for user, status in room.members.values()
        if status in ("administrator", "creator")
    ]


def leave_chat(server: "World", params: Parameters) -> bool:
    room = server.room(params)
    room.refuse_unless_open()
    if not isinstance(room, Group):
        raise Refusal(400, "Bad Request: chat member status can't be changed in private chats")
    room.bot_status, room.standing = "left", Standing.LEFT
    return True


METHODS = {
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": answer_inline_query,
    "getfile": get_file,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "leavechat": leave_chat,
}
