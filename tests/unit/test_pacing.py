"""Pacing on an event loop whose clock jumps to the next event: hours pass in no time, and exactly."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import InputMediaPhoto
from telegram.error import RetryAfter

from bot.gateway.limits import CHAT_BURST
from bot.gateway.pacing import Pacing, Priority
from bot.gateway.transport import NotSent
from bot.turn import Turn, working

REPLY, BROADCAST = Priority.REPLY, Priority.BROADCAST
GROUP, CHANNEL = -1001, "@news"
HAIR = 1e-6
"""What floating point may make of a second."""

TIMER = 0.002
"""How late the coarsest timer may ring."""


class JumpingSelector(selectors.DefaultSelector):
    now = 5000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "somebody waits for something that will never happen"
        self.now += timeout
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.jumping = JumpingSelector()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.now


@dataclass(frozen=True)
class Call:
    label: int
    chat: int | str | None
    priority: Priority
    messages: int
    left: float
    arrived: float


@dataclass
class Desk:
    """Sends through a Pacing, and notes when each call left and when it arrived at the other end."""

    pacing: Pacing
    calls: list[Call] = field(default_factory=list)
    left: list[tuple[float, int]] = field(default_factory=list)
    refusals: list[int | timedelta] = field(default_factory=list)
    start: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    async def send(
        self,
        chat: int | str | None,
        priority: Priority = REPLY,
        *,
        label: int = 0,
        there: float = 0.0,
        back: float = 0.0,
        endpoint: str = "sendMessage",
        messages: int = 1,
        **data: Any,
    ) -> Any:
        async def call() -> bool:
            left = now()
            self.left.append((left, label))
            await asyncio.sleep(there)
            if self.refusals:
                raise RetryAfter(self.refusals.pop(0))
            self.calls.append(Call(label, chat, priority, messages, left, now()))
            await asyncio.sleep(back)
            return True

        return await self.pacing.process_request(call, (), {}, endpoint, {"chat_id": chat, **data}, priority)

    def post(self, chat: int | str | None, priority: Priority = REPLY, **options: Any) -> "asyncio.Task[Any]":
        return asyncio.get_running_loop().create_task(self.send(chat, priority, **options))

    async def two_turns_at_once(self, act: Callable[["asyncio.Task[Any]"], object]) -> "asyncio.Task[Any]":
        """Two calls have their turn; the first does this to the second, which has not left yet and is returned."""

        async def call() -> bool:
            act(second)
            return True

        loop = asyncio.get_running_loop()
        await self.send(1, there=0.03, back=0.03)
        await self.send(2, there=0.03, back=0.03)
        await self.send(3)
        first = loop.create_task(self.pacing.process_request(call, (), {}, "sendMessage", {"chat_id": 4}, None))
        second = self.post(5, label=5, there=0.03, back=0.03)
        await asyncio.sleep(0)
        stand_still(0.1)
        await first
        return second

    @property
    def times(self) -> list[float]:
        """When the calls left, counted from the start."""
        return [left - self.start for left, _ in self.left]

    @property
    def order(self) -> list[int]:
        return [label for _, label in self.left]


def now() -> float:
    return asyncio.get_running_loop().time()


def desk(rate: float = 30.0) -> Desk:
    return Desk(Pacing(rate, clock=asyncio.get_running_loop().time))


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(story())


async def turn_the_loop() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def stand_still(seconds: float) -> None:
    """As a process does that gets no processor: everything due meanwhile is due at once."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, JumpingLoop)
    loop.jumping.now += seconds


def assert_never_more(times: Sequence[float], most: int, seconds: float) -> None:
    ordered = sorted(times)
    for first, one_too_many in zip(ordered, ordered[most:], strict=False):
        assert one_too_many - first >= seconds - HAIR


@pytest.fixture(scope="module", autouse=True)
def _ptb_tells_time_as_timedelta() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PTB_TIMEDELTA", "1")
        yield


@pytest.mark.parametrize("rate", [1, 30, 1000])
def test_timetable_is_kept_and_used(rate: int) -> None:
    async def story() -> None:
        at = desk(rate)
        await asyncio.gather(*(at.send(chat, BROADCAST, allow_paid_broadcast=True) for chat in range(10 * rate)))
        assert all(time >= number / rate - HAIR for number, time in enumerate(at.times))
        assert at.times[-1] <= 10 * rate / (rate * 29.5 / 30)
        assert_never_more(at.times, rate, 1.0)

    run(story)


