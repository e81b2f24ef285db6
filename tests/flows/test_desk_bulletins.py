"""Publishing, watching and steering bulletins from the chat, against the fake Bot API."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime

import pytest

from bot.config import Settings
from bot.domain.broadcasts import GOING_ON, Stage
from bot.domain.delivery import State
from bot.domain.news import Bulletin, NewsItem, Section
from bot.opening import open_database
from bot.receiving import Bot
from bot.storage import audit, broadcasts, outbox, roles, shelf, subscriptions
from bot.storage.database import Database
from bot.storage.roles import Role
from bot.storage.shelf import Stored
from tests.fake_telegram import FakeTelegram, Gate, Message, Person, Standing
from tests.flows.conftest import ADMIN, at_work
from tests.steady import PATIENCE_S

OTHER = 4712
PAGE = """Consular assistance

Russia is at war in Ukraine. Whoever needs help turns to their embassy.

Home News Airports closed

Airports closed

Published on 21/11/2026

Airports in the south were closed on Friday.

– ‘What to do’ –

Call your airline first.
"""
DEEDS = ("published", "published_urgent", "paused", "resumed", "stopped", "corrected", "withdrawn")
ITEM = NewsItem(
    "Airports closed",
    date(2026, 11, 21),
    (
        Section("", ("Airports in the south were closed on Friday.",)),
        Section("What to do", ("Call your airline first.",)),
    ),
)
SHOWN = ("Sent", "Waiting", "Unreachable", "Unknown", "Given up", "Not sent")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Two admins, and a rate at which something is left to pause."""
    return settings.model_copy(update={"admin_ids": frozenset({ADMIN, OTHER}), "send_rate": 20.0})


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with open_database(settings) as database:
        yield database


@pytest.fixture
def admin(telegram: FakeTelegram) -> Person:
    return telegram.user(id=ADMIN)


@pytest.fixture
def other(telegram: FakeTelegram) -> Person:
    return telegram.user(id=OTHER)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110 - what is waited for is outside
            await asyncio.sleep(0.02)


