"""What goes wrong on purpose, the same for the same seed."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from time import monotonic


class Fate(Enum):
    """What becomes of one request."""

    FINE = auto()
    BAD_GATEWAY = auto()
    CUT_BEFORE = auto()
    """The connection ends before the request is handled."""
    CUT_AFTER = auto()
    """The request is handled, the message delivered, and the connection ends without an answer."""
    STALL = auto()
    """The request is handled, and the answer comes only after `stall_for` seconds."""


@dataclass(slots=True)
class Faults:
    """Shares (0 to 1) of the sends that meet a fate; seconds; the number of the send that starts a halt.

    From send number `halt_at` (the first is 1) on, every send to anybody is refused with 429 for `halt_for` seconds.
    `latency` holds back the answer of every method but getUpdates. With `every_method` the shares hold for all
    methods but getUpdates, not for sends alone.
    """

    bad_gateway: float = 0.0
    cut_before: float = 0.0
    cut_after: float = 0.0
    stall: float = 0.0
    stall_for: float = 30.0
    latency: float = 0.0
    halt_at: int | None = None
    halt_for: float = 5.0
    every_method: bool = False
    seed: int = 0
    clock: Callable[[], float] = monotonic
    counts: dict[Fate, int] = field(default_factory=lambda: dict.fromkeys(Fate, 0))
    sends_in_halt: int = 0
    halted: tuple[float, float] | None = None
    _sends: int = 0
    _met: Counter[tuple[str, int]] = field(default_factory=Counter)

    def fate(self, method: str, chat: int = 0) -> Fate:
        """The same for the same seed, chat and number of the request there, in whatever order the chats are served."""
        """Draws what becomes of this request."""
        if method == "getupdates" or not (self.every_method or method.startswith("send")):
            return Fate.FINE
        self._met[method, chat] += 1
        drawn = Random(f"{self.seed} {method} {chat} {self._met[method, chat]}").random()
        fate = Fate.FINE
        for share, chosen in (
            (self.bad_gateway, Fate.BAD_GATEWAY),
            (self.cut_before, Fate.CUT_BEFORE),
            (self.cut_after, Fate.CUT_AFTER),
            (self.stall, Fate.STALL),
        ):
            if drawn < share:
                fate = chosen
                break
            drawn -= share
        self.counts[fate] += 1
        return fate

    def halt(self) -> int:
        """Counts one send; the seconds to come back after while everybody is halted, else 0."""
        self._sends += 1
        now = self.clock()
        if self._sends == self.halt_at:
            self.halted = (now, now + self.halt_for)
        if self.halted is None or now >= self.halted[1]:
            return 0
        self.sends_in_halt += 1
        # From the beginning: `(now + 60) - now` may be a hair over 60, and then 61 would be asked for.
        return math.ceil(self.halt_for - (now - self.halted[0]))
