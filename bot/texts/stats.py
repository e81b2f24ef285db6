"""What admins read of the figures, and what the picture of them shows."""

from typing import Final

from bot.domain.asked import Result
from bot.domain.countries import flag
from bot.domain.figures import DAYS, Figures
from bot.domain.troubles import Trouble
from bot.texts.catalog import Words
from bot.texts.chart import Bars, Line, Panel, drawable
from bot.texts.markup import Html, clip, fitting, join, one_line
from bot.texts.messages import Message

COUNTRIES: Final = 10
DRAWN_COUNTRIES: Final = 6
TITLE_UNITS: Final = 80
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
    return Message(fitting(blocks, "\n\n"))


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
    average = figures.questions / DAYS
    return words.number(average, 0 if average >= 10 else 1 if average >= 1 else 2)


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
