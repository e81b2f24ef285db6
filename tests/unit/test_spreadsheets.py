"""What spreadsheets and editors make of a CSV file."""

import pytest

from tests.unit.tables import EU_RULE, GERMANY, KENYA, faults, files, read, sheet

HEADER = b"id,applies_to,rule,sources,as_of"
GOOD = b"a,de,Text,unattributed:1,2022-01-01"


def rules(*lines: bytes) -> dict[str, bytes]:
    return files(rules=b"\n".join((HEADER, *lines)))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n \n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\n\n", b"\n,,,,\n"])
def test_ends_of_lines_and_a_byte_order_mark_change_nothing(start: bytes, end: bytes, last: bytes) -> None:
    data = (start + sheet(GERMANY, KENYA).rstrip(b"\n") + last).replace(b"\n", end)
    assert read(files(missions=data)) == read(files())


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_are_counted_as_an_editor_does(end: bytes) -> None:
    bad = KENYA | {"status": "?"}
    data = sheet(GERMANY | {"status_note": "Two\nlines"}, bad, KENYA | {"id": "ke-2", "city": ""}).replace(b"\n", end)
    assert [fault.split(": ")[0] for fault in faults(files(missions=data))] == ["missions.csv:4", "missions.csv:5"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_break_in_a_quoted_cell_is_read_as_one_newline(end: bytes) -> None:
    data = sheet(KENYA | {"status_note": 'Two\nlines, "quoted"'}).replace(b"\n", end)
    assert read(files(missions=data)).directory.missions[0].status_note == 'Two\nlines, "quoted"'


def test_order_of_columns_is_free_and_blanks_are_stripped() -> None:
    moved = {f" {column} ": f"\t{cell}\xa0" for column, cell in reversed(KENYA.items())}
    assert read(files(missions=sheet(moved))) == read(files(missions=[KENYA]))


@pytest.mark.parametrize(("separator", "word"), [(b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_another_separator_is_named(start: bytes, separator: bytes, word: str) -> None:
    data = start + sheet(EU_RULE).replace(b";", b".").replace(b",", separator)
    assert faults(files(rules=data)) == [
        f"rules.csv:1: file: is separated by {word}; save it as CSV separated by commas"
    ]


UTF8 = 'save it as "CSV UTF-8 (comma delimited)"'
CYRILLIC = sheet(*(GERMANY | {"id": f"de-{number}", "city": "Москва"} for number in range(20))).decode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "1: file: is empty"),
        (b"\xef\xbb\xbf", "1: file: is empty"),
        (b"\r\n \r\n", "1: file: is empty"),
        (CYRILLIC.encode("utf-16"), f"1: file: is UTF-16, not UTF-8; {UTF8}"),
        (CYRILLIC.encode("utf-16-le"), f"1: file: is UTF-16, not UTF-8; {UTF8}"),
        (CYRILLIC.encode("utf-16-be"), f"1: file: is UTF-16, not UTF-8; {UTF8}"),
        (
            CYRILLIC.encode("cp1251"),
            f"2: file: is not UTF-8 (Windows-1251 perhaps), in 20 lines; {UTF8}",
        ),
        (b"PK\x03\x04\x14\x00", f"1: file: is a spreadsheet or an archive, not a text; {UTF8}"),
        (b"\xd0\xcf\x11\xe0\xa1", f"1: file: is a spreadsheet, not a text; {UTF8}"),
        (b"a" * (16 * 1024 * 1024 + 1), "1: file: is larger than 16 MB"),
        (b"\n" * 200_001, "1: file: has more than 200,000 lines"),
        (sheet(KENYA).split(b"\n", 1)[0], "1: file: has no missions"),
        (b'id,sender,"kind', "1: header: the quote that opens this cell is never closed"),
        (
            b"name,street\nKenya,Moscow",
            f"1: header: the first line must name the columns: {','.join(KENYA)}",
        ),
    ],
)
def test_what_is_no_table_gets_one_plain_fault(data: bytes, expected: str) -> None:
    assert faults(files(missions=data)) == [f"missions.csv:{expected}"]


def test_a_table_of_too_many_rows() -> None:
    data = b"alias,code,language,kind\n" + b"".join(b"a%d,de,,name\n" % number for number in range(50_001))
    assert faults(files(aliases=data)) == ["aliases.csv:50002: file: has more than 50,000 rows"]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"id,applies_to,rule,sources", ["1: as_of: this column is missing"]),
        (b"id,applies_to,rule,sources,as_of,colour", ['1: colour: unknown column "colour"']),
        (b"id,applies_to,rule,sources,as_of,", ["1: header: a column without a name"]),
        (b"id,applies_to,rule,sources,as_of,<\x07>", ['1: header: unknown column "<\\x07>"']),
        (b"id,applies_to,rule,sources,as_of,rule", ["1: rule: this column stands 2 times in the header"]),
        (
            b"id,Applies_To,rule,sources,as_of",
            ['1: Applies_To: unknown column "Applies_To"', "1: applies_to: this column is missing"],
        ),
    ],
)
def test_a_wrong_header_does_not_hide_the_rows(header: bytes, expected: list[str]) -> None:
    cells = [b"A", b"de", b"Text", b"unattributed:1", b"2022-01-01", b"x"][: header.count(b",") + 1]
    found = faults(files(rules=header + b"\n" + b",".join(cells)))
    assert found == [f"rules.csv:{fault}" for fault in [*expected, "2: id: A is not an id (a-z, 0-9 and -, up to 56)"]]


