"""A mission on the map and in the address book."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import bundled
from bot.domain.missions import Directory, Kind, Mission
from bot.texts import places
from bot.texts.catalog import Catalog, Words
from tests.fake_telegram.entities import utf16_length

KENYA = Mission(
    id="ke-embassy-moscow",
    sender="ke",
    kind=Kind.EMBASSY,
    city="Moscow",
    address_en="Lopukhinsky Lane 5, Moscow",
    address_ru="Лопухинский переулок, 5; Москва",
    latitude=55.74,
    longitude=37.59,
    phones=("+74992300232",),
    emergency_phones=("+74992300233",),
    emails=("info@kenya.example",),
    website="https://kenya.example/a,b;c",
)
ENGLISH = Catalog(bundled("locales")).words("en")


def test_a_pin_lies_at_the_mission_and_names_it(english: Words, russian: Words) -> None:
    pin = places.pin(KENYA, english)
    assert pin is not None
    assert (pin.latitude, pin.longitude) == (55.74, 37.59)
    assert (pin.title, pin.address) == ("Kenya: Embassy", "Lopukhinsky Lane 5, Moscow")
    in_russian = places.pin(KENYA, russian)
    assert in_russian is not None
    assert in_russian.address == "Лопухинский переулок, 5; Москва"


def test_a_pin_without_an_address_has_the_city_since_telegram_wants_one(english: Words) -> None:
    pin = places.pin(replace(KENYA, address_en=" \n"), english)
    assert pin is not None
    assert pin.address == "Moscow"


def test_without_coordinates_there_is_no_pin_and_without_numbers_no_contact(english: Words) -> None:
    assert places.pin(replace(KENYA, latitude=None), english) is None
    assert places.contact(replace(KENYA, phones=(), emergency_phones=()), english) is None


def test_a_contact_is_a_vcard_with_the_emergency_number_first(english: Words) -> None:
    contact = places.contact(KENYA, english)
    assert contact is not None
    assert (contact.phone, contact.name) == ("+74992300233", "Kenya: Embassy, Moscow")
    assert contact.vcard == (
        "BEGIN:VCARD\r\n"
        "VERSION:3.0\r\n"
        "N:Kenya: Embassy\\, Moscow;;;;\r\n"
        "FN:Kenya: Embassy\\, Moscow\r\n"
        "ORG:Kenya: Embassy\\, Moscow\r\n"
        "TEL;TYPE=work,pref:+74992300233\r\n"
        "TEL;TYPE=work:+74992300232\r\n"
        "EMAIL;TYPE=work:info@kenya.example\r\n"
        "ADR;TYPE=work:;;Лопухинский переулок\\, 5\\; Москва;;;;\r\n"
        "GEO:55.74;37.59\r\n"
        "URL:https://kenya.example/a,b;c\r\n"
        "END:VCARD\r\n"
    )


def test_every_mission_of_the_tables_has_a_contact_with_all_its_numbers(directory: Directory, english: Words) -> None:
    for mission in directory.missions:
        contact = places.contact(mission, english)
        numbers = (*mission.emergency_phones, *mission.phones)
        assert (contact is None) is (not numbers)
        if contact is not None:
            assert re.findall(r"^TEL;[^:]*:(.*)\r$", contact.vcard, re.MULTILINE) == list(numbers)
            assert len(contact.vcard.encode()) <= 2048


CELL = st.text(max_size=30) | st.sampled_from(
    ["a\r\nEND:VCARD\r\nTEL:112", "\\n,;", "ж" * 3000, "\u2028\x85\x0b", "\r"]
)
CELLS = st.lists(CELL, max_size=3).map(tuple) | CELL.map(lambda cell: (cell,) * 200)
FREE = re.compile(r"(?<!\\)(?:\\\\)*[,;]")


@settings(max_examples=40)
@given(
    st.builds(
        replace,
        st.just(KENYA),
        city=CELL,
        address_en=CELL,
        address_ru=CELL,
        phones=CELLS,
        emergency_phones=CELLS,
        emails=CELLS,
        website=CELL,
    )
)
def test_whatever_the_cells_hold_a_vcard_is_short_and_has_no_lines_but_its_own(mission: Mission) -> None:
    contact, pin = places.contact(mission, ENGLISH), places.pin(mission, ENGLISH)
    assert pin is not None
    assert 0 < utf16_length(pin.address) <= 250
    if contact is None:
        assert mission.phones + mission.emergency_phones == ()
        return
    assert 0 < utf16_length(contact.name) <= 64
    assert len(contact.vcard.encode()) <= 2048
    assert contact.vcard.endswith("\r\nEND:VCARD\r\n")
    lines = contact.vcard.split("\r\n")[:-1]
    assert contact.vcard.splitlines() == lines
    names = [re.split("[;:]", line)[0] for line in lines]
    assert names[:5] == ["BEGIN", "VERSION", "N", "FN", "ORG"]
    assert set(names[5:-1]) <= {"TEL", "EMAIL", "ADR", "GEO", "URL"}
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("FN", "ORG", "TEL;TYPE=work", "EMAIL;TYPE=work"):
            assert not FREE.search(value)
        if name.startswith("ADR"):
            assert len(FREE.findall(value)) == 6
