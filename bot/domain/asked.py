"""What is counted of the questions, and which of those that found nothing may be kept."""

import re
import unicodedata
from enum import StrEnum
from typing import Final

from bot.domain.matching import Answer, Found, HostCountry, Nothing, Unsure

LONGEST: Final = 64
"""Characters of a text that is kept: a longer one is a story, and stories are about people."""
TELLING: Final = re.compile(r"\d(?:[\W_]*\d){4,}|[@＠]|://|\bwww\.|\w\.\w{2,}", re.IGNORECASE)
"""Five digits, however parted (a phone, a passport, a card), a user name, an address of mail or web."""


class Result(StrEnum):
    """What became of a question."""

    FOUND = "found"
    ASKED_BACK = "asked_back"
    NOTHING = "nothing"
    HOST = "host"


def result_of(answer: Answer) -> tuple[Result, str]:
    """What is counted of an answer: what became of it, and the country, "" where there is none or more than one."""
    match answer:
        case Found(code):
            return Result.FOUND, code
        case HostCountry():
            return Result.HOST, ""
        case Unsure() | Nothing(city=str()):
            return Result.ASKED_BACK, ""
        case Nothing():
            return Result.NOTHING, ""


def fit_to_keep(text: str) -> str | None:
    """The text in the form in which texts of different people are told to be the same; None where it is not kept.

    A text that may name or number somebody is left out whole: what remained of it would be of no use.
    """
    if len(text) > 4 * LONGEST:
        return None
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = " ".join("".join(sign if sign.isprintable() else " " for sign in folded).split())
    return kept if kept and len(kept) <= LONGEST and not TELLING.search(kept) else None
