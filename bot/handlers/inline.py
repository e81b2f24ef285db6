"""Inline mode: cards to share in any chat, found while the name is still being typed."""

from functools import partial

from telegram import InlineQueryResultArticle, InputTextMessageContent, Update
from telegram.constants import ParseMode
from telegram.ext import InlineQueryHandler

from bot.domain.countries import flag
from bot.domain.matching import Found, Unsure, search
from bot.domain.missions import Mission, coverage
from bot.handlers.find import Handler
from bot.handlers.house import Context, House
from bot.handlers.render import NO_PREVIEW, keyboard
from bot.texts import cards
from bot.texts.catalog import DEFAULT, Words
from bot.texts.markup import clip
from bot.texts.messages import Link

MOST = 10
"""Results of one query."""
CACHE_S = 30
"""How long Telegram may keep an answer: short, for a reload must be seen soon."""


def handlers(house: House) -> list[Handler]:
    return [InlineQueryHandler(partial(inline, house))]


async def inline(house: House, update: Update, context: Context) -> None:
    query = update.inline_query
    if query is None:
        return
    words, chat = await house.words(update), await house.chat(update)
    results = _results(house, query.query, chat.country, words, context.bot.username)
    await query.answer(results=results, is_personal=True, cache_time=CACHE_S)


def _results(house: House, text: str, own: str | None, words: Words, username: str) -> list[InlineQueryResultArticle]:
    codes: tuple[str, ...] = (own,) if own and not text.strip() else ()
    city = None
    if text.strip():
        answer = search(house.live.index, text, words.language)
        city = answer.city
        sure = (answer.code,) if isinstance(answer, Found) else ()
        asked = answer.choices if isinstance(answer, Unsure) else ()
        codes = tuple(dict.fromkeys((*sure, *asked, *_beginning_with(house, text, words))))
    today = house.clock().astimezone(house.zone).date()
    results = []
    for code in codes[:MOST]:
        found = coverage(house.live.directory, code, city)
        button = Link(words.plain("button.open"), f"https://t.me/{username}?start={code}")
        results.append(
            InlineQueryResultArticle(
                id=code,
                title=_title(code, found.post, words),
                description=_description(found.post, words),
                input_message_content=InputTextMessageContent(
                    message_text=cards.card(found, words, today).text,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=NO_PREVIEW,
                ),
                reply_markup=keyboard(((button,),)),
            )
        )
    return results


def _beginning_with(house: House, text: str, words: Words) -> list[str]:
    """Countries whose name, in the reader's language or in English, begins with what was typed so far."""
    typed = text.strip().casefold()
    catalogues = (words, house.catalog.words(DEFAULT))
    return [
        code
        for code in sorted(house.live.directory.senders, key=words.country)
        if any(catalogue.country(code).casefold().startswith(typed) for catalogue in catalogues)
    ]


def _title(code: str, post: Mission | None, words: Words) -> str:
    kind = words.plain(f"kind.{post.kind}") if post is not None else ""
    return words.plain(
        "inline.title" if kind else "inline.title_none", flag=flag(code), country=words.country(code), kind=kind
    )


def _description(post: Mission | None, words: Words) -> str:
    if post is None:
        return words.plain("inline.no_post")
    mark = words.plain(f"status.mark.{post.status}")
    parts = [f"{mark} {words.city(post.city)}", *(cards.phone_text(number, words) for number in post.first_phones[:2])]
    return clip(" · ".join(parts), 200)