async def until_over(database: Database, number: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await broadcasts.stage(database, number) in GOING_ON:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def until_settled(database: Database, number: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await outbox.report(database, number)).counts.get(State.LEASED):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def subscribed(telegram: FakeTelegram, database: Database, number: int, now: datetime) -> list[Person]:
    readers = [telegram.user(language_code="en") for _ in range(number)]
    for reader in readers:
        await subscriptions.start(database, reader.id, "private", "en", now)
    return readers


def held(telegram: FakeTelegram, readers: list[Person], let: int = 0) -> Gate:
    """The bulletin gets to so many of them and goes on when the gate is opened: not before it was looked at."""
    telegram.gate = Gate([reader.id for reader in readers], let)
    return telegram.gate


async def proposed(person: Person, text: str = "/publish", reply_to: Message | None = None) -> tuple[Message, Message]:
    """Asks for something that is shown with its readers' message above what confirms it."""
    await person.say(text, reply_to=reply_to)
    return await person.reply(), await person.reply()


async def press(person: Person, label: str, message: Message | None = None) -> str:
    """Presses a button and returns the words of the answer, "" where it is none."""
    pressed = await person.press(label, message=message)
    return str((await pressed.answer()).get("text", ""))


async def find(database: Database, title: str) -> Stored:
    async with database.read() as connection:
        found = await shelf.find(connection, NewsItem(title, date(2026, 11, 21), ITEM.sections))
    assert found is not None
    return found


def counted(message: Message) -> dict[str, int]:
    """The numbers that a progress message shows."""
    found = re.findall(r"^([^:\n]+): ([\d,]+)$", message.text, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in found if name in SHOWN}


async def reported(database: Database, number: int) -> dict[str, int]:
    """The same numbers, as the outbox reports them."""
    counts = (await outbox.report(database, number)).counts
    names = dict(zip(("Sent", "Unreachable", "Unknown", "Given up", "Not sent"), (2, 4, 3, 5, 6), strict=True))
    shown = {name: counts.get(State(state), 0) for name, state in names.items()}
    return {name: count for name, count in shown.items() if count or name in ("Sent", "Unreachable", "Unknown")}


async def deeds(database: Database) -> list[tuple[int, str]]:
    """Who did what to bulletins, oldest first."""
    return [(entry.actor, entry.action) for entry in reversed(await audit.newest(database)) if entry.action in DEEDS]


@pytest.mark.usefixtures("bot")
async def test_the_latest_page_is_shown_as_its_readers_get_it_and_goes_out_when_confirmed(
    database: Database, admin: Person, ada: Person
) -> None:
    await ada.ask("/subscribe")
    preview, panel = await proposed(admin)
    assert "30 December 2025" in preview.text
    assert "It goes to 1 chat." in panel.text
    assert "less than a minute at 20 a second" in panel.text
    assert "It is dated 30 December 2025" in panel.text
    assert "/publish" in panel.text.partition("Also on the shelf")[2]
    assert not ada.unread()
    await press(admin, "Publish", panel)
    received = await ada.reply()
    assert (received.text, received.buttons) == (preview.text, preview.buttons[: len(received.buttons)])
    await until(lambda: "finished" in panel.text)
    assert "100 %" in panel.text
    assert await deeds(database) == [(ADMIN, "published")]
    assert (await audit.newest(database, 1))[0].detail["reached"] == 1


@pytest.mark.usefixtures("bot")
async def test_the_preview_changes_its_language_and_a_test_is_the_very_message(
    database: Database, admin: Person, ada: Person
) -> None:
    await ada.ask("/subscribe")
    preview, _ = await proposed(admin)
    english = preview.text
    await press(admin, "Русский", preview)
    await until(lambda: preview.text != english)
    assert "30 декабря 2025" in preview.text
    admin.unread()
    await press(admin, "Send me a test", preview)
    test = await admin.reply()
    assert test is not preview
    assert test.text == preview.text
    assert not ada.unread()
    assert await deeds(database) == []


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("way", ["text", "document", "caption"])
async def test_a_page_comes_as_a_reply_or_with_a_caption(database: Database, admin: Person, way: str) -> None:
    if way == "caption":
        await admin.send_document("page.txt", PAGE.encode(), mime_type="text/plain", caption="/publish")
        preview, panel = await admin.reply(), await admin.reply()
    else:
        if way == "text":
            page = await admin.say(PAGE)
        else:
            page = await admin.send_document("page.txt", PAGE.encode(), mime_type="text/plain")
        await admin.reply()  # a text is a question and a document is offered to the shelf
        preview, panel = await proposed(admin, reply_to=page)
    assert "Airports closed" in preview.text
    assert "It is dated" not in panel.text
    await press(admin, "Publish as urgent", panel)
    stored = await find(database, "Airports closed")
    assert (stored.stage in (Stage.RUNNING, Stage.DONE), stored.urgent) == (True, True)
    assert await deeds(database) == [(ADMIN, "published_urgent")]


@pytest.mark.usefixtures("bot")
async def test_what_is_no_page_is_told_with_its_place(database: Database, admin: Person) -> None:
    faulty = PAGE.replace("21/11/2026", "31/11/2026")
    await admin.send_document("page.txt", faulty.encode(), mime_type="text/plain", caption="/publish")
    told = await admin.reply()
    assert re.search(r"^page\.txt:9: [a-z]+: ", told.text, re.MULTILINE)
    await admin.send_document("page.pdf", b"%PDF", mime_type="application/pdf", caption="/publish")
    assert "text file" in (await admin.reply()).text
    await admin.send_document("page.txt", b"x" * (1024 * 1024 + 1), mime_type="text/plain", caption="/publish")
    assert "page.txt:1: file: is larger than 1 MB" in (await admin.reply()).text
    await admin.send_document("page.txt", b"x" * (2 * 1024 * 1024 + 1), mime_type="text/plain", caption="/publish")
    assert "larger than 2 MB" in (await admin.reply()).text
    assert "as a reply" in (await admin.ask("/publish quickly")).text
    assert "no news page with this number" in (await admin.ask("/publish 999")).text
    assert not admin.unread()
    assert await deeds(database) == []


@pytest.mark.usefixtures("bot")
async def test_a_shelved_page_by_its_number_and_what_was_published_is_told(database: Database, admin: Person) -> None:
    oldest = (await broadcasts.shelved(database, 10))[-1]
    preview, panel = await proposed(admin, f"/publish {oldest.id}")
    assert oldest.bulletin.item.title in preview.text
    await press(admin, "Publish", panel)
    await until(lambda: "finished" in panel.text)
    admin.unread()
    again = await admin.ask(f"/publish {oldest.id}")
    assert f"published already, as bulletin #{oldest.id}" in again.text
    assert await deeds(database) == [(ADMIN, "published")]


@pytest.mark.usefixtures("bot")
async def test_an_undated_item_of_a_feed_can_be_published(database: Database, admin: Person, now: datetime) -> None:
    async with database.write() as connection:
        for title in ("Of some day", "Of another"):
            item = NewsItem(title, None, (Section("", ("Text.",)),))
            await shelf.shelve_in(connection, Bulletin(item), now, undated_on=now.date())
    preview, panel = await proposed(admin)
    assert "Of another" in preview.text
    assert "It is of" not in panel.text
    listed = panel.text.partition("Also on the shelf")[2].splitlines()[1]
    assert listed.endswith("no date · Of some day")
    preview, panel = await proposed(admin, listed.partition(" · ")[0])
    await press(admin, "Publish", panel)
    await until(lambda: "finished" in panel.text)
    assert len(await broadcasts.past(database, now, 10)) == 1


@pytest.mark.usefixtures("bot")
async def test_two_admins_at_once_publish_once_and_the_other_is_told(
    database: Database, admin: Person, other: Person, ada: Person
) -> None:
    await ada.ask("/subscribe")
    (_, first), (_, second) = await proposed(admin), await proposed(other)
    told = await asyncio.gather(press(admin, "Publish", first), press(other, "Publish as urgent", second))
    assert sorted(bool(words) for words in told) == [False, True]
    assert "done already" in "".join(told)
    await ada.reply()
    loser, shown = (admin, first) if told[0] else (other, second)
    await until(lambda: not shown.buttons)
    assert len(await deeds(database)) == 1
    assert (await deeds(database))[0][0] != loser.id
    assert not ada.unread()


@pytest.mark.usefixtures("bot")
async def test_cancelled_is_cancelled(database: Database, admin: Person) -> None:
    _, panel = await proposed(admin)
    data = next(button.data for row in panel.rows for button in row if button.text == "Publish")
    await press(admin, "Cancel", panel)
    await until(lambda: not panel.buttons)
    replayed = await admin.press_data(data or "")
    assert "done already" in (await replayed.answer())["text"]
    assert await deeds(database) == []
    assert not await broadcasts.going_on(database, datetime.now().astimezone(), 5)


@pytest.mark.usefixtures("bot")
async def test_nobody_else_changes_anything(
    telegram: FakeTelegram, database: Database, admin: Person, other: Person, ada: Person, now: datetime
) -> None:
    running = await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)
    await subscriptions.start(database, 987654, "private", "en", now)
    _, panel = await proposed(admin)
    wanted = [button.data or "" for row in panel.rows for button in row]
    number = running.number
    wanted += [f"cast:{number}:{verb}" for verb in ("pause", "resume", "stop", "correct", "withdraw", "show")]
    wanted += ["casts:0", "bulletin:1:view:en", "bulletin:1:test:en", "cast:x:stop", "bulletin:", "cast:"]
    await until_over(database, number)
    for data in wanted:
        answer = await (await ada.press_data(data)).answer()
        assert "for the admins" in answer["text"], data
    for text in ("/publish", "/publish 1", "/broadcasts"):
        assert "for the admins" in (await ada.ask(text)).text
    await ada.send_document("page.txt", PAGE.encode(), mime_type="text/plain", caption="/publish")
    assert "for the admins" in (await ada.reply()).text
    group = telegram.group(None, admin, ada)
    await group.say(admin, "/publish")
    assert "for the admins" in (await group.reply()).text
    # Another admin does not confirm what was shown to this one, and made-up buttons do nothing.
    for data in (*wanted[:3], "bulletin:99:now", "bulletin:1:now:en", "bulletin:١:now", "cast:999:pause", "casts:-1"):
        assert (await (await other.press_data(data)).answer())["text"], data
    assert not ada.unread()
    assert not other.unread()
    assert not group.unread()
    assert await deeds(database) == []
    assert not await broadcasts.going_on(database, now, 5)


