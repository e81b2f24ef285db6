"""The mission card: everything that is known of one post, in the reader's language, and nothing else."""

from datetime import date
from itertools import accumulate
from typing import Final

import phonenumbers

from bot.domain.countries import EU, flag
from bot.domain.missions import Cover, Coverage, Mission, Rule, Status, is_stale
from bot.texts.catalog import Words
from bot.texts.markup import MESSAGE_LIMIT, Html, bold, clip, code, html, join, one_line, quote, shown_units, utf16
from bot.texts.messages import Button, Message, Press, Rows, Share, in_rows
from bot.texts.sources import source_links

EMERGENCY: Final = "112"
MOST: Final = 6
"""How many numbers, addresses or posts abroad a card shows."""
FACT_UNITS: Final = 600
NAME_UNITS: Final = 80
PHONE_UNITS: Final = 32
"""How much of one cell a card shows; lines for which the message has no room are left out from the end."""
RULES_UNITS: Final = 1200
LEAST_RULE_UNITS: Final = 100
"""Rules of which less than this would be left are not begun."""


def card(coverage: Coverage, words: Words, today: date) -> Message:
    """The answer for one country: its post, or who helps instead where none works."""
    blocks = [_about_city(coverage, words)]
    danger = [] if coverage.served else [words("card.danger", number=EMERGENCY)]
    if coverage.post is not None:
        blocks.append(post_text(coverage.post, words, today, _room([*blocks, *danger])))
    else:
        blocks.append(words("card.no_post", flag=flag(coverage.sender), country=words.country(coverage.sender)))
    if not coverage.served:
        blocks.extend([*_instead(coverage, words, today, _room([*blocks, *danger])), *danger])
    blocks.append(_rules(coverage, words, _room(blocks)))
    return Message(join("\n\n", [block for block in blocks if block]), card_buttons(coverage, words))


def post_text(mission: Mission, words: Words, today: date, room: int = MESSAGE_LIMIT) -> Html:
    """One post, line by line; a post that does not work says so before anything else. `room` is in UTF-16 units."""
    title = words(
        "card.title",
        flag=flag(mission.sender),
        country=words.country(mission.sender),
        kind=words.plain(f"kind.{mission.kind}"),
        city=city_text(mission.city, words),
    )
    status = _status(mission, words)
    head = [[title, status]] if mission.works else [[status], [title]]
    phones, dates = _phones(mission, words), _dates(mission, words, today)
    room -= sum(shown_units(line) + 2 for lines in (*head, phones, dates) for line in lines)
    paragraphs = [*head, phones, _fitting(_place(mission, words), room), dates]
    return join("\n\n", [join("\n", lines) for lines in paragraphs if lines])


def card_buttons(coverage: Coverage, words: Words) -> Rows:
    sender, post = coverage.sender, coverage.post
    first: list[Button] = []
    if post is not None and post.works:
        if post.position is not None:
            first.append(Press(words.plain("button.map"), f"map:{post.id}"))
        if post.phones or post.emergency_phones:
            first.append(Press(words.plain("button.contact"), f"contact:{post.id}"))
    second: list[Button] = []
    if coverage.others:
        second.append(Press(words.plain("button.others", number=len(coverage.others)), f"posts:{sender}"))
    second.append(Share(words.plain("button.share"), words.country(sender)))
    third: list[Button] = [Press(words.plain("button.mine"), f"mine:{sender}")]
    if post is not None:
        third.append(Press(words.plain("button.wrong"), f"wrong:{post.id}"))
    return (*in_rows(first, 2), *in_rows(second, 2), *in_rows(third, 2))


def others(coverage: Coverage, words: Words) -> Message:
    """All posts of a country, to choose from."""
    posts = [post for post in (coverage.post, *coverage.others) if post is not None]
    title = words("card.posts", flag=flag(coverage.sender), country=words.country(coverage.sender))
    return Message(title, in_rows([Press(_post_label(post, words), f"post:{post.id}") for post in posts[:90]], 1))


def first_phones(post: Mission | None, words: Words, most: int = MOST) -> Html:
    """The numbers of a working post to call first, with what they are: the emergency ones, else the office's."""
    if post is None or not post.works or not post.first_phones:
        return Html()
    shown = join(", ", [phone_text(number, words) for number in post.first_phones[:most]])
    return words("card.emergency" if post.emergency_phones else "card.phone", phones=shown)


def phone_text(number: str, words: Words) -> Html:
    """A number in international format, as Telegram recognises and dials it."""
    try:
        shown = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        shown = clip(one_line(number), PHONE_UNITS)
    return html(words.left_to_right(shown))


def city_text(name: str, words: Words) -> str:
    """The name of a city, as much of it as there is room for."""
    return clip(one_line(words.city(name)), NAME_UNITS)


def _post_label(post: Mission, words: Words) -> str:
    mark = words.plain(f"status.mark.{post.status}")
    return f"{mark} {words.plain(f'kind.{post.kind}')} · {city_text(post.city, words)}"


def _fact(sentence: str, words: Words, units: int = FACT_UNITS) -> str:
    """A cell in the reader's language, on one line, as much of it as there is room for."""
    return clip(one_line(words.fact(sentence)), units)


def _room(blocks: list[Html]) -> int:
    """UTF-16 units that are left in the message below these."""
    return MESSAGE_LIMIT - sum(shown_units(block) + 2 for block in blocks if block)


