"""From what a message mentions to the country it asks about."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from bot.domain.countries import HOST
from bot.domain.mentions import Mention
from bot.domain.question import Question
from bot.domain.senses import WIDE, Sense, Sort
from bot.domain.tongues import all_of

MOST_CHOICES: Final = 4
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
    Sort.AREA: 0.95,
}
PLACES: Final = (Sort.CAPITAL, Sort.CITY)
FOR: Final = frozenset("for для dla pro für fur pour para per voor för pentru za за para".split())
"""Before whom a visa is for."""
MOST_PAIRED: Final = 12
MOST_BETWEEN: Final = 2
"""Words between two places that "or" joins: "Conakry ou de Bissau"."""
POSTPOSED: Final = "tr az uz tk kk ky tt ko ja hi ur bn ne mr ta te si mn my ka am ti uz-Cyrl ps".split()
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


def asked_for(question: Question, readings: list[Reading]) -> list[Reading]:
    """The readings that the question is about: not the host, not what is ruled out, names before cities."""
    abroad = [reading for reading in readings if reading.codes != (HOST,)]
    wanted = abroad
    if len(readings) > 1 and len({reading.codes for reading in readings}) > 1:
        out = ruled_out(question, readings)
        wanted = [reading for reading in abroad if id(reading.mention) not in out] or abroad
    if len(wanted) > 1 and any(not _is_place(reading) for reading in wanted):
        paired = _paired(question.mentions, wanted)
        places = {code for reading in wanted if _is_place(reading) for code in reading.codes}
        named = [reading for reading in wanted if not _is_place(reading) or id(reading.mention) in paired]
        wanted = [_settled(reading, places) for reading in named]
    return _without_travellers(question.mentions, wanted) if len(wanted) > 1 else wanted


def _without_travellers(mentions: list[Mention], readings: list[Reading]) -> list[Reading]:
    """A visa is asked of the country it is to, not of the one it is for: "visa to China for a Pole"."""
    first = readings[0].mention
    behind = {one.end: one for one in mentions}
    if not any(one.has(Sort.VISA) and one.end <= first.start for one in mentions) or _is_for(behind.get(first.start)):
        return readings
    return [reading for reading in readings if not _is_for(behind.get(reading.mention.start))]


def _is_for(before: Mention | None) -> bool:
    return before is not None and before.text.split()[0] in FOR


def _paired(mentions: list[Mention], readings: list[Reading]) -> set[int]:
    """The ids of mentions that "and" or "or" joins to another: "Kinshasa or Brazzaville"."""
    paired: set[int] = set()
    for first, second in pairwise(reading.mention for reading in readings[:MOST_PAIRED]):
        between = [one for one in mentions if first.end <= one.start and one.end <= second.start]
        known = sum(one.end - one.start for one in between)
        if known != second.start - first.end or known > MOST_BETWEEN:
            continue
        if any(one.has(Sort.AND) for one in between):
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


def ruled_out(question: Question, readings: list[Reading]) -> set[int]:
    """The ids of mentions that the message says are not meant.

    A comma tells what "not" belongs to ("X, not Y", "X not, Y"); without one, the language's own order does.
    """
    mentions, languages, behind_stop = question.mentions, question.languages, question.behind_stop()
    postposed = sum(map(question.index.bits, POSTPOSED))
    named = {id(reading.mention) for reading in readings}
    out: set[int] = set()
    denials = [(place, senses) for place, one in enumerate(mentions) if (senses := _denials(one, languages))]
    own = [denial for denial in denials if any(sense.languages & languages for sense in denial[1])]
    denials = own or denials
    denials.sort(key=lambda denial: not any(sense.sort is Sort.NOT for sense in denial[1]))  # "I said X, not Y"
    for place, senses in denials:
        mention = mentions[place]
        if id(mention) in named:
            continue
        before = next((other for other in reversed(mentions[:place]) if id(other) in named), None)
        after = next((other for other in mentions[place + 1 :] if id(other) in named), None)
        if after is None:
            if (
                before is not None
                and mention.end == len(question.words)
                and _is_apart(before, mention, readings, behind_stop)
            ):
                out.add(id(before))  # "X, Y not"
            continue
        if before is not None and _joins(before, mention, after):
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


def _is_apart(before: Mention, mention: Mention, readings: list[Reading], behind_stop: set[int]) -> bool:
    """True for the last name if "not" is right behind it and a comma before it."""
    earlier = [reading.mention.end for reading in readings if reading.mention.end <= before.start]
    return before.end == mention.start and bool(earlier) and not behind_stop.isdisjoint(range(max(earlier), before.end))


def _joins(before: Mention, mention: Mention, after: Mention) -> bool:
    """True for a word between two names that is "and" or "or" in a language of theirs: "Chile o Perú"."""
    if before.end != mention.start or mention.end != after.start:
        return False
    spoken = all_of((*before.countries, *after.countries))
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
