"""What nobody may do: commands, documents and buttons of the desk, from strangers, from groups, and a second time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from benchmarks.bench import FIRST_READER, Bench, bench, progress
from benchmarks.desk.sheets import missions, page
from benchmarks.desk.state import ADMIN, LIMITS, OTHER, fingerprint, lay
from benchmarks.people import Figures, Person, buttons, words
from bot.config import bundled
from bot.texts.catalog import Catalog, Words
from tests.sheets import sheet

COMMANDS = (
    *("/reload", "/reload missions", "/rollback", "/rollback 1", "/export", "/publish", "/publish 1", "/broadcasts"),
    *("/stats", "/reports", "/audit", "/admins", "/admins add 5 admin", "/admins remove 5"),
)
DOCUMENTS = ("missions.csv", "covered_from_abroad.csv", "rules.csv", "aliases.csv", "feeds.csv", "page.txt")
FORGED = (
    *(
        "tables:apply:99999",
        "tables:cancel:-1",
        "tables:drop:1",
        "tables:",
        "shelf:apply:999999999",
        "bulletin:999:now",
    ),
    *("bulletin:1:now:en", "bulletin:x:now", "cast:999:stop", "cast:1:pause", "casts:-1", "role:apply:99999", "role:"),
    *("report:fixed:99999", "report:dismissed:1", "report:", "audit:csv", "audit:older:99", "audit:"),
)
CONFIRMING = ("tables:", "shelf:", "bulletin:", "role:")
"""Buttons that only who was shown the proposal may press; the others are every admin's."""
DESK = (*CONFIRMING, "cast:", "casts:", "report:", "audit:")
READERS, FIRST_GROUP = 150, -7_000
AT_ONCE = 8
SILENCE_S = 20.0

Act = Callable[[Person, Figures], Awaitable[object]]
"""What somebody does, in a chat if one is given."""


@dataclass
class Judge:
    """Counts what was tried, and what was not answered by exactly one plain refusal."""

    bench: Bench
    words: Words
    tried: int = 0
    wrong: list[str] = field(default_factory=list)
    _groups: Iterator[int] = field(default_factory=lambda: count(FIRST_GROUP, -1))
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def in_private(self, what: str, act: Act) -> None:
        """Somebody unknown does it."""
        async with self._turns:
            stranger = self.bench.newcomer()
            await act(stranger, {})
            await self._heard(f"{what} from a stranger", stranger)

    async def in_group(self, what: str, who: Person, act: Act) -> None:
        async with self._turns:
            group = await self.group()
            await act(who, {"chat": group.id})
            await self._heard(f"{what} from {who.id} in a group", group)

    async def press(self, data: str, who: Person, *refusals: str, **where: object) -> None:
        async with self._turns:
            said = await (await who.press_data(data, **where)).answer()
            if not said and not where:
                with suppress(AssertionError):  # it stands in the place of the message instead
                    said = words(await who.reply(SILENCE_S))
            self._judge(f"{data} pressed by {who.id} {where or ''}", [said], *refusals)

    async def group(self) -> Person:
        """A new one with the bot in it: a group takes only 20 messages a minute."""
        number = next(self._groups)
        await self.bench.api.control("groups", first=number)
        return self.bench.person(number)

    def expect_silence(self, room: Person, messages: list[Figures]) -> None:
        """Presses are answered with a notice and bring no message."""
        if messages:
            self.wrong.append(f"messages to {room.id} after presses: {[words(said) for said in messages]}")

    async def _heard(self, what: str, room: Person) -> None:
        with suppress(AssertionError):  # silence is judged below
            await room.reply(SILENCE_S)
        self._judge(what, [words(said) for said in await room.messages()])

    def _judge(self, what: str, said: list[str], *refusals: str) -> None:
        self.tried += 1
        if said not in [[self.words.plain(refusal)] for refusal in refusals or ("error.admins_only",)]:
            self.wrong.append(f"{what}: {said}")


