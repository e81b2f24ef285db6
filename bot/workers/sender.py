"""Sends what is in the outbox: lease -> send -> settle. One sender at a time works; others stand by.

Rows are settled in small batches, soon after they are sent: what was sent and not yet settled is all that a crash
can repeat. No more rows are leased than can leave within a moment, so that pausing a bulletin is felt at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from bot.domain.broadcasts import Kind, Stage
from bot.domain.delivery import (
    Gone,
    Moved,
    Outcome,
    Rejected,
    Retry,
    Sent,
    Undeliverable,
    Wait,
    settle,
)
from bot.domain.missions import Coverage, Directory, coverage
from bot.domain.quiet import quiet_until
from bot.metrics import SENDS
from bot.storage import dispatch, leases, outbox
from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.dispatch import Due, Settled
from bot.storage.leases import Lease
from bot.storage.owed import REACHED
from bot.storage.shelf import Stored
from bot.texts.bulletins import bulletin_message, correction_message, withdrawal_message
from bot.texts.catalog import Catalog, Words
from bot.texts.messages import Message
from bot.workers.holder import Holder

SETTLE_EVERY_S: Final = 0.1
SETTLE_AT: Final = 100
"""Outcomes are written down this often, or as soon as there are so many."""
IDLE_S: Final = 0.5
"""How often the outbox is looked at while nothing is being sent."""
STOP_S: Final = 1.0
"""How long messages under way may take to be settled when the program stops."""
STRIKES: Final = 3
"""A bulletin that nobody has got and so many people could not take is at fault itself. What groups and channels refuse
does not count: they have rules of their own."""
PROGRESS: Final = timedelta(seconds=10)

log = structlog.get_logger(__name__)

Carry = Callable[[int, Message, bool, Callable[[], bool]], Awaitable[Outcome]]
"""Takes a message to a chat, silently or not, at the pace Telegram allows, and says what came of it.

