"""How far a misspelt word is from a name, and whether that is near enough to be taken for it."""

import itertools
import re
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import extract

from bot.domain.names import NameIndex
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sense, Senses, Sort
from bot.domain.sounds import CONSONANTAL, CYRILLIC, LATIN, SYLLABIC, VOWELS, latin, light, script_of, sound

SHORTEST: Final = 4
LONGEST: Final = 40
HAN: Final = re.compile("[\u3400-\u9fff]")
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
NEIGHBOURS: Final = frozenset(pair for row in _ROWS for a, b in itertools.pairwise(row) for pair in (a + b, b + a))


STRANGE: Final = {
    Sort.NAME: 0.0,
    Sort.OFFICIAL: 0.0,
    Sort.FORMER: 0.1,
    Sort.INFORMAL: 0.1,
    Sort.FORM: 0.0,
    Sort.ADJECTIVE: 0.1,
    Sort.DEMONYM: 0.1,
    Sort.TERRITORY: 0.1,
    Sort.CAPITAL: 0.15,
    Sort.CITY: 0.3,
    Sort.ROMANISED: 0.1,
    Sort.REGION: 0.0,
    Sort.RUSSIAN_CITY: 0.0,
    Sort.POST: 0.0,
    Sort.VISA: 0.0,
    Sort.CITIZEN: 0.0,
}
"""What a guess at such a word costs more; ordinary words are not guessed at."""


IN_BETWEEN: Final = 7
"""Letters of words that one letter makes either of two names, and which of them is not weighed: "panada"."""
UNLIKELY: Final = 0.8
"""From this cost on; below, the error is one that people often make."""
LOST_FIRST: Final = 0.2
"""What it costs that the first letter was left out: "ambia"."""
MOST_WEIGHED: Final = 20
MOST_ACROSS: Final = 5
ALIKE: Final = 0.7
"""Several edits that leave the sound as it was count for less."""


@dataclass(frozen=True, slots=True)
class Near:
    """A name near a word; `cost` counts edits, less where people often make them."""

    name: str
    cost: float
    senses: Senses


def near(index: NameIndex, word: str, languages: int = 0) -> list[Near]:
    """The names near enough to the word, the nearest first; `languages` (bits) are those of the message."""
    if len(word) > LONGEST:
        return []
    spelt = light(word)
    script = script_of(word)
    letters = len(spelt) if script in SYLLABIC else len(word) + (HAN.match(word) is not None)  # a sign says more
    if letters < SHORTEST + (script in CONSONANTAL):
        return []
    own = languages | KNOWN_TO_ALL if script in (LATIN, CYRILLIC) else -1
    found: list[Near] = []
    rivals: list[Sense] = []
    spoken = languages | KNOWN_TO_ALL
    for name in candidates(index, word, script):
        across = script_of(name) != script
        size = min(
            letters,
            len(light(name)) + (letters > len(word))
            if across or script in SYLLABIC
            else len(name) + (letters > len(word)),
        )
        most = allowed(size)
        cost = distance(word, spelt, name, most, across=across)
        if letters <= IN_BETWEEN and OSA.distance(word, name, score_cutoff=1) == 1:
            rivals += [sense for sense in index.find(name) if sense.sort is Sort.NAME and sense.languages & spoken]
        if cost > most:
            continue
        kept: list[Sense] = []
        least = 9.0
        for sense in index.find(name):
            extra = strangeness(index, sense, own, short=size < 6, across=across)
            if cost + extra <= most:
                kept.append(sense)
                least = min(least, extra)
        if kept:
            found.append(Near(name, cost + least, tuple(kept)))
    found.sort(key=lambda one: (one.cost, -len(one.name), one.name))
    if found and found[0].cost >= UNLIKELY:
        found[0] = _with_rivals(found[0], rivals)
    return found


def _with_rivals(nearest: Near, rivals: list[Sense]) -> Near:
    """The nearest with what else the word may be, if it is among those itself."""
    codes = {sense.code for sense in nearest.senses}
    if codes.isdisjoint(sense.code for sense in rivals):
        return nearest
    return replace(nearest, senses=nearest.senses + tuple(one for one in rivals if one.code not in codes))


