"""From what a message mentions to the country it asks about."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.domain.countries import HOST
from bot.domain.mentions import Mention
from bot.domain.names import NameIndex
from bot.domain.normal import parted
from bot.domain.senses import WIDE, Sense, Sort

MOST_CHOICES: Final = 4
ROLES: Final = 1 << Sort.POST
DOUBT: Final = 0.1
"""Readings of one word that differ by less are both offered."""

STRENGTH: Final = {
    Sort.NAME: 1.0,
    Sort.OFFICIAL: 1.0,
    Sort.FORMER: 0.95,
    Sort.INFORMAL: 0.95,
    Sort.ABBREVIATION: 0.95,
    Sort.FORM: 0.95,
    Sort.ADJECTIVE: 0.88,
    Sort.DEMONYM: 0.88,
    Sort.TERRITORY: 0.85,
    Sort.CAPITAL: 0.8,
    Sort.CITY: 0.75,
    Sort.ROMANISED: 0.8,
}
PLACES: Final = (Sort.CAPITAL, Sort.CITY)
MOST_BETWEEN: Final = 2
"""Words between two places that "or" joins: "Conakry ou de Bissau"."""
POSTPOSED: Final = [
    "tr",
    "az",
    "uz",
    "tk",
    "kk",
    "ky",
    "tt",
    "ko",
    "ja",
    "hi",
    "ur",
    "bn",
    "ne",
    "mr",
    "ta",
    "te",
    "si",
    "mn",
    "my",
    "ka",
    "am",
    "ti",
    "uz-Cyrl",
    "ps",
]
"""Languages that put "not" behind what is not meant."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A mention with the countries it may mean, the likeliest first."""

    mention: Mention
    codes: tuple[str, ...]
    strength: float
    runner_up: tuple[str, float] | None = None
    """The likeliest code that was left out, and its strength."""

    def __str__(self) -> str:
        second = f", before {self.runner_up[0]} at {self.runner_up[1]:.2f}" if self.runner_up else ""
        return f"{self.mention} as {' or '.join(self.codes)} at {self.strength:.2f}{second}"


def languages_of(index: NameIndex, mentions: list[Mention], text: str, hint: str | None) -> int:
    """The languages the message is likely in: by its letters, and by the plain words most of which are theirs."""
    ballots: list[int] = []
    if not text.isascii() and SPECIAL.search(text):
        ballots += [index.bits(language) for language, letters in LETTERS.items() if letters.search(text)] * 2
    for senses in {mention.text: mention.senses for mention in mentions if mention.sorts >= ROLES}.values():
        ballots.append(_any_of(sense for sense in senses if sense.sort >= Sort.POST))
    if hint in index.languages:
        ballots.append(index.bits(hint))
    if not ballots:
        return 0
    spoken = _most_voted(ballots, -1)
    if spoken.bit_count() < 2:
        return spoken
    named = [_any_of(mention.countries) for mention in mentions if mention.countries and mention.sorts < ROLES]
    return _most_voted(named, spoken) or spoken


def _most_voted(ballots: list[int], among: int) -> int:
    """The languages that most of the ballots name."""
    votes = Counter(place for bits in ballots for place in _places(bits & among))
    most = max(votes.values(), default=0)
    return sum(1 << place for place, count in votes.items() if count == most)


def _any_of(senses: Iterable[Sense]) -> int:
    bits = 0
    for sense in senses:
        bits |= sense.languages
    return bits


@lru_cache(maxsize=1024)
def _places(bits: int) -> tuple[int, ...]:
    return tuple(place for place in range(bits.bit_length()) if bits >> place & 1)


LETTERS: Final = {
    language: re.compile(f"[{letters}]")
    for language, letters in {
        "vi": "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐ",
        "tr": "ğışİĞöü",
        "az": "əƏğışöü",
        "tk": "ňýöüäşž",
        "de": "ßäöü",
        "es": "ñ¿¡",
        "pt": "ãõ",
        "fr": "çœèùêû",
        "pl": "łąęńśźż",
        "cs": "ěřůčšžňťď",
        "sk": "ľĺŕôäčšžňťď",
        "hr": "čćđšž",
        "bs": "čćđšž",
        "sr-Latn": "čćđšž",
        "sl": "čšž",
        "hu": "őűöü",
        "ro": "țșşţă",
        "lv": "āēīūķļņģčšž",
        "lt": "ėįųū",
        "et": "õäö",
        "uk": "їєЇЄіІґҐ",
        "be": "ўЎіІ",
        "kk": "қғұәіңөүҚҒҰӘІҢӨҮ",
        "ky": "өүңӨҮҢ",
        "tg": "ӯҳҷӣқғӮҲҶӢ",
        "mn": "өүӨҮ",
        "sv": "åäö",
        "da": "æøå",
        "no": "æøå",
        "fi": "äö",
        "sr": "ђћџљњј",
        "mk": "ѓќѕљњј",
        "fa": "پچژگکی",
        "ur": "ںٹڈڑےہھ",
        "uz-Cyrl": "ўқғҳ",
    }.items()
}
"""Letters that few languages share."""
SPECIAL: Final = re.compile("[" + "".join(letters.pattern[1:-1] for letters in LETTERS.values()) + "]")


def weigh(sense: Sense, languages: int, major: int) -> float:
    weight = STRENGTH.get(sense.sort, 0.5)
    known = sense.languages & major
    if not known:
        weight -= 0.35
    weight += min(known.bit_count(), 12) * 0.01 + (0.1 if known & WIDE else 0.0)
    if sense.languages & languages:
        weight += 0.3
    return weight


