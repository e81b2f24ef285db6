from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.countries import SENDERS
from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Kind, Mission, Rule, Status
from bot.domain.senses import KINDS
from bot.sources.columns import FACTS, RULES
from bot.sources.export import write_tables
from bot.sources.missions_file import Tables, read_directory
from tests.unit.tables import TODAY, files, read

DATA = Path(__file__).parents[2] / "data"


def test_bundled_tables_come_back_as_they_were() -> None:
    tables = read_directory(DATA, TODAY)
    assert isinstance(tables, Tables)
    assert read(write_tables(tables.directory, tables.feeds, tables.provenance)) == tables


def test_written_as_rfc_4180() -> None:
    tables = read(files())
    assert write_tables(tables.directory)[RULES] == (
        b"id,applies_to,rule,sources,as_of\r\n"
        b"eu-unrepresented,de;fr,May ask any other embassy of the Union.,https://base.garant.ru/71279452,2022-09-02\r\n"
    )


senders = st.sampled_from(sorted(SENDERS))
days = st.dates(date(1990, 1, 1), TODAY)
letters = st.text(st.characters(categories=["L", "N", "P", "S"], exclude_characters="\ufffd"), min_size=1, max_size=8)
lines = st.lists(letters, min_size=1, max_size=3).map(" ".join)
texts = st.lists(lines, min_size=1, max_size=2).map("\n".join)
sources = st.lists(
    st.sampled_from(
        ["https://a.example/x,y", 'owner/name:a "b".csv', "o/n:p@0123abc", "unattributed:1", "unattributed:2"]
    ),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


@st.composite
def missions(draw: st.DrawFn, number: int) -> Mission:
    sender = draw(senders)
    placed = draw(st.booleans())
    mission = Mission(
        id=f"{sender}-{number}",
        sender=sender,
        kind=draw(st.sampled_from(Kind)),
        city=draw(lines),
        address_en=draw(st.just("") | lines),
        address_ru=draw(st.just("") | lines),
        postcode=draw(st.sampled_from(["", "119285"])),
        latitude=draw(st.floats(41, 82)) if placed else None,
        longitude=draw(st.floats(19, 180) | st.floats(-180, -169)) if placed else None,
        phones=draw(some("+74959379500", "+493018170")),
        emergency_phones=draw(some("+74959379501")),
        emails=draw(some("a@b.example", "c.d@e.example")),
        website=draw(st.sampled_from(["", "https://посольство.рф/a,b?c=%22"])),
        hours=draw(st.just("") | texts),
        status=draw(st.sampled_from(Status)),
        status_note=draw(st.just("") | texts),
        jurisdiction=draw(st.just("") | texts),
        wikidata=draw(st.sampled_from(["", "Q1"])),
        sources=draw(sources),
        as_of=draw(days),
    )
    named = any(not source.startswith("unattributed:") for source in mission.sources)
    facts = frozenset() if named else frozenset(name for name in FACTS if getattr(mission, name) not in ("", (), None))
    return Mission(**{name: getattr(mission, name) for name in Mission.__dataclass_fields__} | {"unattributed": facts})


def unique(records: st.SearchStrategy, *names: str) -> st.SearchStrategy:
    key = lambda record: tuple(getattr(record, name) for name in names)  # noqa: E731
    return st.lists(records, max_size=3, unique_by=key).map(tuple)


directories = st.builds(
    Directory,
    missions=st.integers(1, 4).flatmap(lambda count: st.tuples(*(missions(number) for number in range(count)))),
    covers=unique(
        st.builds(Cover, senders, lines, lines, senders, st.just("") | texts, sources, days),
        "sender",
        "served_by",
        "city",
    ),
    rules=unique(
        st.builds(
            Rule,
            st.sampled_from(["a", "b-1", "2"]),
            st.just(frozenset("*")) | st.frozensets(senders, min_size=1, max_size=4),
            texts,
            sources,
            days,
        ),
        "id",
    ),
    aliases=unique(
        st.builds(Alias, lines, senders, st.sampled_from(["", "en", "zh-Hant"]), st.sampled_from(tuple(KINDS))),
        "alias",
        "code",
        "language",
    ),
)
feeds = unique(
    st.builds(Feed, st.sampled_from("ab"), st.just("https://a.example/f"), lines, senders | st.just(""), st.just("en")),
    "url",
)


@given(directories, feeds)
def test_what_is_written_reads_as_the_same(directory: Directory, given_feeds: tuple[Feed, ...]) -> None:
    assert read(write_tables(directory, given_feeds)) == Tables(directory, given_feeds)
