"""Lists the ordinary words that look like the name of a country: data/names/words/frequent.txt.

Needs the package `wordfreq` (not among ours: its tables take hundreds of MB) in the environment that runs it, and an
index built without that file. The words and their ranks are from wordfreq's own lists (CC BY-SA 4.0).

    python scripts/collect_everyday.py
"""

import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.domain.compounds import SHORTEST_BEGINNING
from bot.domain.mentions import stemmed
from bot.domain.names import NameIndex, load_index
from bot.domain.normal import words
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sort
from bot.domain.spelling import near
from bot.domain.verdict import PLACES

OUTPUT: Final = Path(__file__).parent.parent / "data" / "names" / "words" / "frequent.txt"
RARE: Final = 2.7
"""On the Zipf scale: three is once in a million words."""
COMMON: Final = 3.2
AT_HOME: Final = 4.0
FREQUENT: Final = 4.6
"""Rarer words of other languages are likelier a misspelt name than themselves."""
LANGUAGES: Final = (
    "ar bg bn cs da de el en es fa fi fil fr he hi hr hu id is it lt lv mk ms nb nl pl pt ro ru "
    "sk sl sr sv ta tr uk ur vi"
).split()


def collisions(index: NameIndex, language: str) -> list[str]:
    """The language's frequent words that are near to a name, or spelt as a name of another language."""
    from wordfreq import iter_wordlist, zipf_frequency  # type: ignore[import-not-found]

    found: dict[str, None] = {}
    own = index.bits(language)
    for word in iter_wordlist(language):
        frequency = zipf_frequency(word, language)
        if frequency < RARE:
            break
        parts = words(word)
        if (
            len(parts) == 1
            and parts[0].isalpha()
            and parts[0] not in found
            and looks_like_a_name(index, parts[0], frequency, own)
        ):
            found[parts[0]] = None
    return list(found)


def looks_like_a_name(index: NameIndex, word: str, frequency: float, own: int) -> bool:
    well_known = bool(own & KNOWN_TO_ALL)
    senses = index.find(word)
    if senses:
        countries = [sense for sense in senses if sense.sort < Sort.CODE]
        return (
            well_known
            and any(sense.sort not in PLACES for sense in countries)
            and not any(sense.languages & (own | WIDE) for sense in countries)
        )
    mention = stemmed(index, word, 0)
    if mention and mention.countries:
        foreign = not any(sense.languages & own for sense in mention.countries)
        return foreign and (well_known or frequency >= FREQUENT)
    if well_known and is_beginning(index, word, own):
        return True
    guesses = near(index, word)
    if not guesses:
        return False
    if well_known:  # a long rare word one edit from a name is likelier that name misspelt
        return frequency >= COMMON or len(word) < 8 or guesses[0].cost >= 1
    return frequency >= (AT_HOME if any(sense.languages & own for sense in guesses[0].senses) else FREQUENT)


def is_beginning(index: NameIndex, word: str, own: int) -> bool:
    """True for "port", which Portugal begins with."""
    if len(word) < SHORTEST_BEGINNING:
        return False
    senses = (sense for name in index.starting_with(word) for sense in index.find(name))
    return any(sense.sort is Sort.NAME and sense.languages & own for sense in senses)


def main() -> None:
    index = load_index()
    lines = []
    for language in LANGUAGES:
        lines.append(" ".join((language, *sorted(collisions(index, language)))))
        print(language, len(lines[-1]), flush=True)
    OUTPUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
