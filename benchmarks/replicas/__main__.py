"""Three replicas on PostgreSQL behind a balancer, and what goes wrong with them: `python -m benchmarks.replicas`.

questions  10,000 questions of 1,000 chats, while one replica after the other is killed and started again
takeover   a bulletin to 5,000; its sender is killed five times, and twice stopped for 20 s and continued
restart    PostgreSQL is restarted while questions are asked and a bulletin is sent
changes    how soon a language chosen, and tables loaded, at one replica are known to all

The server keeps Telegram's limits, and its log says what arrived when, and from which replica. The figures go to
build/bench/replicas.json too. The exit status is 1 where a promise is not kept.
"""

import argparse
import asyncio
import gc
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import monotonic

from benchmarks.bench import FIRST_READER, NEWS, TITLE, answer_times, progress, tell
from benchmarks.people import Figures
from benchmarks.replicas.fleet import Fleet, fleet
from bot.domain.delivery import State
from bot.storage import outbox
from bot.storage.database import Database
from bot.storage.outbox import Published

OUTPUT = Path("build/bench/replicas.json")
FIRST_CHAT = 100_000
ASKED = ("Germany", "France", "Poland", "Japan", "Brazil", "Kenya", "Norway", "Cuba", "Greece", "Vietnam")
IN_FLIGHT = 21
"""Rows a sender has leased at once, the most that a crash can repeat."""
APOLOGY = "112"
RECOVERED_S = 10.0
SILENT_S = 30.0
"""What has not come by then does not come any more."""


async def questions(chats: int, tell_progress: Callable[[str], None]) -> Figures:
    """Every chat asks for ten countries at once; each answer must come once, in order."""
    async with fleet(limits={"per_second": 30}) as replicas:
        for country in ASKED:
            asking = {"first": FIRST_CHAT, "count": chats, "text": country.lower(), "language_code": "en"}
            await replicas.api.control("say_all", **asking)
        killer = Killer(replicas)
        killing = asyncio.create_task(killer.run())
        began, wanted = monotonic(), chats * len(ASKED)
        answers: dict[int, list[str]] = {}
        done, last = 0, began
        while done < wanted and monotonic() - last < SILENT_S:
            await asyncio.sleep(2)
            answers = _answers(replicas)
            if (now := sum(map(len, answers.values()))) > done:
                done, last = now, monotonic()
            tell_progress(f"{done} of {wanted} answers, {killer.kills} kills")
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        await asyncio.sleep(3)  # what would come twice comes now
        answers = _answers(replicas)
        in_order = sum([_country(text) for text in said] == list(ASKED) for said in answers.values())
        counts = Counter(_country(text) for said in answers.values() for text in said)
        return {
            "kept": in_order == chats,
            "chats": chats,
            "questions": wanted,
            "answers": sum(map(len, answers.values())),
            "chats_whole_and_in_order": in_order,
            "lost": sum(max(0, chats - counts[country]) for country in ASKED),
            "kills": killer.kills,
            "refused": sum(call["code"] == 429 for call in replicas.api.sends()),
            "seconds": round(monotonic() - began),
        }


@dataclass
class Killer:
    """Kills one replica after the other, and starts it again."""

    replicas: Fleet
    kills: int = 0

    async def run(self) -> None:
        while True:
            for number in range(len(self.replicas.ports)):
                await asyncio.sleep(3)
                await self.replicas.kill(number)
                self.kills += 1
                await asyncio.sleep(1)
                await self.replicas.restart(number)


def _answers(replicas: Fleet) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for call in replicas.api.sends():
        if call["code"] == 200:
            found[call["chat_id"]].append(call["text"])
    return found


def _country(text: str) -> str:
    return next((country for country in ASKED if country in text), "?")


