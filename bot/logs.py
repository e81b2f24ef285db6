"""Logging: structlog over the standard library, to standard error, without secrets and without what people wrote."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal

import structlog

TOKEN: Final = re.compile(r"\d{3,}(?::|%3A)[A-Za-z0-9_-]{20,}", re.IGNORECASE)
"""What a Bot API token looks like, wherever it stands in a line or an address."""

CHATTY: Final = ("httpx", "httpcore", "telegram", "aiohttp.access", "alembic", "aiosqlite", "sqlalchemy.engine")
"""Loggers whose lines below WARNING carry the token, message texts or nothing of use."""


class Redaction:
    """Takes the token out of every line, as itself and as anything of its form."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        return TOKEN.sub("[secret]", text)


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Formats a record and redacts the whole of it, tracebacks included."""

    def __init__(self, redact: Redaction, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def set_up(form: Literal["console", "json"], level: int = logging.INFO, secrets: tuple[str, ...] = ()) -> None:
    """Sends every log line of the process, ours and the libraries', to standard error in the given form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
            )
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        RedactingFormatter(
            Redaction(secrets),
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_bodies, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _without_bodies(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops values that must never be logged, should a caller pass them by mistake."""
    for key in ("text", "query", "update", "bot", "application", "context", "chat_id", "user_id"):
        event.pop(key, None)
    return event
