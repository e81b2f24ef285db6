"""Every error of the library, and every refusal of Telegram that a bulletin can meet, read as an outcome."""

from datetime import UTC, datetime, timedelta

import pytest
from telegram import error as errors
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    PassportDecryptionError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.carrier import outcome_of
from bot.domain.delivery import Ended, Gone, Moved, Outcome, Rejected, Retry, Undeliverable, Unknown, Wait
from bot.gateway.transport import AnswerTimedOut, MaybeSent, NotSent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

OF_CLASS: list[tuple[TelegramError, Outcome]] = [
    (RetryAfter(5), Wait(NOW + timedelta(seconds=5))),
    (RetryAfter(timedelta(seconds=5)), Wait(NOW + timedelta(seconds=5))),
    (ChatMigrated(-1001), Moved(-1001)),
    (TimedOut(), Unknown()),
    (AnswerTimedOut("TimeoutError"), Unknown()),
    (MaybeSent("ServerDisconnectedError"), Unknown()),
    (NotSent("no connection"), Retry("no connection")),
    (NetworkError("Bad Gateway"), Retry("Bad Gateway")),
    (Forbidden("Forbidden: bot was blocked by the user"), Gone(Ended.BLOCKED)),
    (BadRequest("chat not found"), Gone(Ended.NOT_FOUND)),
    (InvalidToken(), Retry("InvalidToken")),
    (Conflict("terminated by other getUpdates request"), Retry("Conflict")),
    (EndPointNotFound("no such method"), Retry("EndPointNotFound")),
    (PassportDecryptionError("bad data"), Retry("PassportDecryptionError")),
    (TelegramError("Invalid server response"), Unknown()),
]


@pytest.mark.parametrize(("error", "outcome"), OF_CLASS, ids=lambda value: type(value).__name__)
def test_every_error_has_an_outcome(error: TelegramError, outcome: Outcome) -> None:
    assert outcome_of(error, NOW) == outcome


def test_no_error_of_the_library_is_left_out() -> None:
    of_the_library = {
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TelegramError)
    }
    assert of_the_library <= {type(error) for error, _ in OF_CLASS}


# The wordings are those of the public server: telegram-bot-api, Client.cpp, and td below it.
@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("Forbidden: bot was blocked by the user", Ended.BLOCKED),
        ("Forbidden: user is deactivated", Ended.DEACTIVATED),
        ("Forbidden: the group chat was deleted", Ended.NOT_FOUND),
        ("Forbidden: bot was kicked from the group chat", Ended.KICKED),
        ("Forbidden: bot was kicked from the supergroup chat", Ended.KICKED),
        ("Forbidden: bot was kicked from the channel chat", Ended.KICKED),
        ("Forbidden: bot is not a member of the group chat", Ended.KICKED),
        ("Forbidden: bot is not a member of the supergroup chat", Ended.KICKED),
        ("Forbidden: bot is not a member of the channel chat", Ended.KICKED),
        ("Forbidden: bot can't initiate conversation with a user", Ended.NOT_FOUND),
        ("Forbidden: something new", Ended.BLOCKED),
    ],
)
def test_what_is_forbidden_ends_the_subscription(words: str, ended: Ended) -> None:
    assert outcome_of(Forbidden(words), NOW) == Gone(ended)


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("Bad Request: chat not found", Ended.NOT_FOUND),
        ("Bad Request: user not found", Ended.NOT_FOUND),
        ("Bad Request: PEER_ID_INVALID", Ended.NOT_FOUND),
        ("Bad Request: group chat was deactivated", Ended.NOT_FOUND),
        ("Bad Request: CHANNEL_PRIVATE", Ended.KICKED),
        ("Bad Request: CHAT_WRITE_FORBIDDEN", Ended.KICKED),
        ("Bad Request: CHAT_ADMIN_REQUIRED", Ended.KICKED),
        ("Bad Request: not enough rights to send text messages to the chat", Ended.KICKED),
        ("Bad Request: have no rights to send a message", Ended.KICKED),
        ("Bad Request: need administrator rights in the channel chat", Ended.KICKED),
    ],
)
def test_a_chat_that_cannot_be_reached_ends_the_subscription(words: str, ended: Ended) -> None:
    assert outcome_of(BadRequest(words), NOW) == Gone(ended)


@pytest.mark.parametrize(
    "words",
    [
        'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        "Bad Request: message is too long",
        "Bad Request: message text is empty",
        "Bad Request: text must be non-empty",
        "Bad Request: text must be encoded in UTF-8",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: inline keyboard button URL 'http://' is invalid: Wrong HTTP URL",
        "Bad Request: reply markup is too long",
        "Bad Request: Wrong HTTP URL specified",
        "Bad Request: ENTITIES_TOO_LONG",
    ],
)
def test_a_message_that_nobody_could_get_is_rejected(words: str) -> None:
    error = BadRequest(words)
    assert outcome_of(error, NOW) == Rejected(error.message)


@pytest.mark.parametrize("words", ["Bad Request: TOPIC_CLOSED", "Bad Request: CHAT_RESTRICTED", "Bad Request"])
def test_what_says_neither_is_of_this_chat_alone(words: str) -> None:
    error = BadRequest(words)
    assert outcome_of(error, NOW) == Undeliverable(error.message)
