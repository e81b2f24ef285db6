"""Bulletins to thousands of readers, against a server with Telegram's limits: `python -m benchmarks.delivery`.

The bot and the Bot API server are processes of their own; the server enforces 30 messages a second over all, one a
second in a chat and 20 a minute in a group, and its log says what arrived when. One after the other:

pace    no message refused, how many a second, how long a question waits for its answer meanwhile
faults  5 % of the answers 502, 2 % of the connections cut before and 2 % after handling, 3 % of the chats blocked, ten
        groups upgraded, one halt of 5 s; once as an ordinary bulletin, once as an urgent one
kills   SIGKILL again and again in the middle of a bulletin
rows    a million subscribers: how long writing their rows takes, how much memory, how soon the first message leaves

The figures go to build/bench/delivery.json too. The exit status is 1 where a promise is not kept.
"""

import argparse
import asyncio
import resource
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from benchmarks.bench import FIRST_READER, NEWS, TITLE, Bench, answer_times, bench, progress, tell
from benchmarks.people import Figures
from bot.domain.broadcasts import Stage
from bot.domain.delivery import State
from bot.opening import open_database
from bot.storage import outbox, shelf
from bot.storage.outbox import Published

OUTPUT = Path("build/bench/delivery.json")
FIRST_GROUP, FIRST_ASKER, ASKERS = -5_000, 900_000, 60
ASK_EVERY_S = 0.5
GROUPS, HALT_S = 10, 5.0


async def publish(at: Bench, *, urgent: bool = False) -> int:
    async with open_database(at.settings) as database:
        published = await outbox.publish(database, NEWS, urgent=urgent, now=datetime.now(UTC))
    assert isinstance(published, Published)
    return published.number


async def finished(at: Bench, number: int, tell: Callable[[str], None]) -> dict[State, int]:
    async with open_database(at.settings) as database:
        while (stored := await shelf.get(database, number)) is None or stored.stage is Stage.RUNNING:
            report = await outbox.report(database, number)
            tell(f"{report.total - report.open} of {report.total}")
            await asyncio.sleep(1)
        return (await outbox.report(database, number)).counts


@dataclass
class Asking:
    """Asks a question now and then, as a person would, and notes how long the answer took."""

    bench: Bench
    seconds: list[float] = field(default_factory=list)

    async def run(self) -> None:
        number = 0
        while True:
            number += 1
            asked = monotonic()
            await self.bench.person(FIRST_ASKER + 1 + number % ASKERS).ask("germny")
            self.seconds.append(monotonic() - asked)
            await asyncio.sleep(ASK_EVERY_S)

    def figures(self) -> Figures:
        return {"questions": len(self.seconds), **answer_times(self.seconds)}


async def pace(subscribers: int) -> Figures:
    async with bench() as at:
        at.subscribe(FIRST_READER, subscribers)
        await at.started()
        await asyncio.sleep(2)  # what the start took of the second's messages is given back
        with progress(f"pace: {subscribers} subscribers") as tell:
            number = await publish(at)
            asking = Asking(at)
            task = asyncio.create_task(asking.run())
            counts = await finished(at, number, tell)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        times = [call["at"] for call in at.api.sends(TITLE) if call["code"] == 200]
        all_in = [call for call in at.api.sends() if call["code"] == 200 and times[0] <= call["at"] <= times[-1]]
        refused = (await at.api.control("stats"))["refused_by_limits"]
    rate = (len(all_in) - 1) / (times[-1] - times[0])
    figures = {"messages": len(times), "refused": refused, "per_second": round(rate, 2), **asking.figures()}
    kept = refused == 0 and rate >= 29.5 and figures["answer_ms_max"] < 300 and counts == {State.SENT: subscribers}
    return {**figures, "kept": kept}


