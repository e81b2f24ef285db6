"""Buttons pressed where and when it is awkward: while the bot was away, below a bulletin, in a channel."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.config import Settings
from bot.metrics import UPDATES
from bot.opening import open_database
from bot.receiving import Bot
from bot.storage import subscriptions
from bot.storage.chats import Chats
from tests.databases import ON_SQLITE
from tests.fake_telegram import FakeTelegram, Message, Person
from tests.flows.conftest import ADMIN, at_work, tap
from tests.flows.test_news import ITEM, publish

# Nothing here hangs on the kind of database.
pytestmark = ON_SQLITE
BOT = "https://t.me/embassy_test_bot"


def failed() -> float:
    """How many presses failed, as /metrics has it."""
    return next(
        (
            sample.value
            for metric in UPDATES.collect()
            for sample in metric.samples
            if sample.labels == {"kind": "callback_query", "result": "failed"} and sample.name.endswith("_total")
        ),
        0.0,
    )


def shows(message: Message) -> str:
    """The text of a message, else what else it is."""
    return message.text or next(iter(message.content))


@pytest.mark.parametrize(
    ("question", "label", "answer"),
    [
        ("kenya", "⭐ This is my country", "Remembered: your country is 🇰🇪 Kenya"),
        ("kenya", "👤 Save contact", "contact"),
        ("uzbekistan", "📍 Map", "venue"),
        ("kenya", "⚑ This is wrong", "Thank you! The admins of this bot will check this card"),
        ("/start", "🧭 Nearest", "Send your location with the button below"),
        ("/unsubscribe", "🔔 Subscribe", "🔔 Subscribed"),
        ("/language", "English", "From now on in English."),
    ],
)
async def test_what_was_pressed_while_the_bot_was_away_is_done_when_it_is_back(
    settings: Settings, telegram: FakeTelegram, ada: Person, now: datetime, question: str, label: str, answer: str
) -> None:
    before = failed()
    async with at_work(settings, lambda: now):
        await ada.ask(question)
    await ada.press(label)
    telegram.expire_queries()
    async with at_work(settings, lambda: now):
        assert shows(await ada.reply()).startswith(answer)
    assert failed() == before


async def test_what_the_desk_was_asked_while_the_bot_was_away_is_done_when_it_is_back(
    settings: Settings, telegram: FakeTelegram, now: datetime
) -> None:
    admin = telegram.user(id=ADMIN)
    async with at_work(settings, lambda: now):
        await admin.say("/publish")
        preview, _ = await admin.replies(2)
    await admin.press("Send me a test", message=preview)
    await admin.press_data("bulletin:999:now")
    telegram.expire_queries()
    async with at_work(settings, lambda: now):
        assert (await admin.reply()).text == preview.text
        assert (await admin.reply()).text.startswith("This was done already, or is no longer open.")


async def subscribed_channel(settings: Settings, telegram: FakeTelegram, owner: Person, now: datetime) -> Message:
    """A channel with an urgent bulletin that asks for the reader's country, as a stranger sees it."""
    channel = telegram.channel(admins=(owner,))
    await channel.add_bot(by=owner)
    await channel.reply()
    await publish(settings, now, urgent=True)
    return await channel.reply()


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("pressed", "opens"),
    [
        ("choose", f"{BOT}?start=mycountry"),
        ("letters:mine", f"{BOT}?start=mycountry"),
        ("own:ke", f"{BOT}?start=ke"),
        ("card:ke", f"{BOT}?start=ke"),
        ("map:ke-embassy-moscow", f"{BOT}?start=ke"),
        ("news:1", f"{BOT}?start=news"),
        *[(data, "") for data in ("unsubscribe", "forget:yes", "mine:kz", "language:ru", "set:sound", "card:zz")],
    ],
)
async def test_whoever_presses_a_button_in_a_channel_is_led_to_the_bot_and_changes_nothing(
    settings: Settings,
    telegram: FakeTelegram,
    bot: Bot,
    ada: Person,
    ivan: Person,
    now: datetime,
    pressed: str,
    opens: str,
) -> None:
    bulletin = await subscribed_channel(settings, telegram, ada, now)
    channel, text = bulletin.room, bulletin.text
    answer = await (await ivan.press_data(pressed, chat=channel)).answer()
    assert answer["url"] == opens
    assert (bulletin.text, bulletin.edits, len(channel.messages)) == (text, 0, 2)
    async with open_database(settings) as database:
        found = await subscriptions.get(database, channel.id)
        assert found is not None
        assert (found.active, found.silent) == (True, False)
        assert (await Chats(database).get(channel.id)).country is None


async def test_a_channel_is_never_answered_to_a_press_of_long_ago(
    settings: Settings, telegram: FakeTelegram, ada: Person, ivan: Person, now: datetime
) -> None:
    async with at_work(settings, lambda: now):
        bulletin = await subscribed_channel(settings, telegram, ada, now)
    await ivan.press_data("unsubscribe", chat=bulletin.room)
    telegram.expire_queries()
    async with at_work(settings, lambda: now):
        assert (await ivan.ask("/help")).text
    assert len(bulletin.room.messages) == 2


@pytest.mark.usefixtures("bot")
async def test_who_comes_from_a_channel_chooses_a_country_or_reads_the_news(ada: Person) -> None:
    await ada.start("mycountry")
    assert (await ada.reply()).text == "Which letter does the country begin with?"
    await tap(ada, "K")
    assert (await tap(ada, "🇰🇪 Kenya")).text.startswith("Remembered: your country is 🇰🇪 Kenya")
    await ada.start("news")
    assert (await ada.reply()).text.startswith("📰")


async def test_the_welcome_of_a_channel_has_no_pages_to_turn(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    channel = telegram.channel(admins=(ada,))
    await channel.add_bot(by=ada)
    assert "‹ Earlier" not in (await channel.reply()).buttons


async def test_a_bulletin_stays_when_a_button_below_it_is_pressed(
    settings: Settings, telegram: FakeTelegram, bot: Bot, ada: Person, now: datetime
) -> None:
    await ada.ask("/subscribe")
    await publish(settings, now, urgent=True)
    bulletin = await ada.reply()
    assert (await tap(ada, "⭐ Choose my country")).text == "Which letter does the country begin with?"
    await tap(ada, "K")
    await tap(ada, "🇰🇪 Kenya")
    second = replace(ITEM, title="Airports closed again")
    await publish(settings, now, second, urgent=True)
    with_embassy = await ada.reply()
    assert (await tap(ada, "🏛 My embassy")).text.startswith("🇰🇪 Kenya")
    assert (bulletin.edits, with_embassy.edits) == (0, 0)
