from dataclasses import replace
from datetime import date

import pytest

from bot.domain.cities import POSITIONS
from bot.domain.missions import (
    CITY_RADIUS_KM,
    Cover,
    Directory,
    Kind,
    Mission,
    Rule,
    Status,
    coverage,
    distance_km,
    is_stale,
    nearest,
)

EMBASSY = Mission(
    id="xx-embassy", sender="fr", kind=Kind.EMBASSY, city="Moscow", status=Status.OPEN, latitude=55.75, longitude=37.6
)
CONSULATE = replace(EMBASSY, id="xx-cg", kind=Kind.CONSULATE_GENERAL, city="Kazan", latitude=55.79, longitude=49.1)
COVER = Cover("fr", "Embassy", "Berlin", "de", "", ("https://example.org",), date(2026, 1, 1))
EU_RULE = Rule("eu", frozenset({"fr"}), "text", ("https://example.org",), date(2026, 1, 1))
EVERYBODY = replace(EU_RULE, id="all", applies_to=frozenset({"*"}))


def test_the_embassy_is_shown_first_and_the_rest_are_others() -> None:
    found = coverage(Directory((CONSULATE, EMBASSY)), "fr")
    assert (found.post, found.others, found.served) == (EMBASSY, (CONSULATE,), True)


def test_a_named_city_narrows_to_its_post() -> None:
    found = coverage(Directory((CONSULATE, EMBASSY)), "fr", "Kazan")
    assert (found.post, found.city_post) == (CONSULATE, None)


def test_a_closed_post_in_the_named_city_gives_way_to_a_working_one_and_is_told() -> None:
    closed = replace(CONSULATE, status=Status.CLOSED)
    found = coverage(Directory((closed, EMBASSY)), "fr", "Kazan")
    assert (found.post, found.city_post) == (EMBASSY, closed)


def test_a_suspended_embassy_gives_way_to_a_working_consulate() -> None:
    suspended = replace(EMBASSY, status=Status.SUSPENDED)
    assert coverage(Directory((suspended, CONSULATE)), "fr").post is CONSULATE


def test_where_nothing_works_the_closed_embassy_and_who_covers_it_are_told() -> None:
    closed = replace(EMBASSY, status=Status.CLOSED)
    found = coverage(Directory((closed,), (COVER,), (EU_RULE, EVERYBODY)), "fr")
    assert (found.post, found.served, found.covers) == (closed, False, (COVER,))
    assert found.rules == (EU_RULE, EVERYBODY)


def test_a_country_that_is_in_no_table_has_no_coverage() -> None:
    found = coverage(Directory((EMBASSY,)), "to")
    assert (found.post, found.others, found.covers, found.rules) == (None, (), (), ())


def test_nearest_leaves_out_what_does_not_work_and_puts_last_what_lies_nowhere() -> None:
    posts = [
        CONSULATE,
        EMBASSY,
        replace(EMBASSY, id="closed", status=Status.CLOSED),
        replace(EMBASSY, id="nowhere", city="Atlantis", latitude=None, longitude=None),
        replace(EMBASSY, id="in-perm", city="Perm", latitude=None, longitude=None),
    ]
    assert [near.mission.id for near in nearest(posts, 55.7, 37.5)] == ["xx-embassy", "xx-cg", "in-perm", "nowhere"]


def test_a_post_of_which_only_the_city_is_known_has_no_distance_and_comes_after_those_of_its_city() -> None:
    at_its_edge = replace(EMBASSY, id="at-its-edge", latitude=55.98, longitude=37.18)
    somewhere = replace(EMBASSY, id="somewhere", latitude=None, longitude=None)
    found = nearest([somewhere, CONSULATE, at_its_edge, EMBASSY], *POSITIONS["Moscow"])
    assert [near.mission.id for near in found] == ["xx-embassy", "at-its-edge", "somewhere", "xx-cg"]
    assert [near.mission.id for near in found if near.km is None] == ["somewhere"]


def test_no_distance_is_invented(directory: Directory) -> None:
    for place in POSITIONS.values():
        for near in nearest(directory.missions, *place, limit=len(directory.missions)):
            assert (near.km is None) == (near.mission.position is None)


def test_at_red_square_the_nearest_posts_are_those_whose_place_is_known(directory: Directory) -> None:
    found = nearest(directory.missions, 55.7539, 37.6208)
    assert len(found) == 5
    assert all(near.km is not None and near.km < 2 for near in found)


def test_distance_from_moscow_to_kazan() -> None:
    # 719 km on the ellipsoid (WGS 84); the sphere is within half a percent of it.
    assert distance_km((55.7558, 37.6173), (55.7963, 49.1088)) == pytest.approx(719, rel=0.005)
    assert distance_km((10.0, 20.0), (10.0, 20.0)) == 0


def test_a_row_is_stale_after_a_year() -> None:
    row = replace(EMBASSY, as_of=date(2025, 11, 22))
    assert not is_stale(row, date(2026, 11, 22))
    assert is_stale(row, date(2026, 11, 23))


def test_every_city_of_the_tables_has_a_position_near_its_posts(directory: Directory) -> None:
    assert {mission.city for mission in directory.missions} <= POSITIONS.keys()
    for mission in directory.missions:
        if mission.position is not None:
            assert distance_km(mission.position, POSITIONS[mission.city]) < CITY_RADIUS_KM, mission.id
