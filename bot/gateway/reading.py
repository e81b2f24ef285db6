"""An update as Telegram brings it: whatever is wrong with it, those behind it must get through."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram import Bot, Update

Process = Callable[[Update], Awaitable[None]]
"""Deals with an update."""

log = structlog.get_logger(__name__)


def read_update(raw: Any, bot: Bot) -> Update | None:
    """The library's object; None where it cannot be read: brought again it would be no better, so it is left out."""
    try:
        return Update.de_json(raw, bot)
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles over
        log.warning("an update cannot be read and is left out", reason=type(error).__name__)
        return None


async def work_through(process: Process, update: Update) -> None:
    """Raises nothing."""
    try:
        await process(update)
    except Exception:
        log.exception("an update could not be worked through")
