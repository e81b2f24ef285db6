from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.domain.editions import Edition, KeptFile, Losses
from bot.domain.missions import Directory
from bot.domain.news import Bulletin, NewsItem, Section
from bot.storage import audit, kept, plans, proposals
from bot.storage import directory as editions
from bot.storage.database import Database
from bot.storage.plans import Done, NotOpen, Overtaken, Plan
from bot.storage.proposals import State

ACTOR = 7
PAGE = Bulletin(NewsItem("Bridges closed", date(2026, 11, 20), (Section("", ("All of them.",)),)))


async def proposed(database: Database, plan: Plan, now: datetime) -> int:
    return await proposals.make(database, "tables", ACTOR, "tables", plans.pack(plan), now)


def test_a_plan_comes_back_as_it_was_packed(directory: Directory) -> None:
    plan = Plan(
        action="reloaded",
        base=3,
        edition=Edition(directory, b"\xff\x00"),
        digest="missions.csv:1",
        keep=(KeptFile("rules.csv", b"\x00", "a"),),
        drop=("feeds.csv",),
        pages=(PAGE,),
        losses=Losses(2, 9, ("ke",)),
        detail={"scope": "all", "added": 1},
    )
    assert plans.unpack(plans.pack(plan)) == plan
    assert plans.unpack(plans.pack(Plan("rolled_back", 3, back_to=2))) == Plan("rolled_back", 3, back_to=2)


async def test_a_plan_is_carried_out_whole_and_once(database: Database, directory: Directory, now: datetime) -> None:
    base = await editions.add(database, directory, "", now)
    small = Edition(Directory(directory.missions[:2]), b"proof")
    file = KeptFile("rules.csv", b"1", "a")
    plan = Plan("reloaded", base, small, "missions.csv:1", keep=(file,), pages=(PAGE,), detail={"scope": "all"})
    number = await proposed(database, plan, now)
    assert await plans.carry_out(database, number, ACTOR + 1, plan, now) == NotOpen()
    outcome = await plans.carry_out(database, number, ACTOR, plan, now)
    assert outcome == Done(base + 1, 1)
    assert await plans.carry_out(database, number, ACTOR, plan, now) == NotOpen()
    live = await editions.live_edition(database)
    assert live == Edition(replace(small.directory, edition=base + 1), b"proof")
    assert await kept.everything(database) == [file]
    assert await plans.not_known(database, [PAGE]) == ()
    [entry] = await audit.newest(database)
    assert (entry.actor, entry.action) == (ACTOR, "reloaded")
    assert entry.detail == {"scope": "all", "edition": base + 1, "before": base, "pages": 1}


async def test_a_plan_for_other_tables_is_not_carried_out(
    database: Database, directory: Directory, now: datetime
) -> None:
    base = await editions.add(database, directory, "", now)
    plan = Plan("reloaded", base, Edition(Directory(directory.missions[:2])))
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
    plan = Plan("reloaded", base, Edition(Directory(directory.missions[:2])))
    number = await proposed(database, plan, now)
    late = now + proposals.OPEN_FOR + timedelta(seconds=1)
    assert await plans.carry_out(database, number, ACTOR, plan, late) == NotOpen()
