"""Tables read again: faulty ones, which change nothing, and good ones, while questions are asked all the time."""

import asyncio
from collections import Counter

from benchmarks.bench import Bench, bench, progress
from benchmarks.desk.asking import Asking, Clock, everything, judged
from benchmarks.desk.faults import faulty
from benchmarks.desk.sheets import Renewal, renewal
from benchmarks.desk.state import ADMIN, LIMITS, fingerprint, lay
from benchmarks.people import Figures, Person, words

FAULTY_ROWS = 300
BETWEEN_S, FLOOD_S = 2.0, 4.0
"""For so long questions are asked before, between and after what the admin does."""


async def faults() -> Figures:
    """Fifty faults in a table of 300 rows."""
    table, planted = faulty(FAULTY_ROWS)
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        await at.started()
        admin, asking, clock = at.person(ADMIN), Asking(at), Clock()
        with progress(f"faults: {planted.total()} in {FAULTY_ROWS} rows"):
            answers = await everything(at)
            lay(at, {"missions.csv": table})
            before = fingerprint(at)
            async with asking.going_on():
                await asyncio.sleep(BETWEEN_S)
                with clock.measured():
                    said = words(await admin.ask("/reload"))
                listed = (await at.file(await admin.reply())).decode().splitlines()
                await asyncio.sleep(BETWEEN_S)
            changed = fingerprint(at) != before
    reported = Counter(_place(line) for line in listed)
    half = judged(asking.done, answers, answers)["half"]
    figures = {
        "planted": planted.total(),
        "reported": reported.total(),
        "missed": (planted - reported).total(),
        "invented": (reported - planted).total(),
        "changed": changed,
        "reload_ms": clock.milliseconds,
        **asking.figures(),
        "half": half,
    }
    kept = reported == planted and "Nothing was changed" in said and not changed
    return {**figures, "kept": kept and not figures["unanswered"] and not half}


def _place(line: str) -> tuple[int, str]:
    place, column, _ = line.split(": ", 2)
    return int(place.removeprefix("missions.csv:")), column


async def applied(rows: int, times: int) -> Figures:
    """A good table of thousands of rows, made live, taken back, made live again."""
    tables = renewal(rows)
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        lay(at, tables.old)
        await at.started()
        admin, asking = at.person(ADMIN), Asking(at)
        reloading, applying, counts = Clock(), Clock(), Counter[str]()
        with progress(f"applied: {rows} rows, {times} times") as tell:
            old = await everything(at)
            lay(at, tables.new)
            right = _is_right(await _reload(at, Clock()), tables)
            await _apply(admin, Clock())
            new = await everything(at)
            for time in range(times):
                forth, first = time % 2 == 1, len(asking.done)
                lay(at, tables.new if forth else tables.old)
                async with asking.going_on():
                    await asyncio.sleep(BETWEEN_S)
                    await _reload(at, reloading)
                    await asyncio.sleep(BETWEEN_S)
                    await _apply(admin, applying)
                    await asyncio.sleep(BETWEEN_S)
                counts.update(judged(asking.done[first:], *((old, new) if forth else (new, old))))
                tell(f"applied {time + 1} times, {len(asking.done)} questions asked")
            refused = (await at.api.control("stats"))["refused_by_limits"]
    figures = {
        "rows": rows,
        "difference_right": right,
        "reload_ms": reloading.milliseconds,
        "applied_ms": applying.milliseconds,
        **asking.figures(),
        "answer_ms_max_reloading": asking.slowest(reloading.spans),
        "answer_ms_max_applying": asking.slowest(applying.spans),
        **{name: counts[name] for name in ("old", "new", "half", "old_after_new")},
        "refused": refused,
    }
    kept = right and max(applying.milliseconds) < 1000 and all(old[asked] != new[asked] for asked in old)
    return {**figures, "kept": kept and not any(figures[name] for name in NEVER)}


async def flood(rows: int) -> Figures:
    """As `applied`, with nothing but texts: they come three times as fast as Telegram takes the answers."""
    tables = renewal(rows)
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        lay(at, tables.old)
        await at.started()
        admin, asking, reloading, applying = at.person(ADMIN), Asking(at, flood=True), Clock(), Clock()
        with progress(f"flood: {rows} rows"):
            old = await everything(at)
            lay(at, tables.new)
            async with asking.going_on():
                await asyncio.sleep(FLOOD_S)
                await _reload(at, reloading)
                await _apply(admin, applying)
                await asyncio.sleep(BETWEEN_S)
            new = await everything(at)
            counts = judged(asking.done, old, new)
            refused = (await at.api.control("stats"))["refused_by_limits"]
    times = [asked.at + asked.seconds for asked in asking.done]
    figures = {
        "reload_ms": reloading.milliseconds,
        "applied_ms": applying.milliseconds,
        **asking.figures(),
        "answers_per_second": round(len(times) / (max(times) - min(asked.at for asked in asking.done)), 1),
        **{name: counts[name] for name in ("old", "new", "half")},
        "refused": refused,
    }
    kept = max(applying.milliseconds) < 1000 and counts["new"] > 0
    return {**figures, "kept": kept and not any(figures[name] for name in ("unanswered", "half", "refused"))}


NEVER = ("unanswered", "half", "old_after_new", "refused")


async def _reload(at: Bench, clock: Clock) -> list[str]:
    """Asks for the difference, which is too long for a message; returns the lines of the document."""
    admin = at.person(ADMIN)
    with clock.measured():
        await admin.ask("/reload")
    return (await at.file(await admin.reply())).decode().splitlines()


async def _apply(admin: Person, clock: Clock) -> None:
    with clock.measured():
        await admin.press("Apply")
        await admin.reply_with("is live")


def _is_right(listed: list[str], tables: Renewal) -> bool:
    """Whether every line says what was changed, and nothing that was changed is missing.

    That a new fact has no source that can be named is derived from it, and no change of its own.
    """
    lines = [line.strip() for line in listed if ": unattributed: " not in line]
    counts = f"{len(tables.added)} added, {tables.rows_changed} changed, {len(tables.removed)} removed"
    head = f"missions.csv: {counts}, {tables.unchanged:,} unchanged"
    start = lines.index(head) if head in lines else 0
    told = lines[start + 1 : start + 1 + len(tables.changed) + len(tables.added) + len(tables.removed)]
    flips = {line for line in lines if line.startswith("⚠️")}
    return start > 0 and set(told) == tables.changed | tables.added | tables.removed and flips == tables.flipped
