"""Every answer that is not a card: greetings, questions back, lists, settings."""

from collections.abc import Iterable
from typing import Final

from bot.domain.countries import flag
from bot.domain.missions import Mission, Near
from bot.texts.cards import EMERGENCY, city_text, first_phones
from bot.texts.catalog import Catalog, Words
from bot.texts.markup import Html, clip, join
from bot.texts.messages import Button, Message, Press, in_rows

LIST_LIMIT: Final = 90
"""Buttons of one keyboard; Telegram takes 100."""


def country_button(code: str, words: Words, verb: str = "card", city: str | None = None) -> Press:
    data = f"{verb}:{code}" if city is None else f"{verb}:{code}:{city}"
    return Press(f"{flag(code)} {words.country(code)}", data)


def start(words: Words, country: str | None) -> Message:
    buttons: list[Button] = [Press(words.plain("button.list"), "letters"), Press(words.plain("button.near"), "near")]
    if country is not None:
        buttons.insert(0, country_button(country, words))
    return Message(words("start.text"), in_rows(buttons, 2))


def help_text(words: Words) -> Message:
    return Message(words("help.text", number=EMERGENCY))


def which_country(words: Words) -> Message:
    return Message(words("find.which"), in_rows([Press(words.plain("button.list"), "letters")], 1))


def did_you_mean(choices: Iterable[str], city: str | None, words: Words) -> Message:
    return Message(words("find.unsure"), in_rows([country_button(code, words, city=city) for code in choices], 2))


def nothing_found(words: Words, city: str | None = None) -> Message:
    """No country was named: the emergency number and other ways to a mission."""
    key = "find.nothing_city" if city else "find.nothing"
    return Message(words(key, number=EMERGENCY, city=words.city(city or "")), _ways(words))


def host_country(words: Words) -> Message:
    return Message(words("find.host", number=EMERGENCY), _ways(words))


def letters(codes: Iterable[str], verb: str, words: Words) -> Message:
    """The first letters of all countries' names; `verb` is what choosing a country will do: "card" or "mine"."""
    found = sorted({_initial(words.country(code)) for code in codes})
    suffix = "" if verb == "card" else f":{verb}"
    return Message(words("list.letters"), in_rows([Press(letter, f"letter:{letter}{suffix}") for letter in found], 6))


def by_letter(codes: Iterable[str], letter: str, verb: str, words: Words) -> Message:
    codes = tuple(codes)
    found = sorted((code for code in codes if _initial(words.country(code)) == letter), key=words.country)
    if not found:  # a button of another language, or none of ours
        return letters(codes, verb, words)
    buttons: list[Button] = [country_button(code, words, verb) for code in found[:LIST_LIMIT]]
    back = (Press(words.plain("button.letters"), "letters" if verb == "card" else f"letters:{verb}"),)
    return Message(words("list.countries", letter=letter), (*in_rows(buttons, 2), back))


def nearest(found: list[Near], country: str | None, words: Words) -> Message:
    """The nearest working posts, each with its distance where that is known."""
    if not found:
        name = words.country(country) if country else ""
        return Message(words("near.none" if country else "near.none_at_all", country=name), _ways(words))
    title = words("near.title_country", country=words.country(country)) if country else words("near.title")
    lines = [_near_line(near, words) for near in found]
    buttons = [Press(clip(_short(near.mission, words), 60), f"post:{near.mission.id}") for near in found]
    return Message(join("\n\n", [title, *lines]), in_rows(list(buttons), 1))


def ask_location(words: Words) -> Message:
    return Message(words("near.ask"))


def my_country(country: str | None, words: Words) -> Message:
    if country is None:
        return Message(words("mine.none"), in_rows([Press(words.plain("button.list"), "letters:mine")], 1))
    buttons: list[Button] = [country_button(country, words), Press(words.plain("button.forget_mine"), "mine:")]
    return Message(words("mine.is", flag=flag(country), country=words.country(country)), in_rows(buttons, 1))


def my_country_set(country: str | None, words: Words) -> Message:
    if country is None:
        return Message(words("mine.removed"))
    text = words("mine.set", flag=flag(country), country=words.country(country))
    return Message(text, ((country_button(country, words),),))


def emergency(post: Mission | None, country: str | None, words: Words) -> Message:
    """112, and the emergency number (else the office line) of the reader's own embassy."""
    lines = [words("emergency.text", number=EMERGENCY)]
    buttons: list[Button] = []
    if country is None:
        lines.append(words("emergency.choose"))
        buttons = [Press(words.plain("button.list"), "letters:mine")]
    else:
        buttons = [country_button(country, words)]
        if phones := first_phones(post, words):
            lines.append(words("emergency.own", flag=flag(country), country=words.country(country), phones=phones))
        else:
            lines.append(words("emergency.no_number", flag=flag(country), country=words.country(country)))
    return Message(join("\n\n", lines), in_rows(buttons, 1))


def languages(catalog: Catalog, chosen: str | None, words: Words) -> Message:
    buttons = [
        Press(("✓ " if tag == chosen else "") + catalog.words(tag).own_name, f"language:{tag}")
        for tag in catalog.languages
    ]
    automatic = Press(("✓ " if chosen is None else "") + words.plain("button.language_auto"), "language:")
    return Message(words("language.choose"), (*in_rows(list(buttons), 2), (automatic,)))


def _ways(words: Words) -> tuple[tuple[Button, ...], ...]:
    return ((Press(words.plain("button.list"), "letters"), Press(words.plain("button.near"), "near")),)


def _initial(name: str) -> str:
    return name[:1].upper()


def _short(mission: Mission, words: Words) -> str:
    kind = words.plain(f"kind.{mission.kind}")
    return f"{flag(mission.sender)} {words.country(mission.sender)} · {kind} · {city_text(mission.city, words)}"


def _near_line(near: Near, words: Words) -> Html:
    mark, post = words.plain(f"status.mark.{near.mission.status}"), _short(near.mission, words)
    if near.km is None:
        return words("near.line_no_place", mark=mark, post=post)
    return words("near.line", mark=mark, post=post, km=words.number(near.km, 1 if near.km < 10 else 0))
