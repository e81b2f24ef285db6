"""Adds ordinary words and names of persons that look like the name of a country to data/names/words/frequent.txt.

Needs the packages `wordfreq` and `Faker` in the environment that runs it (not among ours: the tables of the one take
hundreds of MB). The words and their ranks are from wordfreq's own lists (CC BY-SA 4.0), the names of persons from the
lists of Faker (MIT). Every word is asked of a finder that knows no ordinary words, so that the answer does not hang on
the file: as it is, and the frequent ones also for a reader of their language and behind a little word of it, since the
languages of a message change what is taken for a name ("що робити" as Rabat). Those it takes for a country are added to
what the file has, but for the words that one of our own queries has for a misspelt country. Run again it adds nothing.
It is run after `build_names.py`, and that once more after it.

    python scripts/collect_everyday.py [LANGUAGE ...]
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.matching.run import judge, queries
from bot.domain.countries import HOST
from bot.domain.matching import Answer, Found, HostCountry, Unsure, explain
from bot.domain.names import NameIndex, load_index
from bot.domain.normal import words
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sort
from bot.domain.verdict import PLACES, Reading

OUTPUT: Final = Path(__file__).parent.parent / "data" / "names" / "words" / "frequent.txt"
LANGUAGES: Final = (
    "en ru ar bg bn cs da de el es fa fi fil fr he hi hr hu id is it lt lv mk ms nb nl pl pt ro "
    "sk sl sr sv ta tr uk ur vi"
).split()
WELL_KNOWN: Final = ("en", "ru")
"""What most messages are in, and so what must be guarded best."""
PERSONS: Final = "persons"
"""The line of the file that has the names of persons."""
RARE: Final = 1.6
"""On the Zipf scale: three is once in a million words."""
UNCOMMON: Final = 2.7
COMMON: Final = 3.0
FREQUENT: Final = 3.6
AT_HOME: Final = 4.0
VERY_FREQUENT: Final = 4.6
MUCH_MORE: Final = 0.5
"""A word so much more frequent than a name is not the name misspelt, however near it is: "száma", no Samoa."""
MOST_LITTLE: Final = 300
SAME_BEGINNING: Final = 4
SPARED: Final = frozenset(
    (
        "atine atini iral rumeniu alberta alsace bretagne bretinn bretta brettinu burgundy calais catalina "
        "faereyingar gujarat lanka malibu rajasthan skotaras skotinn skotnar tiibetin פלשתינאימ קטלוניה التبت جرماني"
    ).split()
)
"""Words of a list that are a name after all, or as likely one misspelt."""
LONG: Final = 8
FAR: Final = 0.9
"""Edits from which a word is rather itself than a misspelt name."""


@dataclass(frozen=True)
class Unlearned(NameIndex):
    """The index without its ordinary words, or with others for them."""

    ordinary: frozenset[str] = field(default_factory=frozenset)

    def is_ordinary(self, word: str) -> bool:
        return word in self.ordinary


def unlearned(ordinary: Iterable[str] = ()) -> Unlearned:
    index = load_index()
    return Unlearned(index.tables, index.languages, index.about, ordinary=frozenset(ordinary))


@cache
def frequencies(language: str) -> dict[str, float]:
    """The plain words of a language, the most frequent first."""
    from wordfreq import freq_to_zipf, get_frequency_dict, iter_wordlist  # type: ignore[import-not-found]

    often = get_frequency_dict(language)
    found: dict[str, float] = {}
    for word in iter_wordlist(language):
        parts = words(word)
        if len(parts) == 1 and parts[0].isalpha() and parts[0] not in found:
            found[parts[0]] = round(freq_to_zipf(often[word]), 2)
    return found


def frequent(language: str) -> Iterator[tuple[str, float]]:
    """Those that are asked about, with their frequency."""
    least = RARE if language in WELL_KNOWN else COMMON
    return ((word, often) for word, often in frequencies(language).items() if often >= least)


def persons() -> Iterator[str]:
    """First and last names of all languages that Faker has."""
    import faker.providers.person as package  # type: ignore[import-not-found]

    for module in pkgutil.iter_modules(package.__path__):
        if not module.ispkg:
            continue
        provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            listed = getattr(provider, attribute)
            if attribute.startswith(("first_names", "last_names")) and isinstance(listed, Iterable):
                for name in listed:
                    parts = words(name) if isinstance(name, str) else []
                    if len(parts) == 1 and parts[0].isalpha():
                        yield parts[0]


def taken(index: NameIndex, words: str, language: str | None = None) -> tuple[str, Reading] | None:
    """How the finder comes to take the last word for a country, and for which; None where it does not."""
    found = explain(index, words, language)
    last = words.count(" ")
    if isinstance(found.answer, Found | Unsure):
        for reading in found.readings:
            if reading.mention.start == last:
                return found.layer, reading
    return None


def little_word(index: NameIndex, language: str) -> str | None:
    """The most frequent word of a language that is known to say nothing of countries, to stand before another."""
    own = bits(index, language) | KNOWN_TO_ALL
    for word in islice(frequencies(language), MOST_LITTLE):
        senses = index.find(word)
        sorts = {sense.sort for sense in senses if sense.languages & own}
        if (
            len(word) > 1
            and sorts <= {Sort.FILLER, Sort.EVERYDAY}
            and any(sense.languages & bits(index, language) for sense in senses)
            and all(sense.sort >= Sort.POST for sense in senses)
            and not taken(index, word, language)
        ):
            return word
    return None


def bits(index: NameIndex, language: str) -> int:
    return index.bits(language) | (index.bits("no") if language == "nb" else 0)


def readings(index: NameIndex, language: str, word: str, frequency: float) -> list[tuple[str, Reading]]:
    """How the word is taken for a country: by itself, and if it is frequent where its language is known."""
    found = [taken(index, word)]
    if frequency >= (COMMON if language in WELL_KNOWN else FREQUENT):
        found.append(taken(index, word, "no" if language == "nb" else language))
        if before := little_words(language):
            found.append(taken(index, f"{before} {word}"))
    return [one for one in found if one]


@cache
def little_words(language: str) -> str | None:
    return little_word(unlearned(), language)


def is_rather_a_word(index: NameIndex, language: str, word: str, frequency: float) -> bool:
    return any(
        is_rather_than(index, language, frequency, layer, reading)
        for layer, reading in readings(index, language, word, frequency)
    )


def is_rather_than(index: NameIndex, language: str, frequency: float, layer: str, reading: Reading) -> bool:
    """Whether a word is not the country that a layer of the finder takes it for."""
    well_known = language in WELL_KNOWN
    own = bits(index, language)
    at_home = any(sense.languages & own for sense in reading.mention.countries)
    if layer == "exact":
        foreign = not any(sense.languages & (own | WIDE | KNOWN_TO_ALL) for sense in reading.mention.countries)
        places = all(sense.sort in PLACES for sense in reading.mention.countries)
        return well_known and foreign and frequency >= (COMMON if places else UNCOMMON)
    if layer == "endings":
        return not is_begun_so(index, own, reading) and not at_home and (well_known or frequency >= FREQUENT)
    if layer == "beginning":
        return well_known and frequency >= FREQUENT
    if layer == "layout":
        return frequency >= (COMMON if well_known else FREQUENT)
    if layer == "together":
        return frequency >= COMMON
    if frequency >= AT_HOME and frequency >= named_so_often(language, reading) + MUCH_MORE:
        return True
    return is_rather_itself(reading, frequency, at_home=at_home, well_known=well_known)


def is_begun_so(index: NameIndex, own: int, reading: Reading) -> bool:
    """Whether a language (its bits) calls the country by a name that begins alike: "Serbíu" is Serbia."""
    stem = reading.mention.text
    names = (stem, *index.starting_with(stem[:SAME_BEGINNING])) if len(stem) >= SAME_BEGINNING else (stem,)
    return any(sense.code in reading.codes and sense.languages & own for name in names for sense in index.find(name))


def named_so_often(language: str, reading: Reading) -> float:
    """How frequent the name is that a word was taken for: in the word's language, or where all know it, in theirs."""
    name = reading.mention.guessed or reading.mention.text
    known = any(sense.languages & KNOWN_TO_ALL for sense in reading.mention.countries)
    return max(frequencies(one).get(name, 0.0) for one in (language, *(WELL_KNOWN if known else ())))