async def takeover(readers: int, tell_progress: Callable[[str], None]) -> Figures:
    async with fleet() as replicas:
        number = await _publish(replicas, readers)
        took: list[float] = []
        stopped: list[tuple[float, float, str]] = []
        for step in range(7):
            await _until_sent(replicas, (step + 1) * readers // 9, tell_progress)
            holder = await replicas.holder()
            how = signal.SIGSTOP if step in (2, 5) else signal.SIGKILL
            began = monotonic()
            await replicas.kill(holder, how)
            if how == signal.SIGSTOP:
                await asyncio.sleep(20)
                took.append(_first_of_another(replicas, holder, began))
                awake = monotonic()
                await replicas.kill(holder, signal.SIGCONT)
                await asyncio.sleep(3)
                stopped.append((began, awake, replicas.host_of(holder)))
            else:
                async with asyncio.timeout(30):
                    while not (other := _first_of_another(replicas, holder, began)):  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                took.append(other)
                await replicas.restart(holder)
        counts = await _until_finished(replicas, number, tell_progress)
        sends = replicas.api.sends(TITLE)
        per_chat = Counter(call["chat_id"] for call in sends if call["code"] == 200)
        repeated = sum(times - 1 for times in per_chat.values())
        refused = sum(call["code"] == 429 for call in sends)
        after_waking = [
            sum(call["host"] == host and awake <= call["at"] < awake + 3 for call in sends)
            for _, awake, host in stopped
        ]
        kept = (
            counts == {"sent": readers}
            and len(per_chat) == readers
            and not refused
            and repeated <= IN_FLIGHT * 7
            and not any(after_waking)
            and _one_at_a_time(sends)
            and max(took) < 10
        )
        return {
            "kept": kept,
            "readers": readers,
            "states": counts,
            "reached": len(per_chat),
            "repeated": repeated,
            "refused": refused,
            "takeovers_s": [round(seconds, 1) for seconds in took],
            "sent_by_sleepers_on_waking": after_waking,
            "one_sender_at_a_time": _one_at_a_time(sends),
        }


def _first_of_another(replicas: Fleet, holder: int, since: float) -> float:
    """Seconds until another replica sent something of the bulletin; 0 where none has."""
    mine = replicas.host_of(holder)
    others = (call["at"] for call in replicas.api.sends(TITLE) if call["host"] != mine)
    return next((at - since for at in others if at > since), 0.0)


def _one_at_a_time(sends: list[Figures]) -> bool:
    """Whether nobody sent once another had taken over, unless the lease came back to it."""
    order = [call["host"] for call in sends if call["code"] == 200]
    shifts = sum(one != other for one, other in pairwise(order))
    return bool(shifts <= 7)


async def restart(readers: int, tell_progress: Callable[[str], None]) -> Figures:
    """PostgreSQL away for some seconds: questions get an answer or an apology, and nothing owed is lost."""
    async with fleet(limits={"per_second": 30, "per_second_in_chat": 1.0, "burst_in_chat": 20}) as replicas:
        number = await _publish(replicas, readers)
        await _until_sent(replicas, readers // 4, tell_progress)
        times: list[float] = []
        asking = asyncio.create_task(_ask_steadily(replicas, times))
        restarts = []
        for crash in (False, True):
            await asyncio.sleep(3)
            await asyncio.to_thread(replicas.postgres.stop, crash=crash)
            await asyncio.sleep(3)
            await asyncio.to_thread(replicas.postgres.start)
            back = monotonic()
            async with asyncio.timeout(60):
                while not any(call["at"] > back and TITLE in call["text"] for call in replicas.api.sends()[-200:]):  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
                await asyncio.gather(*(replicas.ready(each) for each in replicas.replicas))
            restarts.append(round(monotonic() - back, 1))
            tell_progress(f"up again after {restarts[-1]} s")
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        counts = await _until_finished(replicas, number, tell_progress)
        per_chat = Counter(call["chat_id"] for call in replicas.api.sends(TITLE) if call["code"] == 200)
        kept = counts == {"sent": readers} and len(per_chat) == readers and max(restarts) < RECOVERED_S
        return {
            "kept": kept,
            "readers": readers,
            "states": counts,
            "repeated": sum(per_chat.values()) - len(per_chat),
            "recovered_s": restarts,
            "asked": len(times),
            **answer_times(times),
        }


async def _ask_steadily(replicas: Fleet, times: list[float]) -> None:
    """Two questions a second, each from another chat; every one of them must be answered."""
    async with asyncio.TaskGroup() as tasks:
        for chat in range(FIRST_CHAT, FIRST_CHAT + 10_000):
            tasks.create_task(_ask(replicas, chat, times))
            await asyncio.sleep(0.5)


async def _ask(replicas: Fleet, chat: int, times: list[float]) -> None:
    began = monotonic()
    found = await replicas.api.control("act", user=chat, act="ask", text="germany", timeout=30)
    assert "Germany" in found["text"] or APOLOGY in found["text"], found["text"]
    times.append(monotonic() - began)


async def changes(tries: int, tell_progress: Callable[[str], None]) -> Figures:
    """A language chosen at one replica, asked for at the others."""
    async with fleet(limits=None) as replicas:
        languages: list[float] = []
        for each in range(tries):
            chat = FIRST_CHAT + each
            await replicas.api.control("act", user=chat, act="ask", text="germany", timeout=10)
            for _ in range(len(replicas.ports)):  # every replica has heard of this chat now
                await replicas.api.control("act", user=chat, act="ask", text="germany", timeout=10)
            await replicas.api.control("act", user=chat, act="say", text="/language")
            await replicas.api.control("reply", chat=chat, timeout=10)
            await replicas.api.control("act", user=chat, act="press", label="Русский")
            began = monotonic()
            in_a_row = 0
            while in_a_row < len(replicas.ports):
                found = await replicas.api.control("act", user=chat, act="ask", text="germany", timeout=10)
                in_a_row = in_a_row + 1 if "Германи" in found["text"] else 0
                if in_a_row == 1:
                    languages.append(monotonic() - began)
            tell_progress(f"{each + 1} languages")
        editions = [await _edition(replicas) for _ in range(3)]
        return {
            "kept": max(languages) < 2 and max(editions) < 2,
            "language_s_max": round(max(languages), 2),
            "edition_s": [round(seconds, 2) for seconds in editions],
        }


async def _edition(replicas: Fleet) -> float:
    """Seconds from the commit of tables that are loaded beside the replicas until all of them answer from those."""
    before, _ = await replicas.live_edition()
    path = replicas.folder / "data" / "rules.csv"
    content = path.read_text(encoding="utf-8")
    lines = content.splitlines(keepends=True)
    if path.is_symlink():
        path.unlink()
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    environment = {"BOT_DATABASE_URL": replicas.database_url, "BOT_DATA_DIR": str(replicas.folder / "data")}
    load = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "load", env=environment)
    async with asyncio.timeout(60):
        while (live := await replicas.live_edition())[0] == before:
            assert load.returncode in (None, 0)
            await asyncio.sleep(0.01)
    await asyncio.gather(*(replicas.ready(number) for number in replicas.replicas))
    took = datetime.now(UTC) - live[1]
    assert await load.wait() == 0
    return took.total_seconds()


async def _publish(replicas: Fleet, readers: int) -> int:
    await replicas.rows(
        "INSERT INTO subscriptions (chat_id, kind, language, only_country, silent, started_at)"
        " SELECT $1::bigint + i, 'private', 'en', false, false, now() FROM generate_series(0, $2::int - 1) AS i",
        FIRST_READER,
        readers,
    )
    database = Database(replicas.database_url)
    try:
        published = await outbox.publish(database, NEWS, urgent=False, now=datetime.now(UTC))
    finally:
        await database.close()
    assert isinstance(published, Published)
    return published.number


async def _until_sent(replicas: Fleet, wanted: int, tell_progress: Callable[[str], None]) -> None:
    async with asyncio.timeout(wanted / 10 + 60):
        while (sent := len(replicas.api.sends(TITLE))) < wanted:
            tell_progress(f"{sent} sent")
            await asyncio.sleep(0.2)


async def _until_finished(replicas: Fleet, number: int, tell_progress: Callable[[str], None]) -> dict[str, int]:
    async with asyncio.timeout(600):
        while True:
            rows = await replicas.rows(
                "SELECT state, count(*) AS number FROM deliveries WHERE bulletin = $1 GROUP BY state", number
            )
            counts = {State(row["state"]).name.lower(): row["number"] for row in rows}
            tell_progress(", ".join(f"{state} {count}" for state, count in counts.items()))
            stage = await replicas.rows("SELECT stage FROM bulletins WHERE id = $1", number)
            if stage[0]["stage"] == "done":
                return counts
            await asyncio.sleep(1)


PARTS: dict[str, tuple[Callable[..., Awaitable[Figures]], int]] = {
    "questions": (questions, 1000),
    "takeover": (takeover, 5000),
    "restart": (restart, 2000),
    "changes": (changes, 10),
}


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replicas", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--size", type=int, help="chats, readers or tries, instead of the full number")
    options = parser.parse_args()
    gc.disable()  # the balancer is in this process, and must not stand still
    results = {}
    for name in options.only or PARTS:
        part, size = PARTS[name]
        with progress(name) as tell_progress:
            results[name] = await part(options.size or size, tell_progress)
    return 0 if tell(results, OUTPUT) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
