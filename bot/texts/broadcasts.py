"""What the desk shows of bulletins: before they go out, while they do, and afterwards."""

import math
from typing import Final

from bot.domain.broadcasts import Broadcast, Kind, Stage
from bot.domain.delivery import State
from bot.domain.news import NewsItem
from bot.texts.bulletins import TITLE_UNITS, day
from bot.texts.catalog import Catalog, Words
from bot.texts.markup import Html, clip, code, html, join
from bot.texts.messages import Button, Message, Press, Rows, in_rows

CELLS: Final = 12
LIST_TITLE_UNITS: Final = 80
REASON_UNITS: Final = 200
ALWAYS: Final = (State.SENT, State.GONE, State.UNKNOWN)
AT_TIMES: Final = (State.FAILED, State.STOPPED)
"""Shown only where there are any."""


def preview(message: Message, proposal: int, shown: str, catalog: Catalog, words: Words) -> Message:
    """The message as its readers get it, with the buttons that show it in other languages below their own."""
    languages: list[Button] = [
        Press(("✓ " if tag == shown else "") + catalog.words(tag).own_name, f"bulletin:{proposal}:view:{tag}")
        for tag in catalog.languages
    ]
    test = (Press(words.plain("button.test"), f"bulletin:{proposal}:test:{shown}"),)
    return Message(message.text, (*message.buttons, *in_rows(languages, 3), test))


def publish_panel(
    item: NewsItem, proposal: int, reach: int, rate: float, warnings: list[Html], words: Words
) -> Message:
    """What publishing would do, with the buttons that do it."""
    lines = [words("desk.publish.title", title=clip(item.title, TITLE_UNITS)), *warnings]
    if item.country:
        lines.append(words("desk.publish.country", country=words.country(item.country)))
    lines.append(_reach(reach, rate, words))
    lines.append(words("desk.publish.urgent"))
    publish = Press(words.plain("button.publish"), f"bulletin:{proposal}:now")
    urgent = Press(words.plain("button.publish_urgent"), f"bulletin:{proposal}:urgent")
    return Message(join("\n\n", lines), ((publish, urgent), (_cancel(proposal, words),)))


def correct_panel(number: int, proposal: int, old: Broadcast, rate: float, words: Words) -> Message:
    """What correcting would do."""
    lines = [words("desk.correct.title", number=number), _reach(_got_it(old), rate, words)]
    if old.goes_on and old.waiting:
        lines.append(words.count("desk.correct.waiting", old.waiting))
    publish = Press(words.plain("button.publish"), f"bulletin:{proposal}:now")
    return Message(join("\n\n", lines), ((publish, _cancel(proposal, words)),))


def withdraw_panel(number: int, proposal: int, old: Broadcast, rate: float, words: Words) -> Message:
    """What withdrawing would do."""
    lines = [words("desk.withdraw.title", number=number), _reach(_got_it(old), rate, words)]
    if old.goes_on and old.waiting:
        lines.append(words.count("desk.withdraw.waiting", old.waiting))
    withdraw = Press(words.plain("button.withdraw"), f"bulletin:{proposal}:now")
    return Message(join("\n\n", lines), ((withdraw, _cancel(proposal, words)),))


def stop_panel(broadcast: Broadcast, proposal: int, words: Words) -> Message:
    text = words.count("desk.stop.ask", broadcast.waiting, title=clip(broadcast.title, TITLE_UNITS))
    stop = Press(words.plain("button.stop"), f"bulletin:{proposal}:now")
    return Message(text, ((stop, _cancel(proposal, words)),))


def ask_correction(number: int, title: str, words: Words) -> Message:
    """The question whose reply is the corrected page; the mark says of which bulletin."""
    mark = code(correction_mark(number))
    return Message(words("desk.correct.ask", title=clip(title, TITLE_UNITS), mark=mark))


def correction_mark(number: int) -> str:
    return f"#c{number}"


def progress(broadcast: Broadcast, rate: float, words: Words) -> Message:
    """How far a broadcast has got; once it is over, its report. `rate` is in deliveries a second."""
    lines = [*_headline(broadcast, TITLE_UNITS, words), _bar(broadcast, words), "", *_counts(broadcast, words)]
    seconds = broadcast.seconds_left(rate)
    if seconds is not None:
        lines += ["", words("desk.pace", rate=words.number(rate, 1 if rate < 10 else 0), time=_time(seconds, words))]
    return Message(join("\n", [html(line) for line in lines]), _controls(broadcast, words))


