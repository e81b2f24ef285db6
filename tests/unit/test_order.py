"""Whose update waits for whose."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime

import pytest
from structlog.contextvars import get_contextvars
from telegram import Chat, InlineQuery, Message, Update, User

from bot.gateway.order import ChatOrder

WHEN = datetime(2026, 11, 22, tzinfo=UTC)


def update_in(chat_id: int) -> Update:
    return Update(1, message=Message(1, WHEN, Chat(chat_id, "private")))


def inline_of(user_id: int) -> Update:
    return Update(1, inline_query=InlineQuery("1", User(user_id, "Ada", is_bot=False), "", ""))


class Work:
    """Pieces of work that begin when it is their turn and end when they are told to."""

    def __init__(self, at_once: int = 256, desk: tuple[int, ...] = ()) -> None:
        self.order = ChatOrder(at_once, desk)
        self.begun: list[str] = []
        self.ended: list[str] = []
        self._may_end: dict[str, asyncio.Event] = {}

    def add(self, name: str, update: object) -> "asyncio.Task[None]":
        self._may_end[name] = asyncio.Event()
        return asyncio.create_task(self.order.process_update(update, self._piece(name)))

    async def _piece(self, name: str) -> None:
        self.begun.append(name)
        await self._may_end[name].wait()
        self.ended.append(name)

    async def finish(self, *names: str) -> None:
        for name in names:
            self._may_end[name].set()
        await settled()


async def settled() -> None:
    """Lets everything run that can run now."""
    for _ in range(500):
        await asyncio.sleep(0)


async def failing() -> None:
    raise ValueError("broken")


async def test_what_is_logged_in_the_course_of_an_update_bears_its_number() -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.append(get_contextvars().get("request"))

    order = ChatOrder()
    for number in (17, 18):
        message = Message(1, WHEN, Chat(7, "private"))
        await order.process_update(Update(number, message=message), look())
    await look()
    assert seen == [17, 18, None]


async def test_updates_of_one_chat_are_worked_on_one_after_the_other_in_their_order() -> None:
    work = Work()
    for name in "abc":
        work.add(name, update_in(7))
    await settled()
    assert work.begun == ["a"]
    await work.finish("c", "b")
    assert work.begun == ["a"]
    await work.finish("a")
    assert work.begun == work.ended == ["a", "b", "c"]


async def test_chats_do_not_wait_for_each_other() -> None:
    work = Work()
    for number, name in enumerate("abc"):
        work.add(name, update_in(number + 1))
    work.add("inline", inline_of(9))
    work.add("no update", object())
    work.add("nowhere", Update(1))
    await settled()
    assert work.begun == ["a", "b", "c", "inline", "no update", "nowhere"]
    await work.finish("c")
    assert work.ended == ["c"]
    await work.finish("a", "b", "inline", "no update", "nowhere")


async def test_inline_queries_of_one_person_keep_their_order() -> None:
    work = Work()
    work.add("first", inline_of(9))
    work.add("second", inline_of(9))
    await settled()
    assert work.begun == ["first"]
    await work.finish("first", "second")
    assert work.ended == ["first", "second"]


async def test_what_fails_frees_the_turn() -> None:
    work = Work()
    failed = asyncio.create_task(work.order.process_update(update_in(7), failing()))
    work.add("next", update_in(7))
    await settled()
    with pytest.raises(ValueError, match="broken"):
        await failed
    assert work.begun == ["next"]
    await work.finish("next")


async def test_what_is_cut_short_at_work_or_waiting_frees_the_turn() -> None:
    work = Work()
    tasks = [work.add(name, update_in(7)) for name in "abc"]
    await settled()
    tasks[1].cancel()  # never begun: pytest turns "was never awaited" into a failure
    tasks[0].cancel()
    await settled()
    assert work.begun == ["a", "c"]
    await work.finish("c")
    assert work.ended == ["c"]


async def test_a_chat_that_floods_takes_the_place_of_nobody_else() -> None:
    work = Work(at_once=2)
    names = [str(number) for number in range(50)]
    for name in names:
        work.add(name, update_in(7))
    work.add("another", update_in(8))
    await settled()
    assert work.begun == ["0", "another"]
    await work.finish("another", *names)
    await settled()
    assert len(work.ended) == 51


async def test_no_more_are_worked_on_at_once_than_allowed() -> None:
    work = Work(at_once=2)
    for number, name in enumerate("abcd"):
        work.add(name, update_in(number + 1))
    await settled()
    assert work.begun == ["a", "b"]
    await work.finish("b")
    assert work.begun == ["a", "b", "c"]
    await work.finish("a", "c", "d")
    assert work.ended == ["b", "a", "c", "d"]


async def test_the_desk_is_worked_on_however_many_others_are() -> None:
    work = Work(at_once=2, desk=(7,))
    for number, name in enumerate("abc"):
        work.add(name, update_in(number + 1))
    work.add("pause", update_in(7))
    work.add("resume", update_in(7))
    await settled()
    assert work.begun == ["a", "b", "pause"]
    await work.finish("pause", "resume")
    assert work.ended == ["pause", "resume"]
    await work.finish(*"abc")


async def nothing() -> None:
    """A piece of work that is done at once."""


async def test_nothing_is_kept_of_chats_whose_work_is_done() -> None:
    order = ChatOrder()
    work: list[Coroutine[None, None, None]] = [
        order.process_update(update_in(chat % 50), nothing()) for chat in range(200)
    ]
    await asyncio.gather(*work, order.process_update(update_in(7), failing()), return_exceptions=True)
    kept = [value for value in vars(order).values() if isinstance(value, dict)]
    assert kept == [{}, {}]