NOT_CLOSED = "the quote that opens this cell is never closed"
TEXT_AFTER = 'text after the closing quote; a quote inside a quoted cell is written twice ("")'
STRAY = 'a quote in a cell that is not quoted; put the whole cell in quotes and write the quote twice ("")'


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"a,de,Text,unattributed:1"], ["2: row: has 4 cells, the header has 5"]),
        ([GOOD, b"b,de,Te,xt,unattributed:1,2022-01-01"], ["3: row: has 6 cells, the header has 5"]),
        ([b"x," * 300], ["2: row: has 200 or more cells, the header has 5"]),
        ([b'"x",' * 300], ["2: row: has 200 or more cells, the header has 5"]),
        ([b'a,de,The "Union",unattributed:1,2022-01-01'], [f"2: rule: {STRAY}"]),
        ([b'a,de,"The "Union,unattributed:1,2022-01-01'], [f"2: rule: {TEXT_AFTER}"]),
        ([b'a,de, "Text, more",unattributed:1,2022-01-01'], [f"2: rule: {STRAY}"]),
        # the other cells of a row with a broken quote are still checked, as far as they can be told apart
        (
            [b'A,de,The "Union",unattributed:1,soon'],
            [
                "2: id: A is not an id (a-z, 0-9 and -, up to 56)",
                f"2: rule: {STRAY}",
                "2: as_of: soon is not a date (yyyy-mm-dd)",
            ],
        ),
        (
            [b'A,de,The "Union,unattributed:1'],
            ["2: id: A is not an id (a-z, 0-9 and -, up to 56)", f"2: rule: {STRAY}"],
        ),
        # a quote that is never closed does not swallow what follows
        ([b'a,de,"Text,unattributed:1,2022-01-01'], [f"2: rule: {NOT_CLOSED}"]),
        (
            [b'a,de,"Text,unattributed:1,2022-01-01', GOOD.replace(b"a,", b"B,", 1), b"c,de"],
            [
                f"2: rule: {NOT_CLOSED}",
                "3: id: B is not an id (a-z, 0-9 and -, up to 56)",
                "4: row: has 2 cells, the header has 5",
            ],
        ),
        (
            [b'z,de,"Text,unattributed:1,2022-01-01', GOOD, b'B,de,"Text, more",unattributed:1,2022-01-01'],
            [f"2: rule: {NOT_CLOSED}", "4: id: B is not an id (a-z, 0-9 and -, up to 56)"],
        ),
        (
            [b'z,de,"Text,unattributed:1,2022-01-01', GOOD, b'b,de,Text,unattributed:1,"2022-01-01"'],
            [f"2: rule: {NOT_CLOSED}"],
        ),
        # a cell of several lines that is broken at its end is one row still
        (
            [b'a,de,"Two', b'lines" or so,unattributed:1,2022-01-01', b"c,de"],
            [f"2: rule: {NOT_CLOSED}", "4: row: has 2 cells, the header has 5"],
        ),
        ([b'b,de,"Two', b'lines",unattributed:1', GOOD], ["2: row: has 4 cells, the header has 5"]),
    ],
)
def test_quotes_and_numbers_of_cells(lines: list[bytes], expected: list[str]) -> None:
    assert faults(rules(*lines)) == [f"rules.csv:{fault}" for fault in expected]


def test_bytes_that_are_not_utf8_are_reported_in_their_cells() -> None:
    lines = sheet(GERMANY, KENYA | {"city": "Mosc\xf6w"}, KENYA | {"id": "ke-2", "status": "\xff"})
    data = lines.replace("ö".encode(), b"\xf6").replace("ÿ".encode(), b"\xff\xfe")
    assert faults(files(missions=data)) == [
        "missions.csv:3: city: has a byte that is not UTF-8 (\\xf6)",
        "missions.csv:4: status: has a byte that is not UTF-8 (\\xff)",
    ]
