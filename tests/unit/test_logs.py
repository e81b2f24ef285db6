"""What comes out of the logs, whoever writes into them, and what never does."""

import json
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from bot.logs import CHATTY, Redaction, set_up

TOKEN = "987654321:AAH-secret_token_that_must_not_leak_00"
HALF = TOKEN.partition(":")[2]
WEBHOOK = "a-webhook-secret"
LEVELS = ("debug", "info", "warning", "error", "critical")
Form = Literal["console", "json"]


class Written:
    """All that stands on standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._read = ""

    def __str__(self) -> str:
        self._read += self._capsys.readouterr().err
        return self._read


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What is written; afterwards the loggers are as they were."""
    root = logging.getLogger()
    before = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    yield Written(capsys)
    root.handlers, root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("level", LEVELS)
def test_the_token_is_in_no_line_of_ours_at_any_level(stderr: Written, form: Form, level: str) -> None:
    set_up(form, logging.DEBUG, (TOKEN, WEBHOOK))
    log = structlog.get_logger("bot.tests")
    getattr(log, level)(f"event {TOKEN}", token=TOKEN, inside={"list": [f"x{TOKEN}y", WEBHOOK]}, **{f"k{TOKEN}": 1})
    out = str(stderr)
    assert out.count("\n") == 1
    assert "event [secret]" in out
    assert HALF not in out
    assert WEBHOOK not in out


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("name", ["telegram.ext.Updater", "asyncio", "sqlalchemy.engine", "aiohttp.client"])
def test_the_token_is_in_no_line_of_a_library(stderr: Written, form: Form, name: str) -> None:
    set_up(form, logging.DEBUG, (TOKEN,))
    url = f"https://api.telegram.org/bot{TOKEN}/getUpdates?timeout=10"
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        logging.getLogger(name).log(level, "POST %s and %r", url, {"url": url.replace(":", "%3A")})
    out = str(stderr)
    assert "https://api.telegram.org/bot[secret]/getUpdates" in out
    assert HALF not in out


@pytest.mark.parametrize("form", ["console", "json"])
def test_the_token_is_in_no_traceback(stderr: Written, form: Form) -> None:
    set_up(form, secrets=(TOKEN,))
    try:
        try:
            raise OSError(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except OSError as error:
            raise RuntimeError(f"refused: {TOKEN}") from error
    except RuntimeError as error:
        structlog.get_logger("bot.tests").error("failed", exc_info=error)
        logging.getLogger("asyncio").exception("failed")
    out = str(stderr)
    assert out.count("RuntimeError: refused: [secret]") == 2
    assert out.count("/bot[secret]/getMe") == 2
    assert HALF not in out


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"bot{TOKEN}",
        f"https://a.example/bot{TOKEN}/getMe",
        f'"{TOKEN}"',
        TOKEN.replace(":", "%3A"),
        f"<{TOKEN}>",
    ],
)
def test_a_token_is_known_by_its_form_even_where_it_was_not_told(text: str) -> None:
    assert HALF not in Redaction(())(text)


@pytest.mark.parametrize("text", ["", "12:30:05", "127.0.0.1:8080", "edition=1 missions=288", "sqlite:///state/bot.db"])
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert Redaction(("", TOKEN))(text) == text


@pytest.mark.parametrize("form", ["console", "json"])
def test_what_people_wrote_and_who_they_are_is_dropped(stderr: Written, form: Form) -> None:
    set_up(form)
    forbidden = ("text", "query", "update", "bot", "application", "context", "chat_id", "user_id")
    values = {key: f"private-{key}" for key in forbidden}
    structlog.get_logger("bot.tests").error("an update failed", kind="message", **values)
    out = str(stderr)
    assert "an update failed" in out
    assert "message" in out
    assert "private" not in out


def test_the_number_of_a_request_stands_in_every_line_of_it(stderr: Written) -> None:
    set_up("json")
    with bound_contextvars(request=17):
        structlog.get_logger("bot.tests").warning("ours")
        logging.getLogger("a.library").warning("theirs")
    lines = [json.loads(line) for line in str(stderr).splitlines()]
    assert [(line["event"], line["request"]) for line in lines] == [("ours", 17), ("theirs", 17)]


def test_json_is_one_object_a_line_whatever_is_logged(stderr: Written) -> None:
    set_up("json", logging.DEBUG)
    log = structlog.get_logger("bot.tests")
    log.info("two\nlines", edition=3, when=object(), text="x")
    log.bind(chat_id=7).warning("Посольство \u2028 \x1b[31m")
    logging.getLogger("asyncio").error("slow: %s", "a\r\nb")
    try:
        raise ValueError("broken\ninput")
    except ValueError:
        log.exception("failed")
    lines = str(stderr).removesuffix("\n").split("\n")
    events: list[dict[str, Any]] = [json.loads(line) for line in lines]
    assert [event["event"] for event in events] == [
        "two\nlines",
        "Посольство \u2028 \x1b[31m",
        "slow: a\r\nb",
        "failed",
    ]
    assert [event["level"] for event in events] == ["info", "warning", "error", "error"]
    assert [event["logger"] for event in events] == ["bot.tests", "bot.tests", "asyncio", "bot.tests"]
    assert all(event["timestamp"].endswith("Z") for event in events)
    assert "ValueError: broken\ninput" in events[-1]["exception"]


def test_what_is_below_the_level_is_not_written(stderr: Written) -> None:
    set_up("console", logging.WARNING)
    structlog.get_logger("bot.tests").info("quiet")
    logging.getLogger("asyncio").info("quiet")
    structlog.get_logger("bot.tests").warning("loud")
    assert "quiet" not in str(stderr)
    assert "loud" in str(stderr)


@pytest.mark.parametrize("name", CHATTY)
def test_libraries_that_log_requests_or_texts_are_heard_from_warnings_on(stderr: Written, name: str) -> None:
    set_up("console", logging.DEBUG)
    logging.getLogger(name).info("a request with a message text")
    logging.getLogger(name).warning("a warning")
    assert "message text" not in str(stderr)
    assert "a warning" in str(stderr)


def test_console_lines_have_no_colours_where_nobody_looks(stderr: Written) -> None:
    set_up("console")
    structlog.get_logger("bot.tests").error("plain", edition=1)
    assert "\x1b" not in str(stderr)
    assert "edition=1" in str(stderr)
