"""A bulletin as a message: the news item, the consular-assistance notice, and the reader's own embassy."""

from collections.abc import Iterator
from typing import Final

from bot.domain.countries import flag
from bot.domain.missions import Coverage
from bot.domain.news import Bulletin, NewsItem, Notice
from bot.texts.cards import EMERGENCY, first_phones
from bot.texts.catalog import Words
from bot.texts.markup import MESSAGE_LIMIT, Html, bold, clip, clip_sentence, html, join, link, quote, utf16
from bot.texts.messages import Button, Link, Message, Press

TITLE_UNITS: Final = 256
LEAD_UNITS: Final = 600
NOTICE_UNITS: Final = 900
MOST_PHONES: Final = 3
LEAST_BODY_UNITS: Final = 120
"""A full text of which less than this would be left is not begun."""
MARKUP_UNITS: Final = 64
"""Room for the separators around the full text."""


def standing_notice(words: Words) -> Notice:
    """The notice that goes out with an item that brings none of its own."""
    return Notice(words.plain("notice.heading"), (words.plain("notice.text"),))


def bulletin_message(
    bulletin: Bulletin, coverage: Coverage | None, words: Words, *, intro: Html | None = None
) -> Message:
    """What one reader gets; `coverage` is that of the reader's country, None where it is not known."""
    item = bulletin.item
    head = [*([intro] if intro else []), _headline(item, words)]
    if item.lead:
        head.append(html(clip_sentence(item.lead, LEAD_UNITS)))
    tail = [_notice(bulletin.notice or standing_notice(words), words), _own(coverage, words)]
    used = sum(utf16(part) for part in (*head, *tail)) + MARKUP_UNITS
    body = _body(item, MESSAGE_LIMIT - used)
    parts = [*head, *([body] if body else []), *tail]
    return Message(join("\n\n", parts), _buttons(item, coverage, words))


def correction_message(bulletin: Bulletin, coverage: Coverage | None, words: Words) -> Message:
    """For those who got the text before this one."""
    return bulletin_message(bulletin, coverage, words, intro=words("bulletin.correction"))


def withdrawal_message(bulletin: Bulletin, words: Words) -> Message:
    """For those who got a bulletin that was taken back: its name, and nothing of its text."""
    title = words("bulletin.title", title=clip(bulletin.item.title, TITLE_UNITS))
    return Message(join("\n\n", [words("bulletin.withdrawal"), title]))


def leafing(earlier: int | None, later: int | None, words: Words) -> tuple[Button, ...]:
    """The buttons that turn to the bulletin before and after."""
    buttons: list[Button] = []
    if earlier is not None:
        buttons.append(Press(words.plain("button.earlier"), f"news:{earlier}"))
    if later is not None:
        buttons.append(Press(words.plain("button.later"), f"news:{later}"))
    return tuple(buttons)


def day(item: NewsItem, words: Words) -> str:
    """When it was published, as one word of a line."""
    return words.plain("bulletin.undated") if item.published is None else words.date(item.published)


def _headline(item: NewsItem, words: Words) -> Html:
    facts = [html(words.date(item.published))] if item.published is not None else []
    if item.publisher:
        facts.append(html(clip(item.publisher, 80)))
    if item.url:
        facts.append(link(words.plain("bulletin.link"), item.url))
    return join("\n", [words("bulletin.title", title=clip(item.title, TITLE_UNITS)), join(" · ", facts)])


def _body(item: NewsItem, room: int) -> Html:
    """The text below the lead, folded away behind a quotation, cut at a sentence where the message is full."""
    kept: list[Html] = []
    headings: list[str] = []  # those above the next paragraph, which stand only where that does
    for text, is_heading in _texts_below_lead(item):
        fits = utf16(text) <= room
        if not fits and (is_heading or room < LEAST_BODY_UNITS):
            break
        if is_heading:
            headings.append(text)
        else:
            kept += [*map(bold, headings), html(text if fits else clip_sentence(text, room))]
            headings.clear()
        if not fits:
            break
        room -= utf16(text) + 1
    else:
        kept += map(bold, headings)
    return quote(join("\n", kept), expandable=True) if kept else Html()


def _texts_below_lead(item: NewsItem) -> Iterator[tuple[str, bool]]:
    """Headings and paragraphs in order, and whether each is a heading; a lead that was cut comes again, whole."""
    lead = item.lead if utf16(item.lead) <= LEAD_UNITS else None
    for section in item.sections:
        if section.heading:
            yield section.heading, True
        for paragraph in section.paragraphs:
            if paragraph is lead:
                lead = None
                continue
            yield paragraph, False


def _notice(notice: Notice, words: Words) -> Html:
    text = clip_sentence("\n".join(notice.paragraphs), NOTICE_UNITS)
    return join("\n", [words("bulletin.notice", heading=clip(notice.heading, TITLE_UNITS)), html(text)])


def _own(coverage: Coverage | None, words: Words) -> Html:
    """The reader's embassy in two lines, or the question for the country."""
    if coverage is None:
        return words("bulletin.choose_country")
    country = words("bulletin.own", flag=flag(coverage.sender), country=words.country(coverage.sender))
    phones = first_phones(coverage.post, words, MOST_PHONES)
    if not phones:
        return join("\n", [country, words("bulletin.own_no_number", number=EMERGENCY)])
    return join("\n", [country, words("bulletin.own_phones", phones=phones, number=EMERGENCY)])


def _buttons(item: NewsItem, coverage: Coverage | None, words: Words) -> tuple[tuple[Button, ...], ...]:
    row: list[Button] = []
    if coverage is None:
        row.append(Press(words.plain("button.choose_country"), "choose"))
    else:
        post = coverage.post
        if post is not None and post.works and post.position is not None:
            row.append(Press(words.plain("button.map"), f"map:{post.id}"))
        row.append(Press(words.plain("button.own_embassy"), f"own:{coverage.sender}"))
    if item.url:
        row.append(Link(words.plain("button.read"), item.url))
    return (tuple(row),)
