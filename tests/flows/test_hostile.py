"""Whatever comes in, the bot says one polite thing or nothing, and goes on answering."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.config import bundled
from bot.domain.missions import Directory
from bot.domain.names import NameIndex
from bot.handlers.find import answer
from bot.handlers.house import House, Live
from bot.storage.questions import Questions
from bot.texts.catalog import Catalog
from tests.conftest import NOW
from tests.fake_telegram import JSON, FakeTelegram, Message, Person, Standing
from tests.fake_telegram.entities import formatted, utf16_length

SORRY = "something went wrong"
RANDOM = Random(20261122)
ANY = "".join(chr(number) for number in range(0x20, 0xD800)) + "".join(chr(number) for number in range(0xE000, 0x1F700))
TEXTS = {
    "4096 letters": "x" * 4096,
    "4096 characters of anything": "".join(RANDOM.choices(ANY[:0xFFF], k=4096)),
    "2048 characters beyond the first plane": "".join(RANDOM.choices(ANY[-0x300:], k=2048)),
    "4096 spaces and a dot": " " * 4095 + ".",
    "a word of every script": "".join(RANDOM.choices(ANY, k=1500)),
    "1000 words": "zzyzx " * 680,
    "HTML": "<b>x</i><script>alert(1)</script><a href='tg://user?id=1'>&lt;&#0;&#x110000;</a>",
    "an HTML bomb": "<b>" * 1000,
    "SQL": "'; DROP TABLE chats; -- \" OR 1=1",
    "a format string": "%s %(flag)s {0} {house.admins} ${jndi:ldap://x}",
    "a path": "../../../../etc/passwd\\..\\..",
    "right-to-left marks": "\u202e\u2067\u200f\u061cyxzzy\u2069",
    "zero-width characters": "\u200b\u200c\u200d\u2060\ufeff" * 100,
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "a null": "zz\x00yx",
    "emoji only": "😀👩‍👩‍👧‍👦🏴‍☠️" * 50,
    "half a flag": "🇰",
    "a flag of nobody": "🇽🇽",
    "lone combining marks": "\u0301\u0489\u20dd" * 200,
    "a letter under 2000 marks": "q" + "\u0335" * 2000,
    "non-characters": "\ufffe\uffff\U0010ffff\ue000",
    "numbers": "1234567890 ٣٤٥ ²³ Ⅻ",
    "punctuation": "?!.,;:…«»—",
    "newlines": "\n" * 50 + "qqq" + "\r\n" * 50,
    "an unknown command": "/xyzzy",
    "a slash": "/",
    "slashes": "//////",
    "a command of another bot": "/find@SomeOtherBot",
    "a command that is too long": "/" + "a" * 4000,
    "a command with junk": "/find <b>'; \x00\u202e",
    "a country that is junk": "/mycountry <b>'; \u202e%s",
    "a city that is junk": "/nearest <b>'; \u202e%s",
    "a number for a language": "/language 42",
    "a link to the start": "/start " + "A" * 64,
    "a link with junk": "/start <b>../x_-%00",
    "a link with a code that is none": "/start zz",
    "a link with underscores": "/start ____",
}


async def still_answers(person: Person) -> None:
    """Updates of one chat are answered in order: what comes before Germany's card is all that was said till then."""
    card = await person.ask("germany")
    assert card.text.startswith("🇩🇪 Germany"), card.text


def refused(telegram: FakeTelegram) -> list[str]:
    return [f"{call.method}: {call.description}" for call in telegram.calls if call.code != 200]


def polite(message: Message) -> bool:
    return bool(message.text.strip()) and SORRY not in message.text


@pytest.mark.usefixtures("bot")
async def test_a_hostile_text_gets_one_polite_answer(telegram: FakeTelegram) -> None:
    for name, text in TEXTS.items():
        person = telegram.user()
        assert polite(await person.ask(text)), name
        await still_answers(person)
        assert person.received == 2, name
        assert refused(telegram) == [], name


@pytest.mark.usefixtures("bot")
async def test_a_text_in_a_group_that_is_not_meant_for_the_bot_is_passed_over(
    telegram: FakeTelegram, ada: Person
) -> None:
    for name, text in TEXTS.items():
        if text.startswith("/"):
            continue
        group = telegram.group(None, ada)
        await group.say(ada, text)
        await group.say(ada, "@embassy_test_bot germany")
        assert (await group.reply()).text.startswith("🇩🇪 Germany"), name
        assert group.received == 1, name


