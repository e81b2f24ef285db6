"""One edition of the tables as it is kept, and what a new one would do to the live one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.differences import Difference
from bot.domain.missions import Directory
from bot.domain.news import Bulletin

GRAVE_SHARE: Final = 5
"""Removing more than one in so many missions is asked about twice."""


class Scope(StrEnum):
    """What is read again; the rest stays as it is live."""

    ALL = "all"
    MISSIONS = "missions"
    RULES = "rules"
    ALIASES = "aliases"
    FEEDS = "feeds"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Edition:
    """The tables, and the sources of single facts as they came: an export gives them back unchanged."""

    directory: Directory
    provenance: bytes | None = None


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A table that was sent to the bot. It stands for the one in the data directory while that has `disk_digest`."""

    name: str
    content: bytes
    disk_digest: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """What could be made live: right in every cell, shown to nobody yet."""

    edition: Edition | None
    """None where only news pages were read."""
    digest: str = ""
    """Of the files that the edition was made from."""
    keep: tuple[KeptFile, ...] = ()
    drop: tuple[str, ...] = ()
    """Kept files for which the data directory has newer ones."""
    laid_over: tuple[str, ...] = ()
    """Kept files that counted instead of those in the data directory."""
    pages: tuple[Bulletin, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Every fault, a line each: `file:line: column: what is wrong`."""

    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Losses:
    """What is gone for good with the missions that a new edition lacks."""

    removed: int
    before: int
    countries: tuple[str, ...]
    """Those that lose every post."""

    @property
    def many(self) -> bool:
        return self.removed * GRAVE_SHARE > self.before

    @property
    def grave(self) -> bool:
        """Whether to ask a second time."""
        return self.many or bool(self.countries)


def losses(old: Directory, new: Directory, difference: Difference) -> Losses:
    gone = tuple(sorted(old.by_sender.keys() - new.by_sender.keys()))
    return Losses(len(difference.missions.removed), len(old.missions), gone)
