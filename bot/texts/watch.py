"""What admins read of the figures, the reports, the log of deeds and the roles."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from bot.domain.asked import Result
from bot.domain.countries import flag
from bot.domain.figures import DAYS, Figures
from bot.domain.missions import Mission
from bot.domain.troubles import Trouble
from bot.texts.cards import post_text
from bot.texts.catalog import Words
from bot.texts.chart import Bars, Line, Panel, drawable
from bot.texts.markup import MESSAGE_LIMIT, Html, clip, code, html, join, one_line, shown_units
from bot.texts.messages import Button, Message, Press, in_rows

COUNTRIES: Final = 10
DRAWN_COUNTRIES: Final = 6
TITLE_UNITS: Final = 80
DETAIL_UNITS: Final = 240
PLACEHOLDER: Final = re.compile(r"%\((\w+)\)s")
TROUBLES: Final = 5


def stats(figures: Figures, troubles: list[tuple[Trouble, int]], words: Words) -> Message:
    """The figures in a few lines."""
    blocks = [
        words("stats.title", days=DAYS),
        _subscribers(figures, words),
        _questions(figures, words),
        _unanswered(figures, words),
        _reaches(figures, words),
    ]
    if figures.reported:
        blocks.append(words.count("stats.reported", figures.reported))
    if troubles:
        lines = [
            words("stats.trouble", error=trouble.kind, place=trouble.place, times=words.number(times))
            for trouble, times in troubles[:TROUBLES]
        ]
        blocks.append(join("\n", [words("stats.troubles"), *lines]))
    return Message(_cut(blocks, "\n\n"))


def _subscribers(figures: Figures, words: Words) -> Html:
    first, last = figures.subscribers[0], figures.subscribers[-1]
    return words("stats.subscribers", number=words.number(last), change=f"{last - first:+d}")


def _questions(figures: Figures, words: Words) -> Html:
    results = figures.by_result()
    lines = [words("stats.questions", number=words.number(figures.questions), a_day=_a_day(figures, words))]
    if figures.questions:
        shares = [
            words("stats.result", result=words(f"result.{one}"), share=_share(results[one], figures, words))
            for one in Result
        ]
        lines.append(join(" · ", shares))
        tops = [
            words("stats.country", flag=flag(country), country=words.country(country), number=words.number(number))
            for country, number in figures.by_country()[:COUNTRIES]
        ]
        lines.append(join(" · ", tops))
    return join("\n", [line for line in lines if line])


def _a_day(figures: Figures, words: Words) -> str:
    return words.number(figures.questions / DAYS, 0 if figures.questions >= 10 * DAYS else 1)


def _share(number: int, figures: Figures, words: Words) -> str:
    return f"{words.number(number)} ({words.number(100 * number / figures.questions)} %)"


def _unanswered(figures: Figures, words: Words) -> Html:
    if not figures.unanswered:
        return words("stats.none_unanswered")
    lines = [words("stats.text", text=text, number=words.number(chats)) for text, chats in figures.unanswered]
    return join("\n", [words("stats.unanswered"), *lines])


def _reaches(figures: Figures, words: Words) -> Html:
    if not figures.reaches:
        return words("stats.no_bulletins")
    lines = [
        words(
            "stats.reach",
            number=one.number,
            date=words.date(one.published),
            title=clip(one_line(one.title), TITLE_UNITS),
            arrived=words.number(one.arrived),
            total=words.number(one.total),
            open=words.number(one.open),
        )
        for one in figures.reaches
    ]
    return join("\n", [words("stats.bulletins"), *lines])


def panels(figures: Figures, words: Words) -> tuple[Panel, ...]:
    """What the picture of the figures shows."""
    days = tuple(f"{day.day}.{day.month:02d}" for day in figures.days)
    top = [country for country, _ in figures.by_country()[:DRAWN_COUNTRIES]]
    rest = frozenset(country for country, _ in figures.by_country()[DRAWN_COUNTRIES:])
    countries = [(words.country(country), figures.daily(countries=frozenset({country}))) for country in top]
    if rest:
        countries.append((words.plain("chart.others"), figures.daily(countries=rest)))
    last = figures.reaches[::-1]
    reaches = (
        (words.plain("chart.arrived"), tuple(one.arrived for one in last)),
        (words.plain("chart.open"), tuple(one.open for one in last)),
        (words.plain("chart.missed"), tuple(max(0, one.total - one.arrived - one.open) for one in last)),
    )
    results = tuple((words.plain(f"result.{one}"), figures.daily(result=one)) for one in Result)
    return (
        Line(words.plain("chart.subscribers"), days, (("", figures.subscribers),)),
        Bars(words.plain("chart.results"), days, results),
        Bars(words.plain("chart.countries"), days, tuple(countries)),
        Bars(words.plain("chart.reach"), tuple(f"№ {one.number}" for one in last), reaches),
    )


def can_be_drawn(shown: tuple[Panel, ...]) -> bool:
    """Whether every letter of the picture can be drawn; else it is drawn in English."""
    return all(drawable(f"{panel.title}{''.join(name for name, _ in panel.series)}") for panel in shown)


def post_name(mission: Mission | None, mission_id: str, words: Words) -> str:
    """A post in a few words, by its number in the tables where it is in them no more."""
    if mission is None:
        return mission_id
    kind, city = words.plain(f"kind.{mission.kind}"), clip(one_line(words.city(mission.city)), TITLE_UNITS)
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
    return Message(_cut([head, card], "\n\n"), buttons)


def settled(state: str, name: str, reporters: int, words: Words) -> Message:
    text = words.count(f"reports.done_{state}", reporters, post=name)
    return Message(text, ((Press(words.plain("button.next_report"), "report:after:0"),),))


def told(state: str, mission: Mission | None, name: str, words: Words) -> Message:
    """What the reporter hears."""
    buttons: list[Button] = []
    if mission is not None:
        buttons.append(Press(clip(name, 60), f"post:{mission.id}"))
    return Message(words(f"reported.{state}", post=name), in_rows(buttons, 1))


def audit_line(at: datetime, actor: int, action: str, detail: Mapping[str, Any], words: Words) -> Html:
    """One deed; `at` in the time zone in which it is to be shown. A deed without words is shown as it is kept."""
    values = {key: _value(value) for key, value in detail.items()}
    template = words.raw(f"audit.{action}")
    named = set(PLACEHOLDER.findall(template))
    known = template != f"audit.{action}" and named <= values.keys()
    deed = words(f"audit.{action}", **{key: values[key] for key in named}) if known else action
    rest = ", ".join(f"{_detail_name(key, words)}: {value}" for key, value in values.items() if key not in named)
    moment = f"{words.date(at.date())}, {at:%H:%M}"
    line = words("desk.audit_line", moment=moment, who=code(actor) if actor else words("desk.program"), deed=deed)
    return join("\n", [line, html(clip(rest, DETAIL_UNITS))]) if rest else line


def _detail_name(key: str, words: Words) -> str:
    name = words.raw(f"detail.{key}")
    return key if name == f"detail.{key}" else name


def _value(value: Any) -> str:
    return clip(one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)), TITLE_UNITS)


def audit_page(lines: list[Html], newer: int | None, older: int | None, words: Words) -> Message:
    """`newer` and `older` are the numbers of the entries that the pages beside this one go on from."""
    if not lines:
        return Message(words("desk.audit_empty"))
    row: list[Button] = []
    if newer is not None:
        row.append(Press(words.plain("button.newer"), f"audit:newer:{newer}"))
    if older is not None:
        row.append(Press(words.plain("button.older"), f"audit:older:{older}"))
    buttons = (*((tuple(row),) if row else ()), (Press(words.plain("button.csv"), "audit:csv"),))
    return Message(_cut([words("desk.audit_title"), *lines], "\n\n"), buttons)


def admins(settled_ids: list[int], holders: list[tuple[int, str, int]], words: Words, *, may_change: bool) -> Message:
    """Who may do what: the admins of the settings, then those with a role and who gave it."""
    lines = [words("admins.title")]
    lines += [words("admins.settings", user=code(user)) for user in settled_ids]
    lines += [
        words("admins.holder", user=code(user), role=words(f"role.{role}"), giver=code(giver))
        for user, role, giver in holders
    ]
    parts = [join("\n", lines), words("admins.rights")]
    if may_change:
        parts.append(words("admins.usage"))
    return Message(_cut(parts, "\n\n"))


def role_proposal(user: int, role: str | None, before: str | None, number: int, words: Words) -> Message:
    """`role` None takes the role away."""
    was = words(f"role.{before}") if before else words("role.none")
    becomes = words(f"role.{role}") if role else words("role.none")
    buttons = (
        (
            Press(words.plain("button.apply"), f"role:apply:{number}"),
            Press(words.plain("button.cancel"), f"role:cancel:{number}"),
        ),
    )
    return Message(words("admins.ask", user=code(user), before=was, after=becomes), buttons)


def _cut(blocks: list[Html], separator: str) -> Html:
    """As many of the blocks, from the first, as a message holds."""
    taken: list[Html] = []
    room = MESSAGE_LIMIT
    for block in blocks:
        room -= shown_units(block) + len(separator)
        if room < 0:
            break
        taken.append(block)
    return join(separator, taken)