@pytest.mark.usefixtures("bot")
async def test_pausing_stops_at_once_and_resuming_repeats_nothing(
    telegram: FakeTelegram, database: Database, admin: Person, now: datetime
) -> None:
    readers = await subscribed(telegram, database, 26, now)
    gate = held(telegram, readers, let=5)

    def received() -> list[int]:
        return [reader.received for reader in readers]

    await admin.send_document("page.txt", PAGE.encode(), mime_type="text/plain", caption="/publish")
    _, panel = await admin.replies(2)
    await press(admin, "Publish", panel)
    number = (await find(database, "Airports closed")).id
    await until(lambda: sum(received()) >= 5)
    await press(admin, "Pause", panel)
    assert sum(received()) == 5
    gate.open()
    await until_settled(database, number)
    paused = received()
    assert sum(paused) < 26  # those under way get it, who waits for a turn does not
    assert max(paused) == 1
    # Another bulletin goes out from beginning to end, and nothing of the paused one does.
    second = NewsItem("Second", date(2026, 11, 22), (Section("", ("Text.",)),))
    await until_over(database, (await outbox.publish(database, Bulletin(second), urgent=False, now=now)).number)
    assert received() == [count + 1 for count in paused]
    assert "paused" in panel.text
    assert counted(panel) == {**await reported(database, number), "Waiting": 26 - sum(paused)}
    await press(admin, "Resume", panel)
    await until(lambda: "finished" in panel.text)
    assert received() == [2] * 26
    assert "100 %" in panel.text
    assert counted(panel) == await reported(database, number)
    assert [action for _, action in await deeds(database)] == ["published", "paused", "resumed"]


