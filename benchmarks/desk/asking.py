"""Questions asked every ten milliseconds, and whether each got a whole answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

from benchmarks.bench import Bench, answer_times
from benchmarks.desk.sheets import ASKED, NEW_NAME
from benchmarks.people import Figures, Person, words

EVERY_S = 0.01
A_TEXT_IN = 8
"""Every eighth question is a text: answers to texts are messages, of which Telegram takes 30 a second in all. The rest
are inline queries, whose answers are no messages; both are answered with the same cards. In a flood all are texts."""
QUESTIONS = (*ASKED, NEW_NAME)
Span = tuple[float, float]
Answers = dict[tuple[str, bool], str]
"""What is answered to a question, as a text or inline."""


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    inline: bool
    at: float
    seconds: float
    answer: str | None
    """None where none came."""


@dataclass
class Clock:
    """Measures something that is done several times."""

    spans: list[Span] = field(default_factory=list)

    @contextmanager
    def measured(self) -> Iterator[None]:
        began = monotonic()
        yield
        self.spans.append((began, monotonic()))

    @property
    def seconds(self) -> float:
        """What it took last."""
        return self.spans[-1][1] - self.spans[-1][0]

    @property
    def milliseconds(self) -> list[int]:
        return [round(1000 * (end - begin)) for begin, end in self.spans]


@dataclass
class Asking:
    """Every question comes from somebody else, so that each answer can be told from the others."""

    bench: Bench
    flood: bool = False
    done: list[Asked] = field(default_factory=list)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Asks for as long as the block lasts; then waits for what is still to be answered."""
        asking = asyncio.create_task(self._ask_on())
        try:
            yield
        finally:
            asking.cancel()
            with suppress(asyncio.CancelledError):
                await asking
            await asyncio.gather(*self._open)

    async def _ask_on(self) -> None:
        began, number = monotonic(), 0
        while True:
            number += 1
            inline = number % A_TEXT_IN != 0 and not self.flood
            question = QUESTIONS[(number + number // len(QUESTIONS)) % len(QUESTIONS)]
            task = asyncio.create_task(self._ask(self.bench.newcomer(), question, inline=inline))
            self._open.add(task)
            task.add_done_callback(self._open.discard)
            await asyncio.sleep(max(0.0, began + number * EVERY_S - monotonic()))

    async def _ask(self, asker: Person, question: str, *, inline: bool) -> None:
        at = monotonic()
        try:
            answer = await _answer(asker, question, inline=inline)
        except AssertionError:
            answer = None
        self.done.append(Asked(question, inline, at, monotonic() - at, answer))

    def slowest(self, spans: list[Span]) -> float:
        """Milliseconds of the slowest answer that was waited for during one of these spans."""
        meanwhile = [
            one for one in self.done if any(one.at < end and one.at + one.seconds > begin for begin, end in spans)
        ]
        return round(1000 * max((one.seconds for one in meanwhile), default=0.0), 1)

    def figures(self) -> Figures:
        answered = [asked for asked in self.done if asked.answer is not None]
        return {
            "questions": len(self.done),
            "unanswered": len(self.done) - len(answered),
            **answer_times([asked.seconds for asked in answered]),
        }


async def everything(bench: Bench) -> Answers:
    """What is answered to every question at this moment."""
    asker = bench.newcomer()
    return {
        (question, inline): await _answer(asker, question, inline=inline)
        for question in QUESTIONS
        for inline in (False, True)
    }


async def _answer(asker: Person, question: str, *, inline: bool) -> str:
    if inline:
        return json.dumps(await asker.inline(question), ensure_ascii=False, sort_keys=True)
    return words(await asker.ask(question))


def judged(done: list[Asked], old: Answers, new: Answers) -> Figures:
    """How many answers were the old ones, the new ones, and neither; and how many were old after one that was new."""
    seen_new = min((one.at + one.seconds for one in done if _is(one, new) and not _is(one, old)), default=float("inf"))
    return {
        "old": sum(_is(one, old) for one in done),
        "new": sum(_is(one, new) for one in done),
        "half": sum(not (_is(one, old) or _is(one, new)) for one in done),
        "old_after_new": sum(_is(one, old) and not _is(one, new) and one.at > seen_new for one in done),
    }


def _is(asked: Asked, answers: Answers) -> bool:
    return asked.answer == answers[asked.question, asked.inline]
