"""How a word sounds, roughly and in Latin letters whatever its script: what misspelt and transliterated names share.

`light` keeps the vowels and is used to weigh two spellings; `sound` is the skeleton under which names are found.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final
from unicodedata import normalize

LATIN: Final = 0
CYRILLIC: Final = 1
OTHER: Final = 2
HEBREW, ARABIC, HANGUL, ETHIOPIC_SCRIPT = 3, 4, 5, 6
CONSONANTAL: Final = frozenset((HEBREW, ARABIC))
"""Fewer letters, so that short words say less."""
SYLLABIC: Final = frozenset((HANGUL, ETHIOPIC_SCRIPT))
"""Weighed by the letters inside their syllables."""
_BLOCKS: Final = (
    (0x250, LATIN), (0x400, OTHER), (0x530, CYRILLIC), (0x590, OTHER), (0x600, HEBREW), (0x780, ARABIC),
    (0x1200, OTHER), (0x1380, ETHIOPIC_SCRIPT), (0x1E00, OTHER), (0x2000, LATIN), (0xAC00, OTHER), (0xD7B0, HANGUL),
)  # fmt: skip
_STARTS: Final = [end for end, _ in _BLOCKS]

_LETTERS: Final = {
    # Cyrillic
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "і": "i", "ї": "i", "є": "e", "ў": "u", "ј": "i", "љ": "li", "њ": "ni", "ђ": "j", "ћ": "ch", "џ": "j", "ѓ": "g",
    "ќ": "k", "ѕ": "z",
    # Greek
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "ks", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "i", "φ": "f", "χ": "h",
    "ψ": "ps", "ω": "o",
    # Armenian
    "ա": "a", "բ": "b", "գ": "g", "դ": "d", "ե": "e", "զ": "z", "է": "e", "ը": "i", "թ": "t", "ժ": "zh", "ի": "i",
    "լ": "l", "խ": "h", "ծ": "ts", "կ": "k", "հ": "h", "ձ": "dz", "ղ": "gh", "ճ": "ch", "մ": "m", "յ": "i",
    "ն": "n", "շ": "sh", "ո": "o", "չ": "ch", "պ": "p", "ջ": "j", "ռ": "r", "ս": "s", "վ": "v", "տ": "t",
    "ր": "r", "ց": "ts", "ւ": "u", "փ": "p", "ք": "k", "օ": "o", "ֆ": "f", "և": "ev",
    # Georgian
    "ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t", "ი": "i", "კ": "k", "ლ": "l",
    "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "zh", "რ": "r", "ს": "s", "ტ": "t", "უ": "u", "ფ": "p", "ქ": "k",
    "ღ": "gh", "ყ": "k", "შ": "sh", "ჩ": "ch", "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "h", "ჯ": "j",
    "ჰ": "h",
}  # fmt: skip
LETTERS: Final = {ord(letter): latin for letter, latin in _LETTERS.items()}

_SPELLINGS: Final = {
    "shch": "sh", "sch": "sh", "tch": "ch", "sh": "sh", "zh": "sh", "ch": "ch", "cz": "ch", "sz": "sh", "kh": "h",
    "gh": "g", "ph": "f", "th": "t", "dh": "d", "bh": "b", "ck": "k", "qu": "kv", "x": "ks", "q": "k", "w": "v",
    "ts": "s", "tz": "s", "dz": "s", "z": "s", "dj": "j", "dzh": "j", "j": "j", "y": "i", "c": "k",
    "ee": "i", "ou": "u", "oo": "u",
}  # fmt: skip
SPELLINGS: Final = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)))
VOWELS: Final = re.compile("[aeiouj]+")
ETHIOPIC: Final = re.compile("[\u1200-\u135a]")
DOUBLES: Final = re.compile(r"(.)\1+")

_INDIC: Final = {
    # long and short vowel signs and letters sound alike to people in a hurry
    long + block * 0x80: short + block * 0x80
    for block in range(18, 27)
    for long, short in ((0x06, 0x05), (0x08, 0x07), (0x0A, 0x09), (0x40, 0x3F), (0x42, 0x41), (0x01, 0x02))
}
_DEVANAGARI: Final = {
    # letters for vowels and the signs for them, beside another vowel
    **{0x905 + place: 0x93E + place - 1 for place in range(1, 7)},
    0x90F: 0x947,
    0x910: 0x948,
    0x913: 0x94B,
    0x914: 0x94C,
}
_GLIDES: Final = re.compile("(?<=[\u0941\u0942])\u0935(?=[\u093e-\u094c])|(?<=[\u093f\u0940])\u092f(?=[\u093e-\u094c])")
"""The v of "uva" and the y of "iya", which some write and some do not."""
_THAI: Final = dict.fromkeys((0x0E47, 0x0E48, 0x0E49, 0x0E4A, 0x0E4B, 0x0E4C, 0x0EC8, 0x0EC9, 0x0ECA, 0x0ECB, 0x0ECC))
_KANA: Final = {ord("ー"): None, ord("ッ"): None, ord("ヴ"): "ブ", ord("ェ"): "エ", ord("ァ"): "ア", ord("ィ"): "イ"}
_OTHER: Final = {**_INDIC, **_THAI, **_KANA}


def script_of(word: str) -> int:
    """The script of its first letter, as far as it matters here."""
    code = ord(word[0])
    if code < 0x250:
        return LATIN
    place = bisect_right(_STARTS, code)
    return _BLOCKS[place][1] if place < len(_BLOCKS) else OTHER


def latin(word: str) -> str:
    """The word in Latin letters where its script has a table, else as it is."""
    return word if word.isascii() else word.translate(LETTERS)


@lru_cache(maxsize=4096)
def light(word: str) -> str:
    """Latin letters, one spelling per sound, vowels kept; other scripts: letters, with their lengths levelled."""
    roman = latin(word)
    if roman.isascii():
        return _single(SPELLINGS.sub(_spelling, roman))
    if "\u0900" <= roman[0] <= "\u097f":
        roman = _GLIDES.sub("", roman[0] + roman[1:].translate(_DEVANAGARI))
    return ETHIOPIC.sub(_taken_apart, normalize("NFD", roman).translate(_OTHER))


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """The skeleton: every run of vowels is one, silent letters and voice are gone."""
    spelt = light(word)
    if spelt.isascii():
        return _single(VOWELS.sub("a", spelt.replace("h", "")))
    return spelt


def _single(letters: str) -> str:
    return DOUBLES.sub(r"\1", letters) if DOUBLES.search(letters) else letters


def deletions(skeleton: str) -> set[str]:
    """The skeleton and all that are one letter shorter: two skeletons one edit apart share one of these."""
    return {skeleton, *(skeleton[:place] + skeleton[place + 1 :] for place in range(len(skeleton)))}


def _taken_apart(match: re.Match[str]) -> str:
    """An Ethiopic syllable as its consonant and its vowel."""
    code = ord(match[0])
    return chr(code & ~7) + str(code & 7)


def _spelling(match: re.Match[str]) -> str:
    return _SPELLINGS[match[0]]
