"""What is looked at before a message goes out: length of text, keyboards, places, links."""

import re
from urllib.parse import urlsplit

from tests.fake_telegram.entities import Formatted, formatted, utf16_length
from tests.fake_telegram.parameters import Parameters
from tests.fake_telegram.refusals import JSON, bad_request

TEXT_MOST = 4096
CAPTION_MOST = 1024
BUTTONS_MOST = 100
DATA_MOST = 64
_ACTIONS = (
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "web_app",
    "login_url",
    "pay",
    "callback_game",
)


def text_of(params: Parameters) -> Formatted:
    if not (raw := params.text("text")):
        bad_request("message text is empty")
    body = formatted(raw, params.text("parse_mode"))
    if not body.text:
        bad_request("text must be non-empty")
    if utf16_length(body.text) > TEXT_MOST:
        bad_request("message is too long")
    return body


def caption_of(params: Parameters) -> Formatted:
    body = formatted(params.text("caption"), params.text("parse_mode"))
    if utf16_length(body.text) > CAPTION_MOST:
        bad_request("message caption is too long")
    return body


def markup_of(params: Parameters, *, private: bool = True, inline_only: bool = False) -> JSON | None:
    markup = params.decoded("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        bad_request("object expected as reply markup")
    check_markup(markup, private=private)
    if inline_only and markup and "inline_keyboard" not in markup:
        bad_request("inline keyboard expected")
    return markup


def check_markup(markup: JSON, *, private: bool = True) -> None:
    for name, check in (("keyboard", _check_key), ("inline_keyboard", _check_inline)):
        rows = markup.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            bad_request(f'field "{name}" of the InlineKeyboardMarkup must be an Array of Arrays')
        buttons = [button for row in rows for button in row]
        for button in buttons:
            check(button, private)
        if len(buttons) > BUTTONS_MOST:
            bad_request("reply markup is too long")


def _check_key(button: object, private: bool) -> None:
    raw = {"text": button} if isinstance(button, str) else button
    if not isinstance(raw, dict):
        bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    if not raw.get("text"):
        bad_request("keyboard button text must be non-empty")
    for wish, what in (("request_contact", "phone number"), ("request_location", "location")):
        if raw.get(wish) and not private:
            bad_request(f"{what} can be requested in private chats only")


def _check_inline(button: object, _private: bool) -> None:
    parse = "can't parse inline keyboard button:"
    if not isinstance(button, dict):
        bad_request(f"{parse} InlineKeyboardButton must be an Object")
    if "text" not in button:
        bad_request(f'{parse} Can\'t find field "text"')
    if not any(button.get(action) is not None for action in _ACTIONS):
        bad_request(f"{parse} Text buttons are unallowed in the inline keyboard")
    if not button["text"]:
        bad_request("inline keyboard button text must be non-empty")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= DATA_MOST:
        bad_request("BUTTON_DATA_INVALID")
    if button.get("url") is not None:
        _check_url(button["url"])
    copied = button.get("copy_text")
    if copied is not None and not 1 <= len(copied.get("text", "")) <= 256:
        bad_request("BUTTON_COPY_TEXT_INVALID")


def _check_url(url: str) -> None:
    fault = f"inline keyboard button URL '{url}' is invalid:"
    scheme = re.match(r"([A-Za-z][\w+.-]*):", url)
    if scheme and scheme[1].lower() in ("tg", "ton"):
        return
    if "://" in url and not re.match(r"(?i)https?://", url):
        bad_request(f"{fault} Unsupported URL protocol")
    try:
        host = urlsplit(url if "://" in url else f"http://{url}").hostname or ""
    except ValueError:
        host = ""
    if "." not in host.strip(".") and ":" not in host:
        bad_request(f"{fault} Wrong HTTP URL")


def place_of(params: Parameters, wording: str) -> JSON:
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        bad_request(wording)
    return {"latitude": latitude, "longitude": longitude}
