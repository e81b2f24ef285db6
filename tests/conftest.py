"""Fixtures shared by all tests: a clock that stands still, an empty database, the bundled data, the words.

What asks for a database runs on SQLite and on PostgreSQL, unless it is marked as being about one of them
(`tests.databases`).
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.config import bundled
from bot.domain.missions import Directory
from bot.domain.names import NameIndex, load_index
from bot.sources.missions_file import Tables, read_directory
from bot.storage.database import Database
from bot.storage.schema import migrate
from bot.texts.catalog import Catalog, Words
from tests import postgres
from tests.steady import SteadyLoop

# Where a change is judged, the same examples are tried each time; everywhere else new ones are looked for.
# No example is timed, neither its making nor its test: that a machine stands still is no fault of the code.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("looking", UNTIMED)
settings.register_profile("judged", UNTIMED, derandomize=True)
settings.load_profile("judged" if os.environ.get("CI") else "looking")

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def tables() -> Tables:
    read = read_directory(bundled("data"), NOW.date())
    assert isinstance(read, Tables), str(read)
    return read


@pytest.fixture(scope="session")
def directory(tables: Tables) -> Directory:
    return tables.directory


@pytest.fixture(scope="session")
def index() -> NameIndex:
    return load_index()


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog(bundled("locales"))


@pytest.fixture(scope="session")
def english(catalog: Catalog) -> Words:
    return catalog.words("en")


@pytest.fixture(scope="session")
def russian(catalog: Catalog) -> Words:
    return catalog.words("ru")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "embassy.db"

    async def make() -> None:
        database = Database(f"sqlite+aiosqlite:///{path}")
        await migrate(database)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "embassy.db"
    shutil.copyfile(migrated_file, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def postgresql_url() -> AsyncIterator[str]:
    async with postgres.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def kind_of_database(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(request: pytest.FixtureRequest, kind_of_database: str) -> str:
    """The address of an empty database of the newest schema, once of each kind."""
    url: str = request.getfixturevalue(f"{kind_of_database}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    await database.open()
    yield database
    await database.close()


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """What stands still together with the machine is no fault of the code: its limits are not over by that."""
    return {"steady": SteadyLoop}


def pytest_xdist_auto_num_workers() -> int:
    """Two for each processor: about as long as they work the tests wait, for time to pass or for other processes."""
    return 2 * (os.cpu_count() or 1)


def pytest_configure() -> None:
    # A shell that runs the tests in its background has them ignore Ctrl-C, and with them all programs that they begin.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    postgres.begin_session()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end_session()
