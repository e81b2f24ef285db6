"""Ways to find a name that does not stand in the message as it should, the surest first."""

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.domain.compounds import begun, coded, in_letters, together
from bot.domain.layout import other_layouts
from bot.domain.mentions import FUNCTION_WORDS, Mention, exact, stemmed
from bot.domain.normal import HANGUL, NO_SPACES, words
from bot.domain.question import CONTEXT, Question
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sense, Sort
from bot.domain.spelling import near
from bot.domain.verdict import PLACES

MOST_STEMMED: Final = 50
MOST_GUESSED: Final = 8
MOST_WINDOWS: Final = 12
MOST_FOREIGN: Final = 16
"""Words, and runs of words, of one message that are looked at: what bounds the time a message takes."""
LONG_WORD: Final = 8
LONG: Final = 40
"""In messages of more words only half as many."""
LONGEST_LAYOUT: Final = 120
TIE: Final = 0.13
"""Names whose distance differs by less are equally near."""
SURELY_NEARER: Final = 0.05
APOSTROPHE: Final = re.compile("['`´‘’]")
BARRIERS: Final = (*CONTEXT, Sort.NOT, Sort.CONTRAST, Sort.HOST, Sort.RUSSIAN_CITY)


def completed(question: Question) -> list[Mention]:
    """A name of several words, one or more of them misspelt: "noth korea", "new zeeland"."""
    loose = question.loose()
    if not loose or len(question.words) < 2:
        return []
    found = []
    for guess in _guessed(question, _windows(question, loose)):
        if not guess.countries:
            continue
        covered = [
            one for one in question.mentions if one.countries and one.start < guess.end and guess.start < one.end
        ]
        codes = {sense.code for sense in guess.countries}
        if guess.cost <= 1.0 or all(codes & {sense.code for sense in one.countries} for one in covered):
            found.append(guess)
        elif not all(question.index.is_part(question.words[place]) for place in range(guess.start, guess.end)):
            senses = guess.senses + tuple(sense for one in covered for sense in one.countries)
            found.append(replace(guess, senses=senses))  # "papua new guinee": perhaps only a part was understood
    return found


def foreign(question: Question) -> list[Mention]:
    """A form of another language that may as well be a misspelt English or Russian name: "nigera" for Nigeria.

    In an English or Russian message it is taken for that; alone, it is doubtful.
    """
    found = []
    at_home = bool(question.languages & KNOWN_TO_ALL)
    for mention in question.naming[: MOST_FOREIGN // (1 + (len(question.words) > LONG))]:
        if mention.end > mention.start + 1 or mention.layer != "exact" or len(mention.text) < 5:
            continue
        alone = len(question.words) == 1 and all(
            sense.sort is Sort.FORM or not sense.languages & WIDE for sense in mention.senses
        )
        if (at_home or alone) and all(sense.sort < Sort.CODE for sense in mention.senses):
            codes = _rather_misspelt(question, mention)
            codes |= {sense.code for sense in mention.senses} if codes and not at_home else set()
            senses = tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in sorted(codes))
            found += [replace(mention, senses=senses, layer="spelling")] if senses else []
    return found


def inflected(question: Question) -> list[Mention]:
    """A name with endings or prefixes of its own language."""
    found = []
    for place in question.unknown()[:MOST_STEMMED]:
        mention = stemmed(question.index, question.words[place], place)
        if mention and not _is_chance(mention) and not _rather_misspelt(question, mention):
            found.append(mention)
    return found


def _is_chance(mention: Mention) -> bool:
    """True for an ordinary word with an ending of a language in which it is none: "cana-nda"."""
    return all(sense.sort is Sort.EVERYDAY for sense in mention.senses)


def joined(question: Question) -> list[Mention]:
    """A name typed with a blank too many: "ger many", "kazakh stan"."""
    found = []
    loose = question.loose()
    for first, second in itertools.pairwise(loose):
        if second == first + 1:
            name = question.words[first] + question.words[second]
            senses = question.index.find(name) if len(name) >= 6 else ()
            if any(sense.sort < Sort.CODE and sense.languages & question.index.major for sense in senses):
                found.append(Mention(first, second + 1, name, senses, "joined"))
    return found


def retyped(question: Question) -> list[Mention]:
    """What the same keys give in another layout; changes the words of the question where it finds a name."""
    understood = [mention for mention in question.mentions if len(mention.text) > 2]
    if len(question.text) > LONGEST_LAYOUT or len(understood) * 3 > len(question.words):
        return []
    if all(map(question.index.is_ordinary, question.words)):
        return []
    for converted in other_layouts(question.text.strip()):
        spoken = words(converted)
        found = exact(question.index, spoken)
        if not found:
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


def _is_likely_retyped(mention: Mention, at_post: bool) -> bool:
    """False for abbreviations of small languages: any three keys give one."""
    if len(mention.text) > 3 or HANGUL.match(mention.text):
        return bool(mention.countries)
    return (len(mention.text) > 2 or at_post) and any(sense.languages & KNOWN_TO_ALL for sense in mention.countries)


