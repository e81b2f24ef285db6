"""Errors are told once each, counted, and held back where there are too many."""

from datetime import datetime, timedelta

from bot.domain.troubles import GROUPS, QUOTA, WINDOW, Overflow, Tell, Trouble, Troubles

FIRST = Trouble("ValueError", "handlers/find.py question")


def test_the_same_error_is_told_once_in_a_window_and_then_with_its_count(now: datetime) -> None:
    troubles = Troubles()
    assert troubles.note(FIRST, now) == Tell(1)
    assert [troubles.note(FIRST, now + timedelta(minutes=minute)) for minute in range(59)] == [None] * 59
    assert troubles.note(FIRST, now + WINDOW) == Tell(60)
    assert troubles.counts() == [(FIRST, 61)]


def test_another_place_or_another_kind_is_another_error(now: datetime) -> None:
    troubles = Troubles()
    others = (FIRST, Trouble("KeyError", FIRST.place), Trouble(FIRST.kind, "handlers/news.py news"))
    assert [troubles.note(trouble, now) for trouble in others] == [Tell(1)] * 3


def test_above_the_quota_one_line_says_that_more_are_held_back(now: datetime) -> None:
    troubles = Troubles()
    told = [troubles.note(Trouble("ValueError", str(place)), now) for place in range(QUOTA + 20)]
    assert told == [Tell(1)] * QUOTA + [Overflow()] + [None] * 19
    assert troubles.note(Trouble("ValueError", str(QUOTA)), now + WINDOW) == Tell(2)


def test_endless_kinds_of_errors_take_bounded_memory(now: datetime) -> None:
    troubles = Troubles()
    for place in range(3 * GROUPS):
        troubles.note(Trouble("ValueError", str(place)), now)
    assert len(troubles.counts()) == GROUPS
