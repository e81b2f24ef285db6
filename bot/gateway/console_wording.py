"""What the terminal itself says around the messages of the bot."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """Filled from the catalogues; `%(name)s` stands where a value goes."""

    hint: str
    """Before the first prompt: what to type and how to end."""
    goodbye: str
    pressed: str
    """%(label)s"""
    opens: str
    """A link was pressed: %(url)s"""
    map: str
    """%(latitude)s, %(longitude)s"""
    vcard: str
    """Beside a contact that comes with a vCard."""
    photo: str
    deleted: str
    """A message has been taken back."""
    no_results: str
    """An inline query that finds nothing."""
    shares_inline: str
    """On a button: it shares an answer in another chat."""
    shares_location: str
    """On a button: type `/location LAT LON` instead."""
    shares_contact: str
    """On a button: it would share the phone number."""
    telegram_only: str
    """On a button that only a Telegram app can serve."""
    location_usage: str
    """`/location` with something else than two numbers."""
    other_chat: str
    """Above a message that goes to somebody else: %(chat)s"""