@pytest.mark.usefixtures("bot")
async def test_every_place_on_earth_has_nearest_posts(telegram: FakeTelegram) -> None:
    for place in ((90, 0), (-90, 0), (0, 180), (0, -180), (90, 180), (-90, -180), (66.5, 179.999), (0, 0)):
        person = telegram.user()
        await person.share_location(*place)
        assert len((await person.reply()).buttons) == 5, place
        await still_answers(person)
        assert person.received == 2


JUNK = {
    "nothing": "",
    "64 letters": "x" * 64,
    "64 bytes of two each": "ж" * 32,
    "colons": ":" * 64,
    "a card of nowhere": "card:zz",
    "a card in a city of junk": "card:de:<b>&\u202e'",
    "a card in an endless city": "card:de:" + "z" * 56,
    "posts of nobody": "posts:",
    "a post of junk": "post:../<b>",
    "a map without a post": "map:",
    "a contact of a post that is gone": "contact:de-gone",
    "a letter that is none": "letter:<b>",
    "a blank letter": "letter: ",
    "an empty letter": "letter::mine",
    "letters of junk": "letters:junk",
    "a country that is none": "mine:zz",
    "a language that is none": "language:../../etc",
    "a language of none": "language:xx",
    "forgetting of junk": "forget:<b>",
    "SQL": "mine:'; DROP TABLE chats; --",
}


@pytest.mark.usefixtures("bot")
async def test_forged_callback_data_does_no_harm(telegram: FakeTelegram) -> None:
    for name, data in JUNK.items():
        person = telegram.user()
        await still_answers(person)
        await person.press_data(data)
        await person.say("kenya")
        while not (await person.reply()).text.startswith("🇰🇪 Kenya"):
            assert polite(person.last), name
        assert person.received <= 3, name
        assert refused(telegram) == [], name


QUERIES = (
    "x" * 256,
    "<b>&'" * 51,
    "\u202e\u200b\x00" * 85,
    "😀" * 128,
    "%s%(x)s",
    "'; DROP TABLE x; --",
    " " * 256,
    "🇽🇽",
)


@pytest.mark.usefixtures("bot")
async def test_a_hostile_inline_query_is_answered_with_nothing(ada: Person, telegram: FakeTelegram) -> None:
    for query in QUERIES:
        assert (await ada.inline(query)).titles == [], query
    assert "🇩🇪 Germany · Embassy" in (await ada.inline("germany")).titles
    assert refused(telegram) == []


FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 1}
NOT_TEXT: dict[str, dict[str, object]] = {
    "contact": {"contact": {"phone_number": "+15550100", "first_name": "<b>"}},
    "sticker": {
        "sticker": {**FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}
    },
    "voice": {"voice": {**FILE, "duration": 1}},
    "photo": {"photo": [{**FILE, "width": 1, "height": 1}]},
    "poll": {
        "poll": {
            "id": "1",
            "question": "germany?",
            "options": [{"text": "yes", "voter_count": 0, "persistent_id": "1"}],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    },
    "dice": {"dice": {"emoji": "🎲", "value": 6}},
}


@pytest.mark.usefixtures("bot")
async def test_what_is_no_text_gets_one_polite_answer(telegram: FakeTelegram) -> None:
    for name, content in NOT_TEXT.items():
        person = telegram.user()
        await person.send(**content)  # type: ignore[arg-type]
        assert (await person.reply()).text == "I can read text and locations. Write the name of your country.", name
        await still_answers(person)
        assert person.received == 2, name


SERVICE: dict[str, dict[str, object]] = {
    "a timer": {"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}},
    "a title": {"new_chat_title": "germany"},
    "a removed photo": {"delete_chat_photo": True},
    "a chat that is made": {"supergroup_chat_created": True},
    "a chat that moved": {"migrate_to_chat_id": -1001},
    "somebody who left": {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "germany"}},
    "leave to write": {"write_access_allowed": {}},
    "a background": {"chat_background_set": {"type": {"type": "chat_theme", "theme_name": "x"}}},
}


@pytest.mark.usefixtures("bot")
async def test_a_service_message_is_passed_over(telegram: FakeTelegram) -> None:
    for name, content in SERVICE.items():
        person = telegram.user()
        await person.send(**content)  # type: ignore[arg-type]
        await still_answers(person)
        assert person.received == 1, name
    assert refused(telegram) == []


@contextmanager
def unasked(telegram: FakeTelegram, kind: str) -> Iterator[None]:
    """Lets an update through that the bot did not ask for, as comes where its token was in other hands before."""
    wanted, telegram.updates.allowed = telegram.updates.allowed, frozenset({kind})
    yield
    assert telegram.updates.pending
    telegram.updates.allowed = wanted


def push(telegram: FakeTelegram, kind: str, payload: object) -> None:
    with unasked(telegram, kind):
        telegram.updates.push(kind, cast("JSON", payload), 0)


@pytest.mark.usefixtures("bot")
async def test_a_message_of_nobody_is_answered(ada: Person, telegram: FakeTelegram) -> None:
    push(telegram, "message", {"message_id": 9, "date": 0, "chat": ada.chat(), "text": "kenya"})
    assert (await ada.reply()).text.startswith("🇰🇪 Kenya")
    await still_answers(ada)
    assert ada.received == 2


@pytest.mark.usefixtures("bot")
async def test_an_edited_message_is_not_answered_again(ada: Person, telegram: FakeTelegram) -> None:
    message = await ada.say("kenya")
    assert (await ada.reply()).text.startswith("🇰🇪 Kenya")
    with unasked(telegram, "edited_message"):
        for text in ("uganda", "/start", "/find uganda"):
            await ada.edit(message, text)
    await still_answers(ada)
    assert ada.received == 2


@pytest.mark.usefixtures("bot")
async def test_a_post_in_a_channel_is_not_answered(ada: Person, telegram: FakeTelegram) -> None:
    channel = telegram.channel(admins=(ada,))
    channel.standing = Standing.OPEN
    with unasked(telegram, "channel_post"):
        for text in ("germany", "/help", "/start@embassy_test_bot", "@embassy_test_bot germany"):
            await channel.post(text)
    await telegram.updates.drained()
    for _ in range(3):  # chats are answered side by side: an answer to the channel would be there by then
        await still_answers(telegram.user())
    assert channel.messages == []
    assert refused(telegram) == []


UNASKED: tuple[tuple[str, object], ...] = (
    ("poll", NOT_TEXT["poll"]["poll"]),
    ("poll_answer", {"poll_id": "1", "option_ids": [0], "option_persistent_ids": ["1"]}),
    ("message_reaction_count", {"chat": {"id": 5, "type": "private"}, "message_id": 1, "date": 0, "reactions": []}),
    ("an_update_of_the_future", {"chat": {"id": 5, "type": "private"}, "text": "germany"}),
    ("message", {"message_id": 9, "date": 0, "chat": {"id": 5, "type": "a_chat_of_the_future"}}),
)


@pytest.mark.usefixtures("bot")
async def test_an_update_that_nobody_asked_for_is_passed_over(ada: Person, telegram: FakeTelegram) -> None:
    for kind, payload in UNASKED:
        push(telegram, kind, payload)
    await still_answers(ada)
    assert ada.received == 1
    assert refused(telegram) == []


WORDS = {language: Catalog(bundled("locales")).words(language) for language in ("en", "ru")}


@pytest.fixture(scope="module")
def quiet_house(directory: Directory, index: NameIndex) -> House:
    """What answers need, without a database or a chat."""
    nothing = cast("Any", None)
    return House(
        live=Live(directory, index),
        database=nothing,
        chats=nothing,
        catalog=Catalog(bundled("locales")),
        admins=frozenset(),
        zone=ZoneInfo("Europe/Moscow"),
        clock=lambda: NOW,
        send_rate=30,
        watch=nothing,
        questions=Questions(nothing),
        files=nothing,
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    text=st.text(max_size=300) | st.text(max_size=40).map(lambda part: (part + " ") * 90),
    language=st.sampled_from(["en", "ru"]),
)
def test_every_text_has_an_answer_that_telegram_takes(quiet_house: House, text: str, language: str) -> None:
    message = answer(quiet_house, text, WORDS[language])
    shown = formatted(message.text, "HTML").text
    assert 0 < utf16_length(shown) <= 4096
    assert message.buttons
