"""Adds ordinary words and names of persons that look like the name of a country to data/names/words/frequent.txt.

Needs the packages `wordfreq` and `Faker` in the environment that runs it (not among ours: the tables of the one take
hundreds of MB). The words and their ranks are from wordfreq's own lists (CC BY-SA 4.0), the names of persons from the
lists of Faker (MIT). Every word is asked of the finder as it is; those it takes for a country are added to what the
file has, so it is run after `build_names.py`, and that once more after it.

    python scripts/collect_everyday.py [LANGUAGE ...]
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.domain.matching import Found, Unsure, explain
from bot.domain.names import NameIndex, load_index
from bot.domain.normal import words
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sort
from bot.domain.verdict import PLACES, Reading

OUTPUT: Final = Path(__file__).parent.parent / "data" / "names" / "words" / "frequent.txt"
LANGUAGES: Final = (
    "en ru ar bg bn cs da de el es fa fi fil fr he hi hr hu id is it lt lv mk ms nb nl pl pt ro "
    "sk sl sr sv ta tr uk ur vi"
).split()
PERSONS: Final = "persons"
"""The line of the file that has the names of persons."""
RARE: Final = 1.6
"""On the Zipf scale: three is once in a million words."""
UNCOMMON: Final = 2.7
COMMON: Final = 3.0
FREQUENT: Final = 3.6
AT_HOME: Final = 4.0
VERY_FREQUENT: Final = 4.6
LONG: Final = 8
FAR: Final = 0.9
"""Edits from which a word is rather itself than a misspelt name."""


def frequent(language: str) -> Iterator[tuple[str, float]]:
    """The plain words of a language, each once, with their frequency."""
    from wordfreq import iter_wordlist, zipf_frequency  # type: ignore[import-not-found]

    seen: set[str] = set()
    least = RARE if language in ("en", "ru") else COMMON
    for word in iter_wordlist(language):
        frequency = zipf_frequency(word, language)
        if frequency < least:
            break
        parts = words(word)
        if len(parts) == 1 and parts[0].isalpha() and parts[0] not in seen:
            seen.add(parts[0])
            yield parts[0], frequency


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


def taken(index: NameIndex, word: str) -> tuple[str, Reading] | None:
    """How the finder comes to take the word for a country, and for which; None where it does not."""
    found = explain(index, word)
    asked = isinstance(found.answer, Found | Unsure) and found.readings
    return (found.layer, found.readings[0]) if asked else None


def is_rather_a_word(index: NameIndex, language: str, word: str, frequency: float) -> bool:
    found = taken(index, word)
    if found is None:
        return False
    layer, reading = found
    well_known = language in ("en", "ru")
    own = index.bits(language) | (index.bits("no") if language == "nb" else 0)
    at_home = any(sense.languages & own for sense in reading.mention.countries)
    if layer == "exact":
        foreign = not any(sense.languages & (own | WIDE | KNOWN_TO_ALL) for sense in reading.mention.countries)
        places = all(sense.sort in PLACES for sense in reading.mention.countries)
        return well_known and foreign and frequency >= (COMMON if places else UNCOMMON)
    if layer == "endings":
        return not at_home and (well_known or frequency >= FREQUENT)
    if layer == "beginning":
        return well_known and frequency >= FREQUENT
    if layer == "layout":
        return frequency >= (COMMON if well_known else FREQUENT)
    if layer == "together":
        return frequency >= COMMON
    return is_rather_itself(reading, frequency, at_home=at_home, well_known=well_known)


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


def main() -> None:
    index = load_index()
    lines = {line.split()[0]: set(line.split()[1:]) for line in OUTPUT.read_text(encoding="utf-8").splitlines()}
    for language in sys.argv[1:] or (PERSONS, *LANGUAGES):
        if language == PERSONS:
            more = {name for name in set(persons()) if is_rather_a_person(index, name)}
        else:
            more = {word for word, often in frequent(language) if is_rather_a_word(index, language, word, often)}
        known = lines.setdefault(language, set())
        print(language, len(known), "+", len(more - known), flush=True)
        known |= more
        text = "".join(" ".join((one, *sorted(found))) + "\n" for one, found in sorted(lines.items()))
        OUTPUT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