def report(broadcast: Broadcast, rate: float, words: Words) -> Message:
    """One of the list, with the way back to it."""
    message = progress(broadcast, rate, words)
    return Message(message.text, (*message.buttons, (Press(words.plain("button.back"), "casts:0"),)))


def past(found: list[Broadcast], page: int, words: Words, *, more: bool, none_going_on: bool) -> Message:
    """A page of those that are over, each with its report; `more` where there is an older page."""
    parts = [words("desk.casts.none_running")] if none_going_on else []
    parts.append(words("desk.casts.past" if found else "desk.casts.no_past"))
    for broadcast in found:
        counts = join(" · ", _counts(broadcast, words))
        parts.append(join("\n", [*_headline(broadcast, LIST_TITLE_UNITS, words), counts]))
    numbers: list[Button] = [Press(f"#{broadcast.number}", f"cast:{broadcast.number}:show") for broadcast in found]
    turn: list[Button] = [Press(words.plain("button.newer"), f"casts:{page - 1}")] if page else []
    turn += [Press(words.plain("button.older"), f"casts:{page + 1}")] if more else []
    return Message(join("\n\n", parts), (*in_rows(numbers, 5), *in_rows(turn, 2)))


def shelf_list(shelved: list[tuple[int, NewsItem]], words: Words) -> Html:
    """What else could be published, with the commands that show it."""
    lines = [
        words("desk.shelf.line", number=number, date=day(item, words), title=clip(item.title, 80))
        for number, item in shelved
    ]
    return join("\n", [words("desk.shelf.title"), *lines])


def _reach(reach: int, rate: float, words: Words) -> Html:
    if not reach:
        return words("desk.reach_nobody")
    shown = words.number(rate, 1 if rate < 10 else 0)
    takes = words("desk.takes", time=_time(reach / rate, words), rate=shown)
    return join("\n", [words.count("desk.reach", reach), takes])


def _got_it(old: Broadcast) -> int:
    return sum(old.counts.get(state, 0) for state in (State.SENT, State.UNKNOWN))


def _time(seconds: float, words: Words) -> Html:
    return words.count("desk.minutes", math.ceil(seconds / 60)) if seconds > 60 else words("desk.under_a_minute")


def _headline(broadcast: Broadcast, units: int, words: Words) -> list[Html]:
    title = words("desk.cast.title", number=broadcast.number, title=clip(broadcast.title, units))
    facts = [words(f"desk.stage.{broadcast.stage}")]
    if broadcast.corrects is not None:
        facts.insert(0, words(f"desk.kind.{broadcast.kind}", number=broadcast.corrects))
    if broadcast.urgent:
        facts.append(words("desk.cast.urgent"))
    if broadcast.reason:
        facts.append(html(clip(broadcast.reason, REASON_UNITS)))
    return [title, join(" · ", facts)]


def _bar(broadcast: Broadcast, words: Words) -> Html:
    filled = CELLS * broadcast.percent // 100
    return words("desk.bar", bar="█" * filled + "░" * (CELLS - filled), percent=words.number(broadcast.percent))


def _counts(broadcast: Broadcast, words: Words) -> list[Html]:
    """Every state with its number: together they are all there are."""
    if not broadcast.total and broadcast.reached:
        return [words.count("desk.cast.forgotten", broadcast.reached)]
    states = [state for state in State if state in ALWAYS or (state in AT_TIMES and broadcast.counts.get(state))]
    lines = [
        words(f"desk.count.{state.name.lower()}", count=words.number(broadcast.counts.get(state, 0)))
        for state in states
    ]
    if broadcast.waiting or broadcast.goes_on:
        lines.insert(1, words("desk.count.waiting", count=words.number(broadcast.waiting)))
    if broadcast.held:
        lines.insert(2, words("desk.count.held", count=words.number(broadcast.held)))
    return lines


def _controls(broadcast: Broadcast, words: Words) -> Rows:
    def button(verb: str) -> Press:
        return Press(words.plain(f"button.{verb}"), f"cast:{broadcast.number}:{verb}")

    row: tuple[Button, ...] = ()
    if broadcast.goes_on:
        row = (button("resume" if broadcast.stage is Stage.PAUSED else "pause"), button("stop"))
    amend = (button("correct"), button("withdraw")) if broadcast.kind is Kind.NEWS else ()
    if broadcast.stage is Stage.WITHDRAWN:
        amend = ()
    return tuple(filter(None, (row, amend)))


def _cancel(proposal: int, words: Words) -> Press:
    return Press(words.plain("button.cancel"), f"bulletin:{proposal}:cancel")
