"""Messages typed with the keyboard in another layout."""

from typing import Final

from bot.domain.guessing import guess_at
from bot.domain.layout import other_layouts
from bot.domain.mentions import Mention, exact, stemmed
from bot.domain.normal import HANGUL, words
from bot.domain.question import CONTEXT, Question, Retyping
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Layer, Sort
from bot.domain.sounds import CYRILLIC, LATIN, latin, script_of
from bot.domain.spelling import Near, near

LONGEST_LAYOUT: Final = 120
MOST_WORDS: Final = 3
"""Words of a message that may be misspelt and in the wrong layout, both."""
SHORTEST: Final = 6
LONG: Final = 7
NEAREST: Final = 1.0
NEAREST_SHORT: Final = 0.8
"""How far a name may be from what was typed: from a word that is not long, a letter left out."""
PLAIN: Final = (Sort.NAME, Sort.FORM)


def _in_other_layouts(question: Question) -> list[Retyping]:
    """A short message of other than ordinary words in each layout that may be meant."""
    if question.retypings is None:
        question.retypings = []
        if len(question.text) <= LONGEST_LAYOUT and not all(map(question.index.is_ordinary, question.words)):
            for converted in dict.fromkeys(other_layouts(question.text.strip())):
                spoken = words(converted)
                question.retypings.append((converted, spoken, exact(question.index, spoken)))
    return question.retypings


def retyped(question: Question) -> list[Mention]:
    """What the same keys give in another layout; changes the words of the question where it finds a name."""
    understood = [mention for mention in question.mentions if len(mention.text) > 2]
    if len(understood) * 3 > len(question.words):
        return []
    for converted, spoken, found in _in_other_layouts(question):
        if not found:
            continue
        if _letters_left(spoken, found) * 2 > sum(map(len, spoken)):
            continue
        known = {place for mention in found for place in range(mention.start, mention.end)}
        missing = [place for place in range(len(spoken)) if place not in known]
        found += [more for place in missing[:4] if (more := stemmed(question.index, spoken[place], place))]
        at_post = len(spoken) == 1 or any(mention.has(Sort.POST) for mention in found)
        named = any(_is_likely_retyped(mention, at_post) for mention in found)
        if named and sum(len(spoken[place]) for place in missing) * 3 <= sum(map(len, spoken)):
            question.read_as(spoken, found, converted)
            return found
    return []


def _letters_left(spoken: list[str], found: list[Mention]) -> int:
    """Letters of runs without blanks of which only a part was understood."""
    runs = {mention.start for mention in found if mention.layer == Layer.INSIDE}
    inside = sum(len(mention.text) for mention in found if mention.start in runs)
    return sum(len(spoken[place]) for place in runs) - inside


def _is_likely_retyped(mention: Mention, at_post: bool) -> bool:
    """False for abbreviations of small languages: any three keys give one."""
    if len(mention.text) > 3 or HANGUL.match(mention.text):
        return bool(mention.countries)
    return (len(mention.text) > 2 or at_post) and any(sense.languages & KNOWN_TO_ALL for sense in mention.countries)


def retyped_misspelt(question: Question) -> list[Mention]:
    """The same for one long word that is misspelt as well: "<fyukfltim" for "Бангладешь"."""
    if question.mentions or len(question.words) > MOST_WORDS:
        return []
    for converted, spoken, found in _in_other_layouts(question):
        known = {place for mention in found for place in range(mention.start, mention.end) if mention.has(*CONTEXT)}
        missing = [place for place in range(len(spoken)) if place not in known]
        if len(missing) != 1 or len(spoken[missing[0]]) < SHORTEST or not spoken[missing[0]].isalpha():
            continue
        place, word = missing[0], spoken[missing[0]]
        if script_of(word) not in (LATIN, CYRILLIC) or question.index.is_ordinary(word):
            continue
        guesses = near(question.index, word, KNOWN_TO_ALL)
        if guesses and _is_plain(guesses[0], word):
            kept = [mention for mention in found if mention.start != place]
            question.read_as(spoken, kept, converted)
            return [guess_at(place, place + 1, word, guesses[0])]
    return []


def _is_plain(guess: Near, word: str) -> bool:
    """True for a widely known name with few letters wrong, and not its first."""
    is_long = len(word) >= LONG
    sorts = PLAIN if is_long else (Sort.NAME,)
    named = any(sense.sort in sorts and sense.languages & WIDE for sense in guess.senses)
    return named and guess.cost <= (NEAREST if is_long else NEAREST_SHORT) and latin(guess.name[0]) == latin(word[0])