@pytest.mark.usefixtures("bot")
async def test_the_bar_reaches_its_end_and_equals_the_report_without_many_edits(
    telegram: FakeTelegram, database: Database, admin: Person, now: datetime
) -> None:
    readers = await subscribed(telegram, database, 15, now)
    for reader in readers[::7]:
        reader.standing = Standing.BLOCKED
    gate = held(telegram, readers, let=5)
    published = await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)
    await admin.say("/broadcasts")
    shown = await admin.reply()
    assert "being sent" in shown.text
    assert {"Pause", "Stop"} <= set(shown.buttons)
    gate.open()
    await until(lambda: "finished" in shown.text)
    assert "100 %" in shown.text
    assert counted(shown) == await reported(database, published.number) == {"Sent": 12, "Unreachable": 3, "Unknown": 0}
    assert "Pause" not in shown.buttons
    assert len(telegram.calls_of("editMessageText")) <= 2


@pytest.mark.usefixtures("bot")
async def test_stopping_asks_once_more_and_what_is_left_is_not_sent(
    telegram: FakeTelegram, database: Database, admin: Person, now: datetime
) -> None:
    readers = await subscribed(telegram, database, 60, now)
    gate = held(telegram, readers, let=5)
    published = await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)
    await admin.say("/broadcasts")
    shown = await admin.reply()
    await admin.reply()
    await press(admin, "Stop", shown)
    await until(lambda: "for good?" in admin.last.text)
    assert await broadcasts.stage(database, published.number) is Stage.RUNNING
    await press(admin, "Stop", admin.last)
    gate.open()
    await until(lambda: "stopped" in shown.text)
    await until_settled(database, published.number)
    assert await broadcasts.stage(database, published.number) is Stage.STOPPED
    await until(lambda: shown.buttons == ["Correct", "Withdraw"])
    report = await reported(database, published.number)
    assert counted(shown) == report
    assert report["Sent"] == sum(reader.received for reader in readers)
    assert report["Sent"] + report["Not sent"] == 60
    assert "100 %" not in shown.text
    assert await deeds(database) == [(ADMIN, "stopped")]


