"""The look after what was sent: who is told of a bulletin that does not get out, and how often."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from bot.domain.delivery import Outcome, Retry, Sent, Wait, settle
from bot.domain.news import Bulletin, NewsItem, Section
from bot.storage import dispatch, outbox, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.dispatch import Settled
from bot.storage.outbox import Published
from bot.workers.upkeep import KEPT, OUT_WITHIN, Upkeep

FENCE = 7
MINUTE = timedelta(minutes=1)
STEP = 5 * MINUTE
READERS = (11, 12, 13)
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))


@dataclass
class Days:
    """Time that passes when it is told to, the replicas that live in it and what they tell the admins."""

    database: Database
    now: datetime
    replicas: list[Upkeep] = field(default_factory=list)
    told: list[dict[str, object]] = field(default_factory=list)
    deaf: bool = False
    """Nobody can be reached."""

    def replica(self) -> None:
        self.replicas.append(Upkeep(database=self.database, tell=self.tell, clock=lambda: self.now))

    async def tell(self, key: str, **values: object) -> bool:
        if not self.deaf:
            self.told.append({"key": key, **values})
        return not self.deaf

    async def pass_by(self, time: timedelta) -> None:
        """Each replica works every five minutes, and at the end: seldomer than it would, and often enough."""
        until = self.now + time
        while self.now < until:
            self.now = min(self.now + STEP, until)
            for replica in self.replicas:
                await replica.work()

    async def publish(self) -> int:
        published = await outbox.publish(self.database, NEWS, urgent=False, now=self.now)
        assert isinstance(published, Published)
        return published.number

    async def attempt(self, number: int, outcome: Outcome, *, most: int = len(READERS)) -> None:
        """What is due is sent, and this comes of it."""
        stored = await shelf.get(self.database, number)
        assert stored is not None
        rows = await dispatch.lease(self.database, stored, FENCE, most, self.now)
        settled = [Settled(row.chat_id, settle(outcome, row.standing, urgent=False, now=self.now)) for row in rows]
        await dispatch.settle(self.database, number, FENCE, settled, self.now)


@pytest.fixture
async def days(database: Database, now: datetime) -> Days:
    for chat_id in READERS:
        await subscriptions.start(database, chat_id, "private", "en", now)
    days = Days(database, now)
    days.replica()
    return days


async def test_a_bulletin_that_does_not_get_out_is_told_once_by_one_of_the_replicas(days: Days) -> None:
    days.replica()
    number = await days.publish()
    await days.attempt(number, Sent(1), most=1)
    await days.pass_by(OUT_WITHIN)
    assert days.told == []
    await days.pass_by(timedelta(hours=2))
    assert days.told == [{"key": "alert.stuck", "number": number, "open": 2, "total": 3}]


async def test_what_waits_for_the_end_of_quiet_hours_is_well(days: Days) -> None:
    number = await days.publish()
    await days.attempt(number, Sent(1), most=1)
    morning = days.now + timedelta(hours=2)
    await days.attempt(number, Wait(morning))
    await days.pass_by(timedelta(hours=2))
    await days.attempt(number, Sent(1), most=1)
    assert days.told == []
    await days.pass_by(OUT_WITHIN + STEP)
    assert [told["open"] for told in days.told] == [1]


async def test_what_fails_again_and_again_does_not_get_out_either(days: Days) -> None:
    number = await days.publish()
    for _ in range(60):
        await days.attempt(number, Retry("status 502"))
        await days.pass_by(MINUTE)
    assert [told["open"] for told in days.told] == [3]


async def test_while_something_arrives_nobody_is_told(days: Days) -> None:
    number = await days.publish()
    for _ in READERS:
        await days.pass_by(OUT_WITHIN - MINUTE)
        await days.attempt(number, Sent(1), most=1)
    await days.pass_by(timedelta(hours=2))
    assert days.told == []


async def test_admins_who_could_not_be_reached_are_told_as_soon_as_they_can(days: Days) -> None:
    number = await days.publish()
    days.deaf = True
    await days.pass_by(timedelta(hours=1))
    assert days.told == []
    days.deaf = False
    await days.pass_by(timedelta(hours=1))
    assert [told["number"] for told in days.told] == [number]


async def test_who_got_a_bulletin_is_forgotten_when_it_cannot_be_corrected_any_more(days: Days) -> None:
    number = await days.publish()
    await days.attempt(number, Sent(1))
    await outbox.finish(days.database, number, days.now)
    days.now += KEPT - MINUTE
    await days.pass_by(MINUTE)
    assert (await outbox.report(days.database, number)).total == len(READERS)
    await days.pass_by(MINUTE)
    assert (await outbox.report(days.database, number)).total == 0
