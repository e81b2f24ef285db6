"""What follows from every outcome of sending one message."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import (
    LONGEST_BACKOFF,
    MOST_ATTEMPTS,
    Ended,
    Gone,
    Moved,
    Outcome,
    Rejected,
    Retry,
    Sent,
    Settlement,
    Standing,
    State,
    Undeliverable,
    Unknown,
    Wait,
    backoff,
    settle,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=7)
FRESH, FAILED_ONCE, DOUBTED = Standing(), Standing(1), Standing(1, doubted=True)
LAST = Standing(MOST_ATTEMPTS - 1)
LAST_DOUBTED = Standing(MOST_ATTEMPTS - 1, doubted=True)
WORN_OUT = Standing(MOST_ATTEMPTS)
WORN_OUT_DOUBTED = Standing(MOST_ATTEMPTS, doubted=True)

OUTCOMES: tuple[Outcome, ...] = (
    Sent(5),
    Wait(LATER),
    Retry("Bad Gateway"),
    Moved(-100),
    *(Gone(reason) for reason in Ended),
    Rejected("Can't parse entities"),
    Undeliverable("TOPIC_CLOSED"),
    Unknown(),
)


@pytest.mark.parametrize(
    ("outcome", "before", "urgent", "expected"),
    [
        (Sent(5), FRESH, False, Settlement(State.SENT, FRESH, message_id=5)),
        (Sent(5), DOUBTED, True, Settlement(State.SENT, DOUBTED, message_id=5)),
        (Wait(LATER), FRESH, False, Settlement(State.PENDING, FRESH, due=LATER)),
        (Wait(LATER), LAST, True, Settlement(State.PENDING, LAST, due=LATER)),
        (Moved(-100), FRESH, False, Settlement(State.PENDING, FRESH, due=NOW)),
        (Moved(-100), LAST, True, Settlement(State.PENDING, LAST, due=NOW)),
        (
            Retry("502"),
            FRESH,
            False,
            Settlement(State.PENDING, FAILED_ONCE, due=NOW + timedelta(seconds=2), reason="502"),
        ),
        (
            Retry("502"),
            FAILED_ONCE,
            True,
            Settlement(State.PENDING, Standing(2), due=NOW + timedelta(seconds=4), reason="502"),
        ),
        (Retry("502"), LAST, False, Settlement(State.FAILED, WORN_OUT, reason="502")),
        (Retry("502"), LAST, True, Settlement(State.FAILED, WORN_OUT, reason="502")),
        (Retry("502"), LAST_DOUBTED, True, Settlement(State.UNKNOWN, WORN_OUT_DOUBTED, reason="502")),
        (Gone(Ended.BLOCKED), FRESH, False, Settlement(State.GONE, FRESH, reason="blocked")),
        (Gone(Ended.NOT_FOUND), LAST, True, Settlement(State.GONE, LAST, reason="not_found")),
        (Rejected("too long"), FRESH, False, Settlement(State.STOPPED, FRESH, reason="too long")),
        (Rejected("too long"), LAST, True, Settlement(State.STOPPED, LAST, reason="too long")),
        (Undeliverable("closed"), FRESH, False, Settlement(State.FAILED, FRESH, reason="closed")),
        (Undeliverable("closed"), LAST, True, Settlement(State.FAILED, LAST, reason="closed")),
        (Unknown(), FAILED_ONCE, False, Settlement(State.UNKNOWN, FAILED_ONCE)),
        (Unknown(), DOUBTED, False, Settlement(State.UNKNOWN, DOUBTED)),
        (Unknown(), FAILED_ONCE, True, Settlement(State.PENDING, DOUBTED, due=NOW)),
        (Unknown(), DOUBTED, True, Settlement(State.UNKNOWN, DOUBTED)),
    ],
)
def test_what_follows(outcome: Outcome, before: Standing, urgent: bool, expected: Settlement) -> None:
    assert settle(outcome, before, urgent=urgent, now=NOW) == expected


@given(st.sampled_from(OUTCOMES), st.integers(0, 100), st.booleans(), st.booleans())
def test_a_delivery_is_either_ended_or_due_at_a_moment(
    outcome: Outcome, attempts: int, doubted: bool, urgent: bool
) -> None:
    after = settle(outcome, Standing(attempts, doubted), urgent=urgent, now=NOW)
    assert after.state is not State.LEASED
    assert (after.state is State.PENDING) is (after.due is not None)
    assert after.standing.doubted >= doubted
    assert after.standing.attempts >= attempts


@pytest.mark.parametrize("urgent", [False, True])
@pytest.mark.parametrize(("outcome", "end"), [(Retry("no connection"), State.FAILED), (Unknown(), State.UNKNOWN)])
def test_what_never_succeeds_comes_to_an_end(outcome: Outcome, end: State, urgent: bool) -> None:
    after = settle(outcome, Standing(), urgent=urgent, now=NOW)
    tries = 1
    while after.state is State.PENDING:
        after, tries = settle(outcome, after.standing, urgent=urgent, now=NOW), tries + 1
        assert tries <= MOST_ATTEMPTS
    assert after.state is end


def test_an_outage_of_three_hours_gives_nothing_up() -> None:
    assert sum(map(backoff, range(MOST_ATTEMPTS - 1)), timedelta()) > timedelta(hours=3)


@given(st.integers(0, 10_000))
def test_the_wait_grows_to_a_limit(attempts: int) -> None:
    assert timedelta(seconds=2) == backoff(0) <= backoff(attempts) <= backoff(attempts + 1) <= LONGEST_BACKOFF
    assert backoff(attempts + 1) in (backoff(attempts) * 2, LONGEST_BACKOFF)
