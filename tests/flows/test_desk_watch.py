"""What admins watch, what readers report, and that nobody else gets in."""

import asyncio
import csv
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from functools import partial
from importlib import import_module
from inspect import getmodule, unwrap
from io import StringIO
from typing import Any, cast

import pytest
from hypothesis import find
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

import bot.handlers
from bot.config import Settings
from bot.handlers import permission
from bot.handlers.house import House
from bot.handlers.permission import DESK
from bot.opening import open_database
from bot.storage import audit, reports, roles
from bot.storage.audit import Entry
from bot.storage.database import Database
from bot.storage.roles import Role
from bot.storage.tables import audit as table_of_deeds
from bot.storage.tables import metadata
from bot.texts.audit import line
from bot.texts.catalog import Words
from tests.fake_telegram import Button, FakeTelegram, Group, Person, Press
from tests.flows.conftest import ADMIN, at_work, tap
from tests.steady import PATIENCE_S

OTHER_ADMIN = 4712
MORE_ADMINS = range(4800, 4820)
"""Nobody gets more than a few messages at once, so whoever tries many things is many people."""
KENYA = "ke-embassy-moscow"
PUBLIC = {"basics", "channels", "find", "inline", "nearest", "news"}
"""Modules all of whose handlers are everybody's."""
PUBLIC_IN_DESK = {"reports.wrong_button"}
CHECKS_ITSELF = {"documents.document"}
"""What a document needs shows only when it is looked at; these ask the same check by themselves."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_ids": frozenset({ADMIN, OTHER_ADMIN, *MORE_ADMINS})})


@pytest.fixture
def admin(telegram: FakeTelegram) -> Person:
    return telegram.user(id=ADMIN)


@pytest.fixture
def other(telegram: FakeTelegram) -> Person:
    return telegram.user(id=OTHER_ADMIN)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with open_database(settings) as opened:
        yield opened


def registered() -> Iterator[BaseHandler[Any, Any, Any]]:
    """Every handler of every module, without a bot: they are made before anything is asked of the house."""
    for module in pkgutil.iter_modules(bot.handlers.__path__):
        if make := getattr(import_module(f"bot.handlers.{module.name}"), "handlers", None):
            yield from make(cast("House", None))


def callback_of(handler: BaseHandler[Any, Any, Any]) -> Any:
    callback = handler.callback
    return callback.func if isinstance(callback, partial) else callback


def name_of(handler: BaseHandler[Any, Any, Any]) -> str:
    function = unwrap(callback_of(handler))
    module = getmodule(function)
    assert module is not None
    return f"{module.__name__.rpartition('.')[2]}.{function.__name__}"


def is_guarded(handler: BaseHandler[Any, Any, Any]) -> bool:
    """Whether what runs first is the one check: the wrapper that `permission.needs` makes."""
    return bool(callback_of(handler).__code__.co_filename == permission.__file__)


def is_of_the_desk(handler: BaseHandler[Any, Any, Any]) -> bool:
    name = name_of(handler)
    return name.partition(".")[0] not in PUBLIC and name not in PUBLIC_IN_DESK


def triggers() -> list[str]:
    """Every command of the desk as `/name`, every kind of its buttons as the shortest data that its handler takes."""
    found = []
    for handler in registered():
        if is_of_the_desk(handler):
            if isinstance(handler, CommandHandler):
                found += [f"/{command}" for command in sorted(handler.commands)]
            elif isinstance(handler, CallbackQueryHandler):
                pattern = handler.pattern
                found.append(find(st.from_regex(pattern), lambda data: len(data.encode()) <= 64))  # type: ignore[arg-type]
    return found


def test_every_handler_of_the_desk_runs_the_one_check_first() -> None:
    desk = [handler for handler in registered() if is_of_the_desk(handler)]
    unguarded = {name_of(handler) for handler in desk if not is_guarded(handler)}
    assert unguarded <= CHECKS_ITSELF
    assert len(desk) > len(unguarded)


def test_the_desk_has_every_command_of_its_menu() -> None:
    assert {f"/{name}" for name in DESK} == {trigger for trigger in triggers() if trigger.startswith("/")}


async def deeds(database: Database) -> list[Entry]:
    """What persons did, the newest first; the program notes deeds of its own."""
    return [entry for entry in await audit.newest(database) if entry.actor]


async def everything(database: Database) -> dict[str, list[Any]]:
    """What is stored; leases and the common timetable live by the clock."""
    async with database.read() as connection:
        return {
            table.name: [tuple(row) for row in await connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in ("leases", "pace")
        }


async def tour(telegram: FakeTelegram) -> list[str]:
    """Admins look at everything; the data of all buttons of the desk that they are shown."""
    reader = telegram.user()
    await reader.ask("kenya")
    await (await reader.press("⚑ This is wrong")).answer()
    for number, command in zip(MORE_ADMINS, (*DESK, "admins add 777 editor"), strict=False):
        await telegram.user(id=number).ask(f"/{command}")
    desk = {data.partition(":")[0] for data in triggers() if not data.startswith("/")}
    shown = [button for message in telegram.sent for row in message.rows for button in row]
    return sorted({button.data for button in shown if button.data and button.data.partition(":")[0] in desk})


def press_in(group: Group, person: Person, data: str, telegram: FakeTelegram) -> Press:
    message = group.hear({"from": telegram.user_of_bot()}, "a message of the bot")
    press = telegram.pressed(Button("", data), message)
    query = {"id": press.id, "from": person.user(), "message": message.payload(), "chat_instance": "1", "data": data}
    telegram.updates.push("callback_query", query, group.id)
    return press


@pytest.mark.usefixtures("bot")
async def test_a_command_from_no_admin_or_in_a_group_changes_nothing_and_is_plainly_refused(
    telegram: FakeTelegram, admin: Person, ada: Person, database: Database, english: Words
) -> None:
    refusal = english.plain("error.admins_only")
    before = await everything(database)
    for trigger in triggers():
        if not trigger.startswith("/"):
            continue
        for command in (trigger, f"{trigger} all", f"{trigger} add 777 admin", f"{trigger} 1"):
            stranger, group = telegram.user(), telegram.group(None, ada, admin, admins=(ada,))
            assert (await stranger.ask(command)).text == refusal, command
            for person in (ada, admin):
                await group.say(person, command)
                assert (await group.reply()).text == refusal, command
            assert (await stranger.ask("/privacy")).text.startswith("What is stored"), command
            assert not group.unread(), command
        assert await everything(database) == before, trigger


@pytest.mark.usefixtures("bot")
async def test_a_button_pressed_by_no_admin_or_in_a_group_changes_nothing_and_is_plainly_refused(
    telegram: FakeTelegram, admin: Person, ada: Person, database: Database, english: Words
) -> None:
    refusal = english.plain("error.admins_only")
    shown = await tour(telegram)
    before = await everything(database)
    for trigger in triggers():
        if trigger.startswith("/"):
            continue
        prefix, group = trigger.partition(":")[0], telegram.group(None, ada, admin, admins=(ada,))
        replayed = [data for data in shown if data.partition(":")[0] == prefix]
        for data in (trigger, f"{prefix}:1", f"{prefix}:apply:1", f"{prefix}:{'9' * 40}", *replayed):
            pressed = [press_in(group, person, data, telegram) for person in (ada, admin)]
            for press in (await ada.press_data(data), *pressed):
                answer = await press.answer()
                assert (answer["text"], answer["show_alert"]) == (refusal, True), data
        assert (await ada.ask("/privacy")).text.startswith("What is stored"), trigger
        assert not ada.unread(), trigger
        assert not group.messages[1:], trigger
        assert await everything(database) == before, trigger


@pytest.mark.usefixtures("bot")
async def test_a_document_of_a_stranger_changes_nothing(ada: Person, database: Database, english: Words) -> None:
    before = await everything(database)
    for name, caption in (("missions.csv", ""), ("rules.csv", ""), ("missions.csv", "/publish")):
        await ada.send_document(name, b"id,sender\n1,de\n", caption=caption)
        assert (await ada.reply()).text == english.plain("error.admins_only")
    assert await everything(database) == before


@pytest.mark.usefixtures("bot")
async def test_an_editor_publishes_and_reads_but_touches_no_table_and_no_role(
    telegram: FakeTelegram, ada: Person, database: Database, now: datetime, english: Words
) -> None:
    refusal, refused = english.plain("error.admins_only"), []
    for name in DESK:
        editor = telegram.user()
        async with database.write() as connection:
            await roles.give_in(connection, editor.id, Role.EDITOR, ADMIN, now)
        refused += [name] if (await editor.ask(f"/{name}")).text == refusal else []
    assert refused == ["reload", "rollback", "export"]
    async with database.write() as connection:
        await roles.give_in(connection, ada.id, Role.EDITOR, ADMIN, now)
    assert (await ada.ask("/admins add 777 admin")).text == refusal
    assert {holder.role for holder in await roles.everybody(database)} == {Role.EDITOR}


@pytest.mark.usefixtures("bot")
async def test_roles_are_shown_first_confirmed_once_and_written_down(
    admin: Person, other: Person, ada: Person, database: Database
) -> None:
    question = await admin.ask(f"/admins add {ada.id} editor")
    assert question.text == f"{ada.id}: no role → editor"
    await other.ask(f"/admins add {ada.id} admin")
    await asyncio.gather(admin.press("Apply"), other.press("Apply"))
    answers = sorted([(await admin.reply()).text, (await other.reply()).text])
    assert [("done already" in answer) for answer in answers].count(True) == 1
    [holder] = await roles.everybody(database)
    assert [(entry.action, entry.actor) for entry in await deeds(database)] == [("role_given", holder.given_by)]
    assert "No open reports" in (await ada.ask("/reports")).text

    await admin.ask(f"/admins remove {ada.id}")
    assert str(ada.id) not in (await tap(admin, "Apply")).text
    assert await roles.everybody(database) == []
    assert "for the admins" in (await ada.ask("/reports")).text
    assert (await deeds(database))[0].action == "role_taken"


@pytest.mark.usefixtures("bot")
async def test_a_role_that_is_not_confirmed_is_not_given(
    telegram: FakeTelegram, admin: Person, other: Person, database: Database
) -> None:
    await admin.ask("/admins add 777 admin")
    data = next(button.data for row in admin.last.rows for button in row if button.text == "Apply")
    assert data is not None
    await other.ask("/help")
    assert "done already" in (await (await other.press_data(data)).answer())["text"]
    await (await admin.press("Cancel")).answer()
    assert "Nothing was changed" in (await admin.reply()).text
    assert "done already" in (await (await admin.press_data(data)).answer())["text"]
    usage, wrong = (
        "/admins remove ID",
        ("add", "add me admin", "add 777 king", "remove", "add 0 admin", "add 7 admin 7"),
    )
    refused = [(form, usage) for form in wrong]
    refused += [(f"remove {OTHER_ADMIN}", "by the settings"), ("remove 777", "Nothing would change")]
    for number, (form, why) in zip(MORE_ADMINS, refused, strict=False):
        assert why in (await telegram.user(id=number).ask(f"/admins {form}")).text
    assert await roles.everybody(database) == []
    assert await deeds(database) == []


@pytest.mark.usefixtures("bot")
async def test_a_dead_button_of_the_desk_is_not_said_to_be_about_the_tables(admin: Person, english: Words) -> None:
    await admin.ask("/audit")
    for data in ("role:apply:999", "role:7", "audit:nowhere", "audit:older:", "report:fixed:", "report:7"):
        answer = await (await admin.press_data(data)).answer()
        assert answer["text"] == english.plain("desk.already"), data


@pytest.mark.usefixtures("bot")
async def test_an_editor_who_is_forgotten_keeps_the_role_and_is_told_so(
    ada: Person, ivan: Person, database: Database, now: datetime
) -> None:
    for person, stays, yes, nothing in (
        (ada, "their role stays", "🗑 Yes, erase it", "Nothing is stored"),
        (ivan, "остаются роль", "🗑 Да, удалить", "ничего не хранится"),
    ):
        async with database.write() as connection:
            await roles.give_in(connection, person.id, Role.EDITOR, ADMIN, now)
        assert stays in (await person.ask("/privacy")).text
        await person.ask("/forgetme")
        assert nothing not in (await tap(person, yes)).text
        assert await roles.of(database, person.id) is Role.EDITOR


@pytest.mark.usefixtures("bot")
async def test_admins_have_the_commands_of_the_desk_in_their_menu(
    telegram: FakeTelegram, admin: Person, ada: Person, database: Database
) -> None:
    def menu(person: Person) -> set[str]:
        return set(telegram.profile.commands_for(scope=f"chat {person.id}"))

    await until(lambda: bool(menu(admin)))
    assert set(DESK) < menu(admin)
    await admin.ask("/language")
    await tap(admin, "Русский")
    await admin.ask("/language")
    await tap(admin, "English")
    await admin.ask("/help")
    assert set(DESK) < menu(admin)
    await ada.ask("/language")
    await tap(ada, "English")
    await until(lambda: "news" in menu(ada))
    assert not set(DESK) & menu(ada)
    await admin.ask(f"/admins add {ada.id} editor")
    await tap(admin, "Apply")
    await until(lambda: "stats" in menu(ada))
    assert "reload" not in menu(ada)


@pytest.mark.usefixtures("bot")
async def test_the_figures_come_as_a_text_and_a_picture(
    telegram: FakeTelegram, admin: Person, ada: Person, ivan: Person
) -> None:
    third = telegram.user()
    for person in (ada, ivan, third):
        await person.ask("Narnia!")
        await person.ask("/subscribe")
    await ada.ask("my secret question about Oz")
    await ada.ask("/find kenya")
    await ada.ask("kenya")
    await ada.ask("congo")
    await ada.ask("Russia")
    await admin.say("/stats")
    figures, picture = await admin.replies(2)
    assert "Subscribers: 3 (+3)" in figures.text
    assert "Questions: 8, 0.27 a day" in figures.text
    assert "found 2 (25 %) · asked back 1 (12 %) · nothing 4 (50 %) · Russia itself 1 (12 %)" in figures.text
    assert "Kenya 2" in figures.text
    assert "narnia! · 3" in figures.text
    assert "oz" not in figures.text.lower()
    assert not any(str(person.id) in figures.text for person in (ada, ivan, third))
    assert picture.file is not None
    assert picture.file.startswith(b"\x89PNG")
    assert "Kenya 2" in (await admin.ask("/stats")).text


async def test_what_was_counted_survives_a_restart_and_forgetting_erases_the_texts(
    settings: Settings, admin: Person, ada: Person, ivan: Person, telegram: FakeTelegram, now: datetime
) -> None:
    people = (ada, ivan, telegram.user())
    async with at_work(settings, lambda: now):
        for person in people:
            await person.ask("narnia")
    async with at_work(settings, lambda: now):
        assert "narnia · 3" in (await admin.ask("/stats")).text
        await ada.ask("/forgetme")
        await tap(ada, "🗑 Yes, erase it")
        shown = (await telegram.user(id=OTHER_ADMIN).ask("/stats")).text
        assert "narnia" not in shown
        assert "Questions: 3" in shown


@pytest.mark.usefixtures("bot")
async def test_a_report_is_taken_once_shown_with_its_card_settled_once_and_answered_once(
    admin: Person, other: Person, ada: Person, ivan: Person, database: Database
) -> None:
    assert "No open reports" in (await admin.ask("/reports")).text
    await ada.ask("kenya")
    assert "Thank you" in (await (await ada.press("⚑ This is wrong")).answer())["text"]
    assert "already" in (await (await ada.press("⚑ This is wrong")).answer())["text"]
    await ivan.ask("кения")
    assert "Спасибо" in (await (await ivan.press("⚑ Здесь ошибка")).answer())["text"]
    shown = await admin.ask("/reports")
    assert "2 reports" in shown.text
    assert "+7 499 230-02-32" in shown.text
    assert "Kenya" in (await other.ask("/reports")).text
    await asyncio.gather(admin.press("Fixed"), other.press("Dismiss"))
    answers = [(await admin.reply()).text, (await other.reply()).text]
    assert ["done already" in answer for answer in answers].count(True) == 1
    assert sum("2 chats are told" in answer for answer in answers) == 1
    assert "You reported" in (await ada.reply()).text
    assert "Вы сообщали" in (await ivan.reply()).text
    [entry] = await deeds(database)
    assert entry.action in ("report_fixed", "report_dismissed")
    assert entry.detail == {"mission": KENYA, "reports": 2}
    await tap(admin if "told" in answers[0] else other, "Next ›")
    await ada.ask("/help")
    assert not ada.unread()
    assert not ivan.unread()


@pytest.mark.usefixtures("bot")
async def test_reports_are_worked_through_and_a_lost_reporter_does_no_harm(
    admin: Person, ada: Person, ivan: Person, database: Database
) -> None:
    for person, country in ((ivan, "кения"), (ada, "japan")):
        await person.ask(country)
        await (
            await person.press_data(
                next(
                    button.data or ""
                    for row in person.last.rows
                    for button in row
                    if (button.data or "").startswith("wrong:")
                )
            )
        ).answer()
    await ivan.block_bot()
    assert "Kenya" in (await admin.ask("/reports")).text
    assert "Japan" in (await tap(admin, "Next ›")).text
    assert "No more" in (await tap(admin, "Next ›")).text
    assert "Kenya" in (await tap(admin, "From the beginning")).text
    assert "1 chat is told" in (await tap(admin, "Fixed")).text
    assert "Japan" in (await tap(admin, "Next ›")).text
    assert "Dismissed" in (await tap(admin, "Dismiss")).text
    assert "the card stays as it is" in (await ada.reply()).text
    assert await reports.open_posts(database) == 0
    assert [entry.action for entry in await deeds(database)] == ["report_dismissed", "report_fixed"]


@pytest.mark.usefixtures("bot")
async def test_a_forged_report_is_none_and_a_few_a_day_are_enough(
    ada: Person, database: Database, now: datetime
) -> None:
    await ada.ask("kenya")
    for data in ("wrong:", "wrong:nowhere", "wrong:" + "x" * 50):
        assert (await (await ada.press_data(data)).answer())["show_alert"]
    assert await reports.open_posts(database) == 0
    for number in range(reports.MOST_A_DAY):
        await reports.make(database, ada.id, f"post-{number}", "en", now)
    answer = await (await ada.press("⚑ This is wrong")).answer()
    assert "in a day" in answer["text"]
    await ada.ask("/forgetme")
    await tap(ada, "🗑 Yes, erase it")
    assert await reports.open_posts(database) == 0


@pytest.mark.usefixtures("bot")
async def test_the_log_of_deeds_is_paged_and_comes_as_csv(admin: Person, database: Database, now: datetime) -> None:
    async with database.write() as connection:
        await connection.execute(delete(table_of_deeds))
    assert "Nothing was done" in (await admin.ask("/audit")).text
    for user in range(100, 125):
        async with database.write() as connection:
            await roles.give_in(connection, user, Role.EDITOR, ADMIN, now)
    async with database.write() as connection:
        await audit.write(connection, ADMIN, "<unheard of>", now, what="<b>", many=[1, 2])
    first = await admin.ask("/audit")
    assert f"22 November 2026, 15:00 · {ADMIN} · <unheard of>\nmany: [1, 2], what: <b>" in first.text
    assert "Role given\nrole: editor, user: 124" in first.text
    assert first.buttons == ["Older ›", "All as CSV"]
    assert first.text.count("Role given") == 9
    second = await tap(admin, "Older ›")
    assert ("user: 115" in second.text, "user: 106" in second.text) == (True, True)
    assert second.buttons == ["‹ Newer", "Older ›", "All as CSV"]
    last = await tap(admin, "Older ›")
    assert ("user: 105" in last.text, "user: 100" in last.text) == (True, True)
    assert last.buttons == ["‹ Newer", "All as CSV"]
    assert "user: 106" in (await tap(admin, "‹ Newer")).text
    assert "<unheard of>" in (await tap(admin, "‹ Newer")).text
    document = await tap(admin, "All as CSV")
    assert document.file is not None
    rows = list(csv.DictReader(StringIO(document.file.decode())))
    assert [row["action"] for row in rows] == ["<unheard of>", *["role_given"] * 25]
    assert rows[1]["detail"] == '{"role": "editor", "user": 124}'


@pytest.mark.usefixtures("bot")
async def test_an_error_reaches_the_admins_once_with_no_word_of_the_person(
    admin: Person, other: Person, ada: Person, ivan: Person, database: Database
) -> None:
    await _rename(database, "subscriptions", "away")
    for person in (ada, ivan, ada):
        await person.say("/settings@embassy_test_bot my secret")
        assert "112" in (await person.reply()).text
    await _rename(database, "away", "subscriptions")
    for one in (admin, other):
        alert = await one.reply()
        assert "DatabaseUnavailable in storage/database.py" in alert.text
        assert "× 1" in alert.text
        assert not any(word in alert.text for word in ("secret", "settings", str(ada.id), str(ivan.id), "/tmp"))
        shown = await one.ask("/stats")
        assert "DatabaseUnavailable · storage/database.py _explained × 3" in shown.text


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _rename(database: Database, old: str, new: str) -> None:
    async with database.write() as connection:
        await connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))


def test_a_deed_is_told_in_words_with_what_it_was_done_to(english: Words, now: datetime) -> None:
    whole = line(now, ADMIN, "paused", {"number": 7, "why": "<b>"}, english)
    assert whole.endswith("<b>paused #7</b>\nwhy: &lt;b&gt;")
    published = line(now, 7, "published", {"number": 5, "title": "Roads open", "reached": 1}, english)
    assert "published #5 “Roads open”, chats: 1" in published
    assert line(now, 0, "paused", {}, english).endswith("the program · <b>paused</b>")
