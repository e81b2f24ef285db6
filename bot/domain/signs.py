"""Countries named by signs instead of words: flags, ISO codes, calling codes."""

import re
from string import ascii_lowercase
from typing import Final

from bot.domain.countries import HOST, SENDERS, SOVEREIGN
from bot.domain.names import NameIndex
from bot.domain.senses import Sort

FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
PART_OF: Final = re.compile("\U0001f3f4([\U000e0061-\U000e007a]{2})[\U000e0030-\U000e007a]*\U000e007f?")
"""The flag of a part of a country (Scotland), spelt in tag letters; the first two are the country's."""
CALLING: Final = re.compile(r"(?:\+|00)\s?(\d{1,4}|1-\d{3})")
TAGS: Final = {0xE0000 + ord(letter): letter for letter in ascii_lowercase}
CODE: Final = re.compile(r"\W*([A-Za-z]{2,3})\W*")
LONGEST_SIGN: Final = 8


def signs(index: NameIndex, text: str) -> tuple[str, ...]:
    """Flags anywhere; an ISO code or a calling code only as the whole message."""
    if max(text, default="") >= "\U0001f1e6" and (codes := _flags(text)):
        return codes
    if len(text) > LONGEST_SIGN:
        return ()
    if calling := CALLING.fullmatch(text.strip()):
        return tuple(sense.code for sense in index.find("+" + calling[1].replace("-", "")))
    whole = CODE.fullmatch(text)
    return iso_code(index, whole[1]) if whole else ()


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
