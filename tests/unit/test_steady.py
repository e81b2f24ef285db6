"""Limits are not over because the process stood still, and are over when their time has passed."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from tests.steady import NAP_S, SteadyLoop, SteadySelector


async def test_what_a_limit_is_for_may_still_come_after_standing_still() -> None:
    async with asyncio.timeout(0.1):
        asyncio.get_running_loop().call_soon(time.sleep, 0.3)
        await asyncio.sleep(0.05)


async def test_a_limit_is_over_when_nothing_comes() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await asyncio.Event().wait()


async def test_the_tests_run_on_it() -> None:
    assert isinstance(asyncio.get_running_loop(), SteadyLoop)


@dataclass
class Sleeper:
    """A clock that finds once that an hour has passed."""

    looks_till_then: int
    ahead: float = 0.0

    def __call__(self) -> float:
        self.looks_till_then -= 1
        if not self.looks_till_then:
            self.ahead = 3600.0
        return time.monotonic() + self.ahead


@pytest.mark.parametrize("looks", [2, 3, 4, 5, 6])
def test_standing_still_before_in_or_after_a_sleep_does_not_make_it_shorter(looks: int) -> None:
    with SteadySelector(Sleeper(looks)) as selector:
        began = time.monotonic()
        assert selector.select(2 * NAP_S) == []
        assert time.monotonic() - began > NAP_S
