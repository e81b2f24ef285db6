"""Holds a lease, or waits for it. Nobody's clock is compared with another's.

Whoever waits takes a lease over when its row has not changed for as long as a lease lasts, by the waiter's own clock.
Whoever holds it counts from before its last heartbeat and stops a second sooner, by its own clock too. So clocks may
differ between machines, and a process that was asleep knows on waking that it has slept too long.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.metrics import LEASE_HELD
from bot.storage import leases
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.leases import LASTS, Held, Lease

HEARTBEAT: Final = timedelta(seconds=2)
SURE: Final = LASTS - timedelta(seconds=1)
"""So long after a heartbeat nobody else can have taken the lease over."""


@dataclass(slots=True)
class Holder:
    """One process's hold on the lease of one name."""

    database: Database
    name: str
    clock: Callable[[], datetime]
    owner: str = field(default_factory=leases.new_owner)
    lease: Lease | None = None
    _renewed: datetime | None = None
    _other: Held | None = None
    _since: datetime | None = None
    """Since when the other's lease has stood as it does."""

    async def hold(self) -> Lease | None:
        """Takes the lease or, when that is due, renews it; None while it is another's. Raises DatabaseUnavailable."""
        now = self.clock()
        if self.lease is not None and self._renewed is not None and now - self._renewed < HEARTBEAT:
            return self.lease
        silent = self._other if self._since is not None and now - self._since >= LASTS else None
        match await leases.acquire(self.database, self.name, self.owner, now, silent=silent):
            case Lease() as lease:
                self.lease, self._renewed, self._other, self._since = lease, now, None, None
            case Held() as other:
                if other != self._other:
                    self._other, self._since = other, now
                self.lease = None
        LEASE_HELD.labels(self.name).set(self.lease is not None)
        return self.lease

    def surely_holds(self, fence: int) -> bool:
        """Whether the lease with this number is still held, without asking the database."""
        return (
            self.lease is not None
            and self.lease.fence == fence
            and self._renewed is not None
            and self.clock() - self._renewed < SURE
        )

    async def release(self) -> None:
        """Hands the lease back, so that the next one need not wait; also one whose taking was cut short."""
        self.lease = None
        LEASE_HELD.labels(self.name).set(False)
        with suppress(DatabaseUnavailable):
            await leases.release(self.database, self.name, self.owner)