async def refusals() -> Figures:
    async with bench(admins=[ADMIN, OTHER], limits=LIMITS) as at:
        at.subscribe(FIRST_READER, READERS)
        await at.started()
        admin, other = at.person(ADMIN), at.person(OTHER)
        judge = Judge(at, Catalog(bundled("locales")).words("en"))
        with progress("refusals") as tell:
            shown = await _work_at_the_desk(at, admin)
            closed = await _closed(shown, admin)
            await other.ask("/audit")  # so that there is a message below which to press
            before = fingerprint(at)
            every = list(dict.fromkeys((*shown, *FORGED)))
            await _from_strangers(judge, every)
            tell(f"{judge.tried} tried by strangers")
            await _from_groups(judge, admin, every)
            tell(f"{judge.tried} tried, also in groups")
            for data in (data for data in shown if data.startswith(CONFIRMING)):
                await judge.press(data, other, "desk.already")
            for data in closed:
                await judge.press(data, admin, "desk.already")
            for data in (data for data in FORGED if data.startswith(CONFIRMING)):
                await judge.press(data, admin, "desk.already", "error.gone")
            changed = fingerprint(at) != before
            errors = at.errors()
    figures = {"tried": judge.tried, "buttons": len(every), "wrong": len(judge.wrong), "changed": changed}
    for wrong in judge.wrong:
        print(f"  {wrong}")
    return {**figures, "errors": errors, "kept": not (judge.wrong or changed or errors)}


async def _work_at_the_desk(at: Bench, admin: Person) -> list[str]:
    """Everything that has buttons; returns what they would send. Nothing moves by itself afterwards."""
    reporter = at.newcomer()
    await reporter.ask("germany")
    await (await reporter.press_data("wrong:de-embassy-moscow")).answer()
    await admin.send("page.txt", page("Running"), mime_type="text/plain", caption="/publish")
    await admin.reply_with("It goes to")
    first = await admin.messages()
    await admin.press("Publish")
    await admin.reply_with("being sent")
    await (await admin.press("Pause")).answer()
    while at.rows("SELECT 1 FROM deliveries WHERE state = 1 LIMIT 1"):  # noqa: ASYNC110 - it lies in another process
        await asyncio.sleep(0.1)
    await admin.press("Stop")
    await admin.reply_with("for good?")
    rows = missions(300)
    lay(at, {"missions.csv": sheet([row | {"hours": "Mon-Fri 09:00-10:30"} for row in rows])})
    for _ in range(2):
        await admin.say("/reload")
        await admin.reply_with("Apply it?")
        await admin.send("page.txt", page("For the shelf"), mime_type="text/plain")
        await admin.reply_with("News page")
        await admin.say("/publish")
        await admin.reply_with("It goes to")
        await admin.say("/admins add 5 editor")
        await admin.reply_with("editor")
    for command, said in (("/reports", "report"), ("/audit", "Who did what"), ("/broadcasts", "past broadcasts")):
        await admin.say(command)
        await admin.reply_with(said)
    found = dict.fromkeys(data for message in (*first, *await admin.messages()) for data in buttons(message))
    return [data for data in found if data.startswith(DESK)]


async def _closed(shown: list[str], admin: Person) -> list[str]:
    """Cancels one proposal of each kind; the buttons below it, and below the one that was confirmed."""
    published = next(data for data in shown if data.startswith("bulletin:") and data.endswith(":now"))
    closed = [published]
    for beginning, end in (
        ("tables:cancel:", ""),
        ("shelf:cancel:", ""),
        ("role:cancel:", ""),
        ("bulletin:", ":cancel"),
    ):
        cancel = [data for data in shown if data.startswith(beginning) and data.endswith(end)][-1]
        await (await admin.press_data(cancel)).answer()
        closed += [cancel, cancel.replace("cancel", "now" if end else "apply")]
    return closed


async def _from_strangers(judge: Judge, every: Iterable[str]) -> None:
    tries = [judge.in_private(command, _saying(command)) for command in COMMANDS]
    tries += [judge.in_private(name, _sending(name)) for name in DOCUMENTS]
    tries += [judge.in_private(f"{name} to be published", _sending(name, caption="/publish")) for name in DOCUMENTS]
    await asyncio.gather(*tries)
    stranger = judge.bench.newcomer()
    for data in every:
        await judge.press(data, stranger)
    judge.expect_silence(stranger, await stranger.messages())


async def _from_groups(judge: Judge, admin: Person, every: Iterable[str]) -> None:
    for who in (admin, judge.bench.newcomer()):
        tries = [judge.in_group(command, who, _saying(command)) for command in COMMANDS]
        tries += [judge.in_group(name, who, _sending(name)) for name in DOCUMENTS]
        await asyncio.gather(*tries)
        group = await judge.group()
        for data in every:
            await judge.press(data, who, chat=group.id)
        judge.expect_silence(group, await group.messages())


def _saying(text: str) -> Act:
    return lambda person, where: person.say(text, **where)


def _sending(name: str, **how: object) -> Act:
    content = page("Airports closed") if name.endswith(".txt") else (bundled("data") / name).read_bytes()
    return lambda person, where: person.send(name, content, **how, **where)
