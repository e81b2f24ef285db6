"""The table of missions in Russia, and what follows from it: who serves whom, and which post is nearest."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import asin, cos, inf, radians, sin, sqrt
from types import MappingProxyType

from bot.domain.cities import POSITIONS
from bot.domain.feeds import Feed

EARTH_RADIUS_KM = 6371.0088
CITY_RADIUS_KM = 40
"""No post of the tables lies farther from the middle of its city."""


class Kind(StrEnum):
    """Kinds of post, as in the column `kind`, the most able to help first."""

    EMBASSY = "embassy"
    NUNCIATURE = "nunciature"
    DELEGATION = "delegation"
    INTERESTS_SECTION = "interests_section"
    CONSULATE_GENERAL = "consulate_general"
    CONSULATE = "consulate"
    CONSULAR_AGENCY = "consular_agency"
    REPRESENTATIVE_OFFICE = "representative_office"
    HONORARY_CONSULATE = "honorary_consulate"

    @property
    def rank(self) -> int:
        return list(Kind).index(self)


class Status(StrEnum):
    """How far a post works, as in the column `status`, the best first."""

    OPEN = "open"
    LIMITED = "limited"
    UNKNOWN = "unknown"
    SUSPENDED = "suspended"
    CLOSED = "closed"

    @property
    def works(self) -> bool:
        """False where it is known that nobody is helped there."""
        return self not in (Status.SUSPENDED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Mission:
    """One post of a sender in Russia; the fields are the columns of missions.csv, an empty one is "" or ()."""

    id: str
    sender: str
    kind: Kind
    city: str
    address_en: str = ""
    address_ru: str = ""
    postcode: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phones: tuple[str, ...] = ()
    emergency_phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    website: str = ""
    hours: str = ""
    status: Status = Status.UNKNOWN
    status_note: str = ""
    jurisdiction: str = ""
    wikidata: str = ""
    sources: tuple[str, ...] = ()
    as_of: date = date.min
    unattributed: frozenset[str] = frozenset()
    """Columns of which a shown value comes only from a public file whose repository could not be named."""

    @property
    def works(self) -> bool:
        return self.status.works

    @property
    def first_phones(self) -> tuple[str, ...]:
        """The numbers to call first."""
        return self.emergency_phones or self.phones

    @property
    def position(self) -> tuple[float, float] | None:
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class Cover:
    """A post abroad that serves nationals of a sender without a working post in Russia (covered_from_abroad.csv)."""

    sender: str
    served_by: str
    city: str
    country: str
    note: str
    sources: tuple[str, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that holds for nationals of some countries (rules.csv); `applies_to` has "*" for everybody."""

    id: str
    applies_to: frozenset[str]
    text: str
    sources: tuple[str, ...]
    as_of: date

    def for_everybody(self) -> bool:
        return "*" in self.applies_to


@dataclass(frozen=True, slots=True)
class Alias:
    """One more name of a country (aliases.csv)."""

    alias: str
    code: str
    language: str
    kind: str


@dataclass(frozen=True)
class Directory:
    """One edition of the tables, whole and immutable: a reload makes a new one."""

    missions: tuple[Mission, ...]
    covers: tuple[Cover, ...] = ()
    rules: tuple[Rule, ...] = ()
    aliases: tuple[Alias, ...] = ()
    feeds: tuple[Feed, ...] = ()
    edition: int = 0
    by_id: Mapping[str, Mission] = field(init=False, repr=False)
    by_sender: Mapping[str, tuple[Mission, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        posts: dict[str, list[Mission]] = defaultdict(list)
        for mission in self.missions:
            posts[mission.sender].append(mission)
        object.__setattr__(self, "by_id", MappingProxyType({m.id: m for m in self.missions}))
        object.__setattr__(
            self,
            "by_sender",
            MappingProxyType({sender: tuple(sorted(found, key=_usefulness)) for sender, found in posts.items()}),
        )

    @property
    def senders(self) -> frozenset[str]:
        """Every country of which something can be said: a post, somebody who covers it, or a rule of its own."""
        ruled = {code for rule in self.rules if not rule.for_everybody() for code in rule.applies_to}
        return frozenset({*self.by_sender, *(cover.sender for cover in self.covers), *ruled})


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a national of `sender` should be told.

    `post` is the one to show (the working post of the city asked for, else the most useful one), None where the
    sender never had one in the tables; `others` are its further posts, the most useful first.
    """

    sender: str
    post: Mission | None
    others: tuple[Mission, ...]
    covers: tuple[Cover, ...]
    rules: tuple[Rule, ...]
    city: str | None = None
    city_post: Mission | None = None
    """The post in the city asked for, where it is not `post` because it no longer works."""

    @property
    def served(self) -> bool:
        """True where a post in Russia works."""
        return self.post is not None and self.post.works


def coverage(directory: Directory, sender: str, city: str | None = None) -> Coverage:
    """Who helps the nationals of `sender` in Russia, with the post in `city` first if it works."""
    posts = directory.by_sender.get(sender, ())
    local = [post for post in posts if city is not None and post.city == city]
    chosen = next((post for post in (*local, *posts) if post.works), next(iter(posts), None))
    closed_here = local[0] if local and chosen not in local else None
    return Coverage(
        sender=sender,
        post=chosen,
        others=tuple(post for post in posts if post is not chosen),
        covers=tuple(cover for cover in directory.covers if cover.sender == sender),
        rules=tuple(rule for rule in directory.rules if rule.for_everybody() or sender in rule.applies_to),
        city=city,
        city_post=closed_here,
    )


@dataclass(frozen=True, slots=True)
class Near:
    mission: Mission
    km: float | None
    """None where it is not known where in its city the post lies."""


def nearest(missions: Iterable[Mission], latitude: float, longitude: float, limit: int = 5) -> list[Near]:
    """The working posts, nearest first; one without coordinates comes after those of its city and has no distance."""
    here = (latitude, longitude)
    working = sorted((mission for mission in missions if mission.works), key=_usefulness)
    return [
        Near(mission, distance_km(here, mission.position) if mission.position is not None else None)
        for mission in sorted(working, key=lambda mission: _at_most_km(here, mission))[:limit]
    ]


def _at_most_km(here: tuple[float, float], mission: Mission) -> float:
    """How far a post is, or can be where only its city is known: to order posts by, not to be shown."""
    if mission.position is not None:
        return distance_km(here, mission.position)
    city = POSITIONS.get(mission.city)
    return inf if city is None else distance_km(here, city) + CITY_RADIUS_KM


def distance_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Great-circle distance between two (latitude, longitude) pairs in degrees, on a sphere."""
    lat1, lon1, lat2, lon2 = (radians(value) for value in (*here, *there))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))


def is_stale(mission: Mission, today: date) -> bool:
    """True where the row is older than a year, so that a person should call before going."""
    return (today - mission.as_of).days > 365


def _usefulness(mission: Mission) -> tuple[bool, int, int, str, str]:
    return (
        not mission.works,
        mission.kind.rank,
        list(Status).index(mission.status),
        mission.city,
        mission.id,
    )
