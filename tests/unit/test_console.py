"""The bot in a terminal: a real Application with toy handlers, talked to line by line."""

import asyncio
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any, TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import (
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    KeyboardButton,
    Message,
    MessageEntity,
    ReplyKeyboardMarkup,
    Update,
    User,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.gateway.console import ConsoleRequest
from bot.gateway.console_buttons import Panel, read_buttons
from bot.gateway.console_chat import converse, typed_text
from bot.gateway.console_markup import entities, parse_html, styled, utf16_length
from bot.gateway.console_wording import Wording
from bot.gateway.terminal import Screen, piped_lines

Context = ContextTypes.DEFAULT_TYPE
BOT = User(id=1, first_name="Finder", is_bot=True, username="finder_bot", supports_inline_queries=True)
PERSON = User(id=77, first_name="Ann", is_bot=False, language_code="ru")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACEHOLDERS = {
    "pressed": "pressed %(label)s",
    "opens": "opens %(url)s",
    "map": "map: %(latitude)s, %(longitude)s",
    "other_chat": "to %(chat)s",
}
WORDING = Wording(**{field.name: PLACEHOLDERS.get(field.name, f"<{field.name}>") for field in fields(Wording)})
CHOICE = InlineKeyboardMarkup(
    [
        [
            InlineKeyboardButton("📍 Map", callback_data="map"),
            InlineKeyboardButton("Save contact", callback_data="contact"),
        ],
        [
            InlineKeyboardButton("Next", callback_data="next"),
            InlineKeyboardButton("Site", url="https://embassy.example/"),
        ],
        [InlineKeyboardButton("Share", switch_inline_query="fr")],
    ]
)
ONE_BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("Back", callback_data="back")]])


