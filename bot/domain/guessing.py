"""Names that are spelt wrongly, of one word or of several."""

import itertools
import re
from dataclasses import replace
from typing import Final

from bot.domain.compounds import beginnings, familiar, in_letters
from bot.domain.mentions import FUNCTION_WORDS, Mention
from bot.domain.normal import NO_SPACES
from bot.domain.question import CONTEXT, Question
from bot.domain.senses import KNOWN_TO_ALL, Layer, Sense, Sort
from bot.domain.spelling import Near, near
from bot.domain.stems import stems
from bot.domain.verdict import PLACES

MOST_GUESSED: Final = 8
MOST_WINDOWS: Final = 12
"""Words, and runs of words, of one message that are looked at: what bounds the time a message takes."""
LONG_WORD: Final = 8
LONG: Final = 40
"""In messages of more words only half as many."""
TIE: Final = 0.13
"""Names whose distance differs by less are equally near."""
FAR: Final = 1.0
"""A guess that costs so much may be wrong."""
SAME_BEGINNING: Final = 4
MOST_ALIKE: Final = 20
MOST_ENDED: Final = 1
MOST_STEMS: Final = 2
LONG_STEM: Final = 6
ENDED_COST: Final = 0.8
FEW: Final = 3
APOSTROPHE: Final = re.compile("['`´‘’]")
BARRIERS: Final = (*CONTEXT, Sort.NOT, Sort.CONTRAST, Sort.HOST, Sort.RUSSIAN_CITY)


def completed(question: Question) -> list[Mention]:
    """A name of several words, one or more of them misspelt: "noth korea", "new zeeland"."""
    if len(question.words) < 2 or not (loose := question.loose()):
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


def misspelt(question: Question) -> list[Mention]:
    """One word that is near a name."""
    unknown = sorted({*question.unknown(), *question.beside_post(), *_runs(question)})
    spans = [(place, place + 1) for place in _likeliest(question, unknown)]
    pairs = [(place, place + 2) for place, _ in spans if place + 1 in unknown]
    if APOSTROPHE.search(question.text):  # "v'etnam"
        pairs += [(place - 1, place + 1) for place, _ in spans if place and len(question.words[place - 1]) <= 2]
    return [
        _with_same_beginning(question, guess)
        for guess in _guessed(question, spans + pairs[:MOST_GUESSED])
        if _is_credible(question, guess) and (guess.end - guess.start == 1 or guess.cost < 1.0)
    ]


def misspelt_with_ending(question: Question) -> list[Mention]:
    """A name both misspelt and with an ending of its language: "герамнияға"."""
    found = []
    for place in _likeliest(question, question.unknown())[:MOST_ENDED]:
        word = question.words[place]
        if len(question.words) > FEW and not question.is_near_context(place, place + 1):
            continue
        tried: set[str] = set()
        for stem, languages in stems(word):
            if len(stem) < LONG_STEM or stem in tried or len(tried) == MOST_STEMS:
                continue
            tried.add(stem)
            bits = sum(map(question.index.bits, languages))
            guesses = near(question.index, stem, bits)
            if not guesses or guesses[0].cost > ENDED_COST or len(guesses[0].name) < LONG_STEM:
                continue
            senses = tuple(s for s in guesses[0].senses if s.languages & bits and s.sort in (Sort.NAME, Sort.OFFICIAL))
            if senses:
                found.append(replace(guess_at(place, place + 1, stem, guesses[0]), senses=senses))
                break
    return found


def _with_same_beginning(question: Question, guess: Mention) -> Mention:
    """A far guess that begins otherwise than another country, whose beginning stands there: "latvania".

    So also a word that is the beginning of several: "австр".
    """
    word, name = guess.text, guess.guessed
    begun = beginnings(question.index, word) if guess.countries and name.startswith(word) else ()
    if len(begun) > 1 and all(sense.code in begun for sense in guess.countries):
        return replace(guess, senses=tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in begun))
    beginning = word[:SAME_BEGINNING]
    if guess.cost < FAR or len(word) <= SAME_BEGINNING or name.startswith(beginning):
        return guess
    index = question.index
    codes = familiar(index, itertools.islice(index.starting_with(beginning), MOST_ALIKE))
    if len(codes) != 1 or codes & {sense.code for sense in guess.countries}:
        return guess
    return replace(guess, senses=guess.senses + tuple(Sense(code, Sort.NAME, KNOWN_TO_ALL) for code in codes))


def _runs(question: Question) -> list[int]:
    """Places of short runs without blanks in which something is known, but no country: "印渡尼西亚"."""
    named = {mention.start for mention in question.naming}
    whole = {mention.start for mention in question.mentions if mention.text == question.words[mention.start]}
    return [
        place
        for place, word in enumerate(question.words[:MOST_GUESSED])
        if place not in named | whole and len(word) in range(3, LONG_WORD) and NO_SPACES.match(word)
    ]


def guess_at(start: int, end: int, word: str, name: Near) -> Mention:
    """The words of a message from `start` to `end`, written together, as this name misspelt."""
    return Mention(start, end, word, name.senses, Layer.SPELLING, name.cost, name.name)


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
            most = candidates[0].cost + TIE
            senses = tuple(sense for candidate in candidates if candidate.cost <= most for sense in candidate.senses)
            found.append(replace(guess_at(start, end, word, candidates[0]), senses=senses))
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
    sure = 1.0 if len(guess.text) < LONG_WORD else 1.3
    if guess.cost > sure and not any(_is_likely(sense, question.languages) for sense in guess.senses):
        return False
    if guess.end == guess.start + 1 and question.index.is_ordinary(question.words[guess.start]):
        return guess.cost <= 0.9 and len(question.words[guess.start]) >= 5
    if len(question.words) <= 3 or question.is_near_context(guess.start, guess.end):
        return True
    return guess.cost <= 1.0 and len(guess.text) > 6


def _is_likely(sense: Sense, languages: int) -> bool:
    """False for nationalities and cities in languages that nothing speaks for."""
    lesser = sense.sort in (Sort.ADJECTIVE, Sort.DEMONYM, *PLACES)
    return not lesser or bool(sense.languages & (languages | KNOWN_TO_ALL))
