"""Korean names as they are spelt by ear: of vowels that sound alike today, people write any."""

from itertools import product
from typing import Final

ALIKE: Final = ("ㅐㅔ", "ㅒㅖ", "ㅙㅚㅞ")
VOWELS: Final = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FIRST: Final = 0xAC00
FINALS: Final = 28
MOST: Final = 3
"""Syllables of a name that may be spelt otherwise."""


def spelt_by_ear(name: str) -> list[str]:
    """The other spellings of a Hangul name; [] where none sounds the same."""
    choices = [_alike(syllable) for syllable in name]
    if sum(len(choice) > 1 for choice in choices) > MOST:
        return []
    return ["".join(syllables) for syllables in product(*choices)][1:]


def _alike(syllable: str) -> list[str]:
    place = ord(syllable) - FIRST
    if not 0 <= place < 11172:
        return [syllable]
    vowel = place // FINALS % len(VOWELS)
    others = next((group.replace(VOWELS[vowel], "") for group in ALIKE if VOWELS[vowel] in group), "")
    return [syllable, *(chr(ord(syllable) + (VOWELS.index(other) - vowel) * FINALS) for other in others)]
