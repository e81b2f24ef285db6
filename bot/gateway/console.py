"""The Bot API answered in this process, so that the real bot runs in a terminal: no Telegram, no network."""

import json
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from itertools import count
from typing import Any, Final

from rich.text import Text
from telegram import User
from telegram.request import BaseRequest, RequestData

from bot.gateway import console_contents as contents
from bot.gateway.console_buttons import Panel, read_buttons
from bot.gateway.console_contents import Content, Params, Refused
from bot.gateway.console_wording import Wording
from bot.gateway.terminal import Screen

_KEPT_MESSAGES: Final = 1000
_UNANSWERABLE: Final = ("get", "send", "forward", "copy", "export", "create", "upload", "stop")
_NO_GIFTS: Final = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


class ConsoleRequest(BaseRequest):
    """Shows what the bot sends on a screen, and refuses what Telegram refuses.

    `person` is who sits at the screen; what goes to any other chat is shown too, under its number.
    """

    def __init__(
        self, *, bot: User, person: User, screen: Screen, wording: Wording, now: Callable[[], datetime]
    ) -> None:
        self.person = person
        self.screen = screen
        self.wording = wording
        self.panel = Panel()
        self._bot = bot
        self._now = now
        self._ids = count(1)
        self._messages: OrderedDict[int, Params] = OrderedDict()
        self._methods: dict[str, Callable[[Params], object]] = {
            "getMe": lambda _: bot.to_dict(),
            "getChat": self._get_chat,
            "getChatMember": lambda _: {"status": "creator", "is_anonymous": False, "user": person.to_dict()},
            "getMyCommands": lambda _: [],
            "getMyName": lambda _: {"name": bot.first_name},
            "getMyDescription": lambda _: {"description": ""},
            "getMyShortDescription": lambda _: {"short_description": ""},
            "getWebhookInfo": lambda _: {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
            "sendMessage": lambda call: self._send(call, contents.text_content(call)),
            "sendVenue": lambda call: self._send(call, contents.venue_content(call, self.wording)),
            "sendLocation": lambda call: self._send(call, contents.location_content(call, self.wording)),
            "sendContact": lambda call: self._send(call, contents.contact_content(call, self.wording)),
            "sendDocument": lambda call: self._send(call, contents.document_content(call)),
            "sendPhoto": lambda call: self._send(call, contents.photo_content(call, self.wording)),
            "sendChatAction": lambda _: True,
            "editMessageText": lambda call: self._edit(call, contents.text_content(call)),
            "editMessageCaption": lambda call: self._edit(call, contents.caption_content(call)),
            "editMessageReplyMarkup": lambda call: self._edit(call, Content({}, Text())),
            "deleteMessage": self._delete,
            "answerCallbackQuery": self._answer_callback,
            "answerInlineQuery": self._answer_inline,
        }

    @property
    def read_timeout(self) -> None:
        return None

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        call: Params = {**request_data.parameters, **request_data.multipart_data} if request_data else {}
        try:
            if method == "GET":
                raise Refused("there are no files in a terminal")
            result = self._answer(url.rpartition("/")[2], call)
        except Refused as refusal:
            code = HTTPStatus.BAD_REQUEST
            return code, _encoded({"ok": False, "error_code": code, "description": f"Bad Request: {refusal}"})
        return HTTPStatus.OK, _encoded({"ok": True, "result": result})

    def typed_message(self, **fields: Any) -> Params:
        """A message of the person to the bot, as the Bot API describes it."""
        return self._stored(self.person.id, self.person, fields)

    def message(self, message_id: int) -> Params | None:
        return self._messages.get(message_id)

    def _answer(self, name: str, call: Params) -> object:
        if answer := self._methods.get(name):
            _refuse_broken_text(call)
            return answer(call)
        if name.startswith(_UNANSWERABLE):
            raise Refused(f"{name} does not work in a terminal")
        return True

    def _send(self, call: Params, content: Content) -> Params:
        markup = call.get("reply_markup") or {}
        contents.refuse_bad_keyboard(markup)
        fields = content.fields
        if markup.get("inline_keyboard"):
            fields = {**fields, "reply_markup": markup}
        if replied := self._messages.get((call.get("reply_parameters") or {}).get("message_id", 0)):
            quoted = {name: value for name, value in replied.items() if name != "reply_to_message"}
            fields = {**fields, "reply_to_message": quoted}
        message = self._stored(_chat_id(call), self._bot, fields)
        self._show(message, content.shown, markup)
        return message

    def _edit(self, call: Params, content: Content) -> Params | bool:
        if "inline_message_id" in call:
            return True
        old = self._messages.get(call["message_id"])
        if old is None or old["from"]["id"] != self._bot.id:
            raise Refused("message to edit not found")
        markup = call.get("reply_markup") or {}
        contents.refuse_bad_keyboard(markup)
        new = {name: value for name, value in old.items() if name != "reply_markup"} | content.fields
        if markup.get("inline_keyboard"):
            new["reply_markup"] = markup
        if new == old:
            raise Refused(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        self._messages[old["message_id"]] = new
        self._show(new, content.shown, markup)
        return new

    def _delete(self, call: Params) -> bool:
        if self._messages.pop(call["message_id"], None) is None:
            raise Refused("message to delete not found")
        self.panel.drop(call["message_id"])
        self.screen.note(self.wording.deleted)
        return True

    def _answer_callback(self, call: Params) -> bool:
        for words in filter(None, (call.get("text"), call.get("url"))):
            self.screen.show(Text(words, style="bold" if call.get("show_alert") else "italic"))
        return True

    def _answer_inline(self, call: Params) -> bool:
        self.screen.show(contents.inline_results(call, self.wording))
        return True

    def _get_chat(self, call: Params) -> Params:
        details = {"accent_color_id": 0, "max_reaction_count": 0, "accepted_gift_types": _NO_GIFTS}
        return self._chat(_chat_id(call)) | details

    def _chat(self, chat_id: int) -> Params:
        if chat_id == self.person.id:
            return {"id": chat_id, "type": "private", "first_name": self.person.first_name}
        return {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}

    def _stored(self, chat_id: int, sender: User, fields: Params) -> Params:
        number = next(self._ids)
        message = {
            "message_id": number,
            "date": int(self._now().timestamp()),
            "chat": self._chat(chat_id),
            "from": sender.to_dict(),
            **fields,
        }
        self._messages[number] = message
        if len(self._messages) > _KEPT_MESSAGES:
            self._messages.popitem(last=False)
        return message

    def _show(self, message: Params, body: Text, markup: Params) -> None:
        parts = [body]
        if message["chat"]["id"] == self.person.id:
            self.panel.drop(message["message_id"])
            rows = self.panel.put(read_buttons(message["message_id"], markup)) if markup else []
            parts.append(contents.keyboard_text(rows, self.wording))
        elif body:
            parts.insert(0, Text(self.wording.other_chat % {"chat": message["chat"]["id"]}, style="dim"))
        if shown := [part for part in parts if part]:
            self.screen.show(Text("\n").join(shown))


def _chat_id(call: Params) -> int:
    try:
        return int(call["chat_id"])
    except (KeyError, ValueError):
        raise Refused("chat not found") from None


def _refuse_broken_text(call: Params) -> None:
    try:
        json.dumps(call, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        raise Refused("strings must be encoded in UTF-8") from None


def _encoded(answer: Params) -> bytes:
    return json.dumps(answer).encode()
