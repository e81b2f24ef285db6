"""The tables at the admin desk: read again, sent as documents, applied once, rolled back, exported."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.config import Settings
from bot.opening import open_database
from bot.receiving import Bot
from bot.storage import audit, editions
from tests.fake_telegram import FakeTelegram, Message, Person
from tests.flows.conftest import ADMIN, at_work, tap
from tests.sheets import Row, rows, sheet

SECOND = 4712
REFUSAL = "This is for the admins"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_ids": frozenset({ADMIN, SECOND})})


@pytest.fixture
def admin(telegram: FakeTelegram) -> Person:
    return telegram.user(ADMIN, language_code="en", first_name="Admin")


@pytest.fixture
def second(telegram: FakeTelegram) -> Person:
    return telegram.user(SECOND, language_code="en", first_name="Second")


def write(path: Path, found: list[Row]) -> None:
    path.unlink()  # it may be a link to the bundled table
    path.write_bytes(sheet(found))


def change(data: Path, edit: Callable[[Row], Row | None], name: str = "missions.csv") -> None:
    """Edits a table row by row; a row for which there is None is left out."""
    write(data / name, [changed for row in rows(data / name) if (changed := edit(dict(row))) is not None])


def german_phone(phone: str) -> Callable[[Row], Row]:
    return lambda row: row | {"phones": phone} if row["id"] == "de-embassy-moscow" else row


NEW_PHONE = "+74959379555"
SHOWN = "+7 495 937-95-55"


async def deeds(settings: Settings) -> list[tuple[int, str]]:
    async with open_database(settings) as database:
        return [(entry.actor, entry.action) for entry in await audit.newest(database)][::-1]


async def live_number(settings: Settings) -> int:
    async with open_database(settings) as database, database.read() as connection:
        return await editions.live_number(connection) or 0


async def document(person: Person) -> Message:
    message = await person.reply()
    assert message.file is not None, message.text
    return message


@pytest.mark.usefixtures("bot")
async def test_nothing_changed_is_said(admin: Person) -> None:
    for scope in ("", " all", " missions", " rules", " aliases", " feeds", " news"):
        said = await admin.ask(f"/reload{scope}")
        assert "Nothing would change" in said.text
        assert not said.buttons
    assert "/reload reads everything again" in (await admin.ask("/reload everything")).text


@pytest.mark.usefixtures("bot")
async def test_a_reload_shows_the_difference_and_changes_answers_when_it_is_applied(
    admin: Person, ada: Person, data: Path, settings: Settings
) -> None:
    before = rows(data / "missions.csv")
    gone = next(row["id"] for row in before if row["kind"] == "honorary_consulate")
    new = next(row for row in before if row["id"] == "de-embassy-moscow") | {
        "id": "de-consulate-kazan",
        "kind": "consulate",
        "city": "Kazan",
        "latitude": "",
        "longitude": "",
    }

    def edit(row: Row) -> Row | None:
        if row["id"] == gone:
            return None
        if row["id"] == "de-embassy-moscow":
            return row | {"phones": NEW_PHONE, "hours": "Mon-Fri 10:00-11:00"}
        return row | {"status": "closed"} if row["id"] == "ke-embassy-moscow" else row

    write(data / "missions.csv", [*(changed for row in before if (changed := edit(dict(row)))), new])
    shown = await admin.ask("/reload missions")
    lines = shown.text.splitlines()
    assert lines[2] == "1 status changes"
    assert lines[3].startswith("⚠️ ke-embassy-moscow: ")
    assert lines[3].endswith(" → closed")
    assert f"missions.csv: 1 added, 2 changed, 1 removed, {len(before) - 3} unchanged" in lines
    assert {f"− {gone}", "+ de-consulate-kazan"} <= {*lines}
    assert "→ Mon-Fri 10:00-11:00" in shown.text
    assert f"→ {NEW_PHONE}" in shown.text
    assert shown.buttons == ["Apply", "Cancel"]
    assert SHOWN not in (await ada.ask("germany")).text
    write(data / "missions.csv", before)  # what was shown is what is applied, whatever becomes of the files
    done = await tap(admin, "Apply")
    assert "Edition 2 is live" in done.text
    assert not done.buttons
    assert SHOWN in (await ada.ask("germany")).text
    assert await deeds(settings) == [(0, "loaded"), (ADMIN, "reloaded")]


@pytest.mark.usefixtures("bot")
async def test_cancelling_changes_nothing_and_a_pressed_button_does_nothing_again(
    admin: Person, ada: Person, data: Path, settings: Settings
) -> None:
    change(data, german_phone(NEW_PHONE))
    shown = await admin.ask("/reload")
    apply = shown.button("Apply")
    assert apply is not None
    assert apply.data is not None
    assert "Nothing was changed" in (await tap(admin, "Cancel")).text
    answer = await (await admin.press_data(apply.data)).answer()
    assert "done already" in answer["text"]
    assert SHOWN not in (await ada.ask("germany")).text
    assert await live_number(settings) == 1


@pytest.mark.usefixtures("bot")
async def test_a_scope_takes_only_its_tables(admin: Person, data: Path) -> None:
    change(data, german_phone(NEW_PHONE))
    change(data, lambda row: row | {"rule": "Changed."} if row["id"] == "eu-unrepresented" else row, "rules.csv")
    rules = await admin.ask("/reload rules")
    assert "eu-unrepresented: rule: A citizen of an EU state" in rules.text
    assert "de-embassy-moscow" not in rules.text
    await document(admin)  # with the whole of the text that the message cuts
    missions = await admin.ask("/reload missions")
    assert "eu-unrepresented" not in missions.text
    assert "de-embassy-moscow: phones:" in missions.text


@pytest.mark.usefixtures("bot")
async def test_new_news_pages_come_to_the_shelf(admin: Person, ada: Person, data: Path) -> None:
    bundled = (data / "news").resolve()
    (data / "news").unlink()
    (data / "news").mkdir()
    for page in bundled.iterdir():
        (data / "news" / page.name).write_bytes(page.read_bytes())
    (data / "news" / "2026.txt").write_text(PAGE, encoding="utf-8")
    shown = await admin.ask("/reload news")
    assert "1 news page comes to the shelf" in shown.text
    assert "+ 2026-11-20 Bridges closed" in shown.text
    assert "1 news page was put on the shelf" in (await tap(admin, "Apply")).text
    assert "Bridges closed" in (await ada.ask("/news")).text


PAGE = """Consular notice

