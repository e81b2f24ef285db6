"""Steering the server over HTTP, for scripts that run it as a process of its own.

POST /control/options   {"limits": {…} | "real" | null, "faults": {…} | null, "accept_anyone": true}
POST /control/people    {"first": 1, "count": 3000, "standing": "blocked", "language_code": "de"}
POST /control/groups    {"first": -5000, "count": 10, "upgraded": true}       ids count downwards
POST /control/act       {"user": 7, "act": "say", "text": "germany"}          any of ACTS, with its arguments; `chat`
                                                                              is an id, `content` in base64
POST /control/say_all   {"first": 1, "count": 1000, "text": "germany"}        everybody the same
POST /control/answer    {"press": "12", "timeout": 5}                         the bot's answer to a press
POST /control/reply     {"chat": 7, "timeout": 5}                             the next message of the bot there
GET  /control/messages?chat=7                                                 the bot's messages there
GET  /control/stats                                                           counts of everything
"""

import base64
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from tests.fake_telegram.faults import Faults
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.people import InlineAnswer, Press
from tests.fake_telegram.refusals import JSON
from tests.fake_telegram.rooms import Message, Standing
from tests.steady import PATIENCE_S

if TYPE_CHECKING:
    from tests.fake_telegram.server import FakeTelegram

ACTS = (
    *("say", "ask", "inline", "send_document", "press", "press_data"),
    *("share_location", "block_bot", "unblock_bot"),
)


async def handle(server: "FakeTelegram", request: web.Request) -> web.StreamResponse:
    verb = request.path.removeprefix("/control/")
    body: JSON = orjson.loads(await request.read() or b"{}") | dict(request.query)
    try:
        result = await _VERBS[verb](server, body)
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
    return web.Response(body=orjson.dumps(result), content_type="application/json")


def configure(server: "FakeTelegram", options: JSON) -> None:
    """Takes the options of POST /control/options."""
    if "limits" in options:
        limits = options["limits"]
        server.limits = Limits.real() if limits == "real" else Limits(**(limits or {}))
    if "faults" in options:
        server.faults = Faults(**(options["faults"] or {}))
    server.accept_anyone = options.get("accept_anyone", server.accept_anyone)


async def _options(server: "FakeTelegram", body: JSON) -> JSON:
    configure(server, body)
    return {}


async def _people(server: "FakeTelegram", body: JSON) -> JSON:
    first, count = body.pop("first"), body.pop("count", 1)
    standing = Standing[body.pop("standing", "open").upper()]
    for user_id in range(first, first + count):
        server.user(user_id, **body).standing = standing
    return {"people": count}


async def _groups(server: "FakeTelegram", body: JSON) -> JSON:
    first, count, upgraded = body.pop("first"), body.pop("count", 1), body.pop("upgraded", False)
    moved = {}
    for chat_id in range(first, first - count, -1):
        group = server.group(chat_id, kind="group" if upgraded else "supergroup", **body)
        if upgraded:
            moved[str(chat_id)] = server.upgrade(group).id
    return {"groups": count, "moved": moved}


async def _act(server: "FakeTelegram", body: JSON) -> JSON:
    person, act = server.user(int(body.pop("user"))), body.pop("act")
    if act not in ACTS:
        raise ValueError(act)
    if "chat" in body:
        body["chat"] = server.rooms[body["chat"]]
    if "content" in body:
        body["content"] = base64.b64decode(body["content"])
    match await getattr(person, act)(**body):
        case Message() as message:
            return _told(message) if message.by_bot else {"message_id": message.message_id}
        case Press() as press:
            return {"press": press.id}
        case InlineAnswer() as answer:
            return {"results": answer.results}
        case _:
            return {}


async def _say_all(server: "FakeTelegram", body: JSON) -> JSON:
    text = body.pop("text")
    first, count = body.pop("first"), body.pop("count")
    for user_id in range(first, first + count):
        await server.user(user_id, **body).say(text)
    return {"people": count}


async def _answer(server: "FakeTelegram", body: JSON) -> JSON:
    return await server.presses[body["press"]].answer(float(body.get("timeout", PATIENCE_S)))


async def _reply(server: "FakeTelegram", body: JSON) -> JSON:
    return _told(await server.rooms[int(body["chat"])].reply(float(body.get("timeout", PATIENCE_S))))


async def _messages(server: "FakeTelegram", body: JSON) -> list[JSON]:
    return [_told(message) for message in server.rooms[int(body["chat"])].messages]


def _told(message: Message) -> JSON:
    return {**message.payload(), "html": message.html, "buttons": [[b.text for b in row] for row in message.rows]}


async def _stats(server: "FakeTelegram", _body: JSON) -> JSON:
    sends = [call for call in server.calls if call.method.startswith("send")]
    received = [room.received for room in server.rooms.values() if room.received]
    return {
        "calls": Counter(call.method for call in server.calls),
        "codes": {str(code): n for code, n in Counter(call.code for call in sends).items()},
        "fates": {fate.name.lower(): n for fate, n in server.faults.counts.items()},
        "delivered": sum(received),
        "chats": len(received),
        "most_in_a_chat": max(received, default=0),
        "refused_by_limits": server.limits.refused,
        "sends_in_halt": server.faults.sends_in_halt,
        "first_send": sends[0].at if sends else None,
        "last_send": sends[-1].at if sends else None,
        "pending_updates": len(server.updates.pending),
        "conflicts": server.updates.conflicts,
        "webhook_deliveries": server.updates.delivered,
    }


_VERBS: dict[str, Any] = {
    "options": _options,
    "people": _people,
    "groups": _groups,
    "act": _act,
    "say_all": _say_all,
    "answer": _answer,
    "reply": _reply,
    "messages": _messages,
    "stats": _stats,
}