def test_nothing_is_saved_up_while_nobody_sends() -> None:
    async def story() -> None:
        at = desk()
        await at.send(1)
        await asyncio.sleep(60)
        at.start = now()
        await asyncio.gather(*(at.send(chat) for chat in range(30)))
        assert all(time >= number / 30 - HAIR for number, time in enumerate(at.times[1:]))
        assert at.times[1] == 0

    run(story)


def test_time_that_the_loop_lost_is_not_made_up_for_in_a_burst() -> None:
    async def story() -> None:
        at = desk()
        sending = [at.post(chat, BROADCAST) for chat in range(90)]
        await asyncio.sleep(1.0)
        stand_still(0.5)
        await asyncio.gather(*sending)
        after = [time for time in at.times if time >= 1.5]
        assert len([time for time in after if time < 1.5 + HAIR]) <= 3
        assert_never_more(at.times, 30, 1.0)

    run(story)


def test_call_that_left_long_after_its_turn_counts_from_when_it_left() -> None:
    async def story() -> None:
        at = desk()
        second = await at.two_turns_at_once(lambda _: stand_still(0.6))
        await asyncio.gather(second, *(at.send(chat, there=0.03, back=0.03) for chat in range(10, 90)))
        assert_never_more([call.arrived for call in at.calls], 30, 1.0)

    run(story)


chats = st.sampled_from([1, 2, 3, "4", 5, 6, 7, 8, GROUP, -1002, CHANNEL, None])
posts = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.0, 0.0, 0.01, 0.04, 0.5, 1.0, 3.0]),  # seconds since the one before
        chats,
        st.sampled_from(Priority),
        st.sampled_from([1, 1, 1, 2, 10]),
        st.floats(0, 0.1),  # how late it arrives
    ),
    max_size=120,
)


@settings(max_examples=60)
@given(posts, st.sampled_from([1, 5, 30]))
def test_whatever_is_sent_no_limit_is_broken_and_everybody_has_a_turn(posts: list[Any], rate: int) -> None:
    async def story() -> None:
        at = desk(rate)
        await at.send(99, back=0.02)  # shows how quick the way can be
        sending = []
        for label, (gap, chat, priority, messages, late) in enumerate(posts):
            await asyncio.sleep(gap)
            album = {"endpoint": "sendMediaGroup", "media": [object()] * messages} if messages > 1 else {}
            sending.append(at.post(chat, priority, label=label, messages=messages, there=late, back=0.02, **album))
            await asyncio.sleep(0)
        await asyncio.gather(*sending)
        assert len(at.calls) == len(posts) + 1
        assert_overall_limit(at.calls, rate)
        for chat in {call.chat for call in at.calls} - {None}:
            assert_chat_limits([call for call in at.calls if call.chat == chat])
        for chat, priority in {(call.chat, call.priority) for call in at.calls}:
            line = [c for c in sorted(at.calls, key=lambda c: c.left) if (c.chat, c.priority) == (chat, priority)]
            assert [c.label for c in line] == sorted(c.label for c in line)

    run(story)


def assert_overall_limit(calls: list[Call], rate: int) -> None:
    """An album that is larger than the rate counts as a full second."""
    assert_never_more([call.arrived for call in calls for _ in range(min(call.messages, rate))], rate, 1.0)


def assert_chat_limits(calls: list[Call]) -> None:
    if calls[0].chat in (GROUP, -1002, CHANNEL):
        assert_never_more([call.arrived for call in calls], 1, 1.0)
        assert_never_more([call.arrived for call in calls for _ in range(call.messages)], 20, 60.0)
        return
    paid_up = 0.0
    for call in sorted(calls, key=lambda call: call.arrived):
        assert call.arrived >= paid_up - (CHAT_BURST - 1) - HAIR
        paid_up = max(paid_up, call.arrived) + call.messages
    for before, call in pairwise(sorted(calls, key=lambda call: call.left)):
        assert call.priority is not BROADCAST or call.left - before.left >= 1.0


