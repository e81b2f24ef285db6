"""Numbers as buttons and commands say them."""

import re
from typing import Final

_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


def number_in(text: str) -> int | None:
    """The number that a text is, where it may be one of ours: a forged one is no number to any database."""
    return int(text) if _NUMBER.fullmatch(text) else None
