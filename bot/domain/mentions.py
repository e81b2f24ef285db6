"""Where a message names a country, and what stands around it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.domain.names import MAX_HEAD, NameIndex
from bot.domain.normal import HANGUL, HIRAGANA, KATAKANA, NO_SPACES
from bot.domain.senses import Layer, Senses, Sort
from bot.domain.stems import stems

WIDEST: Final = 9
"""Words of the longest name."""
NAMES_READ: Final = 20
END_READ: Final = 60
"""Where a message has so many names of countries, only its last words are read, or letters of a run without blanks:
nobody lists more, and what is said at the end is what is wanted."""
HALF_RUN: Final = 1000
"""Letters that are read of the beginning, and of the end, of a run without blanks."""
MOST_SPELT_OUT: Final = 200
"""So many letters of hiragana are looked at as names written without katakana, and the rest of the word."""
MOST_RUNS: Final = 200
"""So many runs without blanks are looked into, and those of the last words: sentences have fewer in 4,096 letters."""
LONGEST_RUN: Final = 16
"""Letters of the longest name in a script without spaces."""


NAMING: Final = (1 << Sort.CODE) - 1
MOST_REPEATED: Final = 3
MOST_NAMED: Final = 20
"""How often a word that names nothing, and one that names a country, is noted in one message."""
FUNCTION_WORDS: Final = (Sort.FILLER, Sort.NOT, Sort.CONTRAST, Sort.AND)


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of the message with a meaning: words[start:end], or a part of one word."""

    start: int
    end: int
    text: str
    senses: Senses
    layer: Layer
    cost: float = 0.0
    """Edits from what is written to the name that was guessed."""
    guessed: str = ""
    sorts: int = field(init=False, repr=False, compare=False)
    """A bit for every sort of meaning it has."""
    countries: Senses = field(init=False, repr=False, compare=False)
    """The meanings that name a country."""

    def __post_init__(self) -> None:
        sorts = 0
        for sense in self.senses:
            sorts |= 1 << sense.sort
        naming = tuple(sense for sense in self.senses if sense.sort < Sort.CODE) if sorts & NAMING else ()
        object.__setattr__(self, "sorts", sorts)
        object.__setattr__(self, "countries", naming)

    def __str__(self) -> str:
        sorts = ", ".join(sorted({sense.sort.name.lower() for sense in self.senses}))
        guess = f" ~ {self.guessed!r}" if self.guessed else ""
        return f"{self.text!r}{guess} (words {self.start + 1}-{self.end}, {self.layer}, cost {self.cost:.2f}: {sorts})"

    def has(self, *sorts: Sort) -> bool:
        for sort in sorts:  # noqa: SIM110 - asked very often, and any() takes three times as long
            if self.sorts >> sort & 1:
                return True
        return False


def exact(index: NameIndex, words: list[str]) -> list[Mention]:
    """What is known as it stands, longest names first, from left to right; gaps are left to other layers."""
    found: list[Mention] = []
    counts: dict[str, int] = {}
    known = _Known(index)
    place = named = spelt = runs = 0
    while place < len(words):
        word = words[place]
        end, senses = _longest(index, words, place, known)
        if senses:
            mention = Mention(place, end, " ".join(words[place:end]), senses, Layer.EXACT)
            count = counts[mention.text] = counts.get(mention.text, 0) + 1
            if count <= (MOST_NAMED if mention.countries else MOST_REPEATED):
                found.append(mention)
                named += count == 1 and bool(mention.countries)
                if end > place + 1:
                    found.extend(_inside_phrase(index, mention, words, known))
        elif word.isascii():
            pass
        elif NO_SPACES.match(word):
            runs += 1
            if runs <= MOST_RUNS or place >= len(words) - END_READ:
                inside = within(index, word, place)
                is_named = any(mention.countries for mention in inside)
                if spelt < MOST_SPELT_OUT and HIRAGANA.fullmatch(word) and not is_named:
                    spelt += len(word)
                    spelt_out = within(index, word.translate(KATAKANA), place)
                    inside.extend(mention for mention in spelt_out if len(mention.text) > 2)
                found.extend(inside)
        elif HANGUL.match(word):
            found.extend(at_start(index, word, place))
        place = max(end, len(words) - END_READ) if named >= NAMES_READ else end
    return found


class _Known(dict[str, Senses]):
    """What words mean, each looked up once."""

    def __init__(self, index: NameIndex) -> None:
        self._index = index
        self._first: dict[str, bool] = {}

    def begins_any(self, word: str) -> bool:
        first = self._first.get(word)
        if first is None:
            first = self._first[word] = self._index.begins_any(word)
        return first

    def __missing__(self, word: str) -> Senses:
        senses = self[word] = self._index.find(word)
        return senses