def candidates(index: NameIndex, word: str, script: int) -> list[str]:
    """Names worth weighing: the nearest by letters, and those of the same sound, also in another script."""
    skeleton = sound(word)
    most = int(allowed(len(word) + 1)) + 1
    same = list(dict.fromkeys(index.sounding_like(skeleton, script) + index.sharing_half(word)))
    nearest = extract(word, same, scorer=OSA.distance, score_cutoff=most, limit=MOST_WEIGHED)
    kept = [hit[0] for hit in nearest]
    if script in (LATIN, CYRILLIC):
        exactly = len(skeleton) < 5 or (bool(nearest) and nearest[0][1] <= 1)
        across = index.sounding_like(skeleton, LATIN + CYRILLIC - script, exactly=exactly)
        roman = list(map(latin, across))
        hits = extract(latin(word), roman, scorer=OSA.distance, score_cutoff=most, limit=MOST_ACROSS)
        kept += [across[hit[2]] for hit in hits]
    return kept


def strangeness(index: NameIndex, sense: Sense, own: int, *, short: bool, across: bool) -> float:
    """What a guess at this meaning costs more than one at a plain name in a language of the message."""
    strange = STRANGE.get(sense.sort, 9.0)
    if not sense.languages & own:
        foreign = 0.15 if sense.languages & WIDE else 0.3 if sense.languages & index.major else 0.6
        strange += foreign * 2 if short else foreign
        if across:
            strange += 0.5
    elif across and sense.sort is Sort.FORM:
        strange += 0.65  # a case of a Russian name may be an English name with a letter missing
    return strange


def allowed(length: int) -> float:
    """How many edits a name of this length bears; of two plain ones in ten letters something else is meant."""
    if length < 4:
        return 0.0
    if length < 6:
        return 1.0
    if length < 8:
        return 1.5
    if length < 11:
        return 1.9
    return 2.5 if length < 16 else 3.2


def distance(word: str, spelt: str, name: str, most: float, *, across: bool) -> float:
    """Edits between two spellings, half by letters and half by sound; across scripts by sound alone."""
    name_spelt = light(name)
    by_sound = OSA.distance(spelt, name_spelt)
    if across:
        cost = by_sound + (0.25 if by_sound else 0.1) + _first_letter(spelt, name_spelt)
        return cost * ALIKE if by_sound > 1 and sound(word) == sound(name) else cost
    by_letters = by_sound if script_of(word) in SYLLABIC else OSA.distance(word, name)
    cost = min(by_letters, (by_letters + by_sound) / 2) + _first_letter(word, name)
    if not by_letters or cost > most * 1.5:
        return cost
    cost += _shape(word, name, by_letters)
    if by_letters == 2 and sorted(word) == sorted(name):
        cost -= 0.5  # two letters changed places
    return cost * ALIKE if by_letters > 1 and sound(word) == sound(name) else cost


def _shape(word: str, name: str, edits: int) -> float:
    """Likelier than the rest: a letter left out, a vowel too many, a neighbouring key, another vowel."""
    change = 0.0
    steps = Levenshtein.editops(name, word)
    if len(steps) > edits:  # letters swapped
        return -0.3 * (len(steps) - edits)
    for step in steps:
        if step.tag == "delete":
            change -= 0.2
        elif step.tag == "replace":
            old, new = name[step.src_pos], word[step.dest_pos]
            if old + new in NEIGHBOURS or (VOWELS.match(latin(old)) and VOWELS.match(latin(new))):
                change -= 0.1
        elif VOWELS.match(latin(word[step.dest_pos])):
            change -= 0.1
    return max(change, -0.3 * edits)


def _first_letter(spelt: str, name: str) -> float:
    if not spelt or not name or spelt[0] == name[0]:
        return 0.0
    if name[1:2] == spelt[0] and len(spelt) < len(name):
        return LOST_FIRST
    return 0.3 if VOWELS.match(latin(spelt)) and VOWELS.match(latin(name)) else 0.6
