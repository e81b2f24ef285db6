"""How far a bulletin has got, as an operator watches it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.delivery import State


class Kind(StrEnum):
    NEWS = "news"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class Stage(StrEnum):
    """Where a bulletin stands. Only a RUNNING one is sent from."""

    SHELF = "shelf"
    """Can be read with /news, was not sent to anybody."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    REJECTED = "rejected"
    """Telegram refused the message itself."""
    WITHDRAWN = "withdrawn"

    @property
    def goes_on(self) -> bool:
        return self in GOING_ON


GOING_ON: Final = (Stage.RUNNING, Stage.PAUSED)
ENDED: Final = (Stage.STOPPED, Stage.REJECTED, Stage.WITHDRAWN)
"""Stages in which nothing is sent any more, whatever is open."""
OVER: Final = (Stage.DONE, *ENDED)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One bulletin in the outbox, counted at one moment.

    `held` of the waiting ones are not due yet (quiet hours, or Telegram asked to wait); `reached` is how many chats it
    was put into the outbox for, which is known longer than the counts; `reason` is Telegram's, where it was REJECTED.
    """

    number: int
    title: str
    kind: Kind
    stage: Stage
    urgent: bool
    reached: int
    counts: Mapping[State, int]
    held: int = 0
    corrects: int | None = None
    reason: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        return self.counts.get(State.PENDING, 0) + self.counts.get(State.LEASED, 0)

    @property
    def settled(self) -> int:
        """Deliveries that have come to an end of their own."""
        return self.total - self.waiting - self.counts.get(State.STOPPED, 0)

    @property
    def percent(self) -> int:
        """100 only when nothing is left."""
        return 100 * self.settled // self.total if self.total else 100

    @property
    def goes_on(self) -> bool:
        return self.stage.goes_on

    @property
    def at_rest(self) -> bool:
        """Whether the counts do not change by themselves: nothing of it is sent, and nothing under way any more."""
        return self.stage is not Stage.RUNNING and not self.counts.get(State.LEASED, 0)

    @property
    def over(self) -> bool:
        """Whether the counts are the last."""
        return self.at_rest and not self.goes_on

    def seconds_left(self, rate: float) -> float | None:
        """How long those that are due will take at so many a second; None where nothing moves."""
        return (self.waiting - self.held) / rate if rate > 0 and self.stage is Stage.RUNNING else None
