"""Quiet hours on the reader's own clock, overnight and on days when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.quiet import Quiet, quiet_until

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = (
    "Europe/Moscow",
    "Asia/Vladivostok",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
)
NIGHT = Quiet(22 * 60, 7 * 60)
NOON = Quiet(12 * 60, 14 * 60)


def local(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (None, (2026, 11, 22, 3, 0), None),
        (Quiet(60, 60), (2026, 11, 22, 1, 0), None),
        (NIGHT, (2026, 11, 22, 21, 59, 59), None),
        (NIGHT, (2026, 11, 22, 22, 0), (2026, 11, 23, 7, 0)),
        (NIGHT, (2026, 12, 31, 23, 59, 59), (2027, 1, 1, 7, 0)),
        (NIGHT, (2026, 11, 23, 0, 0), (2026, 11, 23, 7, 0)),
        (NIGHT, (2026, 11, 23, 6, 59, 59), (2026, 11, 23, 7, 0)),
        (NIGHT, (2026, 11, 23, 7, 0), None),
        (NOON, (2026, 11, 22, 11, 59), None),
        (NOON, (2026, 11, 22, 12, 0), (2026, 11, 22, 14, 0)),
        (NOON, (2026, 11, 22, 14, 0), None),
        (Quiet(22 * 60, 0), (2026, 11, 22, 23, 0), (2026, 11, 23, 0, 0)),
        (Quiet(0, 7 * 60), (2026, 11, 22, 0, 0), (2026, 11, 22, 7, 0)),
    ],
)
def test_until_when(quiet: Quiet | None, now: tuple[int, ...], until: tuple[int, ...] | None) -> None:
    expected = None if until is None else local(MOSCOW, *until)
    assert quiet_until(quiet, MOSCOW, local(MOSCOW, *now)) == expected


def test_the_same_moment_is_night_for_one_reader_and_day_for_another() -> None:
    now = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
    assert quiet_until(NIGHT, ZoneInfo("Europe/Moscow"), now) is None
    assert quiet_until(NIGHT, ZoneInfo("Asia/Vladivostok"), now) == datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(("night", "hours"), [((2026, 3, 28), 8), ((2026, 6, 1), 9), ((2026, 10, 24), 10)])
def test_a_night_on_which_clocks_change_ends_by_the_clock_on_the_wall(night: tuple[int, int, int], hours: int) -> None:
    begins = local(BERLIN, *night, 22, 0)
    assert quiet_until(NIGHT, BERLIN, begins) == begins + timedelta(hours=hours)


def test_in_the_hour_that_comes_twice_the_end_is_the_one_to_come() -> None:
    quiet = Quiet(60, 150)  # until 02:30, which that night is there twice
    first, second = (local(BERLIN, 2026, 10, 25, 2, 10, fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    assert quiet_until(quiet, BERLIN, first) == local(BERLIN, 2026, 10, 25, 2, 30)
    assert quiet_until(quiet, BERLIN, second) == local(BERLIN, 2026, 10, 25, 2, 30, fold=1)


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(ZONES).map(ZoneInfo),
    st.integers(0, 3 * 365 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
@example(60, 150, BERLIN, datetime(2026, 10, 25, 1, 10, tzinfo=UTC))
@example(60, 150, BERLIN, datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
def test_the_end_is_to_come_within_a_day_and_quiet_no_more(start: int, end: int, zone: ZoneInfo, now: datetime) -> None:
    quiet = Quiet(start, end)
    until = quiet_until(quiet, zone, now)
    if until is None:
        return
    assert now < until <= now + timedelta(hours=25)
    assert until.utcoffset() == now.utcoffset()
    shown = until.astimezone(zone)
    # Where clocks are put forward over the end, the next quiet hours may begin in the same minute.
    skipped = shown.hour * 60 + shown.minute != end
    assert skipped or quiet_until(quiet, zone, until) is None


def test_it_reads_as_a_span() -> None:
    assert str(Quiet(22 * 60, 7 * 60 + 5)) == "22:00–07:05"