def _fitting(lines: list[Html], room: int) -> list[Html]:
    """The first of the lines, as many as there is room for."""
    ends = accumulate(shown_units(line) + 2 for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= room]


def _status(mission: Mission, words: Words) -> Html:
    line = words(f"status.{mission.status}", mark=words.plain(f"status.mark.{mission.status}"))
    if mission.status is not Status.UNKNOWN:  # that nothing is known needs no source
        line += _doubt(mission, "status", words)
    note = _fact(mission.status_note, words)
    return join("\n", [line, html(note) + _doubt(mission, "status_note", words)]) if note else line


def _phones(mission: Mission, words: Words) -> list[Html]:
    lines = []
    for key, field in (("card.emergency", "emergency_phones"), ("card.phone", "phones")):
        numbers: tuple[str, ...] = getattr(mission, field)
        if numbers:
            shown = join(", ", [phone_text(number, words) for number in numbers[:MOST]])
            lines.append(words(key, phones=shown) + _doubt(mission, field, words))
    return lines


def _place(mission: Mission, words: Words) -> list[Html]:
    lines = []
    own = "address_ru" if words.language == "ru" else "address_en"
    for field in (own, "address_ru") if own != "address_ru" else ("address_ru",):
        if address := clip(one_line(getattr(mission, field)), FACT_UNITS):
            postcode = clip(one_line(mission.postcode), PHONE_UNITS)
            if postcode and postcode not in address and field == own:
                address = f"{address}, {postcode}"
            shown = code(address) if field == "address_ru" else html(address)
            key = "card.address" if field == own else "card.address_russian"
            lines.append(words(key, address=shown) + _doubt(mission, field, words))
    # An address that is cut leads elsewhere, so one that is too long is left out.
    if emails := [email for cell in mission.emails if utf16(email := one_line(cell)) in range(1, NAME_UNITS + 1)]:
        lines.append(words("card.email", emails=", ".join(emails[:MOST])) + _doubt(mission, "emails", words))
    website = one_line(mission.website)
    if website and mission.works and utf16(website) <= FACT_UNITS:
        lines.append(words("card.website", website=website) + _doubt(mission, "website", words))
    lines.extend(
        words(f"card.{field}", value=value) + _doubt(mission, field, words)
        for field in ("hours", "jurisdiction")
        if (value := _fact(getattr(mission, field), words))
    )
    return lines


def _dates(mission: Mission, words: Words, today: date) -> list[Html]:
    lines = [words("card.as_of", date=words.date(mission.as_of), sources=source_links(mission.sources, words))]
    if mission.works and is_stale(mission, today):
        lines.append(words("card.stale"))
    return lines


def _doubt(mission: Mission, field: str, words: Words) -> Html:
    return Html(" ") + words("card.unattributed") if field in mission.unattributed else Html()


def _about_city(coverage: Coverage, words: Words) -> Html:
    post, city = coverage.post, coverage.city
    if city is None or post is None or post.city == city or not post.works:
        return Html()
    country, name = words.country(coverage.sender), city_text(city, words)
    if coverage.city_post is not None:
        key = f"card.city_post.{coverage.city_post.status}"
        text = words(key, country=country, city=name, note=_fact(coverage.city_post.status_note, words))
        return join("\n", [Html(line.rstrip()) for line in text.splitlines()])
    return words("card.not_in_city", country=country, city=name, other=city_text(post.city, words))


def _instead(coverage: Coverage, words: Words, today: date, room: int) -> list[Html]:
    lines = [_cover(cover, words, today) for cover in coverage.covers[:MOST]]
    if not lines and not any(not rule.for_everybody() for rule in coverage.rules):
        lines = [words("card.ask_ministry")]
    return _fitting(lines, room)


def _cover(cover: Cover, words: Words, today: date) -> Html:
    post, city = _fact(cover.served_by, words, NAME_UNITS), city_text(cover.city, words)
    lines = [words("card.covered", post=post, city=city, country=words.country(cover.country))]
    if note := _fact(cover.note, words):
        lines.append(html(note))
    lines.append(words("card.as_of", date=words.date(cover.as_of), sources=source_links(cover.sources, words)))
    if (today - cover.as_of).days > 365:
        lines.append(words("card.stale"))
    return join("\n", lines)


def _rules(coverage: Coverage, words: Words, room: int) -> Html:
    """The rules that bear on the case: those of the country, then those for everybody."""
    shown = sorted((rule for rule in coverage.rules if _bears(rule, coverage)), key=Rule.for_everybody)
    heading = bold(words.plain("card.rules"))
    units = min(RULES_UNITS, room - shown_units(heading) - 1)
    if not shown or units < LEAST_RULE_UNITS:
        return Html()
    text = "\n\n".join(f"{one_line(words.fact(rule.text))} ({words.date(rule.as_of)})" for rule in shown)
    return quote(join("\n", [heading, html(clip(text, units))]), expandable=coverage.served)


def _bears(rule: Rule, coverage: Coverage) -> bool:
    """A rule for the whole EU matters only to those whose own posts cannot help them, or not fully."""
    if not rule.applies_to >= EU:
        return True
    return coverage.post is None or coverage.post.status not in (Status.OPEN, Status.UNKNOWN)
