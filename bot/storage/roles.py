"""Who may do what at the desk, beside the admins of BOT_ADMIN_IDS."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage import audit
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import roles


class Role(StrEnum):
    ADMIN = "admin"
    EDITOR = "editor"
    """Publishes and handles reports; changes no tables."""


@dataclass(frozen=True, slots=True)
class Holder:
    user_id: int
    role: Role
    given_by: int


async def everybody(database: Database) -> list[Holder]:
    async with database.read() as connection:
        rows = await connection.execute(select(roles).order_by(roles.c.user_id))
        return [Holder(row.user_id, Role(row.role), row.given_by) for row in rows]


async def of(database: Database, user_id: int) -> Role | None:
    async with database.read() as connection:
        role = await connection.scalar(select(roles.c.role).where(roles.c.user_id == user_id))
    return None if role is None else Role(role)


async def give_in(connection: AsyncConnection, user_id: int, role: Role, actor: int, now: datetime) -> None:
    values = {"role": role, "given_by": actor, "given_at": now}
    given = insertion(connection, roles).values(user_id=user_id, **values)
    await connection.execute(given.on_conflict_do_update(index_elements=[roles.c.user_id], set_=values))
    await audit.write(connection, actor, "role_given", now, user=user_id, role=role)


async def take_in(connection: AsyncConnection, user_id: int, actor: int, now: datetime) -> bool:
    """Takes a role away; False where there was none."""
    taken = (await connection.execute(delete(roles).where(roles.c.user_id == user_id))).rowcount > 0
    if taken:
        await audit.write(connection, actor, "role_taken", now, user=user_id)
    return taken
