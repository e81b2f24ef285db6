"""Methods that put messages into chats, change them and take them away."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fake_telegram.checks import caption_of, markup_of, place_of, text_of
from tests.fake_telegram.entities import Formatted
from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.refusals import JSON, bad_request
from tests.fake_telegram.rooms import Message, Room

if TYPE_CHECKING:
    from tests.fake_telegram.world import World

VCARD_MOST = 2048
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CHAT_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def _send(
    server: "World",
    params: Parameters,
    body: Formatted,
    content: JSON | None = None,
    *,
    html: str = "",
    file: bytes | None = None,
) -> JSON:
    room = server.room(params)
    markup = markup_of(params, private=room.kind == "private")
    room.refuse_unless_open()
    reply_to = _replied(room, params)
    server.refuse_over_limit(room, paid=params.flag("allow_paid_broadcast"))
    message = Message(
        room,
        room.next_id(),
        {"from": server.user_of_bot()},
        by_bot=True,
        body=body,
        html=html,
        markup=markup or None,
        content=content or {},
        file=file,
        silent=params.flag("disable_notification"),
        reply_to=reply_to,
    )
    return server.deliver(message).payload()


def _replied(room: Room, params: Parameters) -> Message | None:
    wish = params.decoded("reply_parameters", "reply parameters") or {}
    message_id = wish.get("message_id") or params.integer("reply_to_message_id")
    if not message_id:
        return None
    if wish.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return room.peek(message_id)
    return room.find(message_id, "message to be replied")


def send_message(server: "World", params: Parameters) -> JSON:
    return _send(server, params, text_of(params), html=params.text("text"))


def send_venue(server: "World", params: Parameters) -> JSON:
    location = place_of(params, "wrong venue location specified")
    title, address = params.required("title"), params.required("address")
    return _send(server, params, Formatted(""), {"venue": {"location": location, "title": title, "address": address}})


def send_location(server: "World", params: Parameters) -> JSON:
    return _send(server, params, Formatted(""), {"location": place_of(params, "invalid live location specified")})


def send_contact(server: "World", params: Parameters) -> JSON:
    contact = {"phone_number": params.required("phone_number"), "first_name": params.required("first_name")}
    vcard = params.text("vcard")
    if len(vcard.encode()) > VCARD_MOST:
        bad_request("contact vCard is too long")
    extra = {"last_name": params.text("last_name"), "vcard": vcard}
    return _send(server, params, Formatted(""), {"contact": contact | {k: v for k, v in extra.items() if v}})


def send_document(server: "World", params: Parameters) -> JSON:
    content, name = _file(server, params, "document")
    document = {**server.files.keep(content, name), "file_name": name}
    return _send(server, params, caption_of(params), {"document": document}, html=params.text("caption"), file=content)


def send_photo(server: "World", params: Parameters) -> JSON:
    content, name = _file(server, params, "photo")
    photo = [{**server.files.keep(content, name), "width": 90, "height": 90}]
    return _send(server, params, caption_of(params), {"photo": photo}, html=params.text("caption"), file=content)


def _file(server: "World", params: Parameters, name: str) -> tuple[bytes, str]:
    upload = params.upload(name)
    if upload is not None:
        if not upload.content:
            bad_request("file must be non-empty")
        return upload.content, upload.name
    if not (file_id := params.text(name)):
        bad_request(f"there is no {name} in the request")
    return server.files.find(file_id)


def edit_message_text(server: "World", params: Parameters) -> JSON | bool:
    body = text_of(params)

    def change(message: Message) -> None:
        if not message.is_text:
            bad_request("there is no text in the message to edit")
        message.body, message.html = body, params.text("text")

    return _edit(server, params, change)


def edit_message_caption(server: "World", params: Parameters) -> JSON | bool:
    body = caption_of(params)

    def change(message: Message) -> None:
        if message.is_text:
            bad_request("there is no caption in the message to edit")
        message.body, message.html = body, params.text("caption")

    return _edit(server, params, change)


def edit_message_reply_markup(server: "World", params: Parameters) -> JSON | bool:
    return _edit(server, params, lambda _message: None)


def _edit(server: "World", params: Parameters, change: Callable[[Message], None]) -> JSON | bool:
    markup = markup_of(params, inline_only=True) or None
    if not params.text("chat_id") and params.text("inline_message_id"):
        return True
    room = server.room(params)
    room.refuse_unless_open()
    message = room.find(params.integer("message_id"), "message to edit")
    if not message.by_bot:
        bad_request("message can't be edited")
    before = (message.body, message.markup)
    change(message)
    message.markup = markup
    if before == (message.body, message.markup):
        bad_request(NOT_MODIFIED)
    message.edits += 1
    room.shown(message)
    return message.payload()


def delete_message(server: "World", params: Parameters) -> bool:
    room = server.room(params)
    room.refuse_unless_open()
    message = room.find(params.integer("message_id"), "message to delete")
    if not message.by_bot and room.kind != "private":
        bad_request("message can't be deleted")
    message.deleted = True
    return True


def send_chat_action(server: "World", params: Parameters) -> bool:
    if params.text("action") not in CHAT_ACTIONS:
        bad_request("wrong parameter action in request")
    server.room(params).refuse_unless_open()
    return True


def pin_chat_message(server: "World", params: Parameters) -> bool:
    room = server.room(params)
    room.refuse_unless_open()
    room.find(params.integer("message_id"), "message to pin")
    return True


def set_message_reaction(server: "World", params: Parameters) -> bool:
    room = server.room(params)
    room.refuse_unless_open()
    room.find(params.integer("message_id"), "message to react")
    return True


METHODS = {
    "sendmessage": send_message,
    "sendvenue": send_venue,
    "sendlocation": send_location,
    "sendcontact": send_contact,
    "senddocument": send_document,
    "sendphoto": send_photo,
    "sendchataction": send_chat_action,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "pinchatmessage": pin_chat_message,
    "setmessagereaction": set_message_reaction,
}
