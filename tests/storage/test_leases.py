"""One holder at a time, and a number that tells an old one from the new."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import datetime, timedelta

import pytest

from bot.storage import leases
from bot.storage.database import Database
from bot.storage.leases import LASTS, Lease


async def acquire(database: Database, owner: str, now: datetime) -> Lease | None:
    return await leases.acquire(database, "sender", owner, now)


async def test_the_first_has_it_until_it_runs_out(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    assert await acquire(database, first, now) == Lease("sender", first, 1)
    assert await acquire(database, second, now) is None
    assert await acquire(database, second, now + LASTS - timedelta(milliseconds=1)) is None
    assert await acquire(database, second, now + LASTS) == Lease("sender", second, 2)
    assert await acquire(database, first, now + LASTS) is None


async def test_a_heartbeat_keeps_it_and_its_number(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    for beat in range(5):
        moment = now + beat * LASTS / 2
        assert await acquire(database, first, moment) == Lease("sender", first, 1)
        assert await acquire(database, second, moment) is None
    # Even one that has run out is the same one as long as nobody took it.
    assert await acquire(database, first, now + 10 * LASTS) == Lease("sender", first, 1)


async def test_handed_back_it_is_free_at_once(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    lease = await acquire(database, first, now)
    assert lease is not None
    await leases.release(database, lease)
    taken = await acquire(database, second, now)
    assert taken == Lease("sender", second, 2)
    await leases.release(database, lease)  # too late: it is another's
    assert await acquire(database, first, now) is None


async def test_of_many_at_once_one_gets_it(database: Database, now: datetime) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    got = await asyncio.gather(
        *(acquire(each, leases.new_owner(), now) for each in (database, other) for _ in range(5))
    )
    await other.close()
    assert len([lease for lease in got if lease is not None]) == 1


async def test_leases_of_other_names_are_their_own(database: Database, now: datetime) -> None:
    first, second = leases.new_owner(), leases.new_owner()
    assert await leases.acquire(database, "sender", first, now) is not None
    assert await leases.acquire(database, "newswatch", second, now) == Lease("newswatch", second, 1)


async def test_a_dead_process_of_this_machine_holds_nothing(database: Database, now: datetime) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=PIPE, stderr=DEVNULL)
    owner = f"{socket.gethostname()}:{process.pid}:one"
    successor = leases.new_owner()
    assert await acquire(database, owner, now) is not None
    assert await acquire(database, successor, now) is None
    process.kill()
    await process.wait()
    assert await acquire(database, successor, now) == Lease("sender", successor, 2)


@pytest.mark.parametrize("owner", [f"elsewhere:{2**22 + 1}:one", f"{socket.gethostname()}:1:one", "elsewhere:x:one"])
async def test_of_what_cannot_be_known_dead_nothing_is_taken(database: Database, now: datetime, owner: str) -> None:
    assert await acquire(database, owner, now) is not None
    assert await acquire(database, leases.new_owner(), now) is None
    assert await acquire(database, leases.new_owner(), now + LASTS) is not None


def test_every_owner_has_a_name_of_its_own() -> None:
    names = {leases.new_owner() for _ in range(10)}
    assert len(names) == 10
    assert all(name.startswith(f"{socket.gethostname()}:{os.getpid()}:") for name in names)
