"""Telegram's own limits on sending, kept by a clock of the server's own."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic


@dataclass(slots=True)
class Limits:
    """How much may be sent; None is no limit. A send that is over is refused with 429, counted, and takes no room.

    `per_second` and `per_minute_in_group` are sliding windows: never more in any second, any minute. `slack` shortens
    them by that many seconds: a sender that spaces 30 a second evenly has 31 within a second as soon as one message
    was a millisecond late on the way. `burst_in_chat` is how many may come at once to one private chat, which then
    gets one a second. A paid broadcast has `per_second_paid` instead of `per_second`.
    """

    per_second: int | None = None
    per_second_in_chat: float | None = None
    burst_in_chat: int = 1
    per_minute_in_group: int | None = None
    per_second_paid: int | None = None
    slack: float = 0.0
    clock: Callable[[], float] = monotonic
    refused: int = 0
    _free: deque[float] = field(default_factory=deque)
    _paid: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _chats: dict[int, float] = field(default_factory=dict)

    @classmethod
    def real(cls, *, burst_in_chat: int = 1, slack: float = 0.0) -> "Limits":
        """30 a second over all, 1000 if paid for, one a second in a chat, 20 a minute in a group."""
        return cls(30, 1.0, burst_in_chat, 20, 1000, slack)

    def wait(self, chat_id: int, *, paid: bool = False) -> int:
        """Seconds to come back after, 0 where the send may pass, which is then counted."""
        now = self.clock()
        sent, most = (self._paid, self.per_second_paid) if paid else (self._free, self.per_second)
        wait = max(
            _wait(sent, most, 1.0 - self.slack, now),
            self._wait_in_chat(chat_id, now) if chat_id > 0 else self._wait_in_group(chat_id, now),
        )
        if wait > 0:
            self.refused += 1
            return max(1, math.ceil(wait))
        if most is not None:
            sent.append(now)
        if chat_id < 0 and self.per_minute_in_group is not None:
            self._groups[chat_id].append(now)
        elif self.per_second_in_chat is not None:
            self._chats[chat_id] = max(self._chats.get(chat_id, now), now) + 1 / self.per_second_in_chat
        return 0

    def _wait_in_chat(self, chat_id: int, now: float) -> float:
        if self.per_second_in_chat is None:
            return 0.0
        allowance = (self.burst_in_chat - 1) / self.per_second_in_chat + self.slack
        return self._chats.get(chat_id, now) - now - allowance

    def _wait_in_group(self, chat_id: int, now: float) -> float:
        if self.per_minute_in_group is None:
            return 0.0
        sent = self._groups.setdefault(chat_id, deque())
        return _wait(sent, self.per_minute_in_group, 60.0 - self.slack, now)


def _wait(sent: deque[float], most: int | None, window: float, now: float) -> float:
    if most is None:
        return 0.0
    while sent and sent[0] <= now - window:
        sent.popleft()
    return window - (now - sent[0]) if len(sent) >= most else 0.0
