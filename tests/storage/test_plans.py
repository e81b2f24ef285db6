from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.editions import Edition, KeptFile, Losses
from bot.domain.missions import Directory
from bot.domain.news import Bulletin, NewsItem, Section
from bot.storage import audit, editions, kept, plans, proposals
from bot.storage.database import Database
from bot.storage.plans import Done, NotOpen, Overtaken, Plan
from bot.storage.proposals import State

ACTOR = 7
PAGE = Bulletin(NewsItem("Bridges closed", date(2026, 11, 20), (Section("", ("All of them.",)),)))


async def proposed(database: Database, plan: Plan, now: datetime) -> int:
    return await proposals.make(database, "tables", ACTOR, "tables", plans.pack(plan), now)


async def staged(database: Database, directory: Directory, now: datetime) -> int:
    return await editions.stage(database, Edition(Directory(directory.missions[:2])), "", now)


def test_a_plan_comes_back_as_it_was_packed() -> None:
    plan = Plan(
        action="reloaded",
        base=3,
        edition=4,
        keep=(KeptFile("rules.csv", b"\x00", "a"),),
        drop=("feeds.csv",),
        pages=(PAGE,),
        losses=Losses(2, 9, ("ke",)),
        detail={"scope": "all", "added": 1},
    )
    assert plans.unpack(plans.pack(plan)) == plan
    assert plans.unpack(plans.pack(Plan("rolled_back", 3, 2))) == Plan("rolled_back", 3, 2)


async def test_a_plan_is_carried_out_whole_and_once(database: Database, directory: Directory, now: datetime) -> None:
    base = await editions.add(database, directory, "", now)
    small = Edition(Directory(directory.missions[:2]), b"proof")
    file = KeptFile("rules.csv", b"1", "a")
    shown = await editions.stage(database, small, "missions.csv:1", now)
    plan = Plan("reloaded", base, shown, keep=(file,), pages=(PAGE,), detail={"scope": "all"})
    number = await proposed(database, plan, now)
    assert await plans.carry_out(database, number, ACTOR + 1, plan, now) == NotOpen()
    assert await editions.newest_digest(database) == ""
    outcome = await plans.carry_out(database, number, ACTOR, plan, now)
    assert outcome == Done(shown, 1)
    assert await plans.carry_out(database, number, ACTOR, plan, now) == NotOpen()
    live = await editions.live_edition(database)
    assert live == Edition(replace(small.directory, edition=shown), b"proof")
    assert await editions.newest_digest(database) == "missions.csv:1"
    assert await kept.everything(database) == [file]
    assert await plans.not_known(database, [PAGE]) == ()
    [entry] = await audit.newest(database)
    assert (entry.actor, entry.action) == (ACTOR, "reloaded")
    assert entry.detail == {"scope": "all", "edition": shown, "before": base, "pages": 1}


async def test_a_plan_for_other_tables_is_not_carried_out(
    database: Database, directory: Directory, now: datetime
) -> None:
    base = await editions.add(database, directory, "", now)
    plan = Plan("reloaded", base, await staged(database, directory, now))
    number = await proposed(database, plan, now)
    await editions.add(database, directory, "", now)
    assert await plans.carry_out(database, number, ACTOR, plan, now) == Overtaken()
    found = await proposals.get(database, number)
    assert found is not None
    assert found.state is State.STALE
    assert await audit.newest(database) == []


async def test_what_was_shown_too_long_ago_is_not_carried_out(
    database: Database, directory: Directory, now: datetime
) -> None:
    base = await editions.add(database, directory, "", now)
    plan = Plan("reloaded", base, await staged(database, directory, now))
    number = await proposed(database, plan, now)
    late = now + proposals.OPEN_FOR + timedelta(seconds=1)
    assert await plans.carry_out(database, number, ACTOR, plan, late) == NotOpen()


async def test_an_edition_that_is_only_shown_is_no_edition_to_go_back_to(
    database: Database, directory: Directory, now: datetime
) -> None:
    base = await editions.add(database, directory, "", now)
    shown = await staged(database, directory, now)
    assert [edition.number for edition in await editions.listing(database)] == [base]
    plan = Plan("reloaded", base, shown)
    number = await proposed(database, plan, now)
    assert await plans.carry_out(database, number, ACTOR, plan, now) == Done(shown, 0)
    assert [edition.number for edition in await editions.listing(database)] == [shown, base]


async def test_what_was_shown_too_many_proposals_ago_is_not_carried_out(
    database: Database, directory: Directory, now: datetime
) -> None:
    base = await editions.add(database, directory, "", now)
    plan = Plan("reloaded", base, await staged(database, directory, now))
    number = await proposed(database, plan, now)
    last = [await staged(database, directory, now) for _ in range(editions.SHOWN)][-1]
    assert await plans.carry_out(database, number, ACTOR, plan, now) == NotOpen()
    assert [edition.number for edition in await editions.listing(database)] == [base]
    plan = Plan("reloaded", base, last)
    assert await plans.carry_out(database, await proposed(database, plan, now), ACTOR, plan, now) == Done(last, 0)
