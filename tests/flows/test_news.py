"""Bulletins from the outside: read, asked for, delivered once, corrected."""

from datetime import date, datetime

import pytest

from bot.config import Settings
from bot.domain.broadcasts import Stage
from bot.domain.delivery import Ended, State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.receiving import Bot
from bot.storage import amendments, outbox, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.outbox import Published
from tests.fake_telegram import FakeTelegram, Group, Message, Person, Standing
from tests.flows.conftest import ADMIN, at_work, eventually, tap

ITEM = NewsItem(
    title="Airports closed & reopened",
    published=date(2026, 11, 20),
    sections=(
        Section("", ("Airports in the south were closed on Friday.",)),
        Section("What to do", ("Call your airline first.", "Keep your papers with you.")),
    ),
)


async def publish(settings: Settings, now: datetime, item: NewsItem = ITEM, *, urgent: bool = False) -> Published:
    async with open_database(settings) as database:
        outcome = await outbox.publish(database, Bulletin(item), urgent=urgent, now=now)
    assert isinstance(outcome, Published)
    return outcome


async def until_finished(database: Database, number: int) -> None:
    async def finished() -> bool:
        stored = await shelf.get(database, number)
        running = stored is None or stored.stage is Stage.RUNNING
        return not running and not (await outbox.report(database, number)).open

    await eventually(finished)


async def until_ended(database: Database, chat_id: int, reason: Ended) -> None:
    async def ended() -> bool:
        found = await subscriptions.get(database, chat_id)
        return found is not None and found.ended is reason

    await eventually(ended)


async def counts(settings: Settings, number: int) -> dict[State, int]:
    async with open_database(settings) as database:
        await until_finished(database, number)
        return (await outbox.report(database, number)).counts


@pytest.mark.usefixtures("bot")
async def test_the_newest_bulletin_can_be_read_and_leafed_through(ada: Person, ivan: Person) -> None:
    newest = await ada.ask("/news")
    assert "30 December 2025" in newest.text
    assert "Russia is at war in Ukraine" in newest.text
    assert "EmbassyPages" in newest.text
    assert "Choose your country" in newest.text
    earlier = await tap(ada, "‹ Earlier")
    assert earlier.text != newest.text or earlier.edits
    await tap(ada, "Later ›")
    assert "Россия ведёт войну в Украине" in (await ivan.ask("/news")).text


@pytest.mark.usefixtures("bot")
async def test_subscribing_shows_the_newest_bulletin_at_once_with_the_own_embassy(ada: Person) -> None:
    await ada.ask("/mycountry uzbekistan")
    shown = await ada.ask("/subscribe")
    assert "Subscribed" in shown.text
    assert "Russia is at war in Ukraine" in shown.text
    assert "Uzbekistan: your embassy" in shown.text
    assert "+998 71 239 46 35" in shown.text
    assert (await ada.ask("/subscribe")).text.startswith("This chat is subscribed already")


async def test_a_bulletin_reaches_everybody_who_asked_once_and_in_their_language(
    settings: Settings, bot: Bot, ada: Person, ivan: Person, telegram: FakeTelegram, now: datetime
) -> None:
    stranger = telegram.user()
    await ada.ask("/subscribe")
    await ivan.ask("/subscribe")
    await stranger.ask("/help")
    published = await publish(settings, now)
    assert published.reached == 2
    message = await ada.reply()
    assert "Airports closed & reopened" in message.text
    assert "20 November 2026" in message.text
    assert "What to do" in message.text
    assert any(entity.type == "expandable_blockquote" for entity in message.body.entities)
    russian = await ivan.reply()
    assert "20 ноября 2026" in russian.text
    assert "Россия ведёт войну" in russian.text
    assert await counts(settings, published.number) == {State.SENT: 2}
    assert not stranger.unread()
    async with open_database(settings) as database:
        again = await outbox.publish(database, Bulletin(ITEM), urgent=True, now=now)
    assert again == outbox.AlreadyPublished(published.number)


