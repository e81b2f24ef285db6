"""Fixtures shared by all tests: a clock that stands still, an empty database, the bundled data, the words."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from bot.config import bundled
from bot.domain.missions import Directory
from bot.domain.names import NameIndex, load_index
from bot.sources.missions_file import Tables, read_directory
from bot.storage.database import Database
from bot.storage.schema import migrate
from bot.texts.catalog import Catalog, Words

# Where a change is judged, the same examples are tried each time; everywhere else new ones are looked for.
settings.register_profile("judged", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("judged")

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


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'embassy.db'}")
    await database.open()
    await migrate(database)
    yield database
    await database.close()