@settings(max_examples=40)
@given(st.lists(st.sampled_from([0.0, 0.0, 0.001, 0.01, 0.05, 0.15, 0.24]), min_size=60, max_size=150))
def test_delays_on_the_way_do_not_put_more_into_a_second(delays: list[float]) -> None:
    async def story() -> None:
        at = desk()
        await at.send(0, there=0.03, back=0.03)
        sending = (at.send(n, BROADCAST, there=0.03 + late, back=0.03) for n, late in enumerate(delays, 1))
        await asyncio.gather(*sending)
        assert_never_more([call.arrived for call in at.calls], 30, 1.0)

    run(story)


def test_distance_costs_no_throughput_and_a_slower_way_only_for_a_while() -> None:
    async def story() -> None:
        at = desk()
        way = [0.04] * 300 + [0.1] * 3000
        await asyncio.gather(*(at.send(n, BROADCAST, there=there, back=0.04) for n, there in enumerate(way)))
        assert at.times[300] < 300 / 29.5
        assert at.times[3200] - at.times[2900] < 300 / 29.5

    run(story)


@pytest.mark.parametrize(("rate", "messages", "seconds"), [(30, 600, 600 / 29), (1, 20, 26)])
def test_answers_that_do_not_come_hold_up_nobody(rate: int, messages: int, seconds: float) -> None:
    async def story() -> None:
        at = desk(rate)
        backs = (30.0 if number % 20 == 1 else 0.01 for number in range(messages))
        await asyncio.gather(*(at.send(chat, BROADCAST, back=back) for chat, back in enumerate(backs)))
        assert at.times[-1] < seconds

    run(story)


def test_reply_takes_the_next_place_before_thousands_of_broadcasts() -> None:
    async def story() -> None:
        at = desk()
        waiting = [at.post(chat, BROADCAST) for chat in range(5000)]
        await asyncio.sleep(2.0)
        asked = now()
        await at.send(9000)
        assert now() - asked <= 1.01 / 30 + TIMER
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    run(story)


def test_replies_do_not_keep_broadcasts_out_for_ever() -> None:
    async def story() -> None:
        at = desk()
        replies = [at.post(chat, REPLY, label=1) for chat in range(300)]
        broadcasts = [at.post(chat, BROADCAST, label=2) for chat in range(300, 310)]
        await asyncio.gather(*broadcasts)
        assert 80 <= at.order.count(1) <= 100
        await asyncio.gather(*replies)

    run(story)


def test_answers_to_the_desk_go_before_hundreds_of_others_and_within_its_chats_limits() -> None:
    async def story() -> None:
        at = Desk(Pacing(30, desk=[7], clock=asyncio.get_running_loop().time))
        waiting = [at.post(chat) for chat in range(100, 600)]
        waiting += [at.post(chat, BROADCAST) for chat in range(1000, 1100)]
        await asyncio.sleep(2.0)
        asked = now()
        await at.send(7)
        assert now() - asked <= 2.02 / 30 + TIMER  # the place before may be a broadcast's turn
        waiting += [at.post(7) for _ in range(CHAT_BURST + 5)]
        await asyncio.gather(*waiting)
        assert_chat_limits([call for call in at.calls if call.chat == 7])

    run(story)


def test_chat_that_must_wait_holds_up_nobody_else() -> None:
    async def story() -> None:
        at = desk()
        stuck = [at.post(chat) for chat in (1, GROUP) for _ in range(30)]
        await asyncio.gather(*(at.send(chat) for chat in range(2, 62)))
        assert now() - at.start < (62 + CHAT_BURST + 6) / 29.5
        await asyncio.gather(*stuck)

    run(story)


def test_private_chat_takes_some_replies_at_once_and_then_one_a_second() -> None:
    async def story() -> None:
        at = desk(1000)
        await asyncio.gather(*(at.send(1, allow_paid_broadcast=True) for _ in range(CHAT_BURST + 3)))
        assert at.times[CHAT_BURST - 1] < 0.1
        assert [pytest.approx(time, abs=TIMER * 5) for time in at.times[CHAT_BURST:]] == [1.1, 2.2, 3.3]

    run(story)


def test_broadcast_keeps_its_distance_from_what_the_chat_got_before() -> None:
    async def story() -> None:
        at = desk()
        await at.send(1)
        await asyncio.gather(at.send(1, BROADCAST, label=1), at.send(1, BROADCAST, label=2), at.send(1, label=3))
        assert at.order == [0, 3, 1, 2]
        assert at.times[2] - at.times[1] >= 1.0
        assert at.times[3] - at.times[2] >= 1.0

    run(story)


