"""The mission card: everything that is known of one post, in the reader's language, and nothing else."""

from datetime import date
from typing import Final

import phonenumbers

from bot.domain.countries import EU, flag
from bot.domain.missions import Cover, Coverage, Mission, Rule, Status, is_stale
from bot.texts.catalog import Words
from bot.texts.markup import Html, bold, clip, code, html, join, quote
from bot.texts.messages import Button, Message, Press, Rows, Share, in_rows
from bot.texts.sources import source_links

EMERGENCY: Final = "112"
FACT_UNITS: Final = 400
"""How much of one cell of the tables a card shows; with at most MOST of a kind it stays within one message."""
MOST: Final = 6


def card(coverage: Coverage, words: Words, today: date) -> Message:
    """The answer for one country: its post, or who helps instead where none works."""
    blocks = [_about_city(coverage, words)]
    if coverage.post is not None:
        blocks.append(post_text(coverage.post, words, today))
    else:
        blocks.append(words("card.no_post", flag=flag(coverage.sender), country=words.country(coverage.sender)))
    if not coverage.served:
        blocks.append(_instead(coverage, words, today))
    blocks.append(_rules(coverage, words))
    return Message(join("\n\n", [block for block in blocks if block]), card_buttons(coverage, words))


def post_text(mission: Mission, words: Words, today: date) -> Html:
    """One post, line by line; a post that does not work says so before anything else."""
    title = words(
        "card.title",
        flag=flag(mission.sender),
        country=words.country(mission.sender),
        kind=words.plain(f"kind.{mission.kind}"),
        city=words.city(mission.city),
    )
    status = _status(mission, words)
    head = [[title, status]] if mission.works else [[status], [title]]
    paragraphs = [*head, _phones(mission, words), _place(mission, words), _dates(mission, words, today)]
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
    return tuple(tuple(row) for row in (first, second, third) if row)


def others(coverage: Coverage, words: Words) -> Message:
    """All posts of a country, to choose from."""
    posts = [post for post in (coverage.post, *coverage.others) if post is not None]
    title = words("card.posts", flag=flag(coverage.sender), country=words.country(coverage.sender))
    return Message(title, in_rows([Press(_post_label(post, words), f"post:{post.id}") for post in posts[:90]], 1))


def phone_text(number: str, words: Words) -> Html:
    """A number in international format, as Telegram recognises and dials it."""
    try:
        shown = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        shown = number
    return html(words.left_to_right(shown))


def _post_label(post: Mission, words: Words) -> str:
    mark = words.plain(f"status.mark.{post.status}")
    return f"{mark} {words.plain(f'kind.{post.kind}')} · {words.city(post.city)}"


def _status(mission: Mission, words: Words) -> Html:
    line = words(f"status.{mission.status}", mark=words.plain(f"status.mark.{mission.status}"))
    note = clip(words.fact(mission.status_note), FACT_UNITS)
    return join("\n", [line, html(note)]) if note else line


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
        if address := clip(getattr(mission, field), FACT_UNITS):
            if mission.postcode and mission.postcode not in address and field == own:
                address = f"{address}, {mission.postcode}"
            shown = code(address) if field == "address_ru" else html(address)
            key = "card.address" if field == own else "card.address_russian"
            lines.append(words(key, address=shown) + _doubt(mission, field, words))
    if mission.emails:
        lines.append(words("card.email", emails=", ".join(mission.emails[:MOST])) + _doubt(mission, "emails", words))
    if mission.website and mission.works:
        website = clip(mission.website, FACT_UNITS)
        lines.append(words("card.website", website=website) + _doubt(mission, "website", words))
    lines.extend(
        words(f"card.{field}", value=value) + _doubt(mission, field, words)
        for field in ("hours", "jurisdiction")
        if (value := clip(words.fact(getattr(mission, field)), FACT_UNITS))
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
    if city is None or post is None or post.city == city:
        return Html()
    country, name = words.country(coverage.sender), words.city(city)
    if coverage.city_post is not None:
        key = f"card.city_post.{coverage.city_post.status}"
        return words(key, country=country, city=name, note=words.fact(coverage.city_post.status_note))
    return words("card.not_in_city", country=country, city=name, other=words.city(post.city))


def _instead(coverage: Coverage, words: Words, today: date) -> Html:
    lines = [_cover(cover, words, today) for cover in coverage.covers[:MOST]]
    if not lines and not any(not rule.for_everybody() for rule in coverage.rules):
        lines = [words("card.ask_ministry")]
    return join("\n\n", [*lines, words("card.danger", number=EMERGENCY)])


def _cover(cover: Cover, words: Words, today: date) -> Html:
    where = words(
        "card.covered", post=words.fact(cover.served_by), city=cover.city, country=words.country(cover.country)
    )
    lines = [where]
    if cover.note:
        lines.append(html(clip(words.fact(cover.note), FACT_UNITS)))
    lines.append(words("card.as_of", date=words.date(cover.as_of), sources=source_links(cover.sources, words)))
    if (today - cover.as_of).days > 365:
        lines.append(words("card.stale"))
    return join("\n", lines)


def _rules(coverage: Coverage, words: Words) -> Html:
    """The rules that bear on the case: those of the country, then those for everybody."""
    shown = sorted((rule for rule in coverage.rules if _bears(rule, coverage)), key=Rule.for_everybody)
    if not shown:
        return Html()
    text = "\n\n".join(f"{words.fact(rule.text)} ({words.date(rule.as_of)})" for rule in shown)
    heading = bold(words.plain("card.rules"))
    return quote(join("\n", [heading, html(clip(text, 3 * FACT_UNITS))]), expandable=coverage.served)


def _bears(rule: Rule, coverage: Coverage) -> bool:
    """A rule for the whole EU matters only to those whose own posts cannot help them, or not fully."""
    if not rule.applies_to >= EU:
        return True
    return coverage.post is None or coverage.post.status not in (Status.OPEN, Status.UNKNOWN)