@pytest.fixture(scope="module", autouse=True)
def _a_terminal_like_any_other() -> Iterator[None]:
    """Whatever the tests are started from: what that can show is no matter of theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm-256color")
        for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            patch.delenv(name, raising=False)
        yield


async def say(update: Update, context: Context) -> None:
    message = told(update)
    await message.reply_text(f"heard {message.text}")


async def start(update: Update, context: Context) -> None:
    user = update.effective_user
    assert user
    await told(update).reply_text(f"start {context.args} {user.id} {user.language_code}")


async def choose(update: Update, context: Context) -> None:
    await told(update).reply_text("<b>Which</b> one?", parse_mode=ParseMode.HTML, reply_markup=CHOICE)


async def pressed(update: Update, context: Context) -> None:
    query = update.callback_query
    assert query
    message = query.message
    assert isinstance(message, Message)
    await query.answer("done")
    match query.data:
        case "map":
            await message.reply_venue(55.7558, 37.6173, "Embassy", "Mira 1")
        case "contact":
            await message.reply_contact("+7495123", "Embassy", vcard="BEGIN:VCARD")
        case "next":
            await query.edit_message_text(f"after: {message.text_html}", reply_markup=ONE_BUTTON)
        case "back":
            await query.edit_message_reply_markup(reply_markup=None)


async def place(update: Update, context: Context) -> None:
    location = told(update).location
    assert location
    await told(update).reply_text(f"at {location.latitude} {location.longitude}")


async def inline(update: Update, context: Context) -> None:
    query = update.inline_query
    assert query
    found = [
        InlineQueryResultArticle("1", "France", InputTextMessageContent("France"), description=f"for {query.query}")
    ]
    await query.answer(found if query.query else [])


async def fail(update: Update, context: Context) -> None:
    raise LookupError("on purpose")


async def apologise(update: object, context: Context) -> None:
    assert isinstance(update, Update)
    await told(update).reply_text(f"sorry: {context.error}")


async def late(update: Update, context: Context) -> None:
    for _ in range(20):
        await asyncio.sleep(0)
    await told(update).reply_text("late answer")


def told(update: Update) -> Message:
    message = update.effective_message
    assert message
    return message


AnyApplication = Application[Any, Any, Any, Any, Any, Any]


def application_on(console: ConsoleRequest) -> AnyApplication:
    application = ApplicationBuilder().token("1:none").request(console).get_updates_request(console).build()
    application.add_handlers(
        [
            CommandHandler("start", start),
            CommandHandler("choose", choose),
            CommandHandler("fail", fail),
            CommandHandler("late", late, block=False),
            CallbackQueryHandler(pressed),
            InlineQueryHandler(inline),
            MessageHandler(filters.LOCATION, place),
            MessageHandler(filters.TEXT, say),
        ]
    )
    application.add_error_handler(apologise)
    return application


def console_on(out: TextIO, *, interactive: bool = False, color: bool = False) -> ConsoleRequest:
    screen = Screen(out, interactive=interactive, color=color)
    return ConsoleRequest(bot=BOT, person=PERSON, screen=screen, wording=WORDING, now=lambda: NOON)


async def given_lines(*lines: str) -> AsyncGenerator[str, None]:
    for line in lines:
        yield line


async def talk(*lines: str, color: bool = False) -> str:
    out = StringIO()
    await talk_on(console_on(out, color=color), given_lines(*lines))
    return out.getvalue()


async def talk_on(console: ConsoleRequest, lines: AsyncGenerator[str, None]) -> None:
    application = application_on(console)
    async with application:
        await application.start()
        try:
            await converse(application, console, lines)
        finally:
            await application.stop()


async def test_a_transcript_shows_each_question_before_its_answer() -> None:
    assert await talk("hello", "", "/start de fr") == (
        "› hello\nheard hello\n\n› /start de fr\nstart ['de', 'fr'] 77 ru\n\n"
    )


async def test_commands_may_name_the_bot() -> None:
    assert "start ['x'] 77 ru" in await talk("/Start@finder_bot x")
    assert "heard /start@other_bot" in await talk("/start@other_bot")


CHOICE_SHOWN = """\
Which one?
[1] 📍 Map  [2] Save contact
[3] Next  [4] Site (https://embassy.example/)
[5] Share (<shares_inline>)
"""


async def test_buttons_are_numbered_below_their_message() -> None:
    assert await talk("/choose") == f"› /choose\n{CHOICE_SHOWN}\n"


@pytest.mark.parametrize("line", ["1", "[1]", "📍 Map", "📍 mAP", "map"])
async def test_a_line_that_equals_or_numbers_a_button_presses_it(line: str) -> None:
    transcript = await talk("/choose", line)
    assert transcript.endswith(f"› {line}\npressed 📍 Map\ndone\n\n📍 Embassy\nMira 1\nmap: 55.7558, 37.6173\n\n")


async def test_a_contact_is_shown_and_buttons_stay_until_others_come() -> None:
    transcript = await talk("/choose", "save CONTACT", "2")
    assert transcript.count("☎ Embassy\n+7495123\n<vcard>\n") == 2


async def test_an_edit_shows_the_new_version_with_its_buttons_only() -> None:
    transcript = await talk("/choose", "3", "Map", "1", "back")
    assert "after: <b>Which</b> one?\n[1] Back\n" in transcript
    assert "› Map\nheard Map\n" in transcript
    assert transcript.endswith("› 1\npressed Back\ndone\n\n› back\nheard back\n\n")


@pytest.mark.parametrize("line", ["0", "6", "112", "٣", "9" * 4000, "Map and more", "-1", "1.0"])
async def test_what_shows_no_button_is_a_question(line: str) -> None:
    assert f"› {line}\nheard {line}\n" in await talk("/choose", line)


async def test_a_link_and_a_shared_query() -> None:
    transcript = await talk("/choose", "4", "share", "/inline de", "/inline")
    assert "opens https://embassy.example/\n" in transcript
    assert "• France — for fr\n" in transcript
    assert "• France — for de\n" in transcript
    assert transcript.endswith("<no_results>\n\n")


@pytest.mark.parametrize("line", ["/location 55.75 37.62", "/location 55,75, 37,62", "/location  55.75;37.62 "])
async def test_a_location_is_shared(line: str) -> None:
    assert "at 55.75 37.62\n" in await talk(line)


@pytest.mark.parametrize(
    "line", ["/location", "/location north", "/location 91 0", "/location 0 181", "/location nan 1"]
)
async def test_a_location_that_is_none_says_how_to_type_one(line: str) -> None:
    assert await talk(line) == f"› {line.strip()}\n<location_usage>\n"


async def test_an_error_in_a_handler_does_not_end_the_chat() -> None:
    assert await talk("/fail", "hello") == "› /fail\nsorry: on purpose\n\n› hello\nheard hello\n\n"


async def test_an_answer_is_complete_before_the_next_question() -> None:
    assert await talk("/late", "hello") == "› /late\nlate answer\n\n› hello\nheard hello\n\n"


async def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in await talk("/choose")
    assert "\x1b[1mWhich\x1b[0m one?" in await talk("/choose", color=True)


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown_on_screen("<code>x</code> <b>y</b>", color=True) == "x \x1b[1my\x1b[0m\n\n"


def test_words_wrap_and_addresses_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("NO_COLOR", "1")
    shown = shown_on_screen("one two three four five\n\nsee https://embassy.example/x", color=True)
    assert shown == "one two three four \nfive\n\nsee https://embassy.example/x\n\n"


async def test_escape_sequences_never_reach_the_terminal() -> None:
    for color in (False, True):
        transcript = await talk("a\x1b]0;owned\x07b\x9b2J", color=color)
        assert not re.search(r"\x1b\]|\x07|\x9b", transcript)


@pytest.fixture
async def application() -> AsyncGenerator[AnyApplication, None]:
    """On a console without a conversation, as a background sender sees it; `bot_data` is what it showed."""
    out = StringIO()
    application = application_on(console_on(out))
    async with application:
        application.bot_data["out"] = out
        yield application


async def test_calls_that_a_start_makes_are_answered(application: AnyApplication) -> None:
    bot = application.bot
    assert bot.username == "finder_bot"
    assert await bot.set_my_commands([BotCommand("start", "start")])
    assert await bot.set_my_description("what it does", language_code="ru")
    assert (await bot.get_my_commands(), (await bot.get_my_name()).name) == ((), "Finder")
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.delete_webhook()
    assert await bot.send_chat_action(PERSON.id, "typing")
    assert (await bot.get_chat_member(PERSON.id, PERSON.id)).status == "creator"
    assert (await bot.get_chat(PERSON.id)).first_name == "Ann"
    assert application.bot_data["out"].getvalue() == ""


async def test_calls_that_a_terminal_cannot_answer_are_refused(application: AnyApplication) -> None:
    with pytest.raises(BadRequest, match="Getfile does not work"):
        await application.bot.get_file("id")
    with pytest.raises(BadRequest, match="Senddice does not work"):
        await application.bot.send_dice(PERSON.id)


async def test_what_telegram_refuses_is_refused(application: AnyApplication) -> None:
    bot = application.bot
    sent = await bot.send_message(PERSON.id, "same")
    long_data = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="я" * 33)]])
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("same")
    with pytest.raises(BadRequest, match="to edit not found"):
        await bot.edit_message_text("new", PERSON.id, 999)
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(PERSON.id, "😀" * 2049)
    with pytest.raises(BadRequest, match="text is empty"):
        await bot.send_message(PERSON.id, "<b> </b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(PERSON.id, "x", reply_markup=long_data)
    with pytest.raises(BadRequest, match="encoded in utf-8"):
        await bot.send_message(PERSON.id, "\ud800")
    assert await sent.delete()
    with pytest.raises(BadRequest, match="to delete not found"):
        await sent.delete()
    assert application.bot_data["out"].getvalue() == "same\n\n<deleted>\n"


async def test_files_are_named_and_measured(application: AnyApplication) -> None:
    sent = await application.bot.send_document(
        PERSON.id, b"a,b\n", filename="stats.csv", caption="<i>all</i>", parse_mode="HTML"
    )
    assert sent.document
    assert (sent.document.file_name, sent.document.file_size, sent.caption) == ("stats.csv", 4, "all")
    await application.bot.send_photo(PERSON.id, b"1234567", filename="map.png")
    assert application.bot_data["out"].getvalue() == "📎 stats.csv, 4 B\nall\n\n🖼 <photo>, 7 B\n\n"


async def test_a_message_to_somebody_else_says_so(application: AnyApplication) -> None:
    sent = await application.bot.send_message(5, "bulletin", reply_markup=ONE_BUTTON)
    assert sent.chat.id == 5
    assert application.bot_data["out"].getvalue() == "to 5\nbulletin\n\n"


async def test_reply_keyboards_say_what_they_would_do(application: AnyApplication) -> None:
    keys: list[list[str | KeyboardButton]] = [
        [KeyboardButton("Near me", request_location=True), KeyboardButton("My number", request_contact=True), "Help"]
    ]
    await application.bot.send_message(PERSON.id, "ask", reply_markup=ReplyKeyboardMarkup(keys))
    shown = "ask\n[1] Near me (<shares_location>)  [2] My number (<shares_contact>)  [3] Help\n\n"
    assert application.bot_data["out"].getvalue() == shown


async def test_replies_carry_what_they_answer(application: AnyApplication) -> None:
    first = await application.bot.send_message(PERSON.id, "<b>one</b>", parse_mode="HTML")
    second = await application.bot.send_message(PERSON.id, "two", reply_to_message_id=first.message_id)
    assert second.reply_to_message
    assert second.reply_to_message.text_html == "<b>one</b>"
    assert (second.date, second.chat.id, second.message_id) == (NOON, PERSON.id, first.message_id + 1)


def test_numbers_run_on_within_an_answer_and_begin_again_with_the_next() -> None:
    panel = Panel()
    markup = ONE_BUTTON.to_dict()
    panel.put(read_buttons(1, markup))
    assert panel.put(read_buttons(2, markup))[0][0].number == 2
    panel.question()
    assert panel.put(read_buttons(3, markup))[0][0].number == 1
    assert panel.pressed("2") is None


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<b>a &lt;b&gt; &amp;amp; &#39;c&#x27; &nbsp;</b>", "a <b> &amp; 'c' &nbsp;"),
        ('<a href="https://x.example/?a=1&amp;b=2">site</a>.', "site (https://x.example/?a=1&b=2)."),
        ('<a href="https://x.example/">x.example</a>', "x.example"),
        ('<a href="tel:+74951234567">+7 495 123-45-67</a>', "+7 495 123-45-67"),
        ('<a href="tel:+74951234567">call</a>', "call (tel:+74951234567)"),
        ("<a href='mailto:a@b.example'>A@b.example</a>", "A@b.example"),
        ("x\n<blockquote>a\n<a href='https://y.example'>b</a></blockquote>c", "x\n│ a\n│ b (https://y.example)\nc"),
        ("<blockquote expandable>a\n\nb</blockquote>\nc", "│ a\n│ \n│ b\nc"),
        ("<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>", "ab"),
        ("<foo>1 < 2 > 1</foo> <b>open", "<foo>1 < 2 > 1</foo> open"),
        ("</b>a</i><b><i>x</b>y</i>", "axy"),
        ("\u2068עברית\u2069", "\u2068עברית\u2069"),
    ],
)
def test_html_as_plain_text(html: str, shown: str) -> None:
    assert styled(parse_html(html)).plain == shown


def test_entities_count_utf16_units() -> None:
    message = parse_html("🇩🇪 <b>Germany</b> <blockquote expandable>😀</blockquote>")
    assert entities(message) == [
        {"type": MessageEntity.BOLD, "offset": 5, "length": 7},
        {"type": MessageEntity.EXPANDABLE_BLOCKQUOTE, "offset": 13, "length": 2},
    ]


TAGS = st.sampled_from(
    ["<a href='https://x.example'>", "<a href=tel:1>", "<blockquote expandable>", "\n"]
) | st.sampled_from(
    re.findall(
        r"\S+",
        "<b> </b> <i> </i> </a> <pre> </pre> <blockquote> </blockquote> < > & &#0; &#x110000; &lt &lt; &#27; <!-- <?",
    )
)
HTML = st.lists(TAGS | st.text(max_size=5) | st.text(alphabet="\u200f\u2067\u2069\ud800\x1b", max_size=2)).map("".join)


@given(HTML)
def test_any_html_is_shown_and_colours_lose_nothing(html: str) -> None:
    message = parse_html(html)
    assert all(0 <= int(entity["offset"]) < utf16_length(message.text) for entity in entities(message))
    plain, colored = (shown_on_screen(html, color=color) for color in (False, True))
    assert "\x1b" not in plain
    assert "".join(re.sub(r"\x1b(\[[0-9;]*m|\]8;[^\x1b]*\x1b\\)", "", colored).split()) == "".join(plain.split())


def shown_on_screen(html: str, *, color: bool) -> str:
    out = StringIO()
    Screen(out, interactive=False, color=color).show(styled(parse_html(html)))
    return out.getvalue()


@given(st.text(alphabet=st.characters(), max_size=300), st.integers(1, 300))
def test_a_typed_line_is_what_a_telegram_app_would_send(line: str, longest: int) -> None:
    text = typed_text(line + "\ud83d", longest)
    assert len(text.encode("utf-16-le")) <= 2 * longest
    assert json.loads(json.dumps(text)) == text


HOSTILE = [
    "😀" * 5000,
    "я" * 100_000,
    "<b>" * 2000,
    "'; DROP TABLE chats; --",
    "\u202e\u2066\u200f\u200b\ufeff",
    "\x00\x01\x7f",
    "%s %(label)s {0}",
    "/" * 4096,
    "/location " + "9" * 5000 + " 1",
    "\ud800 lone",
]


async def test_hostile_lines_are_answered_one_by_one() -> None:
    transcript = await talk(*HOSTILE)
    assert transcript.count("› ") == len(HOSTILE)
    assert transcript.count("heard ") + transcript.count("sorry: ") + transcript.count("<location_usage>") == len(
        HOSTILE
    )


@contextmanager
def pipe_with(content: bytes) -> Iterator[int]:
    readable, writable = os.pipe()
    os.write(writable, content)
    os.close(writable)
    try:
        yield readable
    finally:
        os.close(readable)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"one\r\n\ntwo", ["one", "", "two"]),
        (b"\xff\xfe caf\xc3\n", ["\ufffd\ufffd caf\ufffd"]),
        (b"\xed\xa0\x80\n", ["\ufffd\ufffd\ufffd"]),
    ],
)
async def test_a_pipe_is_read_line_by_line(content: bytes, lines: list[str]) -> None:
    with pipe_with(content) as descriptor:
        assert [line async for line in piped_lines(descriptor)] == lines


async def test_an_endless_line_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"x" * 300_000 + b"\nnext\n")
    with path.open("rb") as file:
        first, second = [line async for line in piped_lines(file.fileno())]
    assert (len(first), second) == (65536, "next")


async def test_a_reader_who_leaves_ends_it_quietly() -> None:
    readable, writable = os.pipe()
    os.close(readable)
    asked = 0

    async def endless() -> AsyncGenerator[str, None]:
        nonlocal asked
        while asked < 10:
            asked += 1
            yield "hello"

    with open(writable, "w", encoding="utf-8") as out:  # noqa: ASYNC230, PTH123
        await talk_on(console_on(out), endless())
    assert asked == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
async def test_a_screen_that_fails_is_reported() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as out, pytest.raises(OSError, match="No space left"):  # noqa: ASYNC230
        await talk_on(console_on(out), given_lines("hello"))


async def test_signs_that_the_output_cannot_show_are_replaced(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        await talk_on(console_on(out), given_lines("héllo"))
    assert (tmp_path / "out").read_text() == "? h?llo\nheard h?llo\n\n"


async def test_what_comes_unasked_goes_above_the_prompt() -> None:
    out = StringIO()
    console = console_on(out, interactive=True)
    application = application_on(console)
    async with application:
        with console.screen.prompting(lambda: "ger"):
            await application.bot.send_message(PERSON.id, "bulletin")
    assert out.getvalue() == "\r\x1b[Kbulletin\n\n› ger"


TALK_AT_A_PROMPT = """
import asyncio, fcntl, sys, termios
from datetime import UTC, datetime
from telegram import User
from telegram.ext import ApplicationBuilder, MessageHandler, filters
from bot.gateway.console import ConsoleRequest
from bot.gateway.console_chat import converse
from bot.gateway.console_wording import Wording
from bot.gateway.terminal import Screen, is_terminal, standard_input

async def say(update, context):
    await update.message.reply_text("heard " + update.message.text)

async def main():
    screen = Screen(sys.stdout, interactive=is_terminal(), color=False)
    wording = Wording(*("<%s>" % name for name in Wording.__slots__))
    console = ConsoleRequest(bot=User(1, "b", True, username="b"), person=User(2, "p", False), screen=screen,
                             wording=wording, now=lambda: datetime.now(UTC))
    application = ApplicationBuilder().token("1:none").request(console).get_updates_request(console).build()
    application.add_handler(MessageHandler(filters.TEXT, say))
    async with application:
        await application.start()
        await converse(application, console, standard_input(screen))
        await application.stop()

fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C signals this process
asyncio.run(main())
"""


def read_until(terminal: int, words: str) -> str:
    shown = b""
    while words.encode() not in shown:
        shown += os.read(terminal, 4096)
    return shown.decode()


@pytest.mark.parametrize("end", ["\x04", "\x03", "unfinished\x03"], ids=["Ctrl-D", "Ctrl-C", "Ctrl-C in a line"])
def test_at_a_terminal_a_person_types_at_a_prompt_and_leaves(end: str) -> None:
    terminal, far_end = pty.openpty()
    before = termios.tcgetattr(far_end)
    with subprocess.Popen(
        [sys.executable, "-c", TALK_AT_A_PROMPT],
        stdin=far_end,
        stdout=far_end,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as program:
        assert read_until(terminal, "› ").replace("\r", "").endswith("<hint>\n› ")
        os.write(terminal, "héllo\n".encode())
        assert "heard héllo" in read_until(terminal, "\n\r\n› ").replace("\r\n", "\n")
        os.write(terminal, end.encode())
        read_until(terminal, "<goodbye>\r\n")
        _, errors = program.communicate()
    assert (program.returncode, errors) == (0, b"")
    assert termios.tcgetattr(far_end) == before
    os.close(terminal)
    os.close(far_end)
