"""The program killed at some moment of /reload, Apply and Publish: all is done or nothing, and the log agrees.

A press that the dead program had not confirmed to Telegram comes again after the restart, and may be carried out then.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks.bench import FIRST_READER, Bench, bench, progress
from benchmarks.desk.asking import Clock
from benchmarks.desk.sheets import Renewal, page, renewal
from benchmarks.desk.state import ADMIN, LIMITS, content, deeds, lay, live
from benchmarks.people import Figures, Person, words

READERS = 20_000
LATEST = 2.0
"""Kills come at random until so many times what the deed takes."""
SEED = 4


@dataclass
class Kills:
    """How often it was killed; how often the deed was done, at once or when it came again; how often all was sound."""

    bench: Bench
    kills: int = 0
    done: int = 0
    done_again: int = 0
    sound: int = 0
    _random: Random = field(default_factory=lambda: Random(SEED))

    @property
    def admin(self) -> Person:
        return self.bench.person(ADMIN)

    async def during(self, act: Callable[[], Awaitable[object]], takes: float) -> None:
        """Kills the bot at some moment after the act."""
        await act()
        await asyncio.sleep(self._random.uniform(0, LATEST * takes))
        await self.bench.kill()
        self.kills += 1

    async def restart(self) -> None:
        """The bot, after it has handled what came before."""
        await self.bench.started()
        while (await self.bench.api.control("stats"))["pending_updates"]:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.05)
        for _ in range(2):  # what was begun before is done when two more questions have been answered
            await self.bench.newcomer().ask("germany")

    def judge(self, *, sound: bool, done: bool, done_again: bool) -> None:
        self.done += done
        self.done_again += done_again
        self.sound += sound and self.bench.rows("PRAGMA integrity_check") == [("ok",)]

    def figures(self) -> Figures:
        errors = self.bench.errors()
        counts = {"kills": self.kills, "done": self.done, "done_after_restart": self.done_again, "sound": self.sound}
        return {**counts, "errors": errors, "kept": self.sound == self.kills and not errors}


class Tables:
    """Two states of the tables, and which of them is live."""

    def __init__(self, at: Bench, tables: Renewal) -> None:
        self.at = at
        self.files = {"old": tables.old, "new": tables.new}
        self.known: dict[str, str] = {}

    def know(self, name: str) -> None:
        """What is live now is called so."""
        self.known[content(self.at, live(self.at))] = name

    @property
    def standing(self) -> str:
        """The name of the state that is live, "half" where it is neither."""
        return self.known.get(content(self.at, live(self.at)), "half")

    @property
    def other(self) -> str:
        return "old" if self.standing == "new" else "new"

    def log(self) -> list[str]:
        return [action for _, action in deeds(self.at)]


async def applying(rows: int, times: int) -> Figures:
    """`times` killed while the files are read again, and as often after Apply."""
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        tables, kills, reloading, applying = Tables(at, renewal(rows)), Kills(at), Clock(), Clock()
        with progress(f"kills, tables: {rows} rows, {2 * times} kills") as tell:
            lay(at, tables.files["old"])
            await at.started()
            tables.know("old")
            lay(at, tables.files["new"])
            with reloading.measured():
                await kills.admin.ask("/reload")
            with applying.measured():
                await kills.admin.press("Apply")
                await kills.admin.reply_with("is live")
            tables.know("new")
            for _ in range(2 * times):
                before, wanted, logged = tables.standing, tables.other, tables.log()
                lay(at, tables.files[wanted])
                if kills.kills % 2:
                    await kills.during(lambda: kills.admin.say("/reload"), reloading.seconds)
                else:
                    await kills.admin.say("/reload")
                    await kills.admin.reply_with("Apply it?")
                    await kills.during(lambda: kills.admin.press("Apply"), applying.seconds)
                killed, said = tables.standing, tables.log()[len(logged) :]
                sound = said == ["reloaded"] * (killed == wanted) and killed in (before, wanted)
                lay(at, tables.files[killed])
                await kills.restart()
                again, said = tables.standing, tables.log()[len(logged) :]
                sound &= said == ["reloaded"] * (again == wanted) and again in (killed, wanted)
                answer = words(await at.newcomer().ask("germany"))
                sound &= ("Seen on day" in answer) == (again == "new")
                kills.judge(sound=sound, done=killed != before, done_again=again != killed)
                tell(f"killed {kills.kills} times, {kills.sound} sound")
            return kills.figures()


async def publishing(times: int) -> Figures:
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        kills, clock = Kills(at), Clock()
        with progress(f"kills, publish: {READERS} readers, {times} kills") as tell:
            at.subscribe(FIRST_READER, READERS)
            await at.started()
            await _propose(kills.admin, "First")
            with clock.measured():
                await kills.admin.press("Publish")
                await kills.admin.reply_with("being sent")
            for number in range(times):
                title = f"Bulletin {number} of the benchmark"
                await _propose(kills.admin, title)
                await kills.during(lambda: kills.admin.press("Publish"), clock.seconds)
                killed = _written(at, title)
                at.execute("UPDATE bulletins SET stage = 'stopped' WHERE stage = 'running' AND content NOT LIKE :title",
                           {"title": f"%{title}%"})  # fmt: skip
                await kills.restart()
                again = _written(at, title)
                sound = killed is not None and again is not None and again >= killed
                if again:
                    await asyncio.wait_for(at.until_sent(1, title), 10)
                kills.judge(sound=sound, done=bool(killed), done_again=bool(again) and not killed)
                tell(f"killed {kills.kills} times, {kills.sound} sound")
            return kills.figures()


async def _propose(admin: Person, title: str) -> None:
    await admin.send("page.txt", page(title), mime_type="text/plain", caption="/publish")
    await admin.reply_with("It goes to")


def _written(at: Bench, title: str) -> bool | None:
    """Whether the bulletin is out: to every reader and in the audit log, or neither; None where it is half."""
    rows = at.rows("SELECT id, stage, reached FROM bulletins WHERE content LIKE ?", f"%{title}%")
    logged = at.rows("SELECT count(*) FROM audit WHERE action = 'published' AND detail LIKE ?", f"%{title}%")
    if not rows:
        return False if logged == [(0,)] else None
    [(number, stage, reached)] = rows
    [(owed,)] = at.rows("SELECT count(*) FROM deliveries WHERE bulletin = ?", number)
    return True if (stage, reached, owed, logged) == ("running", READERS, READERS, [(1,)]) else None