def read(mention: Mention, languages: int, major: int) -> Reading | None:
    """What country a mention means; None where it names none."""
    weights: dict[str, float] = {}
    for sense in mention.countries:
        weights[sense.code] = max(weights.get(sense.code, 0.0), weigh(sense, languages, major))
    if not weights:
        return None
    best = max(weights.values())
    codes = sorted((code for code in weights if weights[code] >= best - DOUBT), key=lambda code: (-weights[code], code))
    left = [(weights[code], code) for code in weights if code not in codes]
    runner_up = (max(left)[1], max(left)[0]) if left else None
    return Reading(mention, tuple(codes[:MOST_CHOICES]), best, runner_up)


def asked_for(
    index: NameIndex, mentions: list[Mention], readings: list[Reading], languages: int, text: str
) -> list[Reading]:
    """The readings that the question is about: not the host, not what is ruled out, names before cities."""
    abroad = [reading for reading in readings if reading.codes != (HOST,)]
    wanted = abroad
    if len(readings) > 1 and len({reading.codes for reading in readings}) > 1:
        out = ruled_out(index, mentions, readings, languages, text)
        wanted = [reading for reading in abroad if id(reading.mention) not in out] or abroad
    if len(wanted) > 1 and any(not _is_place(reading) for reading in wanted):
        paired = _paired(mentions, wanted)
        places = {code for reading in wanted if _is_place(reading) for code in reading.codes}
        named = [reading for reading in wanted if not _is_place(reading) or id(reading.mention) in paired]
        wanted = [_settled(reading, places) for reading in named]
    return wanted


def _paired(mentions: list[Mention], readings: list[Reading]) -> set[int]:
    """The ids of mentions that "and" or "or" joins to another: "Kinshasa or Brazzaville"."""
    paired: set[int] = set()
    for first, second in pairwise(reading.mention for reading in readings):
        between = [one for one in mentions if first.end <= one.start and one.end <= second.start]
        words = sum(one.end - one.start for one in between)
        if words == second.start - first.end and 1 <= words <= MOST_BETWEEN and any(one.has(Sort.AND) for one in between):
            paired |= {id(first), id(second)}
    return paired


def _settled(reading: Reading, codes: set[str]) -> Reading:
    """A reading in doubt, with what the cities named say: "Korean, from Seoul"."""
    kept = tuple(code for code in reading.codes if code in codes) if len(reading.codes) > 1 else ()
    return replace(reading, codes=kept) if kept else reading


def _is_place(reading: Reading) -> bool:
    senses = [sense for sense in reading.mention.countries if sense.code in reading.codes]
    return all(sense.sort in PLACES or sense.sort is Sort.ROMANISED for sense in senses) and any(
        sense.sort in PLACES for sense in senses
    )


def ruled_out(
    index: NameIndex, mentions: list[Mention], readings: list[Reading], languages: int, text: str
) -> set[int]:
    """The ids of mentions that the message says are not meant.

    A comma tells what "not" belongs to ("X, not Y", "X not, Y"); without one, the language's own order does.
    """
    behind_stop = parted(text)
    postposed = sum(index.bits(language) for language in POSTPOSED)
    named = {id(reading.mention) for reading in readings}
    out: set[int] = set()
    denials = [(place, senses) for place, one in enumerate(mentions) if (senses := _denials(one, languages))]
    denials.sort(key=lambda denial: not any(sense.sort is Sort.NOT for sense in denial[1]))  # "I said X, not Y"
    for place, senses in denials:
        mention = mentions[place]
        if id(mention) in named:
            continue
        before = next((other for other in reversed(mentions[:place]) if id(other) in named), None)
        after = next((other for other in mentions[place + 1 :] if id(other) in named), None)
        if after is None or (before is not None and _joins(before, mention, after)):
            continue
        if not any(sense.sort is Sort.NOT for sense in senses):  # "X, I mean Y"
            if before is not None and not out:
                out.add(id(before))
            continue
        joined = place > 0 and mentions[place - 1].has(Sort.AND)  # "X, and not Y"
        if before is None and behind_stop.intersection(range(mention.end, after.start + 1)):  # "no no, X"
            continue
        if before is None or joined or behind_stop.intersection(range(before.end, mention.end)):
            backwards = False
        elif behind_stop.intersection(range(mention.end, after.end)):
            backwards = True
        else:
            backwards = bool(senses[0].languages & postposed & (languages or -1)) and not (
                senses[0].languages & languages & ~postposed
            )
        out.add(id(before if backwards else after))
    return out


def _denials(mention: Mention, languages: int) -> list[Sense]:
    """Its meanings as "not" or "I mean" in the languages of the message, unless it is another word there."""
    senses = [sense for sense in mention.senses if sense.sort in (Sort.NOT, Sort.DENIED)]
    own = [sense for sense in senses if sense.languages & languages]
    return own if own or any(sense.languages & languages for sense in mention.senses) else senses


def _joins(before: Mention, mention: Mention, after: Mention) -> bool:
    """True for a word between two names that is "and" or "or" in a language of theirs: "Chile o Perú"."""
    if before.end != mention.start or mention.end != after.start:
        return False
    spoken = _any_of((*before.countries, *after.countries))
    return any(sense.sort is Sort.AND and sense.languages & spoken for sense in mention.senses)


def codes_of(readings: list[Reading]) -> tuple[str, ...]:
    """The countries asked for, in order; a reading in doubt is settled by a sure one."""
    sure = {reading.codes[0] for reading in readings if len(reading.codes) == 1}
    codes: list[str] = []
    for reading in readings:
        if len(reading.codes) > 1 and sure & set(reading.codes):
            continue
        codes.extend(code for code in reading.codes if code not in codes)
    return tuple(codes)