@pytest.mark.parametrize("names", [(GROUP, str(GROUP)), (CHANNEL, "@News")])
def test_group_takes_twenty_a_minute_one_a_second_under_any_name(names: tuple[int | str, str]) -> None:
    async def story() -> None:
        at = desk()
        await asyncio.gather(*(at.send(names[number % 2]) for number in range(45)))
        assert_never_more(at.times, 1, 1.0)
        assert_never_more(at.times, 20, 60.0)
        assert at.times[-1] < 130

    run(story)


UNPACED = ["answerCallbackQuery", "answerInlineQuery", "getMe", "setMyCommands", "deleteMessage"]
PACED = ["sendMessage", "sendVenue", "sendDocument", "copyMessage", "forwardMessage", "editMessageText", "stopPoll"]


@pytest.mark.parametrize("endpoint", UNPACED)
def test_calls_that_put_nothing_into_a_chat_pass_even_during_a_halt(endpoint: str) -> None:
    async def story() -> None:
        at = desk(1)
        at.pacing.pause(100)
        await asyncio.gather(*(at.send(1, endpoint=endpoint) for _ in range(100)))
        assert now() == at.start
        assert at.pacing.counters.sent == 0

    run(story)


@pytest.mark.parametrize("endpoint", PACED)
def test_calls_that_change_a_chat_are_paced(endpoint: str) -> None:
    async def story() -> None:
        at = desk(1)
        await asyncio.gather(*(at.send(chat, endpoint=endpoint) for chat in (1, 2, 3)))
        assert at.times[2] >= 2.0

    run(story)


@pytest.mark.parametrize(
    ("endpoint", "data"),
    [
        ("sendMediaGroup", {"media": [InputMediaPhoto("file")] * 10}),
        ("copyMessages", {"message_ids": list(range(10))}),
        ("forwardMessages", {"message_ids": tuple(range(10))}),
    ],
)
def test_call_with_several_messages_counts_all_of_them(endpoint: str, data: dict[str, Any]) -> None:
    async def story() -> None:
        at = desk(10)
        await asyncio.gather(*(at.send(chat, endpoint=endpoint, **data) for chat in (1, 2, 3)))
        assert at.times[1] >= 1.0
        assert at.times[2] >= 2.0
        assert at.pacing.counters.sent == 30

    run(story)


def test_reply_of_several_messages_is_not_kept_out_by_broadcasts() -> None:
    async def story() -> None:
        at = desk()
        waiting = [at.post(chat, BROADCAST) for chat in range(300)]
        await asyncio.sleep(2.0)
        await at.send(900, endpoint="sendMediaGroup", media=[InputMediaPhoto("file")] * 10)
        assert now() - at.start < 2.0 + 11 / 29.5
        await asyncio.gather(*waiting)

    run(story)


def test_album_waits_until_the_chat_can_take_all_of_it() -> None:
    async def story() -> None:
        at = desk()
        album = [InputMediaPhoto("file")] * 2
        singles = [at.send(1) for _ in range(CHAT_BURST - 1)]
        await asyncio.gather(*singles, at.send(1, endpoint="sendMediaGroup", media=album))
        assert at.times[CHAT_BURST - 2] < 1.0
        assert at.times[CHAT_BURST - 1] >= 1.0

    run(story)


def test_edits_outside_any_known_chat_keep_to_the_timetable_only() -> None:
    async def story() -> None:
        at = desk()
        await asyncio.gather(*(at.send(None, endpoint="editMessageText") for _ in range(60)))
        assert 59 / 30 <= at.times[-1] <= 60 / 29.5

    run(story)


