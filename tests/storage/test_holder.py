"""Two processes and one lease, each with a clock of its own that says what it likes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.storage.database import Database
from bot.storage.leases import LASTS
from bot.workers.holder import HEARTBEAT, SURE, Holder

SECOND = timedelta(seconds=1)


@dataclass
class Process:
    """Somebody who wants the lease; time passes for it when it is told so."""

    database: Database
    now: datetime
    holder: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.holder = Holder(self.database, "sender", lambda: self.now, owner=f"elsewhere/1:{id(self)}:one")

    async def holds(self) -> bool:
        return await self.holder.hold() is not None


@pytest.fixture
def first(database: Database) -> Process:
    return Process(database, datetime(2026, 11, 22, 12, 0, tzinfo=UTC))


@pytest.fixture(params=[-3600, 0, 3600])
def second(database: Database, request: pytest.FixtureRequest) -> Process:
    """Its clock is an hour off."""
    return Process(database, datetime(2026, 11, 22, 12, 0, tzinfo=UTC) + timedelta(seconds=request.param))


async def passes(time: timedelta, *processes: Process) -> None:
    for process in processes:
        process.now += time


async def test_one_that_beats_keeps_it_whatever_the_others_clock_says(first: Process, second: Process) -> None:
    for _ in range(20):
        assert await first.holds()
        assert not await second.holds()
        await passes(HEARTBEAT, first, second)


async def test_after_silence_it_is_taken_over_and_the_sleeper_knows(first: Process, second: Process) -> None:
    assert await first.holds()
    fence = first.holder.lease.fence if first.holder.lease else 0
    assert first.holder.surely_holds(fence)
    waited = timedelta()
    while not await second.holds():
        waited += SECOND
        await passes(SECOND, first, second)
    assert waited == LASTS
    assert not first.holder.surely_holds(fence)
    assert not await first.holds()
    assert second.holder.lease is not None
    assert second.holder.lease.fence == fence + 1


async def test_who_holds_it_stops_before_anybody_can_take_it(first: Process) -> None:
    assert await first.holds()
    assert first.holder.lease is not None
    fence = first.holder.lease.fence
    await passes(SURE - timedelta(milliseconds=1), first)
    assert first.holder.surely_holds(fence)
    await passes(timedelta(milliseconds=1), first)
    assert not first.holder.surely_holds(fence)
    assert await first.holds()
    assert first.holder.surely_holds(fence)
    assert not first.holder.surely_holds(fence - 1)


async def test_handed_back_it_need_not_be_waited_for(first: Process, second: Process) -> None:
    assert await first.holds()
    assert not await second.holds()
    await first.holder.release()
    assert await second.holds()
    assert not await first.holds()
