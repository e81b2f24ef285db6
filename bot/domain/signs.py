"""Countries named by signs instead of words: flags, ISO codes, calling codes."""

import re
from string import ascii_lowercase
from typing import Final

from bot.domain.countries import HOST, SENDERS, SOVEREIGN
from bot.domain.names import NameIndex
from bot.domain.senses import KNOWN_TO_ALL, Sort

FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
PART_OF: Final = re.compile("\U0001f3f4([\U000e0061-\U000e007a]{2})[\U000e0030-\U000e007a]*\U000e007f?")
"""The flag of a part of a country (Scotland), spelt in tag letters; the first two are the country's."""
CALLING: Final = re.compile(r"(?:\+|00)\s?(\d{1,4}|1-\d{3})")
TAGS: Final = {0xE0000 + ord(letter): letter for letter in ascii_lowercase}
CODE: Final = re.compile(r"\W*([A-Za-z]{2,3})\W*")
LONGEST_SIGN: Final = 8
LONGEST_LIST: Final = 40
MOST_LISTED: Final = 4
LISTED: Final = re.compile(r"(?:\+|00)\d{1,4}|1-\d{3}|[A-Z]{2,3}")
"""A code of a list; in letters only capitals, for small ones are words."""
BETWEEN: Final = re.compile(
    r"\s*(?:[/,;|&]|\s(?:or|and|vs|и|или|та|або|чи|и/или|ou|et|o|y|u|e|oder|und|lub|i)\s)\s*|(\s+)"
)
RATHER_WORDS: Final = frozenset(("id", "it", "am", "tv", "pm"))
"""Codes that, even in capitals, are more often something else."""


def signs(index: NameIndex, text: str) -> tuple[str, ...]:
    """Flags anywhere; ISO codes or calling codes only as the whole message."""
    if max(text, default="") >= "\U0001f1e6" and (codes := _flags(text)):
        return codes
    if len(text) > LONGEST_LIST:
        return ()
    if LISTED.match(text.strip(" .!?")) and (codes := _listed(index, text.strip(" .!?"))):
        return codes
    if len(text) > LONGEST_SIGN:
        return ()
    if calling := CALLING.fullmatch(text.strip()):
        return _called(index, calling[1])
    whole = CODE.fullmatch(text)
    return iso_code(index, whole[1]) if whole else ()


def _listed(index: NameIndex, text: str) -> tuple[str, ...]:
    """Two to four codes of one kind, with a blank, a comma or "or" between: "MD / RO", "+32 +33"."""
    parts = BETWEEN.split(text)
    codes, blanks = parts[::2], [blank for blank in parts[1::2] if blank]
    if not 1 < len(codes) <= MOST_LISTED or not all(map(LISTED.fullmatch, codes)):
        return ()
    if not codes[0].isalpha():
        found = [_called(index, code.removeprefix("+").removeprefix("00")) for code in codes if not code.isalpha()]
    elif RATHER_WORDS.issuperset(map(str.lower, codes)) or (blanks and any(_is_little(index, code) for code in codes)):
        return ()
    else:
        found = [iso_code(index, code) for code in codes if code.isalpha()]
    named = tuple(dict.fromkeys(code for one in found for code in one if HOST not in one))
    return named if len(found) == len(codes) == len(set(codes)) and all(found) and len(named) <= MOST_LISTED else ()


def _called(index: NameIndex, number: str) -> tuple[str, ...]:
    return tuple(sense.code for sense in index.find("+" + number.replace("-", "")))


def _is_little(index: NameIndex, word: str) -> bool:
    """True for "IN" and "TO", which may be words of a message in capitals."""
    return any(sense.sort >= Sort.POST and sense.languages & KNOWN_TO_ALL for sense in index.find(word.lower()))


def _flags(text: str) -> tuple[str, ...]:
    letters = ["".join(chr(ord(letter) - 0x1F1E6 + ord("a")) for letter in found) for found in FLAG.findall(text)]
    letters += [part.translate(TAGS) for part in PART_OF.findall(text)]
    codes = dict.fromkeys(SOVEREIGN.get(code, code) for code in letters)
    return tuple(code for code in codes if code in SENDERS) or ((HOST,) if HOST in codes else ())


def iso_code(index: NameIndex, text: str) -> tuple[str, ...]:
    """The countries of two or three letters, where these are not rather a word."""
    code = text.lower()
    sender = SOVEREIGN.get(code, code)
    if sender in SENDERS or sender == HOST:
        return () if text == "no" else (sender,)  # whoever types a small "no" is answering, not asking for Norway
    senses = index.find(code)
    other = any(sense.sort >= Sort.POST or sense.sort < Sort.CODE for sense in senses)
    if other and not text.isupper():
        return ()
    return tuple(sense.code for sense in senses if sense.sort is Sort.CODE)
