"""The figures that admins see: who reads, what is asked, what was found, how far the bulletins reached."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.domain.asked import Result

DAYS: Final = 30
"""How far back the figures go, today included."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How many questions of a day had this result; `country` is "" where none was found."""

    day: date
    result: Result
    country: str
    number: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a bulletin came; what is neither `arrived` nor `open` did not reach its chat."""

    number: int
    published: date
    title: str
    total: int
    arrived: int
    open: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`subscribers` at the end of each of the days, `unanswered` with the number of chats that asked it."""

    days: tuple[date, ...]
    subscribers: tuple[int, ...]
    asked: tuple[Asked, ...]
    unanswered: tuple[tuple[str, int], ...]
    reaches: tuple[Reach, ...]
    reported: int

    @property
    def questions(self) -> int:
        return sum(one.number for one in self.asked)

    def by_result(self) -> dict[Result, int]:
        return {result: sum(one.number for one in self.asked if one.result is result) for result in Result}

    def by_country(self) -> list[tuple[str, int]]:
        """The countries found, the one most asked for first."""
        sums: dict[str, int] = {}
        for one in self.asked:
            if one.country:
                sums[one.country] = sums.get(one.country, 0) + one.number
        return sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))

    def daily(self, *, result: Result | None = None, countries: frozenset[str] | None = None) -> tuple[int, ...]:
        """Questions of each of the days, of one result or of some countries."""
        counts = dict.fromkeys(self.days, 0)
        for one in self.asked:
            fits = (result is None or one.result is result) and (countries is None or one.country in countries)
            if fits and one.day in counts:
                counts[one.day] += one.number
        return tuple(counts.values())
