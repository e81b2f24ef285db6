"""Several countries in one message: where one is plain, what "and", "or" and "not" join to it is a country too."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.domain.guessing import guess_at
from bot.domain.judging import is_doubtful
from bot.domain.mentions import Mention, stemmed
from bot.domain.normal import words
from bot.domain.question import CONTEXT, Question
from bot.domain.senses import Layer, Sort
from bot.domain.sounds import ARABIC, HEBREW, script_of
from bot.domain.spelling import near

JOINING: Final = (Sort.AND, Sort.NOT, Sort.CONTRAST)
WRITTEN_TOGETHER: Final = {"و": ARABIC, "ו": HEBREW}
"""Letters that mean "and" at the beginning of a word."""
HYPHENED: Final = re.compile(r"(\w{3,12})[-–]\s?(\w{4,})")
SHORTEST: Final = 4
NEAREST: Final = 1.0
MOST_JOINED: Final = 4
LONGEST_LIST: Final = 8
LISTING: Final = re.compile(r"\w\s*[,;/]\s*\w")
PARTED_BY_COMMAS: Final = 1
"""Where commas part the words, half of them may be misspelt; else fewer."""


def listed(question: Question) -> list[Mention]:
    """Names beside a joining word, inflected or misspelt, with a plain name on its other side; the rest of a list."""
    found = [*_halved(question), *_compounded(question)]
    if not question.naming or len(question.at) == len(question.words):
        return found
    places: list[int] = []
    for mention in question.mentions if question.has(*JOINING) else ():
        if mention.has(*JOINING) and not mention.countries:
            places += _other_sides(question, mention)
    places += [
        place
        for place, word in enumerate(question.words)
        if place and word[0] in WRITTEN_TOGETHER and _is_named(question, place - 1) and place not in question.at
    ]
    places += _left_of_list(question)
    for place in dict.fromkeys(places[:MOST_JOINED]):
        found += _understood(question, place)
    return found


def _other_sides(question: Question, joining: Mention) -> Iterator[int]:
    """The place behind a joining word with a name before it, and the other way round."""
    before, after = joining.start - 1, joining.end
    while before >= 0 and _is_little(question, before):
        before -= 1
    while after < len(question.words) and _is_little(question, after):
        after += 1
    if before < 0 or after >= len(question.words):
        return
    if _is_named(question, before) and after not in question.at:
        yield after
    elif _is_named(question, after) and before not in question.at:
        yield before


def _left_of_list(question: Question) -> list[int]:
    """The one or two unknown words of a message that else is a list of names: "Kenya Uganda Tanzaina"."""
    size = len(question.words)
    if not 1 < size <= LONGEST_LIST:
        return []
    left = [place for place in range(size) if place not in question.at]
    others = {question.at[place].start: question.at[place] for place in range(size) if place in question.at}
    named = [one for one in others.values() if one.countries]
    if not 0 < len(left) < len(named) + PARTED_BY_COMMAS * bool(LISTING.search(question.text)):
        return []
    if all(one.countries or one.has(Sort.FILLER, *CONTEXT, *JOINING) for one in others.values()):
        return left
    return []


def _is_little(question: Question, place: int) -> bool:
    known = question.at.get(place)
    return known is not None and not known.countries and known.has(Sort.FILLER, *CONTEXT, *JOINING)


def _is_named(question: Question, place: int) -> bool:
    known = question.at.get(place)
    return known is not None and bool(known.countries) and not is_doubtful(question, known)


def _understood(question: Question, place: int) -> list[Mention]:
    word = question.words[place]
    if len(word) < SHORTEST or question.index.is_ordinary(word):
        return []
    mention = stemmed(question.index, word, place)
    if mention and mention.countries:
        return [mention]
    if script_of(word) in WRITTEN_TOGETHER.values():
        return []
    guesses = near(question.index, word, question.languages)
    if not guesses or guesses[0].cost > NEAREST:
        return []
    guess = replace(guess_at(place, place + 1, word, guesses[0]), layer=Layer.LISTED)
    return [guess] if guess.countries else []


def _compounded(question: Question) -> Iterator[Mention]:
    """The first half of a compound: "franco-algérienne", "российско-узбекский"."""
    hyphened = HYPHENED.findall(question.text.lower()) if question.has(Sort.COMBINING) else []
    for first, second in hyphened[:MOST_JOINED]:
        parts = words(first), words(second)
        if len(parts[0]) != 1 or len(parts[1]) != 1 or parts[0][0] not in question.words:
            continue
        place = question.words.index(parts[0][0])
        senses = [sense for sense in question.index.find(parts[0][0]) if sense.sort is Sort.COMBINING]
        if senses and place + 1 < len(question.words) and _is_nationality(question, place + 1):
            named = tuple(replace(sense, sort=Sort.ADJECTIVE) for sense in senses)
            yield Mention(place, place + 1, parts[0][0], named, Layer.LISTED)


def _is_nationality(question: Question, place: int) -> bool:
    known = question.at.get(place) or stemmed(question.index, question.words[place], place)
    return known is not None and any(sense.sort in (Sort.ADJECTIVE, Sort.DEMONYM) for sense in known.countries)


def _halved(question: Question) -> Iterator[Mention]:
    """The name of which only the distinctive part is said: "North or South Korea", "Korea, south or north"."""
    size = len(question.words)
    for mention in question.naming if question.has(*JOINING) else ():
        if mention.end != mention.start + 2:
            continue
        first, last = question.words[mention.start : mention.end]
        for joining, place in ((mention.start - 1, mention.start - 2), (mention.end, mention.end + 1)):
            if not (0 <= place < size and 0 <= joining < size):
                continue
            between = question.at.get(joining)
            if between is None or not between.has(*JOINING) or between.end != between.start + 1:
                continue
            word = question.words[place]
            if len(word) < 3 or _is_named(question, place):
                continue
            for shared in (word + last, first + word):
                other = Mention(place, place + 1, shared, question.index.find(shared), Layer.LISTED)
                if other.countries and other.countries[0].code != mention.countries[0].code:
                    yield replace(other, senses=other.countries)
                    break
