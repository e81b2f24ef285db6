"""Who may do what only one may do: a row with a heartbeat and a fencing number."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.owed import milliseconds
from bot.storage.tables import leases

SENDER: Final = "sender"
"""The name of the lease of the one process that sends the bulletins."""
LASTS: Final = timedelta(seconds=6)
"""How long a lease holds without a heartbeat."""
FREE: Final = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """`fence` grows with every new holder."""

    name: str
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Held:
    """Another's lease as it stands; `until` changes with each of its heartbeats."""

    owner: str
    fence: int
    until: int


class LeaseLost(Exception):
    """Another process has taken the lease over."""


def new_owner() -> str:
    """A name for this process that no other has: where it runs, its number there, and something of its own."""
    return f"{_here()}:{os.getpid()}:{uuid4().hex}"


async def acquire(
    database: Database, name: str, owner: str, now: datetime, *, silent: Held | None = None
) -> Lease | Held:
    """Takes or renews a lease, unless another holds it.

    `silent`: as the other's has stood for longer than a lease lasts; if it still stands like that, it is taken over.
    """
    until = milliseconds(now + LASTS)
    async with database.write() as connection:
        current = select(leases).where(leases.c.name == name).with_for_update()
        row = (await connection.execute(current)).one_or_none()
        if row is None:
            first = insertion(connection, leases).values(name=name, owner=owner, fence=1, until=until)
            if (await connection.execute(first.on_conflict_do_nothing())).rowcount:
                return Lease(name, owner, 1)
            row = (await connection.execute(current)).one()  # another process was first
        held = Held(row.owner, row.fence, row.until)
        if held.owner != owner and held.until != FREE and held != silent and not _died_here(held.owner):
            return held
        fence = held.fence if held.owner == owner else held.fence + 1
        await connection.execute(
            update(leases).where(leases.c.name == name).values(owner=owner, fence=fence, until=until)
        )
        return Lease(name, owner, fence)


async def release(database: Database, name: str, owner: str) -> None:
    """Hands a lease back, if this owner has it, so that the next one need not wait for silence."""
    async with database.write() as connection:
        mine = (leases.c.name == name, leases.c.owner == owner)
        await connection.execute(update(leases).where(*mine).values(until=FREE))


@asynccontextmanager
async def under(database: Database, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """A transaction of who holds the lease, and holds it until the end. Raises LeaseLost where that is another."""
    mine = (leases.c.name == lease.name, leases.c.owner == lease.owner, leases.c.fence == lease.fence)
    async with database.write() as connection:
        if await connection.scalar(select(leases.c.fence).where(*mine).with_for_update()) is None:
            raise LeaseLost(lease.name)
        yield connection


async def held(connection: AsyncConnection, now: datetime) -> list[str]:
    """The names of the leases that somebody alive holds, by the clock of this machine: for an embedded database."""
    rows = await connection.execute(select(leases).where(leases.c.until > milliseconds(now)).order_by(leases.c.name))
    return [row.name for row in rows if not _died_here(row.owner)]


def _here() -> str:
    """This machine, and where processes are numbered apart (a container), the numbering they are of."""
    try:
        numbering = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        numbering = ""
    return f"{socket.gethostname()}/{numbering}"


def _died_here(owner: str) -> bool:
    """Whether the owner was a process of this machine that is no more: a restart after a crash need not wait."""
    here, process, _ = owner.rsplit(":", 2)
    if here != _here() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
