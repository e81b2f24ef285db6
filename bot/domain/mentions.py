"""Where a message names a country, and what stands around it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from bot.domain.names import MAX_HEAD, NameIndex
from bot.domain.normal import HANGUL, HIRAGANA, KATAKANA, NO_SPACES
from bot.domain.senses import Senses, Sort
from bot.domain.stems import stems

WIDEST: Final = 9
"""Words of the longest name."""
HALF_RUN: Final = 1000
"""Letters that are read of the beginning, and of the end, of a run without blanks."""
LONGEST_SPELT_OUT: Final = 200
"""Letters of a run of hiragana that may be names written without katakana."""
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
    layer: str
    cost: float = 0.0
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
        return f"{self.text!r} (words {self.start + 1}-{self.end}, {self.layer}, cost {self.cost:.2f}: {sorts})"

    def has(self, *sorts: Sort) -> bool:
        for sort in sorts:  # noqa: SIM110 - asked very often, and any() takes three times as long
            if self.sorts >> sort & 1:
                return True
        return False


def exact(index: NameIndex, words: list[str]) -> list[Mention]:
    """What is known as it stands, longest names first, from left to right; gaps are left to other layers."""
    found: list[Mention] = []
    counts: Counter[str] = Counter()
    known = {word: index.find(word) for word in dict.fromkeys(words)}
    first = {word for word in known if index.begins_any(word)}
    place = 0
    while place < len(words):
        word = words[place]
        end, senses = _longest(index, words, place, known) if word in first else (place + 1, known[word])
        if senses:
            mention = Mention(place, end, " ".join(words[place:end]), senses, "exact")
            counts[mention.text] += 1
            if counts[mention.text] <= (MOST_NAMED if mention.countries else MOST_REPEATED):
                found.append(mention)
                found.extend(_inside_phrase(index, mention, words, known))
        elif NO_SPACES.match(word):
            inside = within(index, word, place)
            if (
                len(word) < LONGEST_SPELT_OUT
                and HIRAGANA.fullmatch(word)
                and not any(mention.countries for mention in inside)
            ):
                spelt_out = within(index, word.translate(KATAKANA), place)
                inside.extend(mention for mention in spelt_out if len(mention.text) > 2)
            found.extend(inside)
        elif HANGUL.match(word):
            found.extend(at_start(index, word, place))
        place = end
    return found


def _longest(index: NameIndex, words: list[str], place: int, known: dict[str, Senses]) -> tuple[int, Senses]:
    """Where the longest name that begins at a place ends, and what it means."""
    if place + 1 < len(words) and index.begins(words[place], words[place + 1]):
        for end in range(min(len(words), place + WIDEST), place + 1, -1):
            name = "".join(words[place:end])
            senses = known.get(name)
            if senses is None:
                senses = known[name] = index.find(name)
            if senses and not _ends_on_not(known.get(words[end - 1], ()), words[end - 1]):
                return end, senses
    return place + 1, known[words[place]]


def _ends_on_not(senses: Senses, word: str) -> bool:
    """True for "no" behind a name that only happens to go on so: "Costa Rica, no Puerto Rico"."""
    return word == "no" and any(sense.sort is Sort.NOT for sense in senses)


def _inside_phrase(index: NameIndex, mention: Mention, words: list[str], known: dict[str, Senses]) -> list[Mention]:
    """Nationalities within a phrase such as "I am a Nepali"."""
    if mention.end == mention.start + 1 or mention.countries or not mention.has(Sort.POST, Sort.VISA, Sort.CITIZEN):
        return []
    return [
        Mention(place, place + 1, words[place], known[words[place]], "exact")
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
        for end in _ends(index, run, start):
            senses = index.find(run[start:end])
            if senses:
                mention = Mention(place, place + 1, run[start:end], senses, "inside")
                counts[mention.text] += 1
                if counts[mention.text] <= MOST_NAMED:
                    found.append(mention)
                start = end - 1
                break
        start += 1
    return found


def _ends(index: NameIndex, run: str, start: int) -> range:
    """Where a name that begins at a place of a run may end, the longest first."""
    longest = 1
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
            found = [Mention(place, place + 1, word[:end], senses, "inside")]
            if rest:
                found.append(Mention(place, place + 1, word[end:], rest, "inside"))
            elif len(word) - end > 1:
                found.extend(within(index, word[end:], place))
            return found
    return []


PARTICLES: Final = frozenset(
    [
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "의",
        "에",
        "에서",
        "로",
        "으로",
        "와",
        "과",
        "랑",
        "이랑",
        "인",
        "도",
        "만",
        "입니다",
        "이에요",
        "예요",
        "사람",
        "인데",
        "에게",
        "한테",
        "행",
        "말고",
        "대신",
        "어",
        "산",
        "계",
        "측",
    ]
)


def stemmed(index: NameIndex, word: str, place: int) -> Mention | None:
    """A name with endings or prefixes of its own language."""
    tried: set[str] = set()
    for stem, languages in stems(word):
        if stem in tried:
            continue
        senses = index.find(stem)
        if not senses:
            tried.add(stem)
            continue
        bits = 0
        for language in languages:
            bits |= index.bits(language)
        fitting = tuple(sense for sense in senses if sense.languages & bits)
        if fitting:
            return Mention(place, place + 1, stem, fitting, "stem")
    return None