def misspelt(question: Question) -> list[Mention]:
    """One word that is near a name."""
    unknown = sorted({*question.unknown(), *question.beside_post(), *_runs(question)})
    spans = [(place, place + 1) for place in _likeliest(question, unknown)]
    pairs = [(place, place + 2) for place, _ in spans if place + 1 in unknown]
    if APOSTROPHE.search(question.text):  # "v'etnam"
        pairs += [(place - 1, place + 1) for place, _ in spans if place and len(question.words[place - 1]) <= 2]
    return [
        guess
        for guess in _guessed(question, spans + pairs[:MOST_GUESSED])
        if _is_credible(question, guess) and (guess.end - guess.start == 1 or guess.cost < 1.0)
    ]


def _runs(question: Question) -> list[int]:
    """Places of short runs without blanks in which something is known, but no country: "印渡尼西亚"."""
    named = {mention.start for mention in question.naming}
    return [
        place
        for place, word in enumerate(question.words[:MOST_GUESSED])
        if place not in named and len(word) in range(3, LONG_WORD) and NO_SPACES.match(word)
    ]


LAYERS: Final[tuple[tuple[str, Callable[[Question], list[Mention]]], ...]] = (
    ("code", coded),
    ("endings", inflected),
    ("joined", joined),
    ("together", together),
    ("layout", retyped),
    ("spelling", misspelt),
    ("beginning", begun),
)


def _guessed(question: Question, spans: list[tuple[int, int]]) -> list[Mention]:
    found: list[Mention] = []
    for start, end in spans:
        word = "".join(question.words[start:end])
        if any(letter.isdigit() for letter in word):
            plain = in_letters(word)
            if plain is None or question.index.is_ordinary(plain):
                continue
            word = plain
        candidates = near(question.index, word, question.languages)
        if candidates:
            best = candidates[0].cost
            senses = tuple(
                sense for candidate in candidates if candidate.cost <= best + TIE for sense in candidate.senses
            )
            found.append(Mention(start, end, f"{word} ~ {candidates[0].name}", senses, "spelling", best))
    return _cheapest(found)


def _cheapest(found: list[Mention]) -> list[Mention]:
    """Of mentions that overlap, the one with the fewest edits for its length."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda one: (one.cost - 0.3 * (one.end - one.start), one.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return kept


def _windows(question: Question, loose: list[int]) -> list[tuple[int, int]]:
    """Spans of two to five words with a loose one and one that is known as part of a name."""
    size = len(question.words)
    spans: set[tuple[int, int]] = set()
    for place in _likeliest(question, loose):
        around = range(max(0, place - 3), min(size, place + 5))
        barred = {spot for spot in around if (one := question.at.get(spot)) and _bars(one)}
        little = {spot for spot in around if (one := question.at.get(spot)) and one.has(*FUNCTION_WORDS)}
        edges = barred | little
        parts = {spot for spot in around if spot not in edges and question.index.is_part(question.words[spot])}
        for start in range(max(0, place - 3), place + 1):
            for end in range(max(place + 1, start + 2), min(size, start + 5) + 1):
                inside = range(start, end)
                if start in edges or end - 1 in edges or barred.intersection(inside):
                    continue
                if any(part in inside and part != place for part in parts):
                    spans.add((start, end))
    return sorted(spans)[: MOST_WINDOWS // (1 + (size > LONG))]


def _bars(mention: Mention) -> bool:
    return mention.has(*BARRIERS) and not mention.has(Sort.FILLER)


def _likeliest(question: Question, places: list[int]) -> list[int]:
    """The first few, those beside "embassy" or "citizen" before others."""
    most = MOST_GUESSED // (1 + (len(question.words) > LONG))
    if len(places) > most:
        places = sorted(places, key=lambda place: not question.is_near_context(place, place + 1))
    return places[:most]


def _is_credible(question: Question, guess: Mention) -> bool:
    """In a sentence, a guess needs a word like "embassy" near, or a long name with few edits."""
    sure = 1.0 if len(guess.text.partition(" ~ ")[0]) < LONG_WORD else 1.3
    if guess.cost > sure and not any(_is_likely(sense, question.languages) for sense in guess.senses):
        return False
    if guess.end == guess.start + 1 and question.index.is_ordinary(question.words[guess.start]):
        return guess.cost <= 0.9 and len(question.words[guess.start]) >= 5
    if len(question.words) <= 3 or question.is_near_context(guess.start, guess.end):
        return True
    return guess.cost <= 1.0 and len(guess.text.partition(" ~ ")[0]) > 6


def _is_likely(sense: Sense, languages: int) -> bool:
    """False for nationalities and cities in languages that nothing speaks for."""
    lesser = sense.sort in (Sort.ADJECTIVE, Sort.DEMONYM, *PLACES)
    return not lesser or bool(sense.languages & (languages | KNOWN_TO_ALL))


def _rather_misspelt(question: Question, mention: Mention) -> set[str]:
    """Other countries whose English or Russian name is near, where nothing says that the form's language is meant."""
    word = question.words[mention.start]
    familiar = question.languages | KNOWN_TO_ALL
    if not word.isascii() or any(sense.languages & familiar for sense in mention.senses):
        return set()
    costs: dict[str, float] = {}
    for guess in near(question.index, word, question.languages):
        for sense in guess.senses:
            if guess.cost < 1.0 and sense.sort is Sort.NAME and sense.languages & familiar:
                costs.setdefault(sense.code, guess.cost)
    near_by = {code for code, cost in costs.items() if cost < min(costs.values()) + SURELY_NEARER}
    return near_by if near_by.isdisjoint(sense.code for sense in mention.countries) else set()