async def test_only_my_country_means_that_and_what_concerns_everybody(
    settings: Settings, bot: Bot, ada: Person, ivan: Person, now: datetime
) -> None:
    for person, country in ((ada, "kenya"), (ivan, "японии")):
        await person.ask(f"/mycountry {country}")
        await person.ask("/subscribe")
        await person.ask("/settings")
        await tap(person, "Only my country" if person is ada else "Только моя страна")
    kenyan = NewsItem("For Kenyans", date(2026, 11, 21), (Section("", ("Text.",)),), country="ke")
    assert (await publish(settings, now, kenyan)).reached == 1
    assert "For Kenyans" in (await ada.reply()).text
    assert (await publish(settings, now)).reached == 2


async def test_quiet_hours_hold_back_all_but_urgent_bulletins(
    settings: Settings, bot: Bot, ada: Person, now: datetime
) -> None:
    # The clock of the tests stands at 15:00 in Moscow, which is 22:00 in Vladivostok.
    await ada.ask("/subscribe")
    await ada.ask("/settings")
    await tap(ada, "🌙 Quiet hours: off")
    await tap(ada, "22:00–07:00")
    await tap(ada, "🕐 Time zone: Moscow")
    assert "Vladivostok" in (await tap(ada, "Vladivostok")).text
    held = await publish(settings, now)
    urgent = NewsItem("Leave now", date(2026, 11, 22), (Section("", ("Text.",)),))
    await publish(settings, now, urgent, urgent=True)
    assert "Leave now" in (await ada.reply()).text
    async with open_database(settings) as database:

        async def waits_again() -> bool:
            return (await outbox.report(database, held.number)).counts == {State.PENDING: 1}

        await eventually(waits_again)
    assert not ada.unread()


async def test_silent_delivery_is_silent(settings: Settings, bot: Bot, ada: Person, now: datetime) -> None:
    await ada.ask("/subscribe")
    await ada.ask("/settings")
    await tap(ada, "🔔 With a sound")
    await publish(settings, now)
    assert (await ada.reply()).silent


async def test_blocking_ends_the_subscription_and_unblocking_asks(
    settings: Settings, bot: Bot, ada: Person, now: datetime
) -> None:
    await ada.ask("/subscribe")
    await ada.block_bot()
    async with open_database(settings) as database:
        await until_ended(database, ada.id, Ended.BLOCKED)
    await ada.unblock_bot()
    question = await ada.reply()
    assert "Do you want the bulletins again?" in question.text
    assert (await publish(settings, now)).reached == 0
    assert "Subscribed" in (await tap(ada, "🔔 Subscribe")).text


async def test_what_telegram_says_of_lost_chats_ends_their_subscriptions(
    settings: Settings, telegram: FakeTelegram, now: datetime
) -> None:
    lost = {
        Standing.BLOCKED: Ended.BLOCKED,
        Standing.DEACTIVATED: Ended.DEACTIVATED,
    }
    people = {standing: telegram.user() for standing in lost}
    async with open_database(settings) as database:
        for person in people.values():
            await subscriptions.start(database, person.id, "private", "en", now)
        await subscriptions.start(database, 987654, "private", "en", now)
    for standing, person in people.items():
        person.standing = standing
    published = await publish(settings, now)
    async with at_work(settings, lambda: now):
        assert await counts(settings, published.number) == {State.GONE: 3}
    async with open_database(settings) as database:
        for standing, reason in lost.items():
            found = await subscriptions.get(database, people[standing].id)
            assert found is not None
            assert found.ended is reason
        nobody = await subscriptions.get(database, 987654)
        assert nobody is not None
        assert nobody.ended is Ended.NOT_FOUND


async def test_an_upgraded_group_moves_with_its_subscription(
    settings: Settings, telegram: FakeTelegram, ada: Person, now: datetime
) -> None:
    group = telegram.group(None, ada, kind="group")
    async with open_database(settings) as database:
        await subscriptions.start(database, group.id, "group", "en", now)
    new = await group.upgrade()
    published = await publish(settings, now)
    async with at_work(settings, lambda: now):
        assert "Airports" in (await new.reply()).text
        assert await counts(settings, published.number) == {State.SENT: 1}


