"""A mission as a pin on the map and as a contact to save."""

import re
from typing import Final

from bot.domain.missions import Mission
from bot.texts.catalog import Words
from bot.texts.markup import clip, one_line
from bot.texts.messages import Contact, Pin

VCARD_BYTES: Final = 2048
"""Limit of the Bot API, sendContact."""
TITLE_UNITS: Final = 64
ADDRESS_UNITS: Final = 250


def name(mission: Mission, words: Words) -> str:
    return words.plain("place.name", country=words.country(mission.sender), kind=words.plain(f"kind.{mission.kind}"))


def pin(mission: Mission, words: Words) -> Pin | None:
    """Where the mission is, or None where its coordinates are not known."""
    if mission.position is None:
        return None
    title = name(mission, words)
    address = mission.address_ru if words.language == "ru" else mission.address_en
    # Telegram takes no pin without an address.
    shown = one_line(address) or one_line(words.city(mission.city)) or title
    return Pin(*mission.position, title, clip(shown, ADDRESS_UNITS))


def contact(mission: Mission, words: Words) -> Contact | None:
    """The mission as a contact, its emergency number first, or None where no number is known."""
    numbers = (*mission.emergency_phones, *mission.phones)
    if not numbers:
        return None
    title = clip(one_line(f"{name(mission, words)}, {words.city(mission.city)}"), TITLE_UNITS)
    return Contact(numbers[0], title, _vcard(mission, title))


def _vcard(mission: Mission, title: str) -> str:
    """A vCard 3.0 (RFC 2426); what does not fit into Telegram's limit is left out from the end."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{_escape(title)};;;;", f"FN:{_escape(title)}", f"ORG:{_escape(title)}"]
    facts = [
        *(f"TEL;TYPE=work,pref:{_escape(number)}" for number in mission.emergency_phones),
        *(f"TEL;TYPE=work:{_escape(number)}" for number in mission.phones),
        *(f"EMAIL;TYPE=work:{_escape(email)}" for email in mission.emails),
        *([f"ADR;TYPE=work:;;{_escape(mission.address_ru)};;;;"] if mission.address_ru else []),
        *([f"GEO:{mission.latitude};{mission.longitude}"] if mission.position is not None else []),
        *([f"URL:{one_line(mission.website)}"] if mission.website else []),
    ]
    end = "END:VCARD\r\n"
    for fact in facts:
        if len("\r\n".join([*lines, fact, end]).encode()) <= VCARD_BYTES:
            lines.append(fact)
    return "\r\n".join([*lines, end])


def _escape(value: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", one_line(value))
