"""What readers report: as admins work through it, and what the reporters hear of it."""

from datetime import date
from typing import Final

from bot.domain.countries import flag
from bot.domain.missions import Mission
from bot.texts.cards import post_text
from bot.texts.catalog import Words
from bot.texts.markup import clip, fitting, one_line
from bot.texts.messages import Button, Message, Press, in_rows

CITY_UNITS: Final = 80


def post_name(mission: Mission | None, mission_id: str, words: Words) -> str:
    """A post in a few words, by its number in the tables where it is in them no more."""
    if mission is None:
        return mission_id
    kind, city = words.plain(f"kind.{mission.kind}"), clip(one_line(words.city(mission.city)), CITY_UNITS)
    return f"{flag(mission.sender)} {words.country(mission.sender)} · {kind} · {city}"


def no_reports(words: Words, *, any_before: bool) -> Message:
    again = ((Press(words.plain("button.reports_again"), "report:after:0"),),) if any_before else ()
    return Message(words("reports.no_more" if any_before else "reports.none"), again)


def report(
    mission: Mission | None, name: str, count: int, since: date, numbers: tuple[int, int], words: Words, today: date
) -> Message:
    """The reports of one post with its card; `numbers` are those of its oldest and its newest report."""
    oldest, newest = numbers
    head = words.count("reports.about", count, post=name, date=words.date(since))
    card = post_text(mission, words, today) if mission is not None else words("reports.post_gone")
    buttons = (
        (
            Press(words.plain("button.fixed"), f"report:fixed:{newest}"),
            Press(words.plain("button.dismiss"), f"report:dismissed:{newest}"),
        ),
        (Press(words.plain("button.next_report"), f"report:after:{oldest}"),),
    )
    return Message(fitting([head, card], "\n\n"), buttons)


def settled(state: str, name: str, reporters: int, words: Words) -> Message:
    text = words.count(f"reports.done_{state}", reporters, post=name)
    return Message(text, ((Press(words.plain("button.next_report"), "report:after:0"),),))


def told(state: str, mission: Mission | None, name: str, words: Words) -> Message:
    """What the reporter hears."""
    buttons: list[Button] = []
    if mission is not None:
        buttons.append(Press(clip(name, 60), f"post:{mission.id}"))
    return Message(words(f"reported.{state}", post=name), in_rows(buttons, 1))