def is_rather_itself(reading: Reading, frequency: float, *, at_home: bool, well_known: bool) -> bool:
    """Whether a word near a name is not that name misspelt: the rarer it is, the farther it must be."""
    cost = reading.mention.cost
    plain = any(sense.sort is Sort.NAME and sense.languages & KNOWN_TO_ALL for sense in reading.mention.countries)
    if well_known and frequency >= COMMON:
        return True
    if well_known and frequency >= UNCOMMON:
        return cost >= FAR or len(reading.mention.text.partition(" ")[0]) < LONG
    if not well_known and frequency >= (VERY_FREQUENT if plain else AT_HOME):
        return cost >= FAR or not at_home
    if cost > 1.0 or (cost >= FAR and not plain):
        return True
    return not well_known and not plain and not at_home and frequency >= FREQUENT


def is_rather_a_person(index: NameIndex, name: str) -> bool:
    found = taken(index, name)
    if found is None or found[0] == "exact" or (found[0] == "beginning" and len(found[1].codes) > 1):
        return False
    return found[0] != "spelling" or is_rather_itself(found[1], 0.0, at_home=False, well_known=False)


def collected(language: str) -> set[str]:
    """The words of a language, or the names of persons, that are rather themselves than a country."""
    index = unlearned()
    if language == PERSONS:
        return {name for name in set(persons()) if is_rather_a_person(index, name)}
    return {word for word, often in frequent(language) if is_rather_a_word(index, language, word, often)} - SPARED


def costly(known: set[str], more: set[str]) -> set[str]:
    """The words by which one of our own queries that is answered rightly would no longer be."""
    before, after = unlearned(known), unlearned(known | more)
    found: set[str] = set()
    for query in queries():
        suspects = more.intersection(words(query.text)) if query.expected else set()
        if suspects and judge(query, *answered(before, query.text)) == "right" != judge(
            query, *answered(after, query.text)
        ):
            found |= suspects
    return found


def answered(index: NameIndex, text: str) -> tuple[str | None, list[str]]:
    answer: Answer = explain(index, text).answer
    code = answer.code if isinstance(answer, Found) else HOST if isinstance(answer, HostCountry) else None
    return code, list(answer.choices) if isinstance(answer, Unsure) else []


def main() -> None:
    lines = {line.split()[0]: set(line.split()[1:]) for line in OUTPUT.read_text(encoding="utf-8").splitlines()}
    languages = sys.argv[1:] or (PERSONS, *LANGUAGES)
    with ProcessPoolExecutor() as pool:
        for language, words_of_it in zip(languages, pool.map(collected, languages), strict=True):
            known = lines.setdefault(language, set())
            listed = set().union(*lines.values())
            more = words_of_it - known
            more -= costly(listed, more - listed)
            print(language, len(known), "+", len(more), flush=True)
            known |= more
            text = "".join(" ".join((one, *sorted(found))) + "\n" for one, found in sorted(lines.items()))
            OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
