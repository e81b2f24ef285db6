"""What a word of the index can mean."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

KNOWN_TO_ALL: Final = 0b11
"""English and Russian, the first two languages of the index."""
WIDE: Final = (1 << 12) - 1
"""The first twelve languages of the index: those that many write who were not born to them."""


AS_IT_IS: Final = "="
"""Before the key of a word with its marks."""


class Sort(IntEnum):
    """What a word is: first the ways to name a country, the plainest first, then the rest."""

    NAME = 0
    OFFICIAL = 1
    FORMER = 2
    INFORMAL = 3
    ABBREVIATION = 4
    FORM = 5
    """A case or suffixed form of a name, made by rule."""
    ADJECTIVE = 6
    DEMONYM = 7
    TERRITORY = 8
    CAPITAL = 9
    CITY = 10
    ROMANISED = 11
    AREA = 12
    """A region or a former state of two to four countries: "Patagonia". It is not looked for in misspelt words."""
    CODE = 13
    CALLING = 14
    """These two only as the whole message, or beside a word such as "country code"."""
    COMBINING = 15
    """"Franco-": only before another nationality."""
    REGION = 20
    """A place or an invention that is no country, and must not be taken for one."""
    RUSSIAN_CITY = 21
    MARKED = 22
    """A word that only its marks tell from a name: "bị" from "Bỉ". It is a key as written, too, behind `AS_IT_IS`."""
    POST = 30
    VISA = 31
    CITIZEN = 32
    FILLER = 33
    NOT = 34
    CONTRAST = 35
    AND = 36
    HOST = 37
    EVERYDAY = 38
    STREET = 39
    """"street", "station": the nationality before it is part of an address."""
    DENIED = 40
    """"I mean", or "instead" where it stands behind: what comes before is not meant."""
    TELLING = 41
    """"country code", "starts with": a code beside it is one."""
    INTRODUCING = 42
    """"my name is": what follows is no country."""
    PERSON = 43
    """A first name that is a country, too: "Jordan", "Chad"."""
    SPEECH = 44
    """"speak", "sorry for my": the nationality beside it is a language."""

    RELATIVE = 45
    """"my neighbour", "my brother": what follows is no country if it may be a first name."""

    @property
    def names_country(self) -> bool:
        return self < Sort.REGION


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a word; `languages` is a set of bits, see NameIndex.languages."""

    code: str
    sort: Sort
    languages: int


Senses = tuple[Sense, ...]


class Layer(StrEnum):
    """How a stretch of a message was understood; of an answer: what decided."""

    SIGN = "sign"
    """A flag, an ISO code or a calling code as the whole message."""
    EXACT = "exact"
    INSIDE = "inside"
    """A part of a run without blanks."""
    LISTED = "listed"
    CODE = "code"
    ENDINGS = "endings"
    JOINED = "joined"
    TOGETHER = "together"
    LAYOUT = "layout"
    SPELLING = "spelling"
    BEGINNING = "beginning"
    HOST = "host"
    NONE = "none"


KINDS: Final = {
    "name": Sort.NAME,
    "case": Sort.FORM,
    "official": Sort.OFFICIAL,
    "former": Sort.FORMER,
    "informal": Sort.INFORMAL,
    "abbreviation": Sort.ABBREVIATION,
    "demonym": Sort.DEMONYM,
    "adjective": Sort.ADJECTIVE,
    "capital": Sort.CAPITAL,
    "city": Sort.CITY,
    "territory": Sort.TERRITORY,
    "romanised": Sort.ROMANISED,
    "area": Sort.AREA,
    "combining": Sort.COMBINING,
}
"""The column `kind` of the data files."""
