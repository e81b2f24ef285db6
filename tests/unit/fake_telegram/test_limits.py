"""The fake server's limits and faults, on a clock of the test's own."""

from tests.fake_telegram import Fate, Faults, Limits


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_thirty_in_any_second_and_not_one_more() -> None:
    clock = Clock()
    limits = Limits(per_second=30, clock=clock)
    assert [limits.wait(n) for n in range(1, 31)] == [0] * 30
    clock.now += 0.99
    assert limits.wait(31) == 1
    clock.now += 0.02
    assert limits.wait(31) == 0
    assert limits.refused == 1


def test_an_even_timetable_passes_and_a_second_burst_does_not() -> None:
    clock = Clock()
    limits = Limits(per_second=30, slack=0.02, clock=clock)
    for k in range(300):
        clock.now = 100 + k / 30 + (0.015 if k % 7 == 0 else 0)
        assert limits.wait(k + 1) == 0
    clock.now += 0.5
    assert sum(limits.wait(k) > 0 for k in range(1, 31)) == 15


def test_one_a_second_in_a_chat_after_the_burst() -> None:
    clock = Clock()
    limits = Limits(per_second_in_chat=1.0, burst_in_chat=3, clock=clock)
    assert [limits.wait(7) for _ in range(4)] == [0, 0, 0, 1]
    assert limits.wait(8) == 0
    clock.now += 1
    assert [limits.wait(7) for _ in range(2)] == [0, 1]


def test_twenty_a_minute_in_a_group() -> None:
    clock = Clock()
    limits = Limits.real()
    limits.clock = clock
    waits = []
    for _ in range(21):
        waits.append(limits.wait(-5))
        clock.now += 1
    assert waits == [0] * 20 + [40]


def test_paid_broadcast_has_its_own_limit() -> None:
    limits = Limits(per_second=1, per_second_paid=3, clock=Clock())
    assert [limits.wait(n, paid=True) for n in range(1, 5)] == [0, 0, 0, 1]
    assert [limits.wait(n) for n in range(1, 3)] == [0, 1]


def test_fates_are_shared_out_alike_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[Fate]:
        faults = Faults(bad_gateway=0.05, cut_before=0.02, cut_after=0.02, seed=seed)
        return [faults.fate("sendmessage") for _ in range(2000)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 60 <= drawn(1).count(Fate.BAD_GATEWAY) <= 140
    assert 20 <= drawn(1).count(Fate.CUT_AFTER) <= 60
