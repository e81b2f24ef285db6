"""The common timetable of several processes, each with its own view of it, against a clock that is moved by hand."""

import asyncio
import math
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from bot.gateway.limits import CATCH_UP, Trip
from bot.gateway.shared import LATE, SHARE, SPACING, TRY_AGAIN, SharedTimetable, Unkept

RATE = 30.0
INTERVAL = (1 + SPACING) / RATE


@dataclass
class Common:
    """Keeps the places as the database does, by the clock of the test."""

    now: float = 1000.0
    free_at: float = 0.0
    away: bool = False
    held: list[float] = field(default_factory=list)

    async def reserve(self, places: int, interval: float) -> float:
        if self.away:
            raise Unkept("away")
        first = max(self.free_at, self.now)
        self.free_at = first + places * interval
        return first - self.now

    async def hold(self, seconds: float) -> None:
        if self.away:
            raise Unkept("away")
        self.held.append(seconds)
        self.free_at = max(self.free_at, self.now + seconds)

    def timetable(self, rate: float = RATE) -> SharedTimetable:
        return SharedTimetable(rate, self.reserve, self.hold, clock=lambda: self.now)


@pytest.fixture
async def common() -> Common:
    return Common()


async def settled() -> None:
    """Lets what was asked for arrive."""
    for _ in range(5):
        await asyncio.sleep(0)


async def next_departure(timetable: SharedTimetable, common: Common) -> float:
    """When a call leaves that is ready now; the clock then stands there."""
    while (at := timetable.free_at(common.now, 1)) > common.now:
        if at == math.inf:
            await settled()
        else:
            common.now = at
    timetable.depart(Trip(1, common.now), common.now)
    return common.now


async def test_several_processes_together_keep_the_rate(common: Common) -> None:
    timetables = [common.timetable() for _ in range(3)]
    left = sorted([await next_departure(timetables[turn % 3], common) for turn in range(90)])
    assert all(later - earlier == pytest.approx(INTERVAL) for earlier, later in pairwise(left))


async def test_the_first_leaves_at_once(common: Common) -> None:
    before = common.now
    assert await next_departure(common.timetable(), common) == before


async def test_a_sleeper_does_not_use_what_it_slept_through(common: Common) -> None:
    sleeper, other = common.timetable(), common.timetable()
    sleeper.free_at(common.now, 1)
    await settled()
    common.now += LATE + 1
    first = await next_departure(other, common)
    assert await next_departure(sleeper, common) == pytest.approx(first + INTERVAL)


async def test_a_halt_is_told_to_all(common: Common) -> None:
    told, other = common.timetable(), common.timetable()
    began = common.now
    told.hold(5.0)
    await settled()
    assert common.held == [5.0]
    assert await next_departure(other, common) >= began + 5


async def test_while_nobody_keeps_it_each_takes_a_part(common: Common) -> None:
    timetable, common.away = common.timetable(), True
    timetable.restart(common.now)
    left = []
    for _ in range(10):
        left.append(await next_departure(timetable, common))
        common.now += TRY_AGAIN / 100
    assert left[-1] - left[0] >= 9 * SHARE / RATE - CATCH_UP
    common.away = False
    common.now += TRY_AGAIN
    await next_departure(timetable, common)
    assert common.free_at > common.now


async def test_at_high_rates_places_are_taken_several_at_once(common: Common) -> None:
    timetable = common.timetable(1000.0)
    timetable.free_at(common.now, 1)
    await settled()
    taken = (common.free_at - common.now) / ((1 + SPACING) / 1000)
    assert taken == pytest.approx(20)
    for _ in range(20):
        await next_departure(timetable, common)
    assert common.now == pytest.approx(1000.0 + 19 * (1 + SPACING) / 1000)


async def test_more_messages_than_a_second_has_places_are_not_waited_for_for_ever(common: Common) -> None:
    timetable = common.timetable(2.0)
    timetable.free_at(common.now, 10)
    await settled()
    assert timetable.free_at(common.now, 10) == common.now


async def test_there_is_something_new_to_choose_from(common: Common) -> None:
    timetable, called = common.timetable(), 0

    def changed() -> None:
        nonlocal called
        called += 1

    timetable.changed = changed
    timetable.free_at(common.now, 1)
    timetable.free_at(common.now, 1)
    await settled()
    assert called == 1
