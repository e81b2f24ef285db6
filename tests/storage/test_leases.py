"""One holder at a time, and a number that tells an old one from the new."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.storage import leases
from bot.storage.database import Database
from bot.storage.leases import LASTS, Held, Lease, LeaseLost
from bot.storage.tables import leases as table_of_leases


async def acquire(database: Database, owner: str, now: datetime, silent: Held | None = None) -> Lease | Held:
    return await leases.acquire(database, "sender", owner, now, silent=silent)


async def test_the_first_has_it_until_it_is_silent(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    assert await acquire(database, first, now) == Lease("sender", first, 1)
    seen = await acquire(database, second, now)
    assert isinstance(seen, Held)
    assert await acquire(database, second, now + timedelta(days=1)) == seen  # time alone takes it from nobody
    assert await acquire(database, second, now, silent=seen) == Lease("sender", second, 2)
    assert isinstance(await acquire(database, first, now), Held)


async def test_a_heartbeat_keeps_it_and_its_number(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    seen = None
    for beat in range(5):
        moment = now + beat * LASTS / 2
        assert await acquire(database, first, moment) == Lease("sender", first, 1)
        found = await acquire(database, second, moment, silent=seen)
        assert isinstance(found, Held)
        seen = found


async def test_handed_back_it_is_free_at_once(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    lease = await acquire(database, first, now)
    assert isinstance(lease, Lease)
    await leases.release(database, lease.name, lease.owner)
    taken = await acquire(database, second, now)
    assert taken == Lease("sender", second, 2)
    await leases.release(database, lease.name, lease.owner)  # too late: it is another's
    assert isinstance(await acquire(database, first, now), Held)


async def test_only_the_holder_writes_under_a_lease(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    lease = await acquire(database, first, now)
    assert isinstance(lease, Lease)
    async with leases.under(database, lease) as connection:
        assert await connection.scalar(select(table_of_leases.c.owner)) == first
    seen = await acquire(database, second, now)
    assert isinstance(seen, Held)
    await acquire(database, second, now, silent=seen)
    with pytest.raises(LeaseLost):
        async with leases.under(database, lease):
            pass


async def test_of_many_at_once_one_gets_it(database: Database, now: datetime) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    got = await asyncio.gather(
        *(acquire(each, leases.new_owner(), now) for each in (database, other) for _ in range(5))
    )
    await other.close()
    assert len([lease for lease in got if isinstance(lease, Lease)]) == 1


async def test_leases_of_other_names_are_their_own(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    assert isinstance(await leases.acquire(database, "sender", first, now), Lease)
    assert await leases.acquire(database, "newswatch", second, now) == Lease("newswatch", second, 1)


async def test_a_dead_process_of_this_machine_holds_nothing(database: Database, now: datetime) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE, stderr=DEVNULL)
    here, _, _ = leases.new_owner().rsplit(":", 2)
    owner = f"{here}:{process.pid}:one"
    successor = leases.new_owner()
    assert isinstance(await acquire(database, owner, now), Lease)
    assert isinstance(await acquire(database, successor, now), Held)
    process.kill()
    await process.wait()
    assert await acquire(database, successor, now) == Lease("sender", successor, 2)


@pytest.mark.parametrize(
    "owner",
    [
        f"elsewhere/{2**22}:{2**22 + 1}:one",
        f"{socket.gethostname()}/another container:{2**22 + 1}:one",
        f"{leases.new_owner().rsplit(':', 2)[0]}:1:one",
        "elsewhere:x:one",
    ],
)
async def test_of_what_cannot_be_known_dead_nothing_is_taken(database: Database, now: datetime, owner: str) -> None:
    assert isinstance(await acquire(database, owner, now), Lease)
    assert isinstance(await acquire(database, leases.new_owner(), now), Held)


def test_every_owner_has_a_name_of_its_own() -> None:
    names = {leases.new_owner() for _ in range(10)}
    assert len(names) == 10
    assert all(name.startswith(f"{socket.gethostname()}/") and f":{os.getpid()}:" in name for name in names)
