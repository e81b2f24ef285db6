"""What can be sent, free of Telegram's own types: a text with buttons, a pin on the map, a contact."""

from dataclasses import dataclass
from typing import Final

from bot.texts.markup import Html

DATA_BYTES: Final = 64
"""Limit of the Bot API, InlineKeyboardButton."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that tells the bot something; `data` is at most DATA_BYTES."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Share:
    """A button that asks for a chat and offers the inline results of `query` there."""

    label: str
    query: str


Button = Press | Link | Share
Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    text: Html
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """A place on the map; coordinates in degrees (WGS 84)."""

    latitude: float
    longitude: float
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact to save; `phone` is E.164, `vcard` at most 2,048 bytes."""

    phone: str
    name: str
    vcard: str


def in_rows(buttons: list[Button], width: int) -> Rows:
    """The buttons, so many a row, without those whose data would make Telegram refuse the whole message."""
    fit = [button for button in buttons if not isinstance(button, Press) or len(button.data.encode()) <= DATA_BYTES]
    return tuple(tuple(fit[start : start + width]) for start in range(0, len(fit), width))
