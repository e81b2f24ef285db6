"""Errors grouped, so that a hundred of the same are told once."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

WINDOW: Final = timedelta(hours=1)
QUOTA: Final = 10
"""Errors that are told within a window; then one line that more are held back."""
GROUPS: Final = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error by its kind (the exception's type) and its place in the code, never by its text."""

    kind: str
    place: str


@dataclass(frozen=True, slots=True)
class Tell:
    """The admins are to hear of it; `times` counts since they last did, this time included."""

    times: int


@dataclass(frozen=True, slots=True)
class Overflow:
    """The admins are to hear that more errors are held back."""


@dataclass(slots=True)
class _Group:
    times: int = 0
    untold: int = 0
    told_at: datetime | None = None


@dataclass(slots=True)
class Troubles:
    """Counts errors since the start; the group unseen for longest is forgotten where there are too many."""

    _groups: OrderedDict[Trouble, _Group] = field(default_factory=OrderedDict)
    _told: deque[datetime] = field(default_factory=deque)
    _overflow_at: datetime | None = None

    def note(self, trouble: Trouble, now: datetime) -> Tell | Overflow | None:
        group = self._groups.setdefault(trouble, _Group())
        self._groups.move_to_end(trouble)
        while len(self._groups) > GROUPS:
            self._groups.popitem(last=False)
        group.times += 1
        group.untold += 1
        if group.told_at is not None and now - group.told_at < WINDOW:
            return None
        while self._told and now - self._told[0] >= WINDOW:
            self._told.popleft()
        if len(self._told) >= QUOTA:
            return self._overflow(now)
        self._told.append(now)
        times, group.untold, group.told_at = group.untold, 0, now
        return Tell(times)

    def counts(self) -> list[tuple[Trouble, int]]:
        """How often each came, the most frequent first."""
        pairs = ((trouble, group.times) for trouble, group in self._groups.items())
        return sorted(pairs, key=lambda pair: -pair[1])

    def _overflow(self, now: datetime) -> Overflow | None:
        if self._overflow_at is not None and now - self._overflow_at < WINDOW:
            return None
        self._overflow_at = now
        return Overflow()