Call your embassy.

Home News Bridges closed

Bridges closed

Published on 20/11/2026

All bridges are closed.
"""

FAULTS: tuple[tuple[str, str], ...] = (
    ("sender", "zz"),
    ("kind", "castle"),
    ("city", ""),
    ("postcode", "12"),
    ("latitude", "north"),
    ("longitude", "999"),
    ("phones", "+7495"),
    ("emergency_phones", "call us"),
    ("emails", "nobody"),
    ("website", "ftp://x"),
    ("status", "perhaps"),
    ("wikidata", "12"),
    ("sources", "hearsay"),
    ("as_of", "2026-02-30"),
    ("as_of", "2031-01-01"),
    ("address_en", "a\u202eb"),
)


@pytest.mark.usefixtures("bot")
async def test_fifty_faults_are_all_told_with_line_and_column_and_nothing_changes(
    telegram: FakeTelegram, admin: Person, data: Path, settings: Settings
) -> None:
    table = rows(data / "missions.csv")
    table = [dict(row) for row in (*table, *[row | {"id": f"{row['id']}-{n}"} for n, row in enumerate(table)])][:297]
    expected = []
    for place in range(47):
        column, value = FAULTS[place % len(FAULTS)]
        at = 5 * place + 2
        row = next(row for row in table[at:] if row["latitude"] and row["longitude"] and not row["id"].endswith("x"))
        row[column] = value
        row["id"] = f"{row['id']}x" if column != "sender" else row["id"]
        expected.append((row["id"], column))
    write(data / "missions.csv", table)
    content = (data / "missions.csv").read_text(encoding="utf-8")
    places = {name: _line_of(content, name) for name, _ in expected}
    broken = ["de-short,de,embassy", table[-1]["id"] + content.splitlines()[-1].removeprefix(table[-1]["id"])]
    broken.append(content.splitlines()[-1].replace(table[-1]["id"], "ke-quoted").replace(",", ',a"', 3))
    (data / "missions.csv").write_text(content + "\n".join(broken) + "\n", encoding="utf-8")
    last = len(content.splitlines())
    structural = {(f"missions.csv:{last + 1}", "row"), (f"missions.csv:{last + 2}", "id")}
    people = [telegram.user() for _ in range(40)]
    reload = asyncio.create_task(admin.ask("/reload"))
    answers = await asyncio.gather(*(person.ask("germany") for person in people))
    said = await reload
    assert all("Germany" in answer.text for answer in answers)
    listed = (await document(admin)).file
    assert listed is not None
    told = [tuple(line.split(": ")[:2]) for line in listed.decode().splitlines()]
    wanted = {(f"missions.csv:{places[name]}", column) for name, column in expected} | structural
    assert len(wanted) == 49
    assert wanted <= set(told)
    assert f"missions.csv:{last + 3}" in [place for place, _ in told]
    assert f"{len(told)} faults" in said.text
    assert "Nothing was changed" in said.text
    assert not said.buttons
    assert await live_number(settings) == 1


def _line_of(content: str, name: str) -> int:
    return next(number for number, line in enumerate(content.splitlines(), 1) if line.startswith(f"{name},"))


@pytest.mark.usefixtures("bot")
async def test_a_few_faults_stand_in_the_message(admin: Person, data: Path) -> None:
    change(data, german_phone("12"))
    said = await admin.ask("/reload")
    assert said.text.startswith("1 fault.")
    assert "missions.csv:" in said.text
    assert ": phones: 12 is not a valid phone number" in said.text


@pytest.mark.usefixtures("bot")
async def test_a_long_difference_is_cut_in_the_message_and_whole_in_a_document(admin: Person, data: Path) -> None:
    change(data, lambda row: row | {"status_note": f"Note on {row['id']}."})
    count = len(rows(data / "missions.csv"))
    shown = await admin.ask("/reload")
    whole = (await document(admin)).file
    assert whole is not None
    assert "more lines, in the document below" in shown.text
    assert shown.buttons == ["Apply", "Cancel"]
    assert whole.decode().count(": status_note: ") == count


@pytest.mark.usefixtures("bot")
async def test_losing_many_missions_or_a_country_is_asked_twice(
    admin: Person, ada: Person, data: Path, settings: Settings
) -> None:
    change(data, lambda row: None if row["sender"] == "ke" else row)
    await admin.ask("/reload")
    await admin.press("Apply")
    [first, again] = await admin.replies(2)
    assert not first.buttons
    assert "Are you sure?" in again.text
    assert "1 country would lose every post: Kenya" in again.text
    assert await live_number(settings) == 1
    assert "Edition 2 is live" in (await tap(admin, "Apply")).text
    assert "/rollback" in admin.last.text
    change(data, lambda row: row if row["sender"] < "c" or row["kind"] == "embassy" else None)
    await admin.ask("/reload")
    await admin.press("Apply")
    messages = [await admin.reply()]
    while "Are you sure?" not in messages[-1].text:
        messages.append(await admin.reply())
    assert "more than a fifth" in messages[-1].text
    assert "Cancelled" in (await tap(admin, "Cancel")).text
    assert await live_number(settings) == 2


@pytest.mark.usefixtures("bot")
async def test_going_back_and_back_again(admin: Person, ada: Person, data: Path, settings: Settings) -> None:
    assert "no such edition" in (await admin.ask("/rollback")).text
    change(data, german_phone(NEW_PHONE))
    await admin.ask("/reload")
    await tap(admin, "Apply")
    shown = await admin.ask("/rollback")
    assert "from edition 2 to edition 1" in shown.text
    assert f"{NEW_PHONE} →" in shown.text
    assert "Edition 1 is live" in (await tap(admin, "Apply")).text
    assert SHOWN not in (await ada.ask("germany")).text
    await admin.ask("/rollback")
    assert "Edition 2 is live" in (await tap(admin, "Apply")).text
    assert SHOWN in (await ada.ask("germany")).text
    assert "no such edition" in (await admin.ask("/rollback 17")).text
    assert (await admin.ask("/rollback 1")).buttons == ["Apply", "Cancel"]
    assert [action for _, action in await deeds(settings)] == ["loaded", "reloaded", "rolled_back", "rolled_back"]


async def test_a_restart_does_not_bring_back_what_was_rolled_back(
    settings: Settings, admin: Person, ada: Person, data: Path, now: datetime
) -> None:
    async with at_work(settings, lambda: now):
        change(data, german_phone(NEW_PHONE))
        await admin.ask("/reload")
        await tap(admin, "Apply")
        await admin.ask("/rollback")
        await tap(admin, "Apply")
    async with at_work(settings, lambda: now):
        assert SHOWN not in (await ada.ask("germany")).text
    change(data, lambda row: row | {"rule": "Changed."} if row["id"] == "eu-unrepresented" else row, "rules.csv")
    async with at_work(settings, lambda: now):
        assert SHOWN not in (await ada.ask("germany")).text
        assert "eu-unrepresented" not in (await admin.ask("/reload rules")).text


@pytest.mark.usefixtures("bot")
async def test_two_admins_apply_the_same_at_once_and_it_is_done_once(
    admin: Person, second: Person, data: Path, settings: Settings
) -> None:
    change(data, german_phone(NEW_PHONE))
    await admin.ask("/reload")
    await second.ask("/reload")
    presses = await asyncio.gather(admin.press("Apply"), second.press("Apply"))
    answers = [await press.answer() for press in presses]
    told = [answer["text"] for answer in answers if answer["text"]]
    assert len(told) == 1
    assert "Nothing was" in told[0]
    assert await live_number(settings) > 1
    assert [action for _, action in await deeds(settings)] == ["loaded", "reloaded"]


@pytest.mark.usefixtures("bot")
async def test_what_was_shown_against_other_tables_is_not_applied(
    admin: Person, second: Person, data: Path, settings: Settings, now: datetime
) -> None:
    change(data, german_phone(NEW_PHONE))
    await admin.ask("/reload")
    async with open_database(settings) as database:  # the shell makes other tables live meanwhile
        live = await editions.live(database)
        assert live is not None
        number = await editions.add(database, replace(live, aliases=()), "", now)
    answer = await (await admin.press("Apply")).answer()
    assert "Other tables became live" in answer["text"]
    assert not (await admin.reply()).buttons
    assert await live_number(settings) == number
    assert f"edition {number} is live" in (await admin.ask("/reload")).text


@pytest.mark.usefixtures("bot")
async def test_nobody_else_can_do_any_of_it(
    telegram: FakeTelegram, admin: Person, ada: Person, data: Path, settings: Settings
) -> None:
    change(data, german_phone(NEW_PHONE))
    shown = await admin.ask("/reload")
    apply = shown.button("Apply")
    assert apply is not None
    assert apply.data is not None
    for command in ("/reload", "/reload missions", "/rollback", "/export"):
        assert (await ada.ask(command)).text.startswith(REFUSAL)
    for name, content in (("missions.csv", b"id\n"), ("page.txt", PAGE.encode()), ("UPPER.CSV", b"")):
        await ada.send_document(name, content)
        assert (await ada.reply()).text.startswith(REFUSAL)
    await ada.send_document("photo.pdf", b"%PDF", mime_type="application/pdf")
    assert REFUSAL not in (await ada.reply()).text
    for data_pressed in (apply.data, "tables:apply:1", "tables:cancel:1", "tables:sure", "tables:", "shelf:apply:1"):
        answer = await (await ada.press_data(data_pressed)).answer()
        assert answer["text"].startswith(REFUSAL)
    for forged in ("tables:apply:99999", "tables:apply:-1", "tables:drop:1", "shelf:apply:1", f"shelf:apply:{'9' * 9}"):
        assert "no longer open" in (await (await admin.press_data(forged)).answer())["text"]
    group = telegram.group(None, ada, admin)
    for command in ("/reload", "/rollback", "/export"):
        await group.say(admin, command)
        assert (await group.reply()).text.startswith(REFUSAL)
    for name in ("missions.csv", "page.txt"):
        await admin.send_document(name, b"id\n", chat=group)
    await admin.send_document("photo.pdf", b"%PDF", mime_type="application/pdf", chat=group)
    assert (await admin.ask("germany")).text
    assert not group.unread()
    assert await live_number(settings) == 1
    assert await deeds(settings) == [(0, "loaded")]


async def test_a_document_is_applied_kept_over_restarts_and_gives_way_to_a_newer_file(
    settings: Settings, admin: Person, ada: Person, data: Path, now: datetime
) -> None:
    sent = sheet([german_phone(NEW_PHONE)(row) for row in rows(data / "missions.csv")])
    async with at_work(settings, lambda: now):
        await admin.send_document("missions (1).csv", sent)
        shown = await admin.reply()
        assert f"→ {NEW_PHONE}" in shown.text
    async with at_work(settings, lambda: now):  # what was shown before a restart can be agreed to after it
        assert SHOWN not in (await ada.ask("germany")).text
        assert "Edition 2 is live" in (await tap(admin, "Apply")).text
        assert SHOWN in (await ada.ask("germany")).text
        assert "Sent to the bot earlier" in (await admin.ask("/reload")).text
        assert "Nothing would change" in admin.last.text
    assert await live_number(settings) == 2
    change(data, lambda row: row | {"rule": "Changed."} if row["id"] == "eu-unrepresented" else row, "rules.csv")
    async with at_work(settings, lambda: now):
        assert SHOWN in (await ada.ask("germany")).text
    change(data, german_phone("+74959379566"))
    async with at_work(settings, lambda: now):
        assert "+7 495 937-95-66" in (await ada.ask("germany")).text
        assert "Sent to the bot" not in (await admin.ask("/reload")).text


@pytest.mark.usefixtures("bot")
async def test_documents_that_are_no_table_are_refused_with_the_reason(
    admin: Person, telegram: FakeTelegram, settings: Settings
) -> None:
    for name, content, said in (
        ("missions.xlsx", b"PK\x03\x04", "not one of the files"),
        ("addresses.csv", b"street,town\n1,2\n", "not one of the files"),
        ("rules.csv", b"PK\x03\x04", "rules.csv:1: file: is a spreadsheet"),
        ("missions.csv", b"\xff\xfei\x00d\x00", "UTF-16"),
        ("missions.csv", b"x" * (2 * 1024 * 1024 + 1), "larger than 2 MB"),
        ("news.txt", b"Nothing of the kind", "news.txt:"),
    ):
        await admin.send_document(name, content)
        assert said in (await admin.reply()).text
    await admin.send(document={"file_id": "gone", "file_unique_id": "g", "file_name": "missions.csv"})
    assert "could not be fetched" in (await admin.reply()).text
    assert await live_number(settings) == 1


@pytest.mark.usefixtures("bot")
async def test_a_table_without_a_telling_name_is_known_by_its_columns(admin: Person, data: Path) -> None:
    await admin.send_document("upload.csv", sheet([row | {"alias": "ФРГ"} for row in ALIASES]))
    assert "aliases.csv: 1 added" in (await admin.reply()).text


ALIASES = [{"alias": "", "code": "de", "language": "ru", "kind": "abbreviation"}]


@pytest.mark.usefixtures("bot")
async def test_a_news_page_sent_to_the_bot_comes_to_the_shelf(admin: Person, ada: Person, settings: Settings) -> None:
    await admin.send_document("2026.txt", PAGE.encode(), mime_type="text/plain")
    assert "Bridges closed" in (await admin.reply()).text
    assert "put on the shelf" in (await tap(admin, "Apply")).text
    assert "Bridges closed" in (await ada.ask("/news")).text
    await admin.send_document("2026.txt", PAGE.encode(), mime_type="text/plain")
    assert "known already" in (await admin.reply()).text
    assert (await deeds(settings))[-1] == (ADMIN, "shelved")


@pytest.mark.usefixtures("bot")
async def test_an_export_is_accepted_back_unchanged(admin: Person, data: Path) -> None:
    change(data, german_phone(NEW_PHONE))
    await admin.ask("/reload")
    await tap(admin, "Apply")
    await admin.say("/export")
    exported = {}
    for _ in range(6):
        message = await document(admin)
        assert message.file is not None
        exported[message.content["document"]["file_name"]] = message.file
    assert sorted(exported) == sorted(
        ("missions.csv", "covered_from_abroad.csv", "rules.csv", "aliases.csv", "feeds.csv", "provenance.csv")
    )
    for name, content in exported.items():
        await admin.send_document(name, content)
        assert "Nothing would change" in (await admin.reply()).text
    for name, content in exported.items():
        (data / name).unlink(missing_ok=True)
        (data / name).write_bytes(content)
    assert "Nothing would change" in (await admin.ask("/reload")).text


async def test_a_failure_in_the_middle_of_applying_leaves_everything_as_it_was(
    settings: Settings, admin: Person, ada: Person, data: Path, now: datetime
) -> None:
    sent = sheet([german_phone(NEW_PHONE)(row) for row in rows(data / "missions.csv")])
    async with at_work(settings, lambda: now):
        await admin.send_document("missions.csv", sent)
        await admin.reply()
        with capture_logs() as logs:
            async with broken_audit(settings):
                await admin.press("Apply")
                [apology, alert] = await admin.replies(2)
                assert "is live" not in apology.text
                assert "IntegrityError" in alert.text
                assert SHOWN not in (await ada.ask("germany")).text
                assert await deeds(settings) == [(0, "loaded")]
                assert await live_number(settings) == 1
        assert "an update failed" in [line["event"] for line in logs]
    async with at_work(settings, lambda: now):
        assert SHOWN not in (await ada.ask("germany")).text
        assert "Nothing would change" in (await admin.ask("/reload")).text
        assert "is live" in (await tap(admin, "Apply")).text
        assert SHOWN in (await ada.ask("germany")).text
    assert await deeds(settings) == [(0, "loaded"), (ADMIN, "document_kept")]


@asynccontextmanager
async def broken_audit(settings: Settings) -> AsyncIterator[None]:
    """The database refuses the last statement of every deed."""
    async with open_database(settings) as database:
        async with database.write() as connection:
            # Of all entries one alone may be what every entry is.
            await connection.execute(text("CREATE UNIQUE INDEX broken ON audit ((id IS NOT NULL))"))
        yield
        async with database.write() as connection:
            await connection.execute(text("DROP INDEX broken"))


async def test_what_was_shown_before_a_restart_can_be_applied_after_it(
    settings: Settings, admin: Person, ada: Person, data: Path, now: datetime
) -> None:
    sent = sheet([german_phone(NEW_PHONE)(row) for row in rows(data / "missions.csv")])
    async with at_work(settings, lambda: now):
        await admin.send_document("missions.csv", sent)
        await admin.reply()
    async with at_work(settings, lambda: now):
        assert SHOWN not in (await ada.ask("germany")).text
        assert "is live" in (await tap(admin, "Apply")).text
        assert SHOWN in (await ada.ask("germany")).text
    assert await deeds(settings) == [(0, "loaded"), (ADMIN, "document_kept")]


@pytest.mark.usefixtures("bot")
async def test_questions_asked_meanwhile_get_the_old_answer_or_the_new_one(
    telegram: FakeTelegram, admin: Person, ada: Person, data: Path
) -> None:
    old = (await ada.ask("germany")).text
    change(data, german_phone(NEW_PHONE))
    await admin.ask("/reload")
    apply = asyncio.create_task(tap(admin, "Apply"))
    asked = []
    while not apply.done():
        asked.append(asyncio.create_task(telegram.user(language_code="en").ask("germany")))
        await asyncio.sleep(0.01)  # how often they ask
    assert "is live" in (await apply).text
    new = (await ada.ask("germany")).text
    assert old != new
    assert {answer.text for answer in await asyncio.gather(*asked)} <= {old, new}


async def test_the_desk_speaks_russian(bot: Bot, settings: Settings, telegram: FakeTelegram, data: Path) -> None:
    admin = telegram.user(ADMIN, language_code="ru")
    change(data, german_phone(NEW_PHONE))
    shown = await admin.ask("/reload")
    assert "Что изменится" in shown.text
    assert shown.buttons == ["Применить", "Отмена"]
    assert "Действует редакция 2" in (await tap(admin, "Применить")).text