def _longest(index: NameIndex, words: list[str], place: int, known: _Known) -> tuple[int, Senses]:
    """Where the longest name that begins at a place ends, and what it means."""
    if place + 1 < len(words) and known.begins_any(words[place]) and index.begins(words[place], words[place + 1]):
        for end in range(min(len(words), place + WIDEST), place + 1, -1):
            senses = known["".join(words[place:end])]
            if senses and not (words[end - 1] == "no" and _means_not(known["no"])):
                return end, senses
    return place + 1, known[words[place]]


def _means_not(senses: Senses) -> bool:
    """True for "no" behind a name that only happens to go on so: "Costa Rica, no Puerto Rico"."""
    return any(sense.sort is Sort.NOT for sense in senses)


def _inside_phrase(index: NameIndex, mention: Mention, words: list[str], known: _Known) -> list[Mention]:
    """Nationalities within a phrase such as "I am a Nepali"."""
    if mention.countries or not mention.has(Sort.POST, Sort.VISA, Sort.CITIZEN):
        return []
    return [
        Mention(place, place + 1, words[place], known[words[place]], Layer.EXACT)
        for place in range(mention.start, mention.end)
        if known[words[place]]
        and all(sense.sort < Sort.CODE for sense in known[words[place]])
        and any(sense.languages & index.major for sense in known[words[place]])
    ]


def within(index: NameIndex, run: str, place: int) -> list[Mention]:
    """Names inside a run of a script that writes no spaces."""
    found: list[Mention] = []
    counts: Counter[str] = Counter()
    if len(run) > 2 * HALF_RUN:
        run = run[:HALF_RUN] + run[-HALF_RUN:]
    start, size = 0, len(run)
    while start < size - 1:
        if not index.heads(run[start : start + 2]):
            start += 1
            continue
        for end in _ends(index, run, start):
            senses = index.find(run[start:end])
            if senses:
                mention = Mention(place, place + 1, run[start:end], senses, Layer.INSIDE)
                counts[mention.text] += 1
                if counts[mention.text] <= MOST_NAMED:
                    found.append(mention)
                start = end - 1 if len(counts) < NAMES_READ else max(end - 1, size - END_READ)
                break
        start += 1
    return found


def _ends(index: NameIndex, run: str, start: int) -> range:
    """Where a name that begins with the two letters at a place of a run may end, the longest first."""
    longest = 2
    while longest < MAX_HEAD and start + longest < len(run) and index.heads(run[start : start + longest + 1]):
        longest += 1
    if longest == MAX_HEAD:
        longest = LONGEST_RUN
    return range(min(len(run), start + longest), start + 1, -1)


def at_start(index: NameIndex, word: str, place: int) -> list[Mention]:
    """A Korean word: a name, then particles or other known words."""
    if not index.heads(word[:2]):
        return []
    for end in range(min(len(word) - 1, LONGEST_RUN), 1, -1):
        senses = index.find(word[:end])
        if senses:
            rest = index.find(word[end:])
            if end == 2 and not rest and word[end:] not in PARTICLES:
                continue
            found = [Mention(place, place + 1, word[:end], senses, Layer.INSIDE)]
            if rest:
                found.append(Mention(place, place + 1, word[end:], rest, Layer.INSIDE))
            elif len(word) - end > 1:
                found.extend(within(index, word[end:], place))
            return found
    return []


PARTICLES: Final = frozenset(
    "은 는 이 가 을 를 의 에 에서 로 으로 와 과 랑 이랑 인 도 만 입니다 이에요 예요 사람 인데 에게 한테 행 "
    "말고 대신 어 산 계 측".split()
)


def stemmed(index: NameIndex, word: str, place: int, before: Sequence[str] = ()) -> Mention | None:
    """A name with endings or prefixes of its own language; `before` are the words of it before the one with those."""
    lead = "".join(before)
    tried: set[str] = set()
    for stem, languages in stems(word):
        if stem in tried:
            continue
        senses = index.find(lead + stem)
        if not senses:
            tried.add(stem)
            continue
        bits = 0
        for language in languages:
            bits |= index.bits(language)
        fitting = tuple(sense for sense in senses if sense.languages & bits)
        if fitting:
            return Mention(place - len(before), place + 1, " ".join((*before, stem)), fitting, Layer.ENDINGS)
    return None
