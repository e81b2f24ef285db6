"""What a message holds, as the Bot API describes it and as a terminal shows it."""

from dataclasses import dataclass
from typing import Any, Final

from rich.text import Text

from bot.gateway.console_buttons import Does, Numbered
from bot.gateway.console_markup import Marked, entities, parse_html, styled, utf16_length
from bot.gateway.console_wording import Wording

Params = dict[str, Any]
"""The parameters of a Bot API call, or an object of its answer."""

_LONGEST_TEXT: Final = 4096  # UTF-16 units, after entities are taken out
_LONGEST_CAPTION: Final = 1024
_LONGEST_CALLBACK_DATA: Final = 64  # bytes


class Refused(Exception):
    """In the Bot API's own words: handlers tell some of them apart."""


@dataclass(frozen=True, slots=True)
class Content:
    fields: Params
    shown: Text


def text_content(params: Params) -> Content:
    marked = _marked(params, "text")
    if not marked.text.strip():
        raise Refused("message text is empty")
    if utf16_length(marked.text) > _LONGEST_TEXT:
        raise Refused("message is too long")
    return Content({"text": marked.text, "entities": entities(marked)}, styled(marked))


def caption_content(params: Params) -> Content:
    marked = _marked(params, "caption")
    if utf16_length(marked.text) > _LONGEST_CAPTION:
        raise Refused("message caption is too long")
    return Content({"caption": marked.text, "caption_entities": entities(marked)}, styled(marked))


def location_content(params: Params, wording: Wording) -> Content:
    place = _place(params)
    return Content({"location": place}, Text(f"📍 {wording.map % _shown_place(place)}"))


def venue_content(params: Params, wording: Wording) -> Content:
    location = location_content(params, wording)
    title, address = params["title"], params["address"]
    shown = Text.assemble(
        "📍 ", (title, "bold"), f"\n{address}\n", wording.map % _shown_place(location.fields["location"])
    )
    return Content(location.fields | {"venue": {**location.fields, "title": title, "address": address}}, shown)


def contact_content(params: Params, wording: Wording) -> Content:
    contact = {
        key: params[key] for key in ("phone_number", "first_name", "last_name", "vcard") if params.get(key) is not None
    }
    name = " ".join(filter(None, (contact["first_name"], contact.get("last_name"))))
    shown = Text.assemble("☎ ", (name, "bold"), f"\n{contact['phone_number']}")
    if contact.get("vcard"):
        shown.append(f"\n{wording.vcard}")
    return Content({"contact": contact}, shown)


def document_content(params: Params) -> Content:
    name, size = _file(params, "document")
    document = {"file_id": name, "file_unique_id": name, "file_name": name, "file_size": size}
    return _captioned(params, {"document": document}, f"📎 {name}, {_shown_size(size)}")


def photo_content(params: Params, wording: Wording) -> Content:
    name, size = _file(params, "photo")
    photo = {"file_id": name, "file_unique_id": name, "file_size": size, "width": 0, "height": 0}
    return _captioned(params, {"photo": [photo]}, f"🖼 {wording.photo}, {_shown_size(size)}")


def inline_results(params: Params, wording: Wording) -> Text:
    shown = Text()
    for result in params.get("results") or []:
        title = result.get("title") or result.get("first_name") or result["type"]
        description = result.get("description") or result.get("address") or result.get("phone_number")
        shown.append("• ").append(title, style="bold").append(f" — {description}\n" if description else "\n")
    shown.rstrip()
    return shown if shown.plain else Text(wording.no_results, style="dim")


def keyboard_text(rows: list[list[Numbered]], wording: Wording) -> Text:
    return Text("\n").join(Text("  ").join(_button_text(each, wording) for each in row) for row in rows)


def refuse_bad_keyboard(markup: Params) -> None:
    for row in markup.get("inline_keyboard", ()):
        for key in row:
            if len(key.get("callback_data", "").encode()) > _LONGEST_CALLBACK_DATA:
                raise Refused("BUTTON_DATA_INVALID")


def _button_text(each: Numbered, wording: Wording) -> Text:
    shown = Text.assemble((f"[{each.number}]", "bold"), f" {each.button.label}")
    notes = {
        Does.OPEN: each.button.value,
        Does.SHARE_INLINE: wording.shares_inline,
        Does.SHARE_LOCATION: wording.shares_location,
        Does.SHARE_CONTACT: wording.shares_contact,
        Does.ELSEWHERE: wording.telegram_only,
    }
    if note := notes.get(each.button.does):
        shown.append(f" ({note})", style="dim")
    return shown


def _captioned(params: Params, fields: Params, first_line: str) -> Content:
    if not params.get("caption"):
        return Content(fields, Text(first_line))
    caption = caption_content(params)
    return Content(fields | caption.fields, Text(f"{first_line}\n").append_text(caption.shown))


def _marked(params: Params, name: str) -> Marked:
    source = str(params.get(name) or "")
    return parse_html(source) if str(params.get("parse_mode")).upper() == "HTML" else Marked(source)


def _file(params: Params, name: str) -> tuple[str, int]:
    """Name and size in bytes; a file named by an id or an address is not there to be measured."""
    given = params.get(name)
    uploaded = params.get(given.removeprefix("attach://")) if isinstance(given, str) else given
    if not isinstance(uploaded, tuple):
        return str(given), 0
    filename, content, _ = uploaded
    return filename, len(content) if isinstance(content, bytes) else 0


def _place(params: Params) -> dict[str, float]:
    return {"latitude": float(params["latitude"]), "longitude": float(params["longitude"])}


def _shown_place(place: dict[str, float]) -> dict[str, str]:
    return {name: f"{degrees:.6f}".rstrip("0").rstrip(".") for name, degrees in place.items()}


def _shown_size(size: int) -> str:
    return f"{size:,} B".replace(",", "\u202f")
