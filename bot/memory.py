"""Spares the garbage collector what is large and stays: it would walk over all of it again and again.

Python's collector looks for cycles only, and stops every answer while it does: 100 ms with tables of 5,000 missions.
Tables have no cycles; they are freed as soon as nothing refers to them, set aside or not.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def set_aside() -> Iterator[None]:
    """What is made within the block, and all that was there before, is not walked over until `take_back`."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def take_back() -> None:
    """Everything may be collected again: for who ends the bot and not the process."""
    gc.unfreeze()
