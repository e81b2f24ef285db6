"""What Telegram may forget of the updates that were taken."""

from bot.gateway.window import FEW, PATIENCE_S, Window


def window_of(*numbers: int, at: float = 0.0) -> Window:
    """Each of these updates is of a chat of its own."""
    window = Window()
    for number in numbers:
        window.take(number, number, at)
    return window


def test_the_first_that_is_not_dealt_with_holds_the_offset() -> None:
    window = window_of(7, 8, 9)
    window.finish(8)
    assert (window.offset, window.is_open) == (7, True)
    window.finish(7)
    assert (window.offset, window.is_open) == (9, True)
    window.finish(9)
    assert (window.offset, window.is_open) == (10, False)


def test_what_telegram_has_forgotten_is_not_remembered_here() -> None:
    window = window_of(7, 8, 9)
    window.finish(7)
    window.finish(9)
    window.confirm(window.offset)
    assert [number in window for number in (7, 8, 9)] == [False, True, True]
    window.finish(8)
    window.confirm(8)  # an answer to what was asked before that
    assert 8 in window
    window.confirm(window.offset)
    assert 9 not in window
    assert window.offset == 10


def test_numbers_may_begin_anew_somewhere_else() -> None:
    window = window_of(900, 5)
    assert window.offset == 900
    window.finish(900)
    assert window.offset == 5
    window.finish(5)
    assert window.offset == 6


def test_a_few_slow_chats_are_passed_over_after_a_while() -> None:
    window = window_of(*range(1, FEW))
    window.take(FEW, "one that came later", 1.0)
    window.finish(1)
    window.pass_over(PATIENCE_S - 0.5)
    assert window.offset == 2
    window.pass_over(PATIENCE_S + 0.5)
    assert window.offset == FEW
    assert [window.holds(number) for number in (1, 2, FEW)] == [False, False, True]


def test_many_that_wait_are_waited_for() -> None:
    window = window_of(*range(1, FEW + 1))
    window.pass_over(1000 * PATIENCE_S)
    assert window.offset == 1
