"""The update that is being worked on: its kind, whether it failed, and the call that may stand in the response.

Telegram takes one call of the Bot API in the body of the response to its webhook. An answer that goes out there saves
a request, and comes once whatever happens: with the response Telegram knows that the update was taken, without it the
update comes again and nothing was sent.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from telegram import Update
from telegram.request import RequestData

DEFERRED: Final = frozenset({"sendMessage"})
"""The methods whose calls may stand in a response."""


_arrivals = count()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the Bot API that was made and has not left."""

    url: str
    data: RequestData

    @property
    def method(self) -> str:
        return self.url.rpartition("/")[2]


@dataclass(slots=True)
class Turn:
    """One update at work. `open`: there is a response to come that a call may stand in."""

    arrival: int = field(default_factory=_arrivals.__next__)

    open: bool = False
    answer: Call | None = None
    failed: bool = False

    def close(self) -> Call | None:
        """The response is written, or something else is to be said after what was kept: gives that back, once."""
        self.open = False
        answer, self.answer = self.answer, None
        return answer


_at_work: ContextVar[Turn | None] = ContextVar("turn", default=None)
_unneeded: ContextVar[bool] = ContextVar("unneeded", default=False)


def at_work() -> Turn | None:
    """The turn in whose course this is called."""
    return _at_work.get()


def arrival() -> int:
    """The place among all turns of the one in whose course this is called; outside of any it begins now."""
    turn = _at_work.get()
    return next(_arrivals) if turn is None else turn.arrival


@contextmanager
def working(turn: Turn) -> Iterator[None]:
    token = _at_work.set(turn)
    try:
        yield
    finally:
        _at_work.reset(token)


@contextmanager
def result_unneeded() -> Iterator[None]:
    """Calls in this block may go out in the response: nobody asks for the message's id or for an error."""
    token = _unneeded.set(True)
    try:
        yield
    finally:
        _unneeded.reset(token)


def goes_in_response(method: str) -> bool:
    """Whether a call made here stands in the response: the first whose result nobody needs, while that is to come."""
    turn = at_work()
    return method in DEFERRED and _unneeded.get() and turn is not None and turn.open and turn.answer is None


def kind_of(update: object) -> str:
    """`message`, `callback_query` and so on, as the Bot API names it."""
    if not isinstance(update, Update):
        return type(update).__name__
    return next((name for name in Update.ALL_TYPES if getattr(update, name) is not None), "empty")
