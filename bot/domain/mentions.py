"""Where a message names a country, and what stands around it."""

from dataclasses import dataclass
from typing import Final

from bot.domain.names import NameIndex, Senses, Sort
from bot.domain.normal import HANGUL, HIRAGANA, KATAKANA, NO_SPACES
from bot.domain.stems import stems

WIDEST: Final = 9
"""Words of the longest name."""
LONGEST_RUN: Final = 16
"""Letters of the longest name in a script without spaces."""


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

    @property
    def countries(self) -> Senses:
        return tuple(sense for sense in self.senses if sense.sort < Sort.CODE)

    def __str__(self) -> str:
        sorts = ", ".join(sorted({sense.sort.name.lower() for sense in self.senses}))
        return f"{self.text!r} (words {self.start + 1}-{self.end}, {self.layer}, cost {self.cost:.2f}: {sorts})"

    def has(self, *sorts: Sort) -> bool:
        return any(sense.sort in sorts for sense in self.senses)


def exact(index: NameIndex, words: list[str]) -> list[Mention]:
    """What is known as it stands, longest names first, from left to right; gaps are left to other layers."""
    found: list[Mention] = []
    place = 0
    last = len(words) - 1
    begins_any = {word: index.begins_any(word) for word in dict.fromkeys(words)}
    alone = {word: index.find(word) for word in begins_any}
    while place <= last:
        word = words[place]
        end = place + 1
        senses: Senses = ()
        if place < last and begins_any[word] and index.begins(word, words[place + 1]):
            for end in range(min(last + 1, place + WIDEST), place + 1, -1):
                senses = index.find("".join(words[place:end]))
                if senses:
                    break
            else:
                senses, end = (), place + 1
        if not senses:
            senses = alone[word]
        if senses:
            mention = Mention(place, end, " ".join(words[place:end]), senses, "exact")
            found.append(mention)
            if end > place + 1 and not mention.countries and mention.has(Sort.POST, Sort.VISA, Sort.CITIZEN):
                found.extend(
                    Mention(inner, inner + 1, words[inner], alone[words[inner]], "exact")
                    for inner in range(place, end)
                    if alone[words[inner]] and all(sense.sort < Sort.CODE for sense in alone[words[inner]])
                )
        elif NO_SPACES.match(word):
            found.extend(within(index, word, place))
            if HIRAGANA.fullmatch(word) and not any(mention.countries for mention in found):
                spelt_out = within(index, word.translate(KATAKANA), place)
                found.extend(mention for mention in spelt_out if len(mention.text) > 2)
        elif HANGUL.match(word):
            found.extend(at_start(index, word, place))
        place = end
    return found


def within(index: NameIndex, run: str, place: int) -> list[Mention]:
    """Names inside a run of a script that writes no spaces."""
    found: list[Mention] = []
    start, size = 0, len(run)
    while start < size - 1:
        if index.heads(run[start : start + 2]):
            for end in range(min(size, start + LONGEST_RUN), start + 1, -1):
                senses = index.find(run[start:end])
                if senses:
                    found.append(Mention(place, place + 1, run[start:end], senses, "inside"))
                    start = end - 1
                    break
        start += 1
    return found


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
