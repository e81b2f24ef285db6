from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Kind, Mission, Rule, Status
from bot.sources.faults import Faults
from bot.sources.missions_file import Tables, read_directory, read_tables
from tests.unit.tables import (
    ALIAS,
    EU_RULE,
    FEED,
    FIJI,
    GERMANY,
    KENYA,
    PROOF,
    ROWS,
    TODAY,
    faults,
    files,
    read,
    sheet,
)

DATA = Path(__file__).parents[2] / "data"


def test_bundled_tables_load_without_a_fault() -> None:
    found = read_directory(DATA, TODAY)
    assert isinstance(found, Tables), str(found)
    assert len(found.directory.missions) == 288
    assert len(found.directory.by_sender) == 157
    assert len(found.directory.covers) == 15
    assert len(found.directory.rules) == 18


def test_every_column_is_read() -> None:
    tables = read(files())
    germany, kenya = tables.directory.missions
    assert germany == Mission(
        id="de-embassy-moscow",
        sender="de",
        kind=Kind.EMBASSY,
        city="Moscow",
        address_en="Mosfilmovskaya 56, Moscow",
        address_ru="Мосфильмовская, 56, Москва",
        postcode="119285",
        latitude=55.7134,
        longitude=37.5204,
        phones=("+74959379500",),
        emergency_phones=("+74959379501", "+493018170"),
        emails=("info@mosk.diplo.de",),
        website="https://germania.diplo.de/ru-de",
        hours="Mon-Fri 09:00-12:00",
        status=Status.OPEN,
        jurisdiction="All of Russia",
        wikidata="Q47486",
        sources=("https://germania.diplo.de/ru-de", "owner/name:posts/de.csv@0123abc", "unattributed:1"),
        as_of=date(2026, 1, 15),
        unattributed=frozenset({"phones"}),
    )
    assert (kenya.position, kenya.phones, kenya.website) == (None, (), "")
    assert tables.directory.covers == (
        Cover("fj", "Embassy of Fiji", "Tokyo", "jp", "", (FIJI["sources"],), date(2022, 11, 16)),
    )
    assert tables.directory.rules == (
        Rule("eu-unrepresented", frozenset({"de", "fr"}), EU_RULE["rule"], (EU_RULE["sources"],), date(2022, 9, 2)),
    )
    assert tables.directory.aliases == (Alias("ФРГ", "de", "ru", "abbreviation"),)
    assert tables.feeds == (Feed("de-news", "https://germania.diplo.de/rss", "Embassy", "de", "de"),)
    assert tables.provenance == sheet(PROOF)


def test_the_host_has_other_names_too() -> None:
    tables = read(files(aliases=[ALIAS | {"alias": "РФ", "code": "ru"}]))
    assert tables.directory.aliases == (Alias("РФ", "ru", "ru", "abbreviation"),)


def test_what_is_optional_may_be_left_out() -> None:
    required = {name: files()[name] for name in ("missions.csv", "covered_from_abroad.csv", "rules.csv")}
    tables = read(required)
    assert (tables.directory.aliases, tables.feeds, tables.provenance) == ((), (), None)


