"""A bulletin under way, watched, paused and resumed."""

import asyncio
import re
from collections import Counter
from time import monotonic

from benchmarks.bench import FIRST_READER, TITLE, Bench, bench, progress
from benchmarks.desk.sheets import page
from benchmarks.desk.state import ADMIN, LIMITS
from benchmarks.people import Figures, Person, words
from bot.domain.delivery import State

BLOCKED = 12
PAUSES, PAUSED_S, BETWEEN_S = 3, 3.0, 1.5
SHOWN = {"Sent": State.SENT, "Unreachable": State.GONE, "Unknown": State.UNKNOWN}
"""What the progress message calls them."""


async def steering(readers: int) -> Figures:
    latest, trues = [], []
    async with bench(admins=[ADMIN], limits=LIMITS) as at:
        admin = at.person(ADMIN)
        with progress(f"progress: {readers} readers, {PAUSES} pauses") as tell:
            at.subscribe(FIRST_READER, readers)
            await at.api.control("people", first=FIRST_READER, count=BLOCKED, standing="blocked")
            await at.started()
            await admin.send("page.txt", page(TITLE), mime_type="text/plain", caption="/publish")
            await admin.reply_with("It goes to")
            await admin.press("Publish")
            for number in range(PAUSES):
                await at.until_sent((number + 1) * readers // (PAUSES + 2), TITLE)
                pressed = monotonic()
                await admin.press("Pause")
                await asyncio.sleep(PAUSED_S)
                latest.append(max(call["at"] for call in _arrivals(at, readers)) - pressed)
                trues.append(await _is_true(at, admin, "paused"))
                await admin.press("Resume")
                await asyncio.sleep(BETWEEN_S)
                tell(f"paused {number + 1} times, {len(_arrivals(at, readers))} sent")
            done = await admin.reply_with("finished")
            trues.append(await _is_true(at, admin, "finished"))
        got = Counter(call["chat_id"] for call in _arrivals(at, readers) if call["code"] == 200)
        edits = (await at.api.control("stats"))["calls"].get("editMessageText", 0)
        errors, refused = at.errors(), (await at.api.control("stats"))["refused_by_limits"]
    figures = {
        "readers": readers,
        "sent": len(got),
        "repeated": sum(got.values()) - len(got),
        "last_after_pause_ms": [round(1000 * seconds) for seconds in latest],
        "percent": _percent(done),
        "equal_to_report": trues,
        "edits": edits,
        "refused": refused,
        "errors": errors,
    }
    kept = len(got) == readers - BLOCKED and max(got.values()) == 1 and max(latest) <= 1 and all(trues)
    return {**figures, "kept": kept and _percent(done) == 100 and not (refused or errors)}


def _arrivals(at: Bench, readers: int) -> list[Figures]:
    """Sends of the bulletin to its readers; the admin is shown it too."""
    return [call for call in at.api.sends(TITLE) if FIRST_READER <= call["chat_id"] < FIRST_READER + readers]


async def _is_true(at: Bench, admin: Person, stage: str) -> bool:
    """Whether the message that shows the progress says the same as the outbox, which stands still now."""
    [message] = [said for said in await admin.messages() if "%" in words(said) and TITLE in words(said)]
    counts = Counter(
        {State(state): count for state, count in at.rows("SELECT state, count(*) FROM deliveries GROUP BY 1")}
    )
    lines = re.findall(r"^(\w+): ([\d,]+)$", words(message), re.MULTILINE)
    shown = {name: int(number.replace(",", "")) for name, number in lines}
    waiting = counts[State.PENDING] + counts[State.LEASED]
    settled = counts.total() - waiting
    return (
        stage in words(message)
        and all(shown[name] == counts[state] for name, state in SHOWN.items())
        and shown.get("Waiting", 0) == waiting
        and _percent(message) == 100 * settled // counts.total()
    )


def _percent(message: Figures) -> int:
    found = re.search(r"(\d+)\s%", words(message))
    return int(found[1]) if found else -1
