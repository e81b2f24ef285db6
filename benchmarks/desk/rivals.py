"""Two admins who were shown the same press at the same moment: it is done once, and the other is told."""

import asyncio

from benchmarks.bench import FIRST_READER, Bench, bench, progress
from benchmarks.desk.sheets import missions, page
from benchmarks.desk.state import LIMITS, deeds, lay, live
from benchmarks.people import Figures, Person
from bot.config import bundled
from bot.texts.catalog import Catalog
from tests.sheets import Row, sheet

FIRST_ADMIN, READERS = 4000, 5
ROWS = 300


async def rivals(times: int) -> Figures:
    """Every pair of admins is another, so that no chat has had more messages than it takes at once."""
    admins = range(FIRST_ADMIN, FIRST_ADMIN + 2 * times)
    told = Catalog(bundled("locales")).words("en").plain("desk.already")
    once = {"apply": 0, "publish": 0}
    async with bench(admins=admins, limits=LIMITS) as at:
        at.subscribe(FIRST_READER, READERS)
        await at.started()
        with progress(f"rivals: {times} times Apply, {times} times Publish") as tell:
            for time in range(times):
                pair = [at.person(admin) for admin in admins[2 * time : 2 * time + 2]]
                once["apply"] += await _apply(at, pair, time, told)
                once["publish"] += await _publish(at, pair, time, told)
                tell(f"{time + 1} times")
        errors = at.errors()
    figures = {"times": times, "applied_once": once["apply"], "published_once": once["publish"], "errors": errors}
    return {**figures, "kept": set(once.values()) == {times} and not errors}


async def _apply(at: Bench, pair: list[Person], time: int, told: str) -> bool:
    lay(at, {"missions.csv": sheet(_table(time))})
    for admin in pair:
        await admin.say("/reload")
        await admin.reply_with("Apply it?")
    before, done_before = live(at), deeds(at)
    answers = await _both(pair, "Apply")
    new = deeds(at)[len(done_before) :]
    winner = pair[answers.index("")] if "" in answers else pair[0]
    [(rows,)] = at.rows("SELECT count(*) FROM missions WHERE edition = ?", live(at))
    return sorted(answers) == ["", told] and new == [(winner.id, "reloaded")] and live(at) > before and rows == ROWS


async def _publish(at: Bench, pair: list[Person], time: int, told: str) -> bool:
    title = f"Bulletin {time}"
    for admin in pair:
        await admin.send("page.txt", page(title), mime_type="text/plain", caption="/publish")
        await admin.reply_with("It goes to")
    done_before = deeds(at)
    answers = await _both(pair, "Publish")
    new = deeds(at)[len(done_before) :]
    winner = pair[answers.index("")] if "" in answers else pair[0]
    while at.rows("SELECT 1 FROM bulletins WHERE stage = 'running'"):  # noqa: ASYNC110 - it lies in another process
        await asyncio.sleep(0.05)
    readers = range(FIRST_READER, FIRST_READER + READERS)
    got = [call["chat_id"] for call in at.api.sends(title) if call["code"] == 200 and call["chat_id"] in readers]
    return sorted(answers) == ["", told] and new == [(winner.id, "published")] and sorted(got) == list(readers)


async def _both(pair: list[Person], label: str) -> list[str]:
    presses = await asyncio.gather(*(admin.press(label) for admin in pair))
    return list(await asyncio.gather(*(pressed.answer() for pressed in presses)))


def _table(time: int) -> list[Row]:
    return [row | {"hours": f"Mon-Fri 09:00-{10 + time % 10}:{10 + time // 10}"} for row in missions(ROWS)]