CELLS = [
    # missions.csv
    ("missions", KENYA, "id", "", "id: is empty"),
    (
        "missions",
        KENYA,
        "id",
        "ke_embassy",
        "id: ke_embassy is not an id (a-z, 0-9 and -, up to 56)",
    ),
    ("missions", KENYA, "id", "de-embassy", "id: de-embassy does not begin with its sender, ke-"),
    ("missions", KENYA, "id", "kenya", "id: kenya does not begin with its sender, ke-"),
    ("missions", KENYA, "sender", "KE", "sender: KE is not the code of a country that sends missions"),
    ("missions", KENYA, "sender", "ru", "sender: ru is not the code of a country that sends missions"),
    ("missions", KENYA, "sender", "hk", "sender: hk is not the code of a country that sends missions"),
    (
        "missions",
        KENYA,
        "kind",
        "ambassade",
        f"kind: ambassade is none of {', '.join(Kind)}",
    ),
    ("missions", KENYA, "city", " \xa0\t", "city: is empty"),
    ("missions", KENYA, "city", "\u2003", "city: is blank"),
    ("missions", KENYA, "city", "Mos\ncow", "city: has a line break inside"),
    ("missions", KENYA, "city", "Mos\x07cow", "city: has a character that cannot be shown (U+0007)"),
    ("missions", KENYA, "city", "Mos\x00cow", "city: has a character that cannot be shown (U+0000)"),
    ("missions", KENYA, "city", "Mos\tcow", "city: has a character that cannot be shown (U+0009)"),
    ("missions", KENYA, "city", "\u202ewocsoM", "city: has a character that cannot be shown (U+202E)"),
    ("missions", KENYA, "city", "Mosc\ufffdw", "city: has a character that cannot be shown (U+FFFD)"),
    ("missions", KENYA, "status_note", "a" * 10_001, "status_note: is longer than 10,000 characters"),
    ("missions", KENYA, "postcode", "1192", "postcode: 1192 is not a postcode of six digits"),
    ("missions", GERMANY, "latitude", "", "latitude: is empty, though longitude is given"),
    ("missions", GERMANY, "longitude", "", "longitude: is empty, though latitude is given"),
    ("missions", GERMANY, "latitude", "55,71", "latitude: 55,71 is not a number of degrees (55.7558)"),
    ("missions", GERMANY, "latitude", "nan", "latitude: nan is not a number of degrees (55.7558)"),
    ("missions", GERMANY, "latitude", "５５", "latitude: ５５ is not a number of degrees (55.7558)"),
    ("missions", GERMANY, "latitude", "155.7", "latitude: 155.7 is not between -90 and 90 degrees"),
    ("missions", GERMANY, "longitude", "-180.5", "longitude: -180.5 is not between -180 and 180 degrees"),
    ("missions", GERMANY, "latitude", "37.5", "latitude: 37.5 is outside Russia"),
    ("missions", GERMANY, "longitude", "13.4", "longitude: 13.4 is outside Russia"),
    ("missions", GERMANY, "longitude", "-168", "longitude: -168.0 is outside Russia"),
    ("missions", KENYA, "phones", "+7495", "phones: +7495 is not a valid phone number"),
    ("missions", KENYA, "phones", "+70000000000", "phones: +70000000000 is not a valid phone number"),
    (
        "missions",
        KENYA,
        "phones",
        "84959379500",
        "phones: 84959379500 is not a valid phone number (+, country code, number)",
    ),
    ("missions", KENYA, "phones", "+7 495 937-95-00", "phones: +7 495 937-95-00 must be written as +74959379500"),
    ("missions", KENYA, "phones", "+74959379500;", "phones: has an empty entry between its semicolons"),
    ("missions", KENYA, "phones", "+74959379500; +74959379500", "phones: +74959379500 stands there twice"),
    (
        "missions",
        KENYA,
        "emergency_phones",
        "112",
        "emergency_phones: 112 is not a valid phone number (+, country code, number)",
    ),
    ("missions", KENYA, "emails", "Kenya <a@b.ke>", "emails: Kenya <a@b.ke> is not an e-mail address"),
    ("missions", KENYA, "emails", "a@localhost", "emails: a@localhost is not an e-mail address"),
    ("missions", KENYA, "emails", "a..b@mfa.go.ke", "emails: a..b@mfa.go.ke is not an e-mail address"),
    ("missions", KENYA, "website", "www.ke.org", "website: www.ke.org is not a web address (http:// or https://)"),
    (
        "missions",
        KENYA,
        "website",
        "javascript:alert(1)",
        "website: javascript:alert(1) is not a web address (http:// or https://)",
    ),
    ("missions", KENYA, "website", "https://", "website: https:// is not a web address (it has no valid host)"),
    (
        "missions",
        KENYA,
        "website",
        "https://a.ke/b c",
        "website: https://a.ke/b c is not a web address (too long, or with characters that none has)",
    ),
    (
        "missions",
        KENYA,
        "website",
        "https://me:pw@a.ke",
        "website: https://me:pw@a.ke must not carry a user name or password",
    ),
    ("missions", KENYA, "website", "https://a.ke:port/", "website: https://a.ke:port/ is not a web address"),
    ("missions", KENYA, "website", "https://[::1/", "website: https://[::1/ is not a web address"),
    ("missions", KENYA, "status", "shut", "status: shut is none of open, limited, unknown, suspended, closed"),
    ("missions", KENYA, "status", "", "status: is empty"),
    ("missions", KENYA, "wikidata", "Q007", "wikidata: Q007 is not a Wikidata item (Q and a number)"),
    ("missions", KENYA, "sources", "", "sources: is empty"),
    (
        "missions",
        KENYA,
        "sources",
        "hearsay",
        "sources: hearsay is not a source (a web address, owner/name:path[@commit] or unattributed:number)",
    ),
    (
        "missions",
        KENYA,
        "sources",
        "a/b:c@zz",
        "sources: a/b:c@zz is not a source (a web address, owner/name:path[@commit] or unattributed:number)",
    ),
    ("missions", KENYA, "as_of", "16.11.2022", "as_of: 16.11.2022 is not a date (yyyy-mm-dd)"),
    ("missions", KENYA, "as_of", "2022-02-30", "as_of: 2022-02-30 is not a date (yyyy-mm-dd)"),
    ("missions", KENYA, "as_of", "20221116", "as_of: 20221116 is not a date (yyyy-mm-dd)"),
    ("missions", KENYA, "as_of", "2026-11-23", "as_of: 2026-11-23 is in the future"),
    ("missions", KENYA, "as_of", "1989-12-31", "as_of: 1989-12-31 is before 1990"),
    # the others
    ("covered_from_abroad", FIJI, "sender", "zz", "sender: zz is not the code of a country that sends missions"),
    ("covered_from_abroad", FIJI, "served_by", "", "served_by: is empty"),
    ("covered_from_abroad", FIJI, "country", "JP", "country: JP is not the code of a country (two lower-case letters)"),
    ("rules", EU_RULE, "applies_to", "de;*", "applies_to: * is not the code of a country that sends missions"),
    ("rules", EU_RULE, "applies_to", "de;de", "applies_to: de stands there twice"),
    ("rules", EU_RULE, "rule", "", "rule: is empty"),
    ("aliases", ALIAS, "code", "xx", "code: xx is not the code of a country (two lower-case letters)"),
    ("aliases", ALIAS, "language", "Russian", "language: Russian is not a language code"),
    ("aliases", ALIAS, "code", "hk", "code: hk is a territory, write the code of its country: cn"),
    ("feeds", FEED, "url", "ftp://a.de/rss", "url: ftp://a.de/rss is not a web address (http:// or https://)"),
    ("feeds", FEED, "country", "germany", "country: germany is not the code of a country (two lower-case letters)"),
    ("feeds", FEED, "language", "", "language: is empty"),
    ("provenance", PROOF, "field", "fax", "field: fax is not a column that has sources"),
    ("provenance", PROOF, "source", "", "source: is empty"),
]


