"""What a cell may hold: each check takes the stripped text of a cell that is not empty, and gives its value."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import urlsplit

import phonenumbers

from bot.domain.countries import HOST, SENDERS, SOVEREIGN
from bot.sources.faults import shown

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

PLACES = SENDERS | SOVEREIGN.keys() | {HOST}
"""Codes that may stand where no sender of missions is meant: dependent territories and the host as well."""

EARLIEST = date(1990, 1, 1)
REMEMBERED: Final = 2048
"""Values of each kind whose check is remembered, of which none is long: the bundled tables have 400 addresses."""

_WORD = re.compile(r"[a-z][a-z_-]{0,29}")
_ID = re.compile(r"[a-z0-9-]{1,56}")  # a button carries it, and takes 64 bytes
_LANGUAGE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_EMAIL = re.compile(r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
_HOST = re.compile(r"\w([\w-]*\w)?(\.\w([\w-]*\w)?)*\.?|[0-9a-f:.]*:[0-9a-f:.]*")
_NOT_IN_URL = re.compile(r"[\s<>\"`\\]")
_FILE_IN_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+:[^@\s][^@]*(@[0-9a-f]{7,40})?")
_UNATTRIBUTED = re.compile(r"unattributed:[0-9]+")
_LONGEST_URL: Final = 2048
_NO_URL: Final = "is not a web address (too long, or with characters that none has)"
_LONGEST_PHONE: Final = 250  # phonenumbers reads no further either
_NO_PHONE: Final = "is not a valid phone number (+, country code, number)"


class Wrong(Exception):
    """Raised by a check, caught where the place of the cell is known."""

    def __init__(self, *whats: str) -> None:
        super().__init__(*whats)
        self.whats = whats


def text(value: str) -> str:
    if not value.strip():
        raise Wrong("is blank")
    return value


def line(value: str) -> str:
    if "\n" in value:
        raise Wrong("has a line break inside")
    return text(value)


def pattern(expected: re.Pattern[str], what: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not expected.fullmatch(value):
            raise Wrong(f"{shown(value)} is not {what}")
        return value

    return check


ident = pattern(_ID, "an id (a-z, 0-9 and -, up to 56)")
language = pattern(_LANGUAGE, "a language code")
word = pattern(_WORD, "a word of lower-case letters")
postcode = pattern(re.compile("[1-9][0-9]{5}"), "a postcode of six digits")
wikidata = pattern(re.compile("Q[1-9][0-9]{0,14}"), "a Wikidata item (Q and a number)")


def sender(value: str) -> str:
    if value not in SENDERS:
        raise Wrong(f"{shown(value)} is not the code of a country that sends missions")
    return value


def place(value: str) -> str:
    if value not in PLACES:
        raise Wrong(f"{shown(value)} is not the code of a country (two lower-case letters)")
    return value


def named(value: str) -> str:
    """A country that a question can be answered with; a territory has no missions and no card of its own."""
    if value in SOVEREIGN:
        raise Wrong(f"{value} is a territory, write the code of its country: {SOVEREIGN[value]}")
    return place(value)


def choice(kinds: type[E]) -> Callable[[str], E]:
    def check(value: str) -> E:
        try:
            return kinds(value)
        except ValueError:
            raise Wrong(f"{shown(value)} is none of {', '.join(kinds)}") from None

    return check


def many(check: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """The check of a cell that holds several values, separated by semicolons."""

    def check_each(value: str) -> tuple[T, ...]:
        values: list[T] = []
        whats: list[str] = []
        for part in map(str.strip, value.split(";")):
            try:
                if not part:
                    raise Wrong("has an empty entry between its semicolons")
                if (found := check(part)) in values:
                    raise Wrong(f"{shown(part)} stands there twice")
                values.append(found)
            except Wrong as wrong:
                whats.extend(wrong.whats)
        if whats:
            raise Wrong(*whats)
        return tuple(values)

    return check_each


def applies_to(value: str) -> frozenset[str]:
    return frozenset({"*"}) if value == "*" else frozenset(many(sender)(value))


def day(value: str) -> date:
    found = _date(value) if _DATE.fullmatch(value) else None
    if found is None:
        raise Wrong(f"{shown(value)} is not a date (yyyy-mm-dd)")
    if found < EARLIEST:
        raise Wrong(f"{value} is before {EARLIEST.year}")
    return found


@lru_cache(maxsize=REMEMBERED)
def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def latitude(value: str) -> float:
    return _degrees(value, 90)


def longitude(value: str) -> float:
    return _degrees(value, 180)


def _degrees(value: str, most: int) -> float:
    if not _DEGREES.fullmatch(value):
        raise Wrong(f"{shown(value)} is not a number of degrees (55.7558)")
    degrees = float(value)
    if abs(degrees) > most:
        raise Wrong(f"{shown(value)} is not between -{most} and {most} degrees")
    return degrees


def phone(value: str) -> str:
    if what := _phone_fault(value) if len(value) <= _LONGEST_PHONE else _NO_PHONE:
        raise Wrong(f"{shown(value)} {what}")
    return value


@lru_cache(maxsize=REMEMBERED)
def _phone_fault(value: str) -> str | None:
    """The strictest that phonenumbers offers, a number in a range that is in use, not just of a possible length:
    every number of the bundled table passes it, and a wrong digit is worse here than a number left out."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return _NO_PHONE
    if not phonenumbers.is_valid_number(number):
        return "is not a valid phone number"
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension or not _E164.fullmatch(value) or written != value:
        return f"must be written as {written}"
    return None


def email(value: str) -> str:
    if len(value) > 254 or not _EMAIL.fullmatch(value) or value.index("@") > 64:
        raise Wrong(f"{shown(value)} is not an e-mail address")
    return value


def url(value: str) -> str:
    if what := _url_fault(value) if len(value) <= _LONGEST_URL else _NO_URL:
        raise Wrong(f"{shown(value)} {what}")
    return value


@lru_cache(maxsize=REMEMBERED)
def _url_fault(value: str) -> str | None:
    if not value.startswith(("http://", "https://")):
        return "is not a web address (http:// or https://)"
    if not value.isprintable() or _NOT_IN_URL.search(value):
        return _NO_URL
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port  # a port that is no number is found only when it is asked for
    except ValueError:
        return "is not a web address"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or password"
    if not host or not _HOST.fullmatch(host):
        return "is not a web address (it has no valid host)"
    return None


def source(value: str) -> str:
    if value.startswith(("http://", "https://")):
        return url(value)
    if not value.isprintable() or not (_FILE_IN_REPOSITORY.fullmatch(value) or _UNATTRIBUTED.fullmatch(value)):
        raise Wrong(f"{shown(value)} is not a source (a web address, owner/name:path[@commit] or unattributed:number)")
    return value


def is_unattributed(token: str) -> bool:
    return token.startswith("unattributed:")
