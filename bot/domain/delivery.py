"""What can come of sending one message, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

FIRST_BACKOFF: Final = timedelta(seconds=2)
LONGEST_BACKOFF: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 150
"""Failures that are known not to have delivered anything, before a message is given up: a day of an outage."""


class Ended(StrEnum):
    """Why a subscription ended."""

    UNSUBSCRIBED = "unsubscribed"
    BLOCKED = "blocked"
    DEACTIVATED = "deactivated"
    KICKED = "kicked"
    NOT_FOUND = "not_found"


class State(IntEnum):
    """Where a delivery stands; PENDING and LEASED are open, all others are its end."""

    PENDING = 0
    LEASED = 1
    SENT = 2
    UNKNOWN = 3
    """Timed out after it was sent: it may have arrived."""
    GONE = 4
    """The chat cannot be reached any more."""
    FAILED = 5
    """Given up after many attempts, none of which arrived."""
    STOPPED = 6
    """The bulletin was stopped, withdrawn or refused before its turn."""


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now, and nobody's fault: too many requests, or quiet hours."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """Failed for a while, certainly not delivered."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has become a supergroup with another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    reason: Ended


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram refuses the message itself: it would refuse it for everybody."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Telegram refuses it for this chat, in words that say neither that the chat is gone nor that the text is bad."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Sent, and no answer came."""


Outcome = Sent | Wait | Retry | Moved | Gone | Rejected | Undeliverable | Unknown


@dataclass(frozen=True, slots=True)
class Standing:
    """What went before an attempt: failures so far, and whether an earlier one may have arrived all the same."""

    attempts: int = 0
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to write down of a delivery after an attempt. `due` is when a pending one may be tried again."""

    state: State
    standing: Standing
    due: datetime | None = None
    message_id: int | None = None
    reason: str = ""


def settle(outcome: Outcome, before: Standing, *, urgent: bool, now: datetime) -> Settlement:
    """What follows from an outcome.

    An urgent message whose fate is unknown is sent once more, for a doubled alert is better than none; every other
    stays unknown, for people stop reading alerts that come twice.
    """
    match outcome:
        case Sent(message_id):
            return Settlement(State.SENT, before, message_id=message_id)
        case Wait(until):
            return Settlement(State.PENDING, before, due=until)
        case Moved():
            return Settlement(State.PENDING, before, due=now)
        case Retry(reason):
            after = Standing(before.attempts + 1, before.doubted)
            if after.attempts < MOST_ATTEMPTS:
                return Settlement(State.PENDING, after, due=now + backoff(before.attempts), reason=reason)
            return Settlement(State.UNKNOWN if before.doubted else State.FAILED, after, reason=reason)
        case Gone(ended):
            return Settlement(State.GONE, before, reason=ended.value)
        case Rejected(reason):
            return Settlement(State.STOPPED, before, reason=reason)
        case Undeliverable(reason):
            return Settlement(State.FAILED, before, reason=reason)
        case Unknown() if urgent and not before.doubted:
            return Settlement(State.PENDING, Standing(before.attempts, doubted=True), due=now)
        case Unknown():
            return Settlement(State.UNKNOWN, before)


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many failures, doubling to a limit."""
    return min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempts, 16)))
