from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.differences import Change, Changed, compare, differences
from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Kind, Mission, Rule, Status

DAY = date(2026, 1, 1)


def mission(name: str, **changed: Any) -> Mission:
    return replace(Mission(name, name[:2], Kind.EMBASSY, "Moscow"), **changed)


def directory(*missions: Mission, **tables: Any) -> Directory:
    return Directory(missions, **tables)


def test_missions_added_removed_changed_and_unchanged() -> None:
    old = directory(mission("de-1"), mission("fr-1", phones=("+1",), website="a"), mission("it-1"), mission("pl-1"))
    new = directory(
        mission("ke-1"), mission("pl-1"), mission("fr-1", phones=("+2",), city="Kazan", website="a"), mission("de-1")
    )
    found = differences(old, new).missions
    assert (found.added, found.removed, found.unchanged) == (("ke-1",), ("it-1",), 2)
    assert found.changed == (Changed("fr-1", (Change("city", "Moscow", "Kazan"), Change("phones", ("+1",), ("+2",)))),)
    assert found.changed[0].flip is None


def test_statuses_that_flip_come_first() -> None:
    old = directory(*(mission(f"{code}-1", status=Status.OPEN) for code in ("de", "fr", "it", "pl")))
    new = directory(
        mission("de-1", status=Status.OPEN, hours="9-17"),
        mission("fr-1", status=Status.CLOSED, hours="9-17"),
        mission("it-1", status=Status.OPEN, hours="9-17"),
        mission("pl-1", status=Status.LIMITED),
    )
    changed = differences(old, new).missions.changed
    assert [change.key for change in changed] == ["fr-1", "pl-1", "de-1", "it-1"]
    assert changed[0].flip == Change("status", Status.OPEN, Status.CLOSED)


def test_what_became_of_its_sources_is_a_change() -> None:
    old, new = mission("de-1"), mission("de-1", unattributed=frozenset({"phones"}))
    [changed] = differences(directory(old), directory(new)).missions.changed
    assert changed.changes == (Change("unattributed", frozenset(), frozenset({"phones"})),)


def test_the_other_tables() -> None:
    fiji = Cover("fj", "Embassy of Fiji", "Tokyo", "jp", "", ("a",), DAY)
    rule = Rule("eu", frozenset({"de"}), "Ask.", ("a",), DAY)
    frg, deutschland = Alias("ФРГ", "de", "ru", "abbreviation"), Alias("Deutschland", "de", "de", "name")
    old = directory(covers=(fiji,), rules=(rule,), aliases=(frg,))
    new = directory(
        covers=(replace(fiji, note="Moved."), replace(fiji, city="Seoul")),
        rules=(replace(rule, applies_to=frozenset({"de", "fr"})),),
        aliases=(deutschland, frg),
    )
    found = differences(old, new)
    assert found.covers.added == (("fj", "Embassy of Fiji", "Seoul"),)
    assert found.covers.changed == (Changed(("fj", "Embassy of Fiji", "Tokyo"), (Change("note", "", "Moved."),)),)
    assert found.rules.changed == (Changed("eu", (Change("applies_to", frozenset({"de"}), frozenset({"de", "fr"})),)),)
    assert (found.aliases.added, found.aliases.unchanged) == ((("Deutschland", "de", "de", "name"),), 1)
    assert not found.nothing


def test_records_of_any_kind_compare_by_their_key() -> None:
    feed = Feed("a", "https://a.example", "A", "", "en")
    found = compare([feed], [replace(feed, language="ru")], lambda each: each.id)
    assert found.changed == (Changed("a", (Change("language", "en", "ru"),)),)


tables = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(["Moscow", "Kazan"])).map(
    lambda cities: directory(*(mission(name, city=city) for name, city in cities.items()))
)


@given(tables, tables)
def test_every_mission_is_counted_once(old: Directory, new: Directory) -> None:
    there, back = differences(old, new), differences(new, old)
    found = there.missions
    assert len(found.removed) + len(found.changed) + found.unchanged == len(old.missions)
    assert len(found.added) + len(found.changed) + found.unchanged == len(new.missions)
    assert set(found.added) == set(back.missions.removed)
    assert there.nothing == (dict(old.by_id) == dict(new.by_id))
    applied = {**old.by_id, **{name: new.by_id[name] for name in (*found.added, *(c.key for c in found.changed))}}
    assert {name: value for name, value in applied.items() if name not in found.removed} == dict(new.by_id)
