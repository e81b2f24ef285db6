"""What checking costs in memory: cells and links come from strangers, and there is no end to them."""

import tracemalloc
from collections.abc import Callable, Iterable

import pytest

from bot.sources import checks

MEGABYTE = 1024 * 1024


def kept_of(check: Callable[[str], object], values: Iterable[str]) -> int:
    """Bytes that are held once so many values have been checked."""
    tracemalloc.start()
    try:
        for value in values:
            with_fault(check, value)
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def with_fault(check: Callable[[str], object], value: str) -> None:
    try:
        check(value)
    except checks.Wrong:
        return


@pytest.mark.parametrize(
    ("check", "form"),
    [
        (checks.url, "https://a.example/{number}/{filling}"),
        (checks.phone, "+{number}{filling}"),
        (checks.day, "{number}{filling}"),
    ],
)
def test_what_is_far_too_long_is_not_remembered(check: Callable[[str], object], form: str) -> None:
    values = (form.format(number=number, filling="1" * 20_000) for number in range(200))
    assert kept_of(check, values) < MEGABYTE / 2


def test_addresses_are_remembered_only_so_many() -> None:
    links = (f"https://a.example/{number}/{'a' * 2000}" for number in range(6000))
    assert kept_of(checks.url, links) < 6 * MEGABYTE


def test_an_address_of_the_greatest_length_is_one() -> None:
    longest = "https://a.example/".ljust(2048, "a")
    assert checks.url(longest) == longest
    with pytest.raises(checks.Wrong, match="is not a web address"):
        checks.url(longest + "a")
