"""Names that stand in the message, but not as words of their own: as a code, written together, begun, with digits."""

import re
from typing import Final

from bot.domain.mentions import FUNCTION_WORDS, Mention
from bot.domain.names import NameIndex
from bot.domain.question import CONTEXT, Question
from bot.domain.senses import KNOWN_TO_ALL, Sense, Senses, Sort
from bot.domain.signs import iso_code

SHOUTED: Final = re.compile(r"(?<![^\W_])[A-Z]{2,3}(?![^\W_])")
RATHER_WORDS: Final = frozenset(("id", "it", "am", "tv", "pm"))
"""Codes that, even in capitals, are more often something else."""
TOGETHER: Final = range(8, 41)
"""Letters of "franceembassy"."""
MOST_TOGETHER: Final = 4
SHORTEST_BEGINNING: Final = 4
SHORTEST_SURE: Final = 5
"""Letters that must be typed of a name that no other begins like."""
MOST_BEGUN: Final = 4
MOST_STARTS: Final = 100
DIGITS: Final = (str.maketrans("01345", "oieas"), str.maketrans("0346", "озчб"))
"""Digits for the letters that they look like."""


def coded(question: Question) -> list[Mention]:
    """A code in capitals beside a word like "embassy": "NL consulate"."""
    shouted = {code.lower() for code in SHOUTED.findall(question.text)} - RATHER_WORDS
    found = []
    for place, word in enumerate(question.words) if shouted else ():
        known = question.at.get(place)
        if word not in shouted or (known and _is_a_word(known)):
            continue
        senses = tuple(Sense(code, Sort.ABBREVIATION, KNOWN_TO_ALL) for code in iso_code(question.index, word.upper()))
        mention = Mention(place, place + 1, word, senses, "code")
        if senses and question.is_beside(mention, Sort.POST, Sort.CITIZEN):
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
                return Mention(place, place + 1, word, senses, "together")
    return None


def _plain_names(index: NameIndex, name: str) -> Senses:
    if len(name) < 4 or index.is_ordinary(name):
        return ()
    senses = index.find(name)
    if any(sense.sort in (*FUNCTION_WORDS, *CONTEXT) for sense in senses):
        return ()
    return tuple(sense for sense in senses if sense.sort < Sort.CAPITAL and sense.languages & index.major)


def begun(question: Question) -> list[Mention]:
    """All there is are the first letters of a name, or of up to four: "austr", "slov"."""
    places = question.unknown()
    named = [mention for mention in question.mentions if not mention.has(*CONTEXT, Sort.FILLER)]
    if len(places) != 1 or named or len(question.words) > 1 + len(question.mentions):
        return []
    word = question.words[places[0]]
    if len(word) < SHORTEST_BEGINNING:
        return []
    senses = []
    for number, name in enumerate(question.index.starting_with(word)):
        if number > MOST_STARTS:
            return []
        senses += [sense for sense in question.index.find(name) if sense.sort is Sort.NAME]
    senses = [sense for sense in senses if sense.languages & KNOWN_TO_ALL]
    codes = {sense.code for sense in senses}
    if not codes or len(codes) > MOST_BEGUN or (len(codes) == 1 and len(word) < SHORTEST_SURE):
        return []
    begun = tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in sorted(codes))
    return [Mention(places[0], places[0] + 1, word, begun, "beginning")]


def in_letters(word: str) -> str | None:
    """The word with the letters that its digits look like: "s0malia"; None where it is no such word."""
    letters = [letter for letter in word if not letter.isdigit()]
    if len(letters) < 4 or len(word) - len(letters) > 2:
        return None
    plain = word.translate(DIGITS["а" <= letters[0] <= "я"])
    return plain if plain.isalpha() else None
