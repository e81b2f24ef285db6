"""The transport, driven by PTB's own Bot against the fake server and, for broken connections, bare sockets."""

import asyncio
import logging
import socket
import threading
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import RequestData

from bot.gateway.transport import DOWNLOAD_MOST, AnswerTimedOut, MaybeSent, NotSent, Transport
from tests.fake_telegram import TOKEN, FakeTelegram, Faults, Person
from tests.ports import held_port

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}'


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
def ada(telegram: FakeTelegram) -> Person:
    return telegram.user(first_name="Ada")


@asynccontextmanager
async def a_bot(url: str, token: str = TOKEN, **options: float) -> AsyncIterator[Bot]:
    transport = Transport(**options)  # type: ignore[arg-type]
    bot = Bot(token, f"{url}/bot", f"{url}/file/bot", request=transport, get_updates_request=Transport(connections=1))
    await transport.initialize()
    try:
        yield bot
    finally:
        await transport.shutdown()


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with a_bot(telegram.url) as made:
        yield made


async def caught(call: Awaitable[object]) -> TelegramError:
    with pytest.raises(TelegramError) as info:
        await call
    assert TOKEN not in "".join(traceback.format_exception(info.value, chain=True))
    assert info.value.__context__ is None
    return info.value


async def test_message_with_keyboard_arrives_and_comes_back(bot: Bot, ada: Person) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Карта & +1", callback_data="m:de")]])
    text = "Посольство <b>Германии</b> 🇩🇪 a=b&c+d %41"
    sent = await bot.send_message(ada.id, text.replace("&", "&amp;"), parse_mode="HTML", reply_markup=keyboard)
    assert sent.text == ada.last.text == "Посольство Германии 🇩🇪 a=b&c+d %41"
    assert ada.last.buttons == ["Карта & +1"]


async def test_call_without_parameters(telegram: FakeTelegram, bot: Bot) -> None:
    assert (await bot.get_me()).id == telegram.bot_id


async def test_file_goes_up_and_comes_down_whole(bot: Bot, ada: Person) -> None:
    content = bytes(range(256)) * 8192  # two megabytes, more than one write
    sent = await bot.send_document(
        ada.id, InputFile(BytesIO(content), "отчёт.csv"), caption="<i>rows</i>", parse_mode="HTML"
    )
    assert sent.document is not None
    assert (ada.last.text, sent.document.file_name) == ("rows", "отчёт.csv")
    assert ada.last.file == content
    down = await (await bot.get_file(sent.document.file_id)).download_as_bytearray()
    assert bytes(down) == content


async def test_a_file_larger_than_anybody_may_send_is_not_read_to_its_end(telegram: FakeTelegram, bot: Bot) -> None:
    kept = telegram.files.keep(bytes(DOWNLOAD_MOST + 1), "missions.csv")
    error = await caught((await bot.get_file(kept["file_id"])).download_as_bytearray())
    assert isinstance(error, NotSent)


async def test_updates_are_fetched(telegram: FakeTelegram, ada: Person) -> None:
    async with Transport() as request:
        bot = Bot(TOKEN, f"{telegram.url}/bot", request=Transport(), get_updates_request=request)
        await ada.say("germny")
        [update] = await bot.get_updates(timeout=1)
    assert update.message is not None
    assert update.message.text == "germny"


