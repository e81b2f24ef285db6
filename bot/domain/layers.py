"""Ways to find a name that does not stand in the message as it should, the surest first."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.domain.compounds import begun, coded, together
from bot.domain.guessing import FEW, LONG, TIE, misspelt, misspelt_with_ending
from bot.domain.mentions import FUNCTION_WORDS, Mention, stemmed
from bot.domain.question import Question
from bot.domain.retyping import retyped, retyped_misspelt
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Layer, Sense, Sort
from bot.domain.spelling import near

MOST_STEMMED: Final = 50
MOST_FOREIGN: Final = 16
MOST_PAIRS: Final = 100
"""Words of one message that are looked at: what bounds the time a message takes."""
SURELY_NEARER: Final = 0.05
MOST_BEFORE: Final = 3
"""Words before the one with the ending."""
SHORTEST_ENDED: Final = 5


def foreign(question: Question) -> list[Mention]:
    """A form of another language that may as well be a misspelt English or Russian name: "nigera" for Nigeria.

    In an English or Russian message it is taken for that; alone, it is doubtful.
    """
    found: list[Mention] = []
    at_home = bool(question.languages & KNOWN_TO_ALL)
    if not at_home and len(question.words) > FEW:
        return found
    for mention in question.naming[: MOST_FOREIGN // (1 + (len(question.words) > LONG))]:
        if mention.end > mention.start + 1 or mention.layer != Layer.EXACT or len(mention.text) < 5:
            continue
        alone = _stands_alone(question, mention) and all(
            sense.sort is Sort.FORM or not sense.languages & WIDE for sense in mention.senses
        )
        if (at_home or alone) and all(sense.sort < Sort.CODE for sense in mention.senses):
            codes = _rather_misspelt(question, mention, question.languages if at_home else 0)
            codes |= {sense.code for sense in mention.senses} if codes and not at_home else set()
            senses = tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in sorted(codes))
            found += [replace(mention, senses=senses, layer=Layer.SPELLING)] if senses else []
    return found


def _stands_alone(question: Question, mention: Mention) -> bool:
    """True beside words alone that English or Russian has as well: "visa"."""
    others = [other for other in question.mentions if other is not mention]
    return sum(other.end - other.start for other in others) == len(question.words) - 1 and all(
        any(sense.languages & KNOWN_TO_ALL for sense in other.senses) for other in others
    )


def inflected(question: Question) -> list[Mention]:
    """A name with endings or prefixes of its own language."""
    found = []
    for place in question.unknown()[:MOST_STEMMED]:
        word = question.words[place]
        mention = _phrase_inflected(question, place) or stemmed(question.index, word, place)
        if mention and not _is_chance(mention) and not _rather_misspelt(question, mention, question.languages):
            found.append(mention)
    return found


def _phrase_inflected(question: Question, place: int) -> Mention | None:
    """A name of several words of which the last bears the ending: "Janubiy Koreyaga"."""
    index, words = question.index, question.words
    if len(words[place]) < SHORTEST_ENDED:
        return None
    first = place
    while first > max(0, place - MOST_BEFORE) and index.is_part(words[first - 1]):
        first -= 1
    for start in range(first, place):
        mention = stemmed(index, words[place], place, words[start:place])
        if mention and mention.countries:
            return mention
    return None


def _is_chance(mention: Mention) -> bool:
    """True for an ordinary or a little word with an ending of a language in which it is none: "cana-nda"."""
    return all(sense.sort in (Sort.EVERYDAY, *FUNCTION_WORDS) for sense in mention.senses)


def joined(question: Question) -> list[Mention]:
    """A name typed with a blank too many: "ger many", "kazakh stan"."""
    found = []
    for number, (first, second) in enumerate(itertools.pairwise(question.loose())):
        if second == first + 1 and (number < MOST_PAIRS or question.is_near_context(first, second + 1)):
            name = question.words[first] + question.words[second]
            senses = question.index.find(name) if len(name) >= 6 else ()
            if any(sense.sort < Sort.CODE and sense.languages & question.index.major for sense in senses):
                found.append(Mention(first, second + 1, name, senses, Layer.JOINED))
    return found


def _rather_misspelt(question: Question, mention: Mention, languages: int) -> set[str]:
    """Other countries whose English or Russian name is near, where nothing says that the form's language is meant.

    `languages`: bits of those that something does say.
    """
    word = question.words[mention.start]
    familiar = languages | KNOWN_TO_ALL
    if not word.isascii() or any(sense.languages & familiar for sense in mention.senses):
        return set()
    costs: dict[str, float] = {}
    for guess in near(question.index, word, languages):
        for sense in guess.senses:
            if guess.cost <= 1.0 and sense.sort is Sort.NAME and sense.languages & familiar:
                costs.setdefault(sense.code, guess.cost)
    least = min(costs.values(), default=1.0)
    if least < 1.0:
        near_by = {code for code, cost in costs.items() if cost < least + SURELY_NEARER and cost < 1.0}
        if near_by.isdisjoint(sense.code for sense in mention.countries):
            return near_by
        if not any(sense.languages & question.index.major for sense in mention.countries):
            return {code for code, cost in costs.items() if cost < least + TIE}  # "slovania": as near to another
    return set()


LAYERS: Final[tuple[tuple[Layer, Callable[[Question], list[Mention]]], ...]] = (
    (Layer.CODE, coded),
    (Layer.ENDINGS, inflected),
    (Layer.JOINED, joined),
    (Layer.TOGETHER, together),
    (Layer.LAYOUT, retyped),
    (Layer.SPELLING, misspelt),
    (Layer.ENDINGS, misspelt_with_ending),
    (Layer.LAYOUT, retyped_misspelt),
    (Layer.BEGINNING, begun),
)
