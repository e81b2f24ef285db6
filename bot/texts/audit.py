"""What admins read of the log of deeds."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from bot.texts.catalog import Words
from bot.texts.markup import Html, clip, code, fitting, html, join, one_line
from bot.texts.messages import Button, Message, Press

VALUE_UNITS: Final = 80
DETAIL_UNITS: Final = 240
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")


def line(at: datetime, actor: int, action: str, detail: Mapping[str, Any], words: Words) -> Html:
    """One deed; `at` in the time zone in which it is to be shown. A deed without words is shown as it is kept."""
    values = {key: _value(value) for key, value in detail.items()}
    template = words.raw(f"audit.{action}")
    named = set(PLACEHOLDER.findall(template))
    known = template != f"audit.{action}" and named <= values.keys()
    deed = words(f"audit.{action}", **{key: values[key] for key in named}) if known else action
    rest = ", ".join(f"{_detail_name(key, words)}: {value}" for key, value in values.items() if key not in named)
    moment = f"{words.date(at.date())}, {at:%H:%M}"
    line = words("desk.audit_line", moment=moment, who=code(actor) if actor else words("desk.program"), deed=deed)
    return join("\n", [line, html(clip(rest, DETAIL_UNITS))]) if rest else line


def _detail_name(key: str, words: Words) -> str:
    name = words.raw(f"detail.{key}")
    return key if name == f"detail.{key}" else name


def _value(value: Any) -> str:
    return clip(one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)), VALUE_UNITS)


def page(lines: list[Html], newer: int | None, older: int | None, words: Words) -> Message:
    """`newer` and `older` are the numbers of the entries that the pages beside this one go on from."""
    if not lines:
        return Message(words("desk.audit_empty"))
    row: list[Button] = []
    if newer is not None:
        row.append(Press(words.plain("button.newer"), f"audit:newer:{newer}"))
    if older is not None:
        row.append(Press(words.plain("button.older"), f"audit:older:{older}"))
    buttons = (*((tuple(row),) if row else ()), (Press(words.plain("button.csv"), "audit:csv"),))
    return Message(fitting([words("desk.audit_title"), *lines], "\n\n"), buttons)