What is asked last, when its turn has come, is whether it may still leave.
"""
Alert = Callable[..., Awaitable[None]]
"""Tells the admins something once, by its key in the catalogues."""


@dataclass(slots=True)
class Tally:
    """What came of one bulletin since this process took it up."""

    sent: int = 0
    undeliverable: int = 0
    told: datetime | None = None


@dataclass(slots=True)
class Sender:
    """Works through the outbox for as long as it holds the lease."""

    database: Database
    carry: Carry
    alert: Alert
    forget: Callable[[int], None]
    """Drops what this process holds in memory of a chat, after its choices were written here."""
    catalog: Catalog
    directory: Callable[[], Directory]
    clock: Callable[[], datetime]
    zone: ZoneInfo
    rate: float
    owner: str = field(default_factory=leases.new_owner)
    _holder: Holder = field(init=False)
    _lease: Lease | None = None
    _flying: set[asyncio.Task[None]] = field(default_factory=set)
    _outcomes: dict[int, list[Settled]] = field(default_factory=dict)
    _rendered: dict[tuple[object, ...], Message] = field(default_factory=dict)
    _tallies: dict[int, Tally] = field(default_factory=dict)
    _doubtful: bool = False
    """The database went away: rows may be leased that this process has not heard of."""
    _landed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._holder = Holder(self.database, leases.SENDER, self.clock, self.owner)

    @property
    def window(self) -> int:
        """How many rows may be leased at once: what leaves within about two thirds of a second."""
        return max(8, int(self.rate * 0.7))

    @property
    def lease(self) -> Lease | None:
        return self._lease

    async def run(self) -> None:
        """Works until cancelled; then what is under way is settled and the lease handed back."""
        try:
            while True:
                try:
                    busy = await self._turn()
                except DatabaseUnavailable as error:
                    log.warning("the outbox cannot be used, trying again", reason=str(error))
                    busy, self._doubtful = False, True
                await self._rest(SETTLE_EVERY_S if busy else IDLE_S)
        finally:
            await self._stop()

    async def _turn(self) -> bool:
        """One round: keep the lease, settle what has landed, take up what fits. True while there is work."""
        if not await self._hold_lease():
            return False
        await self._settle()
        if self._doubtful:
            if self._flying or self._outcomes:
                return True
            await dispatch.revive(self.database, self.clock())
            self._doubtful = False
        running = await outbox.running(self.database)
        for stored in running:
            room = self.window - len(self._flying)
            if room <= 0:
                return True
            assert self._lease is not None  # noqa: S101 - held since the beginning of the turn
            due = await dispatch.lease(self.database, stored, self._lease.fence, room, self.clock())
            for row in due:
                self._launch(stored, row)
            if not due and not self._flying and await outbox.finish(self.database, stored.id, self.clock()):
                await self._tell_finished(stored)
        return bool(self._flying or self._outcomes)

    async def _hold_lease(self) -> bool:
        lease = await self._holder.hold()
        if lease != self._lease:
            self._abandon()
            self._lease = None
            if lease is not None:
                revived = await dispatch.revive(self.database, self.clock())
                log.info("this process sends the bulletins", fence=lease.fence, revived=revived)
            else:
                log.info("another process sends the bulletins now")
            self._lease = lease
        return lease is not None

    def _abandon(self) -> None:
        """Another process sends now: what has not left yet must not leave from here."""
        for task in self._flying:
            task.cancel()
        self._outcomes.clear()

    def _launch(self, stored: Stored, row: Due) -> None:
        assert self._lease is not None  # noqa: S101 - held since the beginning of the turn
        task = asyncio.create_task(self._deliver(stored, row, partial(self._holder.surely_holds, self._lease.fence)))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)

    async def _deliver(self, stored: Stored, row: Due, may_leave: Callable[[], bool]) -> None:
        outcome = await self._attempt(stored, row, may_leave)
        SENDS.labels(type(outcome).__name__.lower()).inc()
        now = self.clock()
        settlement = settle(outcome, row.standing, urgent=stored.urgent, now=now)
        moved_to = outcome.chat_id if isinstance(outcome, Moved) else None
        self._outcomes.setdefault(stored.id, []).append(Settled(row.chat_id, settlement, moved_to))
        tally = self._tallies.setdefault(stored.id, Tally())
        tally.sent += isinstance(outcome, Sent)
        tally.undeliverable += isinstance(outcome, Undeliverable) and row.chat_id > 0
        if isinstance(outcome, Rejected) or (isinstance(outcome, Undeliverable) and await self._hopeless(stored)):
            await self._reject(stored, outcome.reason)
        if sum(map(len, self._outcomes.values())) >= SETTLE_AT:
            self._landed.set()

    async def _hopeless(self, stored: Stored) -> bool:
        tally = self._tallies[stored.id]
        if tally.sent or tally.undeliverable < STRIKES:
            return False
        # Before a restart somebody may have got it.
        counts = (await outbox.report(self.database, stored.id)).counts
        return not any(counts.get(state) for state in REACHED)

    async def _attempt(self, stored: Stored, row: Due, may_leave: Callable[[], bool]) -> Outcome:
        if row.ended is not None and stored.kind is Kind.NEWS:
            return Gone(row.ended)
        zone = ZoneInfo(row.timezone) if row.timezone else self.zone
        if not stored.urgent and (until := quiet_until(row.quiet, zone, self.clock())) is not None:
            return Wait(until)
        try:
            return await self.carry(row.chat_id, self._render(stored, row), row.silent, may_leave)
        except Exception as error:
            # One row must not end the sender; it is tried again, with a limit.
            log.exception("a delivery failed", bulletin=stored.id)
            return Retry(type(error).__name__)

    def _render(self, stored: Stored, row: Due) -> Message:
        """The message, made once for all readers of one language and country."""
        directory = self.directory()
        key = (stored.id, stored.version, directory.edition, row.language, row.country)
        if key not in self._rendered:
            if len(self._rendered) > 1000:
                self._rendered.clear()
            own = coverage(directory, row.country) if row.country else None
            self._rendered[key] = _message(stored, own, self.catalog.words(row.language))
        return self._rendered[key]

    async def _settle(self) -> None:
        assert self._lease is not None  # noqa: S101 - called with the lease held
        self._landed.clear()
        for number in list(self._outcomes):
            settled = self._outcomes.pop(number)
            try:
                await dispatch.settle(self.database, number, self._lease.fence, settled, self.clock())
            except DatabaseUnavailable:
                self._outcomes[number] = settled + self._outcomes.get(number, [])
                raise
            for one in settled:
                if one.moved_to is not None:
                    self.forget(one.chat_id)
                    self.forget(one.moved_to)
            await self._tell_progress(number)

    async def _reject(self, stored: Stored, reason: str) -> None:
        if await outbox.stop(self.database, stored.id, Stage.REJECTED, reason):
            log.error("Telegram refuses a bulletin, it was stopped", bulletin=stored.id, reason=reason)
            await self.alert("alert.rejected", number=stored.id, reason=reason)

    async def _tell_progress(self, number: int) -> None:
        tally, now = self._tallies.setdefault(number, Tally()), self.clock()
        if tally.told is None or now - tally.told >= PROGRESS:
            tally.told = now
            log.info("sending", bulletin=number, sent=tally.sent)

    async def _tell_finished(self, stored: Stored) -> None:
        report = await outbox.report(self.database, stored.id)
        counts = {state.name.lower(): count for state, count in sorted(report.counts.items())}
        log.info("bulletin finished", bulletin=stored.id, **counts)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._landed.wait()

    async def _stop(self) -> None:
        if self._flying:
            await asyncio.wait(self._flying, timeout=STOP_S)
        unsent = list(self._flying)
        for task in unsent:
            task.cancel()
        await asyncio.gather(*unsent, return_exceptions=True)
        if self._lease is not None:
            with suppress(DatabaseUnavailable):
                await self._settle()
        await self._holder.release()


def _message(stored: Stored, own: Coverage | None, words: Words) -> Message:
    match stored.kind:
        case Kind.NEWS:
            return bulletin_message(stored.bulletin, own, words)
        case Kind.CORRECTION:
            return correction_message(stored.bulletin, own, words)
        case Kind.WITHDRAWAL:
            return withdrawal_message(stored.bulletin, words)