@pytest.mark.parametrize("seconds", [5, timedelta(seconds=5), timedelta(seconds=3.5)])
@pytest.mark.parametrize("as_timedelta", ["0", "1"])
def test_halt_is_kept_whole_by_everybody(
    seconds: int | timedelta, as_timedelta: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refusal(RetryAfter):
        def __init__(self) -> None:  # that of PTB warns when it is made
            self._retry_after = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)

    monkeypatch.setenv("PTB_TIMEDELTA", as_timedelta)
    length = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds

    async def story() -> None:
        at = desk()
        refusals = [Refusal()]

        async def refused_once() -> bool:
            at.left.append((now(), 0))
            if refusals:
                raise refusals.pop()
            return True

        others = [at.post(chat, priority, label=1) for chat in range(100) for priority in Priority]
        await asyncio.sleep(1.0)
        at.left.clear()
        assert await at.pacing.process_request(refused_once, (), {}, "sendMessage", {"chat_id": 500}, None)
        await asyncio.gather(*others)
        (refused, again, *_) = [left for left, label in at.left if label == 0]
        assert again - refused >= length
        assert again - refused <= length + TIMER
        assert not [left for left, _ in at.left if refused < left < refused + length]
        assert_never_more(at.times, 30, 1.0)
        assert at.pacing.counters.refused == 1
        assert at.pacing.halted_until == refused + length

    run(story)


def test_refused_broadcast_is_given_back_at_once_and_the_halt_holds() -> None:
    async def story() -> None:
        at = desk()
        at.refusals = [7]
        with pytest.raises(RetryAfter):
            await at.send(1, BROADCAST)
        assert now() == at.start
        assert at.pacing.counters.halt == 7
        await at.send(2)
        assert 7 <= at.times[-1] <= 7 + TIMER
        assert at.pacing.counters.halt == 0

    run(story)


def test_reply_that_is_refused_every_time_is_given_up() -> None:
    async def story() -> None:
        at = desk()
        at.refusals = [2] * 10
        with pytest.raises(RetryAfter):
            await at.send(1)
        assert len(at.left) == 4
        assert all(later - earlier >= 2 for earlier, later in pairwise(at.times))
        assert at.pacing.counters.refused == 4

    run(story)


def test_of_two_halts_the_longer_counts() -> None:
    async def story() -> None:
        at = desk()
        at.refusals = [9, 2]
        sending = [at.post(chat, there=0.1) for chat in range(4)]
        await asyncio.gather(*sending)
        refused_at = at.start + 0.1
        assert at.pacing.halted_until == refused_at + 9
        assert not [left for left, _ in at.left if refused_at < left < refused_at + 9]

    run(story)


def test_call_whose_turn_came_in_the_very_moment_of_a_halt_stays() -> None:
    async def story() -> None:
        at = desk()
        second = await at.two_turns_at_once(lambda _: at.pacing.pause(5))
        await asyncio.gather(second, *(at.send(chat) for chat in range(10, 50)))
        left = {label: time for time, label in at.left}
        assert at.pacing.halted_until <= left[5] <= at.pacing.halted_until + TIMER
        assert_never_more(at.times, 30, 1.0)

    run(story)


def test_refused_reply_stays_before_those_behind_it() -> None:
    async def story() -> None:
        at = desk()
        at.refusals = [1]
        await asyncio.gather(*(at.send(GROUP, label=label) for label in (1, 2, 3)))
        assert at.order == [1, 1, 2, 3]

    run(story)


def test_who_asked_first_is_answered_first_however_long_it_took_to_find_the_answer() -> None:
    async def story() -> None:
        at = desk()
        asked = [Turn() for _ in range(10)]
        sending = []
        for label, turn in sorted(enumerate(asked), reverse=True):
            with working(turn):
                sending.append(at.post(label, label=label))
            await turn_the_loop()
        await asyncio.gather(*sending)
        assert at.order == [9, 0, 1, 2, 3, 4, 5, 6, 7, 8]

    run(story)


def test_hold_lets_nothing_leave_before_and_does_not_shorten_another() -> None:
    async def story() -> None:
        at = desk()
        sending = [at.post(chat) for chat in range(40)]
        await turn_the_loop()
        at.pacing.hold_until(at.start + 3)
        at.pacing.hold_until(at.start + 1)
        at.pacing.pause(2)
        assert at.pacing.halted_until == at.start + 3
        await asyncio.gather(*sending)
        first, *others = at.times
        assert first == 0
        assert 3 <= others[0] <= 3 + TIMER
        assert all(time >= 3 + number / 30 - HAIR for number, time in enumerate(others))

    run(story)


def test_call_that_comes_during_a_halt_waits_for_its_end() -> None:
    async def story() -> None:
        at = desk()
        at.pacing.pause(5)
        await asyncio.sleep(1)
        await at.send(1)
        assert 5 <= at.times[0] <= 5 + TIMER

    run(story)


