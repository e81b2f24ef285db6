"""Which facts of a card must say that their source could not be named."""

from tests.unit.tables import GERMANY, KENYA, PROOF, files, read

NAMED = "https://germania.diplo.de/ru-de"


def unattributed(mission: dict[str, str], *proofs: dict[str, str]) -> set[str]:
    given = files(missions=[mission], provenance=[PROOF | proof for proof in ({"id": "of-nobody"}, *proofs)])
    return set(read(given).directory.missions[0].unattributed)


def test_a_value_with_unnamed_sources_only() -> None:
    assert unattributed(GERMANY, {"source": "unattributed:1;unattributed:2"}) == {"phones"}


def test_a_named_source_beside_it_is_enough() -> None:
    assert unattributed(GERMANY, {"source": f"unattributed:1;{NAMED}"}) == set()


def test_a_named_source_in_another_row_is_enough() -> None:
    assert unattributed(GERMANY, {"source": "unattributed:1"}, {"source": NAMED}) == set()


def test_a_named_source_of_another_value_is_not() -> None:
    assert unattributed(GERMANY, {}, {"value": "+74959379555", "source": NAMED}) == {"phones"}


def test_a_named_source_of_another_mission_or_column_is_not() -> None:
    others = {"id": "ke-embassy-moscow", "source": NAMED}, {"field": "emergency_phones", "source": NAMED}
    assert unattributed(GERMANY, {}, *others) == {"phones"}


def test_numbers_of_one_cell_are_looked_at_one_by_one() -> None:
    both = "+74959379501; +493018170"
    proofs = [
        {"field": "emergency_phones", "value": both, "source": "unattributed:1"},
        {"field": "emergency_phones", "value": "+493018170", "source": NAMED},
    ]
    assert unattributed(GERMANY, *proofs) == {"emergency_phones"}
    assert unattributed(GERMANY, *proofs, {**proofs[0], "source": NAMED}) == set()


def test_a_value_that_is_no_longer_shown_says_nothing() -> None:
    assert unattributed(GERMANY, {"value": "+74959379599"}) == set()


def test_coordinates_are_compared_as_numbers() -> None:
    assert unattributed(GERMANY, {"field": "latitude", "value": "55.71340"}) == {"latitude"}


def test_without_a_row_of_its_own_a_fact_has_the_sources_of_its_mission() -> None:
    assert unattributed(KENYA | {"city": "Moscow", "website": "https://a.ke"}) == {"status", "website"}
    shown = {column for column, cell in GERMANY.items() if cell} - {"id", "sender", "kind", "city", "sources", "as_of"}
    assert unattributed(GERMANY | {"sources": "unattributed:1;unattributed:2"}) == shown


def test_without_provenance_the_mission_decides() -> None:
    given = files()
    del given["provenance.csv"]
    germany, kenya = read(given).directory.missions
    assert (germany.unattributed, kenya.unattributed) == (frozenset(), frozenset({"status"}))
