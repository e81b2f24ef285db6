"""Which forms a name, an adjective or a nationality noun takes, by the paradigms of its language.

Words of several parts agree: the n-th form of each part goes together.
"""

from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Final

from scripts.names.paradigms import ADJECTIVES, FEMININE, NOUNS

VOWELS: Final = frozenset("aeiouyáéíóúýąęěůūėīēāaeioуаеиоуыэюяіїєαεηιουωάέήίόύώăâîåäöøæіьъйј")


@cache
def _rules(table: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    lines = (line.split(":") for line in table.split("\n") if line.strip())
    rules = [(ending.strip(), tuple(forms.split())) for ending, forms in lines]
    return tuple(sorted(rules, key=lambda rule: len(rule[0]) - 10 * (rule[0] == "C"), reverse=True))


def _forms(word: str, table: str) -> tuple[str, ...]:
    for ending, forms in _rules(table):
        if ending == "C":
            if word[-1] not in VOWELS and word[-1].isalpha():
                return tuple(word + form.replace("-", "") for form in forms)
        elif word.endswith(ending) and len(word) > len(ending):
            stem = word.removesuffix(ending)
            return tuple(stem + form.replace("-", "") for form in forms)
    return ()


def forms_of_name(name: str, language: str) -> Iterator[str]:
    """The cases of a name; over-generates a little, never changes what a name means."""
    nouns = NOUNS.get(language)
    if nouns is None:
        return
    adjectives = ADJECTIVES.get(language, "") if len(name.split()) > 1 else ""
    parts = name.replace("-", " - ").replace("\u2010", " - ").split()
    inflected: list[tuple[str, ...]] = []
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        found = _forms(part, adjectives) if adjectives and not last and len(part) > 3 else ()
        inflected.append(found or (_forms(part, nouns) if len(part) > 2 else ()))
    yield from _together(parts, inflected)
    if len(parts) > 1:
        for only in range(len(parts)):
            yield from _together(parts, [forms if place == only else () for place, forms in enumerate(inflected)])
        head = next((place for place, part in enumerate(parts) if not _forms(part, adjectives)), len(parts) - 1)
        yield from _together(parts, [forms if place <= head else () for place, forms in enumerate(inflected)])


def forms_of_adjective(word: str, language: str) -> Iterator[str]:
    table = ADJECTIVES.get(language)
    if table:
        *before, last = word.split(" ")
        for form in _forms(last, table):
            yield " ".join((*before, form))


def forms_of_demonym(word: str, language: str) -> Iterator[str]:
    table = ADJECTIVES[language] if language in FEMININE else NOUNS.get(language)
    if table:
        *before, last = word.split(" ")
        for form in _forms(last, table):
            yield " ".join((*before, form))


def _together(parts: list[str], inflected: list[tuple[str, ...]]) -> Iterator[str]:
    for forms in zip_longest(*inflected) if any(inflected) else ():
        yield " ".join(form or part for form, part in zip(forms, parts, strict=True))