async def test_what_an_upgraded_group_chose_holds_also_where_only_a_bulletin_finds_that_it_moved(
    settings: Settings, telegram: FakeTelegram, bot: Bot, ada: Person, now: datetime
) -> None:
    old, new = (telegram.group(None, kind=kind, admins=(ada,)) for kind in ("group", "supergroup"))

    async def asked(text: str, group: Group) -> str:
        await group.say(ada, text)
        return (await group.reply()).text

    await asked("/mycountry japan", old)
    await asked("/subscribe", old)
    assert "not set" in await asked("/mycountry", new)
    old.standing, old.moved_to = Standing.UPGRADED, new.id
    published = await publish(settings, now)
    assert "Airports" in (await new.reply()).text
    assert await counts(settings, published.number) == {State.SENT: 1}
    assert "Japan" in await asked("/mycountry", new)


async def test_a_group_is_subscribed_by_its_admins_only(
    telegram: FakeTelegram, bot: Bot, ada: Person, ivan: Person
) -> None:
    group = telegram.group(None, ivan, admins=(ada,))
    await group.say(ivan, "/subscribe")
    assert "администраторы" in (await group.reply()).text
    await group.say(ada, "/subscribe")
    assert "Subscribed" in (await group.reply()).text


async def test_a_channel_subscribes_by_making_the_bot_an_admin(
    settings: Settings, telegram: FakeTelegram, bot: Bot, ada: Person, now: datetime
) -> None:
    channel = telegram.channel()
    await channel.add_bot(by=ada)
    assert "This channel is subscribed now" in (await channel.reply()).text
    await publish(settings, now)
    assert "Airports" in (await channel.reply()).text
    await channel.kick_bot(by=ada)
    async with open_database(settings) as database:
        await until_ended(database, channel.id, Ended.KICKED)


async def test_a_correction_goes_to_exactly_those_who_got_the_first_version(
    settings: Settings, bot: Bot, ada: Person, ivan: Person, now: datetime
) -> None:
    await ada.ask("/subscribe")
    first = await publish(settings, now)
    await ada.reply()
    await counts(settings, first.number)
    await ivan.ask("/subscribe")
    corrected = NewsItem("Airports open again", ITEM.published, (Section("", ("All of them.",)),))
    async with open_database(settings) as database:
        correction = await amendments.correct(database, first.number, Bulletin(corrected), now)
    assert correction is not None
    message = await ada.reply()
    assert message.text.startswith("✏️ Correction")
    assert "Airports open again" in message.text
    assert await counts(settings, correction.number) == {State.SENT: 1}
    assert not ivan.unread()
    assert "Airports open again" in (await ivan.ask("/news")).text
    async with open_database(settings) as database:
        for item in (ITEM, corrected):
            again = await outbox.publish(database, Bulletin(item), urgent=False, now=now)
            assert again == outbox.AlreadyPublished(first.number)


async def test_a_withdrawn_bulletin_is_taken_back_from_those_who_got_it(
    settings: Settings, bot: Bot, ada: Person, now: datetime
) -> None:
    await ada.ask("/subscribe")
    first = await publish(settings, now)
    await ada.reply()
    await counts(settings, first.number)
    async with open_database(settings) as database:
        assert await amendments.withdraw(database, first.number, now) is not None
        assert await amendments.withdraw(database, first.number, now) is None
    message = await ada.reply()
    assert message.text.startswith("↩️ Withdrawn")
    assert "Airports" not in (await ada.ask("/news")).text


async def test_a_refused_text_stops_the_bulletin_and_tells_the_admins(
    settings: Settings, telegram: FakeTelegram, bot: Bot, now: datetime
) -> None:
    admin = telegram.user(id=ADMIN)
    readers = [telegram.user() for _ in range(5)]
    for reader in readers:
        await reader.ask("/subscribe")
    # A link that the catalogue of refusals knows: Telegram takes no button without a host.
    bad = NewsItem("Bad link", date(2026, 11, 22), (Section("", ("Text.",)),), url="http://")
    published = await publish(settings, now, bad)
    alert: Message = await admin.reply()
    assert f"Bulletin {published.number} was stopped" in alert.text
    found = await counts(settings, published.number)
    assert found == {State.STOPPED: 5}
    assert not admin.unread()
    assert "refused by Telegram · Inline keyboard button url" in (await admin.ask("/broadcasts")).text