@pytest.mark.usefixtures("bot")
async def test_a_past_bulletin_is_corrected_by_a_reply_and_withdrawn(
    database: Database, admin: Person, other: Person, ada: Person, now: datetime
) -> None:
    await ada.ask("/subscribe")
    number = (await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)).number
    await ada.reply()
    await until_over(database, number)
    shown = await admin.ask("/broadcasts")
    assert "Nothing is being sent now" in shown.text
    assert "Sent: 1" in shown.text
    await press(admin, f"#{number}", shown)
    await until(lambda: "Correct" in shown.buttons)
    admin.unread()
    await press(admin, "Correct", shown)
    question = await admin.reply()
    await admin.say("What is this?", reply_to=question)
    assert "message:1: date: there is no line" in (await admin.reply()).text
    await admin.say(PAGE, reply_to=question)
    preview, panel = await admin.replies(2)
    await press(admin, "Publish", panel)
    correction = await ada.reply()
    assert correction.text.startswith("✏️ Correction")
    assert correction.text == preview.text
    await until(lambda: "finished" in panel.text)
    assert f"correction of #{number}" in panel.text
    assert [action for _, action in await deeds(database)] == ["corrected"]
    # Withdrawing: two admins were shown the same, one does it.
    admin.unread()
    for person in (admin, other):
        await person.press_data(f"cast:{number}:withdraw")
    panels = [(await person.replies(2))[1] for person in (admin, other)]
    told = await asyncio.gather(press(admin, "Withdraw", panels[0]), press(other, "Withdraw", panels[1]))
    assert sorted(bool(words) for words in told) == [False, True]
    assert (await ada.reply()).text.startswith("↩️ Withdrawn")
    assert [action for _, action in await deeds(database)] == ["corrected", "withdrawn"]
    assert not ada.unread()


async def test_after_a_restart_the_old_message_rests_and_a_new_one_goes_on(
    settings: Settings, telegram: FakeTelegram, database: Database, admin: Person, now: datetime
) -> None:
    readers = await subscribed(telegram, database, 30, now)
    published = await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)
    gate = held(telegram, readers, let=5)
    async with at_work(settings, lambda: now):
        await admin.say("/broadcasts")
        old = await admin.reply()
        await admin.reply()
        gate.open()
    gate = held(telegram, readers)
    async with at_work(settings, lambda: now):
        await admin.say("/broadcasts")
        shown = await admin.reply()
        assert "being sent" in shown.text
        gate.open()
        await until(lambda: "finished" in shown.text)
        assert counted(shown) == await reported(database, published.number)
        assert "finished" not in old.text
        # Its buttons are still there: pressing one shows how things stand now.
        assert "done already" in await press(admin, "Pause", old)
        await until(lambda: "finished" in old.text)


@pytest.mark.usefixtures("bot")
async def test_a_deleted_progress_message_is_let_go(
    telegram: FakeTelegram, database: Database, admin: Person, now: datetime
) -> None:
    gate = held(telegram, await subscribed(telegram, database, 10, now))
    published = await outbox.publish(database, Bulletin(ITEM), urgent=False, now=now)
    await admin.say("/broadcasts")
    shown, _ = await admin.replies(2)
    await telegram.perform("deleteMessage", {"chat_id": admin.id, "message_id": shown.message_id})
    gate.open()
    await until(lambda: any(call.code == 400 for call in telegram.calls_of("editMessageText")))
    await until_over(database, published.number)
    assert "Sent: 10" in (await admin.ask("/broadcasts")).text
    assert [call.code for call in telegram.calls_of("editMessageText")].count(400) == 1


@pytest.mark.usefixtures("bot")
async def test_a_page_that_telegram_refuses_cannot_be_confirmed(
    database: Database, admin: Person, now: datetime
) -> None:
    bad = NewsItem("Bad link", date(2026, 11, 22), (Section("", ("Text.",)),), url="http://")
    async with database.write() as connection:
        await shelf.shelve_in(connection, Bulletin(bad), now)
    told = await admin.ask("/publish")
    assert "Telegram refuses this message" in told.text
    assert not told.buttons
    assert not admin.unread()


async def test_an_editor_may_publish(settings: Settings, telegram: FakeTelegram, bot: Bot, database: Database) -> None:
    editor = telegram.user()
    async with database.write() as connection:
        await roles.give_in(connection, editor.id, Role.EDITOR, ADMIN, datetime.now().astimezone())
    _, panel = await proposed(editor)
    await press(editor, "Publish", panel)
    assert (editor.id, "published") in await deeds(database)
