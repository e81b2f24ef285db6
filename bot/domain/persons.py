"""Names of persons that look like countries: "Chad Kroeger", "Василий Ливанов", "Герман"."""

from collections.abc import Mapping
from typing import Final

from bot.domain.mentions import Mention
from bot.domain.senses import WIDE, Layer, Sort

SURNAMES: Final = (Sort.FORM, Sort.DEMONYM, Sort.ADJECTIVE)
"""What Russian surnames are like: "Турков", "Финский"."""


def is_a_person(at: Mapping[int, Mention], words: list[str], text: str, mention: Mention) -> bool:
    """True for "my name is Jordan", and for what only looks like a country in "Chad Kroeger", "Василий Ливанов".

    `at` has what is known of each place among the words of the text.
    """
    before, after = at.get(mention.start - 1), at.get(mention.end)
    if before and before.has(Sort.INTRODUCING):
        return True
    if before and before.has(Sort.RELATIVE) and mention.has(Sort.PERSON) and not (after and after.has(Sort.POST)):
        return True
    if not 2 <= len(words) <= 3 or mention.end > mention.start + 1 or not _is_name_in_full(text):
        return False
    rest = [at.get(place) for place in range(len(words)) if place != mention.start]
    named_after = SURNAMES if mention.text >= "а" else (Sort.FORM,)
    plain = mention.layer == Layer.EXACT and any(sense.sort not in named_after for sense in mention.countries)
    return all(map(_may_be_a_name, rest)) and (not plain or mention.has(Sort.PERSON))


def is_rather_a_person(mention: Mention) -> bool:
    """True for a first name that only lesser languages call a country: "Герман"."""
    return mention.has(Sort.PERSON) and not any(sense.languages & WIDE for sense in mention.countries)


def _is_name_in_full(text: str) -> bool:
    """True for two or three words that begin with a capital letter each, and go on with small ones."""
    parts = [part.strip(".,!?") for part in text.split()]
    return 2 <= len(parts) <= 3 and all(part.isalpha() and part[0].isupper() and part[1:].islower() for part in parts)


def _may_be_a_name(known: Mention | None) -> bool:
    return known is None or known.has(Sort.PERSON) or all(sense.sort is Sort.EVERYDAY for sense in known.senses)
