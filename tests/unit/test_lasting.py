"""A part of the bot that fails begins anew, later each time, and somebody hears of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.workers.lasting import FIRST_S, LONGEST_S, STEADY_S, Lasting


class Fault(Exception):
    pass


@dataclass
class Watch:
    """A timer that moves when somebody rests or works, and what was told."""

    now: float = 0.0
    rests: list[float] = field(default_factory=list)
    told: list[Exception] = field(default_factory=list)
    deaf: bool = False

    async def rest(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds

    async def tell(self, error: Exception) -> None:
        if self.deaf:
            raise Fault
        self.told.append(error)

    def lasting(self) -> Lasting:
        return Lasting(self.tell, lambda: self.now, self.rest)

    def failing(self, times: int, works_s: float = 0.0) -> Callable[[], Awaitable[None]]:
        """Work that fails so many times, each after so many seconds, and is then done."""
        left = times

        async def work() -> None:
            nonlocal left
            if left:
                left -= 1
                self.now += works_s
                raise Fault

        return work


async def test_it_begins_anew_until_it_is_done_and_waits_longer_each_time() -> None:
    watch = Watch()
    with capture_logs() as logs:
        await watch.lasting().run("sender", watch.failing(9))
    assert watch.rests == [FIRST_S, 2, 4, 8, 16, 32, LONGEST_S, LONGEST_S, LONGEST_S]
    assert len(watch.told) == 9
    assert [(line["log_level"], line["part"]) for line in logs] == [("error", "sender")] * 9


async def test_who_worked_well_for_long_begins_anew_soon() -> None:
    watch = Watch()
    await watch.lasting().run("sender", watch.failing(3, works_s=STEADY_S))
    assert watch.rests == [FIRST_S] * 3


async def test_it_goes_on_where_nobody_can_be_told() -> None:
    watch = Watch(deaf=True)
    with capture_logs() as logs:
        await watch.lasting().run("sender", watch.failing(1))
    assert logs[-1]["event"] == "nobody could be told of it"


async def test_cancelled_it_ends() -> None:
    watch = Watch()
    task = asyncio.create_task(watch.lasting().run("sender", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not watch.rests
