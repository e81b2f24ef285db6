"""Names that stand in the message, but not as words of their own: as a code, written together, begun, with digits."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final

from bot.domain.countries import HOST
from bot.domain.mentions import FUNCTION_WORDS, Mention
from bot.domain.names import NameIndex
from bot.domain.normal import HANGUL, NO_SPACES
from bot.domain.question import CONTEXT, Question
from bot.domain.senses import KNOWN_TO_ALL, Layer, Sense, Senses, Sort
from bot.domain.signs import RATHER_WORDS, iso_code
from bot.domain.spelling import HAN

SHOUTED: Final = re.compile(r"(?<![^\W_])[A-Z]{2,3}(?![^\W_])")
CALLED: Final = re.compile(r"(?<![\w+])\+\d{1,4}(?!\d)")
NEAR_TELLING: Final = 3
LONG_CODE: Final = 3
"""Letters of codes that are no words: "GBR passport"; but "NO visa"."""
TOGETHER: Final = range(8, 41)
"""Letters of "franceembassy"."""
MOST_TOGETHER: Final = 4
SHORTEST_SURE: Final = 5
"""Letters that must be typed of a name that no other begins like."""
SHORTEST_SHORTENED: Final = 5
MOST_BEGUN: Final = 4
MOST_STARTS: Final = 150
GENERAL: Final = ("republic", "democrat", "the", "респ", "демократ", "королевство", "共和")
"""How long names begin that say little by it."""
DIGITS: Final = (str.maketrans("01345", "oieas"), str.maketrans("0346", "озчб"))
"""Digits for the letters that they look like."""


def coded(question: Question) -> list[Mention]:
    """A code in capitals beside a word like "embassy" or "country code": "NL consulate", "starts with +251"."""
    telling = [mention for mention in question.mentions if mention.has(Sort.TELLING)]
    if telling and (called := [code for code in CALLED.findall(question.text) if question.index.find(code)]):
        senses = tuple(replace(sense, sort=Sort.ABBREVIATION) for sense in question.index.find(called[0]))
        place = question.words.index(called[0][1:]) if called[0][1:] in question.words else 0
        return [Mention(place, place + 1, called[0], senses, Layer.CODE)]
    shouted = {code.lower() for code in SHOUTED.findall(question.text)} - RATHER_WORDS
    found = []
    for place, word in enumerate(question.words) if shouted else ():
        known = question.at.get(place)
        if word not in shouted or (known and _is_a_word(known)):
            continue
        senses = tuple(Sense(code, Sort.ABBREVIATION, KNOWN_TO_ALL) for code in iso_code(question.index, word.upper()))
        mention = Mention(place, place + 1, word, senses, Layer.CODE)
        told = any(abs(place - one.start) < NEAR_TELLING or abs(place - one.end) < NEAR_TELLING for one in telling)
        beside = (Sort.POST, Sort.CITIZEN, Sort.VISA) if len(word) == LONG_CODE else (Sort.POST, Sort.CITIZEN)
        if senses and (told or question.is_beside(mention, *beside)):
            found.append(mention)
    return found


def _is_a_word(known: Mention) -> bool:
    return known.has(*CONTEXT) or any(
        sense.sort in FUNCTION_WORDS and sense.languages & KNOWN_TO_ALL for sense in known.senses
    )


def together(question: Question) -> list[Mention]:
    """A name and a word like "embassy" without the blank between them: "franceembassy", "embassyofindia"."""
    found = []
    places = [place for place in question.unknown() if len(question.words[place]) in TOGETHER]
    for place in places[:MOST_TOGETHER]:
        word = question.words[place]
        for cut in range(3, len(word) - 2):
            if (mention := _cut(question.index, word, place, cut)) is not None:
                found.append(mention)
                break
    return found


def _cut(index: NameIndex, word: str, place: int, cut: int) -> Mention | None:
    for post, name in ((word[:cut], word[cut:]), (word[cut:], word[:cut])):
        if len(post) > 3 and any(sense.sort in CONTEXT for sense in index.find(post)):
            senses = _plain_names(index, name)
            for little in range(1 + post.isascii(), 4) if not senses and name is not word[:cut] else ():
                if any(sense.sort is Sort.FILLER for sense in index.find(name[:little])):
                    senses = senses or _plain_names(index, name[little:])
            if senses:
                return Mention(place, place + 1, word, senses, Layer.TOGETHER)
    return None


def _plain_names(index: NameIndex, name: str) -> Senses:
    if len(name) < 4 or index.is_ordinary(name):
        return ()
    senses = index.find(name)
    if any(sense.sort in (*FUNCTION_WORDS, *CONTEXT) for sense in senses):
        return ()
    return tuple(sense for sense in senses if sense.sort < Sort.CAPITAL and sense.languages & index.major)


def begun(question: Question) -> list[Mention]:
    """All there is are the first letters of a name, or of up to four: "austr", "шве", "オースト"."""
    rest = [place for place in range(len(question.words)) if not _is_around(question.at.get(place))]
    if len(rest) != 1:
        return []
    place, word = rest[0], question.words[rest[0]]
    known = question.at.get(place)
    spoken = -1 if NO_SPACES.match(word) or HANGUL.match(word) else KNOWN_TO_ALL
    if known and any(sense.sort >= Sort.POST and sense.languages & spoken for sense in known.senses):
        return []
    codes = beginnings(question.index, word) or shortened(question.index, word)
    if len(codes) == 1 and (known or len(word) < SHORTEST_SURE or question.index.is_ordinary(word)):
        return []
    begun = tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in codes)
    return [Mention(place, place + 1, word, begun, Layer.BEGINNING)] if begun else []


def _is_around(known: Mention | None) -> bool:
    return known is not None and known.has(*CONTEXT)


def beginnings(index: NameIndex, word: str) -> tuple[str, ...]:
    """The countries whose English or Russian names, else those in any language, begin so; () where over four do."""
    is_lettered = not (NO_SPACES.match(word) or HANGUL.match(word))
    if len(word) < (3 if is_lettered else 1 if HAN.match(word) else 2):
        return ()
    widely: dict[str, None] = {}
    others: dict[str, None] = {}
    for number, name in enumerate(index.starting_with(word)):
        if number > MOST_STARTS:
            return ()
        for sense in index.find(name):
            if sense.sort is Sort.NAME and sense.code != HOST and not name.startswith(GENERAL):
                (widely if sense.languages & KNOWN_TO_ALL else others)[sense.code] = None
    if not widely and (len(others) == 1 or (len(word) < SHORTEST_SURE and is_lettered) or index.is_ordinary(word)):
        return ()
    codes = sorted(widely or others)
    return tuple(codes) if len(codes) <= MOST_BEGUN else ()


def familiar(index: NameIndex, names: Iterable[str]) -> set[str]:
    """The countries that English or Russian call so."""
    return {
        sense.code
        for name in names
        for sense in index.find(name)
        if sense.sort is Sort.NAME and sense.languages & KNOWN_TO_ALL
    }


def shortened(index: NameIndex, word: str) -> tuple[str, ...]:
    """The two to four countries of whose names two letters in a row were left out: "slovia"."""
    if len(word) < SHORTEST_SHORTENED or not word.isalpha() or index.is_ordinary(word):
        return ()
    names = (
        name
        for name in islice(index.starting_with(word[:3]), MOST_STARTS)
        if len(name) == len(word) + 2 and any(name[:cut] + name[cut + 2 :] == word for cut in range(3, len(word)))
    )
    codes = familiar(index, names) - {HOST}
    return tuple(sorted(codes)) if 1 < len(codes) <= MOST_BEGUN else ()


def in_letters(word: str) -> str | None:
    """The word with the letters that its digits look like: "s0malia"; None where it is no such word."""
    letters = [letter for letter in word if not letter.isdigit()]
    if len(letters) < 4 or len(word) - len(letters) > 2:
        return None
    plain = word.translate(DIGITS["а" <= letters[0] <= "я"])
    return plain if plain.isalpha() else None