async def test_flood_wait_says_how_long(
    telegram: FakeTelegram, bot: Bot, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    telegram.faults = Faults(halt_at=1, halt_for=7)
    error = await caught(bot.send_message(ada.id, "x"))
    assert isinstance(error, RetryAfter)
    assert error.retry_after == timedelta(seconds=7)


async def test_upgraded_group_says_where_it_went(telegram: FakeTelegram, bot: Bot) -> None:
    group = telegram.group(kind="group")
    heir = await group.upgrade()
    error = await caught(bot.send_message(group.id, "x"))
    assert isinstance(error, ChatMigrated)
    assert error.new_chat_id == heir.id


async def test_blocked_refused_and_unknown_are_told_apart(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    await ada.block_bot()
    assert isinstance(await caught(bot.send_message(ada.id, "x")), Forbidden)
    assert isinstance(await caught(bot.send_message(404, "x")), BadRequest)
    async with a_bot(telegram.url, token="999:wrong") as stranger:
        assert isinstance(await caught(stranger.get_me()), InvalidToken)


async def test_bad_gateway_is_an_answer(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    telegram.faults = Faults(bad_gateway=1)
    assert type(await caught(bot.send_message(ada.id, "x"))) is NetworkError


async def test_refused_connection_was_not_sent() -> None:
    with held_port() as port:
        async with a_bot(f"http://127.0.0.1:{port}") as bot:
            error = await caught(bot.send_message(1, "x"))
    assert isinstance(error, NotSent)
    assert str(port) in str(error)


async def test_unknown_host_was_not_sent() -> None:
    async with a_bot("http://nowhere.invalid") as bot:
        assert isinstance(await caught(bot.send_message(1, "x")), NotSent)


@pytest.mark.parametrize("url", ["http://", "gopher://127.0.0.1", "http://[::1"])
async def test_senseless_address_was_not_sent_and_is_not_shown(url: str) -> None:
    async with a_bot(url) as bot:
        assert isinstance(await caught(bot.send_message(1, "x")), NotSent)


async def test_full_pool_was_not_sent(telegram: FakeTelegram, ada: Person) -> None:
    telegram.faults = Faults(stall=1, stall_for=60)
    async with a_bot(telegram.url, connections=1) as bot:
        occupied = asyncio.create_task(bot.send_message(ada.id, "first"))
        await ada.reply()
        second = bot.send_message(ada.id, "second", pool_timeout=0.02, connect_timeout=0.02)
        assert isinstance(await caught(second), NotSent)
        occupied.cancel()
    assert [message.text for message in ada.messages] == ["first"]


async def test_answer_that_does_not_come_may_have_been_sent(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    telegram.faults = Faults(stall=1, stall_for=60)
    error = await caught(bot.send_message(ada.id, "x", read_timeout=0.3))
    assert isinstance(error, AnswerTimedOut)
    assert [message.text for message in ada.messages] == ["x"]


@pytest.mark.parametrize(("faults", "arrived"), [(Faults(cut_before=1), 0), (Faults(cut_after=1), 1)])
async def test_cut_connection_may_have_been_sent_and_is_tried_once(
    telegram: FakeTelegram, bot: Bot, ada: Person, faults: Faults, arrived: int
) -> None:
    telegram.faults = faults
    error = await caught(bot.send_message(ada.id, "x"))
    assert isinstance(error, MaybeSent)
    assert not isinstance(error, AnswerTimedOut)
    assert len(ada.messages) == arrived
    assert len(telegram.calls_of("sendMessage")) == 1


async def test_not_open_and_open_again(telegram: FakeTelegram, bot: Bot, ada: Person) -> None:
    transport = Transport()
    url = f"{telegram.url}/bot{TOKEN}/getMe"
    assert isinstance(await caught(transport.post(url)), NotSent)
    for _ in range(2):
        await transport.initialize()
        await transport.initialize()
        assert await transport.post(url)
        await transport.shutdown()
        await transport.shutdown()
    assert isinstance(await caught(transport.post(url)), NotSent)


async def test_half_a_surrogate_pair_is_left_out(bot: Bot, ada: Person) -> None:
    await bot.send_message(ada.id, "cut \ud83doff")
    await bot.send_document(ada.id, b"x", caption="cut \ud83doff")
    assert [message.text for message in ada.messages] == ["cut off", "cut off"]


async def test_redirect_is_not_followed(telegram: FakeTelegram) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: %s/bot%s/getMe\r\nContent-Length: 0\r\n\r\n"
    async with bare_server(one_answer(moved % (telegram.url.encode(), TOKEN.encode()))) as (url, _), a_bot(url) as bot:
        assert type(await caught(bot.send_message(1, "x"))) is NetworkError
    assert not telegram.calls


async def test_no_token_in_any_log(telegram: FakeTelegram, ada: Person, caplog: pytest.LogCaptureFixture) -> None:
    telegram.faults = Faults(cut_after=1)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("telegram").setLevel(logging.INFO)  # PTB itself writes the token at DEBUG
        async with Transport(read_timeout=1) as transport:
            data = RequestData()
            await caught(transport.post(f"{telegram.url}/bot{TOKEN}/sendMessage?chat_id={ada.id}&text=x", data))
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(transport)


@pytest.mark.parametrize("payload", [b"", b"<html>Bad Gateway</html>", b"[]", b'{"ok": tr', b"\xff"])
def test_answer_that_is_no_json_object_is_an_error_without_its_content(payload: bytes) -> None:
    with pytest.raises(TelegramError, match=r"^Invalid server response$"):
        Transport.parse_json_payload(payload)


def test_half_a_surrogate_pair_does_not_spoil_a_batch_of_updates() -> None:
    decoded = Transport.parse_json_payload(b'{"ok":true,"result":[{"name":"A\\ud83d"},{"name":"B"}]}')
    assert [one["name"][0] for one in decoded["result"]] == ["A", "B"]


# Connections that die between two calls

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_call(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return head + await reader.readexactly(length)


def one_answer(answer: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_call(reader)
        writer.write(answer)
        await writer.drain()

    return serve


@asynccontextmanager
async def bare_server(serve: Serve) -> AsyncIterator[tuple[str, list[int]]]:
    """The address, and the connections made so far, by their ports."""
    connections: list[int] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer.get_extra_info("peername")[1])
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections


async def test_server_that_hangs_up_on_the_second_call_may_have_heard_it_and_hears_it_once() -> None:
    heard = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await read_call(reader))
        writer.write(ANSWER)
        await writer.drain()
        heard.append(await read_call(reader))

    async with bare_server(serve) as (url, connections), a_bot(url) as bot:
        assert await bot.delete_webhook()
        assert isinstance(await caught(bot.delete_webhook()), MaybeSent)
    assert (len(heard), len(connections)) == (2, 1)


class Deaf(threading.Thread):
    """A server in a thread of its own, so that it can hang up while the client's event loop stands still."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.hang_up = threading.Event()
        self.hung_up = threading.Event()
        self.calls: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def run(self) -> None:
        for number in range(2):
            connection, _ = self.listening.accept()
            with connection:
                connection.recv(65536)
                self.calls.append(number)
                connection.sendall(ANSWER)
                self.hang_up.wait(5)
            self.hung_up.set()


async def test_connection_that_died_unnoticed_is_left_before_anything_is_sent() -> None:
    deaf = Deaf()
    deaf.start()
    async with a_bot(deaf.url) as bot:
        assert await bot.delete_webhook()
        deaf.hang_up.set()
        deaf.hung_up.wait(5)  # without the event loop: the client cannot have seen it
        assert await bot.delete_webhook()
    deaf.join(5)
    deaf.listening.close()
    assert deaf.calls == [0, 1]