@pytest.mark.parametrize(("name", "row", "column", "cell", "expected"), CELLS)
def test_a_wrong_cell_is_reported_at_its_place(
    name: str, row: dict[str, str], column: str, cell: str, expected: str
) -> None:
    others = [good for good in ROWS[f"{name}.csv"] if good is not row]
    given = files(**{name: [*others, row | {column: cell}]})
    assert faults(given) == [f"{name}.csv:{len(others) + 2}: {expected}"]


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("missions", KENYA, "id: ke-embassy-moscow stands already in line 3"),
        ("covered_from_abroad", FIJI, "row: repeats line 2 (sender, served_by, city)"),
        ("rules", EU_RULE, "id: eu-unrepresented stands already in line 2"),
        ("aliases", ALIAS, "row: repeats line 2 (alias, code, language, kind)"),
        ("feeds", FEED | {"url": "https://other.de"}, "id: de-news stands already in line 2"),
        ("feeds", FEED | {"id": "other"}, "url: https://germania.diplo.de/rss stands already in line 2"),
    ],
)
def test_a_repeated_row_is_reported(name: str, row: dict[str, str], expected: str) -> None:
    rows = [*ROWS[f"{name}.csv"], row]
    assert faults(files(**{name: rows})) == [f"{name}.csv:{len(rows) + 1}: {expected}"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("sender", "ke"),
        ("phones", "+493018170; +77172695000"),
        ("emails", "Moscow@diplobel.fed.be"),
        ("website", "http://посольство.рф/путь?q=1"),
        ("website", "https://[2001:db8::1]:8080/"),
        ("status_note", "=HYPERLINK(1)"),
        ("status_note", "<b>first</b>\nsecond & third"),
        ("sources", "https://ru.wikipedia.org/wiki/Посольство; owner/name:a file.csv ;unattributed:12"),
        ("as_of", "2026-11-22"),
        ("as_of", "1990-01-01"),
    ],
)
def test_what_is_unusual_and_right_is_accepted(column: str, cell: str) -> None:
    read(files(missions=[KENYA | {column: cell}]))


def test_chukotka_is_in_russia() -> None:
    anadyr = KENYA | {"latitude": "66.16", "longitude": "-169.8"}
    assert read(files(missions=[anadyr])).directory.missions[0].position == (66.16, -169.8)


def test_both_wrong_entries_of_one_cell_are_reported() -> None:
    given = files(missions=[KENYA | {"phones": "+7495;+74959379500;+7496"}])
    assert faults(given) == [
        "missions.csv:2: phones: +7495 is not a valid phone number",
        "missions.csv:2: phones: +7496 is not a valid phone number",
    ]


def test_a_long_or_hostile_value_is_shown_short_and_harmless() -> None:
    [fault] = faults(files(missions=[KENYA | {"wikidata": "\u200f" + "я" * 100}]))
    assert fault == f"missions.csv:2: wikidata: \\u200f{'я' * 59}… is not a Wikidata item (Q and a number)"


