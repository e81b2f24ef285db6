"""Who may do what only one may do: a row with a heartbeat and a fencing number."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import insert, select, update

from bot.storage.database import Database
from bot.storage.owed import milliseconds
from bot.storage.tables import leases

LASTS: Final = timedelta(seconds=6)
"""How long a lease holds without a heartbeat: another process takes over within this time after a crash."""


@dataclass(frozen=True, slots=True)
class Lease:
    """`fence` grows with every new holder."""

    name: str
    owner: str
    fence: int


def new_owner() -> str:
    """A name for this process that no other has: where it runs, its number there, and something of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex}"


async def acquire(database: Database, name: str, owner: str, now: datetime) -> Lease | None:
    """Takes or renews a lease; None while somebody else holds it."""
    until = milliseconds(now + LASTS)
    async with database.write() as connection:
        row = (await connection.execute(select(leases).where(leases.c.name == name).with_for_update())).one_or_none()
        if row is None:
            await connection.execute(insert(leases).values(name=name, owner=owner, fence=1, until=until))
            return Lease(name, owner, 1)
        if row.owner != owner and row.until > milliseconds(now) and not _died_here(row.owner):
            return None
        fence = row.fence if row.owner == owner else row.fence + 1
        await connection.execute(
            update(leases).where(leases.c.name == name).values(owner=owner, fence=fence, until=until)
        )
        return Lease(name, owner, fence)


async def release(database: Database, lease: Lease) -> None:
    """Hands a lease back, so that the next one need not wait for it to run out."""
    async with database.write() as connection:
        mine = (leases.c.name == lease.name, leases.c.owner == lease.owner, leases.c.fence == lease.fence)
        await connection.execute(update(leases).where(*mine).values(until=0))


def _died_here(owner: str) -> bool:
    """Whether the owner was a process of this machine that is no more: a restart after a crash need not wait."""
    host, process, _ = owner.rsplit(":", 2)
    if host != socket.gethostname() or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
