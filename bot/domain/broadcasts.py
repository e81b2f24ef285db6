"""How far a bulletin has got, as an operator watches it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.delivery import State


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One bulletin in the outbox, counted at one moment.

    `kind` and `stage` are those of the storage; `held` of the waiting ones are not due yet (quiet hours, or Telegram
    asked to wait); `reached` is how many chats it was put into the outbox for, which is known longer than the counts.
    """

    number: int
    title: str
    kind: str
    stage: str
    urgent: bool
    reached: int
    counts: Mapping[State, int]
    held: int = 0
    corrects: int | None = None

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
        return self.stage in ("running", "paused")

    @property
    def at_rest(self) -> bool:
        """Whether the counts do not change by themselves: nothing of it is sent, and nothing under way any more."""
        return self.stage != "running" and not self.counts.get(State.LEASED, 0)

    @property
    def over(self) -> bool:
        """Whether the counts are the last."""
        return self.at_rest and not self.goes_on

    def seconds_left(self, rate: float) -> float | None:
        """How long those that are due will take at so many a second; None where nothing moves."""
        return (self.waiting - self.held) / rate if rate > 0 and self.stage == "running" else None
