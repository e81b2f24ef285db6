"""What is set aside from the garbage collector, and that it works again afterwards."""

import gc
from collections.abc import Iterator

import pytest

from bot.memory import set_aside, take_back


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    take_back()
    gc.enable()


def test_what_is_made_within_the_block_is_not_walked_over_until_it_is_taken_back() -> None:
    with set_aside():
        made: list[list[int]] = [[]]
    assert gc.isenabled()
    assert not any(found is made for found in gc.get_objects())
    take_back()
    assert any(found is made for found in gc.get_objects())


def fails_while_set_aside() -> None:
    with set_aside():
        assert not gc.isenabled()
        raise ValueError("broken")


def test_the_collector_works_again_after_a_failure() -> None:
    with pytest.raises(ValueError, match="broken"):
        fails_while_set_aside()
    assert gc.isenabled()