@settings(max_examples=40)
@given(st.sets(st.integers(0, 99)), st.sampled_from([0.0, 0.5, 1.0]), st.booleans())
def test_whoever_gives_up_leaves_no_hole(cancelled: set[int], after: float, one_chat: bool) -> None:
    async def story() -> None:
        at = desk()
        waiting = [at.post(GROUP if one_chat else chat, BROADCAST, label=chat) for chat in range(100)]
        await asyncio.sleep(after)
        await turn_the_loop()
        gone = {label for label in cancelled if waiting[label].cancel()}
        if one_chat:
            for label in set(range(5, 100)) - gone:
                waiting[label].cancel()
                gone.add(label)
        await asyncio.gather(*waiting, return_exceptions=True)
        assert sorted(at.order) == at.order == sorted(set(range(100)) - gone)
        assert at.times[-1] < (10 if one_chat else after + 1 / 30 + (100 - len(gone)) / 29.5) if at.times else True

    run(story)


def test_call_that_gives_up_in_the_moment_of_its_turn_leaves_no_hole() -> None:
    async def story() -> None:
        at = desk()
        second = await at.two_turns_at_once(lambda call: call.cancel())
        began = now()
        await asyncio.gather(second, *(at.send(chat) for chat in range(10, 20)), return_exceptions=True)
        assert second.cancelled()
        assert now() - began <= 9 / 29.5 + TIMER

    run(story)


def test_call_that_gave_up_unnoticed_is_passed_over_at_its_turn() -> None:
    async def story() -> None:
        at = desk()
        await at.send(1)
        waiting = [at.post(chat, label=label) for label, chat in enumerate([GROUP, GROUP, 2], 1)]
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.001, waiting[0].cancel)
        stand_still(0.1)
        await asyncio.gather(*waiting, return_exceptions=True)
        assert at.order == [0, 2, 3]

    run(story)


def test_whoever_waits_when_the_bot_closes_is_told_that_nothing_was_sent() -> None:
    async def story() -> None:
        at = desk(1)
        await at.pacing.initialize()
        waiting = [at.post(chat) for chat in (1, 2, GROUP)]
        await turn_the_loop()
        await at.pacing.shutdown()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(result) for result in results] == [bool, NotSent, NotSent]
        assert len(at.left) == 1

    run(story)


def test_chats_without_consequence_are_forgotten() -> None:
    async def story() -> None:
        at = desk(1000)
        for first in range(0, 10_000, 1000):
            chats = range(first, first + 1000)
            await asyncio.gather(*(at.send(chat, BROADCAST, allow_paid_broadcast=True) for chat in chats))
            assert at.pacing.counters.chats < 3300
        await asyncio.sleep(60)
        for _ in range(2000):
            await at.send(None)
        assert at.pacing.counters.chats == 0

    run(story)


def test_a_forgotten_chat_had_no_limit_left() -> None:
    async def story() -> None:
        at = desk()
        for _ in range(5):
            await asyncio.gather(*(at.send(GROUP) for _ in range(10)), *(at.send(chat) for chat in range(100)))
        group = [call.left for call in at.calls if call.chat == GROUP]
        assert_never_more(group, 1, 1.0)
        assert_never_more(group, 20, 60.0)

    run(story)


def test_unpaid_calls_keep_to_thirty_while_paid_ones_go_on() -> None:
    async def story() -> None:
        at = desk(1000)
        paid = [at.post(chat, BROADCAST, label=2, allow_paid_broadcast=True) for chat in range(3000)]
        unpaid = [at.post(chat, label=1) for chat in range(3000, 3060)]
        await asyncio.gather(*paid)
        assert now() - at.start < 3100 / 983
        await asyncio.gather(*unpaid)
        assert_never_more([left for left, label in at.left if label == 1], 30, 1.0)
        assert_never_more(at.times, 1000, 1.0)

    run(story)


def test_counters() -> None:
    async def story() -> None:
        at = desk()
        at.refusals = [1]
        await asyncio.gather(*(at.send(chat) for chat in range(3)))
        counters = at.pacing.counters
        assert (counters.sent, counters.refused, counters.halt, counters.chats) == (3, 1, 0, 3)
        assert counters.waited == 3

    run(story)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_rate_must_be_positive(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Pacing(rate)
