"""A bulletin through a bad hour: failures, lost connections, blocked readers, upgraded groups, a halt."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.config import Settings
from bot.domain.broadcasts import Stage
from bot.domain.delivery import Ended, Outcome, Sent, Settlement, State, Undeliverable
from bot.domain.missions import Directory
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.serving import serving
from bot.storage import amendments, dispatch, outbox, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.dispatch import Settled
from bot.storage.outbox import Published
from bot.storage.tables import deliveries
from bot.texts.catalog import Catalog
from bot.texts.messages import Message
from bot.workers.sender import Sender
from tests.fake_telegram import FakeTelegram, Fate, Faults, Standing
from tests.flows.test_news import until_finished

PEOPLE, BLOCKED, GROUPS = 190, 6, 10
HALT_AT, HALT_S = 80, 1
NEWS = Bulletin(NewsItem("Airports closed", date(2026, 11, 20), (Section("", ("In the south.",)),)))


class FirstTwoCut(Faults):
    """The first two messages go through connections that are cut once they were handled; all that follows is fine."""

    messages = 0

    def fate(self, method: str, chat: int = 0) -> Fate:
        self.messages += method == "sendmessage"
        return Fate.CUT_AFTER if method == "sendmessage" and self.messages <= 2 else Fate.FINE


@dataclass(frozen=True, slots=True)
class Readers:
    """Chat ids; `groups` are the new ids of upgraded ones by the old."""

    living: frozenset[int]
    blocked: frozenset[int]
    groups: dict[int, int]

    @property
    def reachable(self) -> set[int]:
        return {*self.living, *self.groups.values()}


def quick_clock(now: datetime, times: int) -> Callable[[], datetime]:
    """Runs so many times as fast, for those who wait for another attempt."""
    began = monotonic()
    return lambda: now + timedelta(seconds=(monotonic() - began) * times)


async def gather_readers(settings: Settings, telegram: FakeTelegram, now: datetime) -> Readers:
    people = [telegram.user() for _ in range(PEOPLE)]
    groups = [telegram.group(None, kind="group") for _ in range(GROUPS)]
    async with open_database(settings) as database:
        for person in people:
            await subscriptions.start(database, person.id, "private", "en", now)
        for group in groups:
            await subscriptions.start(database, group.id, "group", "en", now)
    blocked = people[:: PEOPLE // BLOCKED][:BLOCKED]
    for person in blocked:
        person.standing = Standing.BLOCKED
    return Readers(
        living=frozenset(person.id for person in people if person not in blocked),
        blocked=frozenset(person.id for person in blocked),
        groups={group.id: (await group.upgrade()).id for group in groups},
    )


async def deliver(settings: Settings, now: datetime, *, urgent: bool) -> tuple[int, dict[int, State]]:
    """Publishes, sends, and says as which bulletin and how it ended for every row."""
    async with open_database(settings) as database:
        published = await outbox.publish(database, NEWS, urgent=urgent, now=now)
        assert isinstance(published, Published)
        assert published.reached == PEOPLE + GROUPS
        async with serving(settings, clock=quick_clock(now, 20)):
            await until_finished(database, published.number)
        async with database.read() as connection:
            rows = await connection.execute(select(deliveries.c.chat_id, deliveries.c.state))
            return published.number, {row.chat_id: State(row.state) for row in rows}


@pytest.mark.parametrize("urgent", [False, True], ids=["ordinary", "urgent"])
async def test_everybody_who_can_be_reached_gets_it(
    settings: Settings, telegram: FakeTelegram, now: datetime, urgent: bool
) -> None:
    readers = await gather_readers(settings, telegram, now)
    telegram.faults = Faults(
        bad_gateway=0.05, cut_before=0.02, cut_after=0.02, halt_at=HALT_AT, halt_for=HALT_S, seed=3
    )
    number, ended = await deliver(settings.model_copy(update={"send_rate": 200.0}), now, urgent=urgent)

    sends = telegram.calls_of("sendMessage")
    met = {fate: {call.chat_id for call in sends if call.fate is fate} for fate in Fate}
    assert all(met[fate] for fate in (Fate.BAD_GATEWAY, Fate.CUT_BEFORE, Fate.CUT_AFTER))
    cut = met[Fate.CUT_BEFORE] | met[Fate.CUT_AFTER]

    # Nobody is lost, and nobody is called unknown of whom anything is known. A group whose first call was cut stays
    # under its old id: it is not known that it has another.
    assert {readers.groups.get(chat, chat) for chat in ended} == readers.reachable | readers.blocked
    assert len(ended) == PEOPLE + GROUPS
    assert {state for chat, state in ended.items() if chat not in readers.blocked} <= {State.SENT, State.UNKNOWN}
    unknown = {chat for chat, state in ended.items() if state is State.UNKNOWN}
    assert unknown <= cut
    assert urgent or unknown
    received = {chat: telegram.rooms[chat].received for chat in readers.reachable}
    assert all(received[chat] for chat, state in ended.items() if state is State.SENT)

    # Nobody gets it twice, but for an urgent one of which only the answer was lost.
    twice = {chat for chat, times in received.items() if times > 1}
    assert max(received.values()) <= 2
    assert twice <= met[Fate.CUT_AFTER]
    assert bool(twice) is (urgent and bool(met[Fate.CUT_AFTER] & readers.reachable))

    assert telegram.faults.halted is not None
    _, ends = telegram.faults.halted
    # Those under way when it began; a bot that goes on would send to everybody who is left.
    assert 1 <= telegram.faults.sends_in_halt < (PEOPLE + GROUPS - HALT_AT) / 2
    assert [call for call in sends if call.at >= ends]

    # Where the message and the sign of typing after it were both cut, nothing is known of who blocked the bot either.
    known = readers.blocked - (unknown & cut)
    assert known
    assert {ended[chat] for chat in known} == {State.GONE}
    assert not any(telegram.rooms[chat].received for chat in readers.blocked)
    async with open_database(settings) as database:
        for chat in known:
            found = await subscriptions.get(database, chat)
            assert found is not None
            assert found.ended is Ended.BLOCKED
        for old, new in readers.groups.items():
            assert await subscriptions.get(database, old) is None
            moved = await subscriptions.get(database, new)
            assert moved is not None
            assert moved.active
        again = await outbox.publish(database, NEWS, urgent=True, now=datetime.now(UTC))
        assert again == outbox.AlreadyPublished(number)


@dataclass
class Carried:
    """A carrier that brings every chat what is foretold of it, and the alerts that follow."""

    foretold: dict[int, Outcome]
    taken: list[int] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    async def carry(self, chat_id: int, _message: Message, _silent: bool, _may_leave: Callable[[], bool]) -> Outcome:
        self.taken.append(chat_id)
        return self.foretold.get(chat_id, Sent(1))

    async def alert(self, key: str, **_values: object) -> None:
        self.alerts.append(key)


@pytest.fixture
def send(
    database: Database, directory: Directory, catalog: Catalog, now: datetime
) -> Callable[..., Awaitable[Carried]]:
    async def send(number: int, foretold: dict[int, Outcome] | None = None) -> Carried:
        """A sender, as after a restart, works until the bulletin has ended."""
        carried = Carried(foretold or {})
        sender = Sender(
            database=database,
            carry=carried.carry,
            alert=carried.alert,
            forget=lambda _: None,
            catalog=catalog,
            directory=lambda: directory,
            clock=lambda: now,
            zone=ZoneInfo("Europe/Moscow"),
            rate=10.0,
        )
        task = asyncio.create_task(sender.run())
        await until_finished(database, number)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return carried

    return send


async def publish_to(database: Database, now: datetime, *chats: int) -> int:
    for chat in chats:
        await subscriptions.start(database, chat, "private" if chat > 0 else "group", "en", now)
    published = await outbox.publish(database, NEWS, urgent=False, now=now)
    assert isinstance(published, Published)
    return published.number


async def stands(database: Database, number: int) -> tuple[Stage, dict[State, int]]:
    stored = await shelf.get(database, number)
    assert stored is not None
    return stored.stage, (await outbox.report(database, number)).counts


async def test_a_lost_answer_from_who_blocked_the_bot_still_ends_the_subscription(
    settings: Settings, telegram: FakeTelegram, now: datetime
) -> None:
    blocked, living = telegram.user(), telegram.user()
    blocked.standing = Standing.BLOCKED
    async with open_database(settings) as database:
        for person in (blocked, living):
            await subscriptions.start(database, person.id, "private", "en", now)
        published = await outbox.publish(database, NEWS, urgent=False, now=now)
        assert isinstance(published, Published)
        telegram.faults = FirstTwoCut()
        async with serving(settings, clock=lambda: now):
            await until_finished(database, published.number)
        counts = (await outbox.report(database, published.number)).counts
        ended = await subscriptions.get(database, blocked.id)
    assert counts == {State.GONE: 1, State.UNKNOWN: 1}
    assert ended is not None
    assert ended.ended is Ended.BLOCKED
    assert len(living.messages) <= 1


async def test_who_leaves_before_the_turn_gets_no_bulletin_and_who_got_one_gets_its_correction(
    database: Database, now: datetime, send: Callable[..., Awaitable[Carried]]
) -> None:
    number = await publish_to(database, now, 1, 2)
    await subscriptions.end(database, 1, Ended.UNSUBSCRIBED, now)
    assert (await send(number)).taken == [2]
    assert await stands(database, number) == (Stage.DONE, {State.GONE: 1, State.SENT: 1})
    await subscriptions.end(database, 2, Ended.UNSUBSCRIBED, now)
    corrected = Bulletin(replace(NEWS.item, title="Airports open"))
    correction = await amendments.correct(database, number, corrected, now)
    assert correction is not None
    assert (await send(correction.number)).taken == [2]


async def test_groups_with_rules_of_their_own_stop_no_bulletin(
    database: Database, now: datetime, send: Callable[..., Awaitable[Carried]]
) -> None:
    groups = range(-6, 0)
    number = await publish_to(database, now, *groups, 1)
    carried = await send(number, dict.fromkeys(groups, Undeliverable("TOPIC_CLOSED")))
    assert carried.alerts == []
    assert await stands(database, number) == (Stage.DONE, {State.FAILED: 6, State.SENT: 1})


async def test_a_bulletin_that_nobody_can_take_is_stopped_and_told_of_once(
    database: Database, now: datetime, send: Callable[..., Awaitable[Carried]]
) -> None:
    people = range(1, 41)
    number = await publish_to(database, now, *people)
    carried = await send(number, dict.fromkeys(people, Undeliverable("something new")))
    assert carried.alerts == ["alert.rejected"]
    stage, counts = await stands(database, number)
    assert stage is Stage.REJECTED
    assert counts.keys() == {State.FAILED, State.STOPPED}
    assert len(carried.taken) == counts[State.FAILED] < 40


async def test_what_somebody_got_before_a_restart_is_not_at_fault(
    database: Database, now: datetime, send: Callable[..., Awaitable[Carried]]
) -> None:
    number = await publish_to(database, now, *range(1, 11))
    stored = await shelf.get(database, number)
    assert stored is not None
    [first] = await dispatch.lease(database, stored, 1, 1, now)
    await dispatch.settle(database, number, 1, [Settled(first.chat_id, Settlement(State.SENT, first.standing))], now)
    unlucky = [chat for chat in range(1, 11) if chat != first.chat_id][:5]
    carried = await send(number, dict.fromkeys(unlucky, Undeliverable("something new")))
    assert carried.alerts == []
    assert await stands(database, number) == (Stage.DONE, {State.FAILED: 5, State.SENT: 5})
