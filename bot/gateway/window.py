"""Which updates Telegram may forget, of those that it gives to whoever fetches them.

To fetch from an offset on confirms everything below it, and brings the first hundred that are not confirmed. So the
offset is the first update that is not dealt with: killed at any moment, the bot gets it again. While that one waits,
its hundred is all that can be seen.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

FEW: Final = 25
"""Fewer chats than that do not keep the bot busy: each gets about one message a second, and all together thirty."""
PATIENCE_S: Final = 3.0
"""How long an update of such a chat may hold up all others."""


@dataclass(slots=True)
class _Taken:
    chat: Hashable
    at: float
    open: bool = True
    """It is not dealt with, and holds the offset."""


@dataclass(slots=True)
class Window:
    """The updates that were taken and are not confirmed, in the order in which Telegram gave them."""

    patience: float = PATIENCE_S
    _taken: dict[int, _Taken] = field(default_factory=dict)
    _behind: int = 0
    """The number after the last that was taken; numbers may begin anew somewhere else after a quiet week."""

    @property
    def offset(self) -> int:
        """Everything below is dealt with, or was passed over."""
        return next((number for number, update in self._taken.items() if update.open), self._behind)

    @property
    def is_open(self) -> bool:
        """Whether anything holds the offset."""
        return any(update.open for update in self._taken.values())

    def __contains__(self, number: int) -> bool:
        return number in self._taken

    def holds(self, number: int) -> bool:
        """Whether Telegram keeps this one, since it is not dealt with."""
        return number in self._taken and self._taken[number].open

    def take(self, number: int, chat: Hashable, now: float) -> None:
        self._taken[number] = _Taken(chat, now)
        self._behind = number + 1

    def finish(self, number: int) -> None:
        if number in self._taken:
            self._taken[number].open = False

    def confirm(self, offset: int) -> None:
        """Telegram has heard this offset, which was ours."""
        while self._taken and (first := next(iter(self._taken))) != offset:
            del self._taken[first]

    def pass_over(self, now: float) -> None:
        """Lets go of those that hold up all others for long, if they are of few chats.

        Where many chats wait, it is Telegram, the line or the bot itself that is slow: nobody would be answered sooner.
        """
        waiting = [update for update in self._taken.values() if update.open]
        if len({update.chat for update in waiting}) < FEW:
            for update in waiting:
                update.open = now - update.at < self.patience
