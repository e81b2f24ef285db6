"""The buttons of a message in a terminal: numbered when shown, pressed by their number or their label."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final
from unicodedata import category

from bot.gateway.console_markup import printable

_NUMBER: Final = re.compile(r"\[?([0-9]{1,4})\]?")


class Does(Enum):
    """What a press does; `Button.value` is the data, text, address or query that goes with it."""

    CALL_BACK = auto()
    SAY = auto()
    OPEN = auto()
    SHARE_INLINE = auto()
    COPY = auto()
    SHARE_LOCATION = auto()
    SHARE_CONTACT = auto()
    ELSEWHERE = auto()
    """Something only a Telegram app can do."""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    does: Does
    value: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    button: Button


def read_buttons(message_id: int, markup: Mapping[str, Any]) -> list[list[Button]]:
    """The rows of an inline keyboard or a reply keyboard."""
    rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
    read = _inline if markup.get("inline_keyboard") else _reply
    return [[read(message_id, {"text": key} if isinstance(key, str) else key) for key in row] for row in rows]


def _inline(message_id: int, key: Mapping[str, Any]) -> Button:
    match key:
        case {"callback_data": data}:
            does, value = Does.CALL_BACK, data
        case {"url": url}:
            does, value = Does.OPEN, printable(url)
        case {"switch_inline_query": query} | {"switch_inline_query_current_chat": query}:
            does, value = Does.SHARE_INLINE, query
        case {"switch_inline_query_chosen_chat": chosen}:
            does, value = Does.SHARE_INLINE, chosen.get("query", "")
        case {"copy_text": copied}:
            does, value = Does.COPY, copied["text"]
        case _:
            does, value = Does.ELSEWHERE, ""
    return Button(printable(key["text"]), does, value, message_id)


def _reply(message_id: int, key: Mapping[str, Any]) -> Button:
    label = key["text"]
    if key.get("request_location"):
        return Button(printable(label), Does.SHARE_LOCATION, "", message_id)
    if key.get("request_contact"):
        return Button(printable(label), Does.SHARE_CONTACT, "", message_id)
    if any(name.startswith(("request_", "web_app")) for name in key):
        return Button(printable(label), Does.ELSEWHERE, "", message_id)
    return Button(printable(label), Does.SAY, label, message_id)


class Panel:
    """The buttons that can be pressed: those of the last answer that had any.

    One answer may be several messages, so numbers run on until a question comes between.
    """

    def __init__(self) -> None:
        self._shown: list[Numbered] = []
        self._asked_since = False

    def question(self) -> None:
        self._asked_since = True

    def put(self, rows: list[list[Button]]) -> list[list[Numbered]]:
        if self._asked_since:
            self._shown, self._asked_since = [], False
        number = max((each.number for each in self._shown), default=0)
        numbered = []
        for row in rows:
            numbered.append([Numbered(number + place, button) for place, button in enumerate(row, start=1)])
            number += len(row)
            self._shown += numbered[-1]
        return numbered

    def drop(self, message_id: int) -> None:
        self._shown = [each for each in self._shown if each.button.message_id != message_id]

    def pressed(self, line: str) -> Button | None:
        if number := _NUMBER.fullmatch(line):
            wanted = int(number[1])
            return next((each.button for each in self._shown if each.number == wanted), None)
        for form in (str.casefold, _words):
            spoken = form(line)
            for each in self._shown:
                if spoken and spoken == form(each.button.label):
                    return each.button
        return None


def _words(label: str) -> str:
    """A label without what few can type: pictograms, variation selectors, isolates."""
    kept = (sign for sign in label if category(sign) not in ("So", "Sk", "Cf") and sign != "\ufe0f")
    return " ".join("".join(kept).split()).casefold()