def test_all_faults_of_all_files_come_at_once_in_order() -> None:
    given = files(
        rules=[EU_RULE | {"as_of": "soon", "applies_to": "zz"}],
        missions=[
            KENYA | {"as_of": "2030-01-01", "city": "", "latitude": "95"},
            KENYA | {"sender": "fr"},
            KENYA,
        ],
        feeds=b"",
    )
    del given["covered_from_abroad.csv"]
    assert faults(given | {"notes.csv": b""}) == [
        "notes.csv:1: file: is not one of the tables",
        "missions.csv:2: city: is empty",
        "missions.csv:2: latitude: 95 is not between -90 and 90 degrees",
        "missions.csv:2: as_of: 2030-01-01 is in the future",
        "missions.csv:3: id: ke-embassy-moscow does not begin with its sender, fr-",
        "missions.csv:3: id: ke-embassy-moscow stands already in line 2",
        "missions.csv:4: id: ke-embassy-moscow stands already in line 2",
        "covered_from_abroad.csv:1: file: is missing",
        "rules.csv:2: applies_to: zz is not the code of a country that sends missions",
        "rules.csv:2: as_of: soon is not a date (yyyy-mm-dd)",
        "feeds.csv:1: file: is empty",
    ]


def test_fifty_faults_in_a_table_of_three_hundred_rows() -> None:
    rows = [KENYA | {"id": f"ke-{number}"} for number in range(300)]
    for number in range(0, 300, 6):
        rows[number] = rows[number] | {"status": "?"}
    found = faults(files(missions=rows))
    assert [fault.split(": ")[0] for fault in found] == [f"missions.csv:{n + 2}" for n in range(0, 300, 6)]


def test_a_table_of_faults_ends() -> None:
    found = faults(files(missions=[KENYA | {"status": "?", "kind": "?"}] * 6000))
    assert len(found) == 10_001
    assert found[-1] == "missions.csv:3335: file: has more faults than these 10,000"


class TestFolder:
    def test_absent(self, tmp_path: Path) -> None:
        found = read_directory(tmp_path / "nowhere", TODAY)
        assert str(found) == "nowhere:1: folder: does not exist, or is no folder that can be read"

    def test_name_that_no_folder_can_have(self) -> None:
        found = read_directory(Path("x" * 5000), TODAY)
        assert str(found) == f"{'x' * 5000}:1: folder: does not exist, or is no folder that can be read"

    def test_empty(self, tmp_path: Path) -> None:
        assert str(read_directory(tmp_path, TODAY)).splitlines() == [
            "missions.csv:1: file: is missing",
            "covered_from_abroad.csv:1: file: is missing",
            "rules.csv:1: file: is missing",
        ]

    def test_same_as_the_bytes(self, tmp_path: Path) -> None:
        for name, data in files().items():
            (tmp_path / name).write_bytes(data)
        (tmp_path / "other.csv").write_bytes(b"is nobody's business")
        assert read_directory(tmp_path, TODAY) == read_tables(files(), TODAY)

    def test_a_file_that_is_none_leaves_the_other_faults(self, tmp_path: Path) -> None:
        for name, data in files(rules=b"", feeds=b"").items():
            (tmp_path / name).write_bytes(data)
        (tmp_path / "missions.csv").unlink()
        (tmp_path / "missions.csv").mkdir()
        (tmp_path / "feeds.csv").unlink()
        (tmp_path / "feeds.csv").symlink_to("feeds.csv")
        found = str(read_directory(tmp_path, TODAY)).splitlines()
        assert found[:2] == ["missions.csv:1: file: is not a file", "rules.csv:1: file: is empty"]
        assert found[2].startswith("feeds.csv:1: file: cannot be read: ")
        assert len(found) == 3


@given(
    st.dictionaries(
        st.sampled_from([*ROWS, "other.csv"]),
        st.binary(max_size=300)
        | st.text(alphabet='",;\n\r\x00\ufeffidsenrkc=x', max_size=200).map(str.encode)
        | st.builds(
            lambda good, at, noise: good[: at % len(good)] + noise + good[at % len(good) :],
            st.sampled_from(list(files().values())),
            st.integers(0, 10_000),
            st.binary(max_size=8) | st.sampled_from([b'"', b'"\n', b",", b"\r", b'""', b'\n"']),
        ),
    )
)
@example({"missions.csv": b"\xef\xbb\xbf"})
@example({"missions.csv": b'id,sender\n"'})
def test_no_bytes_break_it(given_files: dict[str, bytes]) -> None:
    found = read_tables(files() | given_files, TODAY)
    if isinstance(found, Faults):
        assert len(found) > 0
        for fault in found:
            lines = (files() | given_files)[fault.file].replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
            assert 1 <= fault.line <= lines
            assert fault.column
            assert str(fault).isprintable()
    else:
        assert found.directory.missions
