"""Where consular news comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feed:
    """One line of feeds.csv; an empty `country` means that its news concern everybody."""

    id: str
    url: str
    publisher: str
    country: str
    language: str
