"""The settings of a subscription, with the buttons that change them."""

from typing import Final

from bot.domain.quiet import Quiet
from bot.texts.catalog import Words
from bot.texts.messages import Button, Message, Press, in_rows

QUIET_CHOICES: Final = (Quiet(22 * 60, 7 * 60), Quiet(23 * 60, 8 * 60), Quiet(0, 8 * 60), Quiet(0, 6 * 60))
ZONES: Final = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
"""One zone for each of Russia's eleven (tz database)."""


def settings(
    *, only_country: bool, country: str | None, quiet: Quiet | None, zone: str, silent: bool, words: Words
) -> Message:
    what = "settings.all"
    if only_country:
        what = "settings.only" if country else "settings.only_no_country"
    hours = str(quiet) if quiet else words.plain("button.quiet_off")
    text = words(
        "settings.text",
        what=words.plain(what),
        quiet=hours,
        zone=words.zone(zone),
        sound=words.plain("settings.silent" if silent else "settings.loud"),
    )
    scope = (
        Press(_marked(words.plain("button.all_news"), on=not only_country), "set:all"),
        Press(_marked(words.plain("button.only_country"), on=only_country), "set:only"),
    )
    sound = "button.silent_on" if silent else "button.silent_off"
    rest: list[Button] = [
        Press(words.plain("button.quiet", hours=hours), "set:quiet"),
        Press(words.plain("button.zone", zone=words.zone(zone)), "set:zone"),
        Press(words.plain(sound), "set:sound"),
        Press(words.plain("button.unsubscribe"), "unsubscribe"),
    ]
    return Message(text, (scope, *in_rows(rest, 1)))


def choose_quiet(words: Words) -> Message:
    buttons: list[Button] = [Press(str(quiet), f"quiet:{quiet.start}-{quiet.end}") for quiet in QUIET_CHOICES]
    last = (Press(words.plain("button.quiet_off"), "quiet:"), Press(words.plain("button.back"), "set:"))
    return Message(words("settings.choose_quiet"), (*in_rows(buttons, 2), last))


def choose_zone(words: Words) -> Message:
    buttons: list[Button] = [Press(words.zone(zone), f"zone:{zone}") for zone in ZONES]
    return Message(words("settings.choose_zone"), (*in_rows(buttons, 2), (Press(words.plain("button.back"), "set:"),)))


def _marked(label: str, *, on: bool) -> str:
    return f"✓ {label}" if on else label
