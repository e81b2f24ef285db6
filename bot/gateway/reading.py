"""What Telegram says of an update, as the library's object."""

from typing import Any

import structlog
from telegram import Bot, Update

log = structlog.get_logger(__name__)


def read_update(raw: Any, bot: Bot) -> Update | None:
    """None where it cannot be read: brought again it would be no better, so it is left out."""
    try:
        return Update.de_json(raw, bot)
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles over, the updates behind it must get through
        log.warning("an update cannot be read and is left out", reason=type(error).__name__)
        return None