async def faults(subscribers: int, *, urgent: bool) -> Figures:
    people, blocked = subscribers - GROUPS, round(subscribers * 0.03)
    wrong = {"bad_gateway": 0.05, "cut_before": 0.02, "cut_after": 0.02, "halt_at": subscribers // 2}
    async with bench(faults={**wrong, "halt_for": HALT_S}) as at:
        at.subscribe(FIRST_READER, people)
        at.subscribe(FIRST_GROUP, GROUPS, step=-1)
        await at.api.control("people", first=FIRST_READER, count=blocked, standing="blocked")
        moved = (await at.api.control("groups", first=FIRST_GROUP, count=GROUPS, upgraded=True))["moved"]
        with progress(f"faults: {subscribers} subscribers, {'urgent' if urgent else 'ordinary'}") as tell:
            await at.start()
            counts = await finished(at, await publish(at, urgent=urgent), tell)
        sends = at.api.sends(TITLE)
        ended = at.rows("SELECT chat_id, ended_reason FROM subscriptions WHERE ended_at IS NOT NULL")
        states = {chat: State(state) for chat, state in at.rows("SELECT chat_id, state FROM deliveries")}
    now_is = {int(old): new for old, new in moved.items()}
    got = Counter(now_is.get(call["chat_id"], call["chat_id"]) for call in sends if call["code"] == 200)
    cut_after = {call["chat_id"] for call in sends if call["fate"] == "cut_after"}
    lost = [chat for chat, state in states.items() if state is State.SENT and not got[chat]]
    twice = {chat for chat, times in got.items() if times > 1}
    halted = next(call["at"] for call in sends if call["code"] == 429)
    resumed = next(call["at"] for call in sends if call["at"] > halted + 0.25)
    kept = (
        not lost
        and set(counts) <= {State.SENT, State.UNKNOWN, State.GONE}
        and sum(counts.values()) == subscribers
        and counts[State.GONE] == blocked
        and sorted(ended) == [(chat, "blocked") for chat in range(FIRST_READER, FIRST_READER + blocked)]
        and (twice <= cut_after if urgent else not twice)
        and max(got.values()) <= 2
        and HALT_S <= resumed - halted < HALT_S + 1
    )
    named = {state.name.lower(): counts.get(state, 0) for state in (State.SENT, State.UNKNOWN, State.GONE)}
    return {**named, "lost": len(lost), "twice": len(twice), "halt_s": round(resumed - halted, 2), "kept": kept}


async def kills(subscribers: int, times: int) -> Figures:
    async with bench() as at:
        at.subscribe(FIRST_READER, subscribers)
        number = await publish(at)
        leased: Counter[int] = Counter()
        with progress(f"kills: {subscribers} subscribers, {times} kills") as tell:
            for kill in range(1, times + 1):
                await at.start()
                await at.until_sent(kill * subscribers // (times + 1), TITLE)
                await at.kill()
                leased.update(chat for (chat,) in at.rows("SELECT chat_id FROM deliveries WHERE state = 1"))
                tell(f"killed {kill} times, {len(at.api.sends(TITLE))} sent")
            await at.start()
            counts = await finished(at, number, tell)
        got = Counter(call["chat_id"] for call in at.api.sends(TITLE) if call["code"] == 200)
    repeated = sum(got.values()) - len(got)
    explained = all(count <= 1 + leased[chat] for chat, count in got.items())
    kept = counts == {State.SENT: subscribers} and len(got) == subscribers and explained
    lost = subscribers - len(got)
    return {"lost": lost, "repeated": repeated, "in_flight_at_kills": leased.total(), "kills": times, "kept": kept}


async def rows(subscribers: int) -> Figures:
    async with bench() as at:
        with progress(f"rows: {subscribers} subscribers"):
            at.subscribe(FIRST_READER, subscribers)
            bot = await at.started()
            bot_before, before = _peak_of(bot.pid), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            async with open_database(at.settings) as database:
                began = monotonic()
                await outbox.publish(database, NEWS, urgent=False, now=datetime.now(UTC))
                written = monotonic()
            after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            await at.until_sent(1, TITLE)
            await asyncio.sleep(10)
            times = [call["at"] for call in at.api.sends(TITLE)]
            bot_after = _peak_of(bot.pid)
    first = times[0] - written
    return {
        "rows": subscribers,
        "publish_s": round(written - began, 2),
        "publish_grew_mib": round((after - before) / 1024, 1),
        "bot_mib_before": round(bot_before / 1024, 1),
        "bot_mib_after": round(bot_after / 1024, 1),
        "first_message_s": round(first, 2),
        "per_second": round((len(times) - 1) / (times[-1] - times[0]), 2),
        "kept": first < 1 and after - before < 32 * 1024 and bot_after - bot_before < 32 * 1024,
    }


def _peak_of(process: int) -> int:
    """The most memory that a process has had, in KiB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


async def run(arguments: argparse.Namespace) -> bool:
    scenarios: dict[str, Callable[[], Awaitable[Figures]]] = {
        "pace": lambda: pace(arguments.subscribers),
        "faults": lambda: faults(arguments.subscribers, urgent=False),
        "faults, urgent": lambda: faults(arguments.subscribers, urgent=True),
        "kills": lambda: kills(arguments.killed_subscribers, arguments.kills),
        "rows": lambda: rows(arguments.rows),
    }
    results = {name: await run() for name, run in scenarios.items() if name.split(",")[0] in arguments.only}
    return tell(results, OUTPUT)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.delivery", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ("pace", "faults", "kills", "rows")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--subscribers", type=int, default=3000, help="of pace and faults (default: 3000)")
    parser.add_argument("--killed-subscribers", type=int, default=2000, help="of kills (default: 2000)")
    parser.add_argument("--kills", type=int, default=10, help="(default: 10)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="(default: 1000000)")
    return 0 if asyncio.run(run(parser.parse_args())) else 1


if __name__ == "__main__":
    sys.exit(main())
