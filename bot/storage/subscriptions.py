"""Who asked to be told, how, and why they no longer are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import Row, delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Ended
from bot.domain.quiet import Quiet
from bot.storage.changes import tell_chats
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.tables import chats, subscriptions

DEFAULTS: Final[dict[str, Any]] = {"only_country": False, "silent": False}


@dataclass(frozen=True, slots=True)
class Subscription:
    """`kind` is Telegram's kind of chat, `timezone` an IANA name or None for the program's own."""

    chat_id: int
    kind: str
    language: str
    only_country: bool = False
    quiet: Quiet | None = None
    timezone: str | None = None
    silent: bool = False
    ended: Ended | None = None

    @property
    def active(self) -> bool:
        return self.ended is None


class Choices(TypedDict, total=False):
    """Settings of a subscription, those that change; `quiet` None: no quiet hours."""

    only_country: bool
    silent: bool
    timezone: str
    language: str
    quiet: Quiet | None


async def get(database: Database, chat_id: int) -> Subscription | None:
    async with database.read() as connection:
        row = (await connection.execute(select(subscriptions).where(subscriptions.c.chat_id == chat_id))).one_or_none()
    return None if row is None else _subscription(row)


async def start(database: Database, chat_id: int, kind: str, language: str, now: datetime) -> bool:
    """Subscribes a chat, or takes it up again with the settings it had. False where it was subscribed already."""
    values = {"kind": kind, "language": language, "started_at": now, "ended_at": None, "ended_reason": None}
    async with database.write() as connection:
        first = insertion(connection, subscriptions).values(chat_id=chat_id, **DEFAULTS, **values)
        again = first.on_conflict_do_update(
            index_elements=[subscriptions.c.chat_id], set_=values, where=subscriptions.c.ended_at.is_not(None)
        )
        return (await connection.execute(again)).rowcount > 0


async def end(database: Database, chat_id: int, reason: Ended, now: datetime) -> bool:
    """Ends a subscription with its reason. False where there was none."""
    async with database.write() as connection:
        ended = await connection.execute(
            update(subscriptions)
            .where(subscriptions.c.chat_id == chat_id, subscriptions.c.ended_at.is_(None))
            .values(ended_at=now, ended_reason=reason.value)
        )
        return ended.rowcount > 0


async def change(database: Database, chat_id: int, **choices: Unpack[Choices]) -> Subscription | None:
    """Changes those settings that are given."""
    values: dict[str, Any] = {name: value for name, value in choices.items() if name != "quiet"}
    if "quiet" in choices:
        quiet = choices["quiet"]
        values |= {"quiet_from": quiet.start if quiet else None, "quiet_until": quiet.end if quiet else None}
    async with database.write() as connection:
        await connection.execute(update(subscriptions).where(subscriptions.c.chat_id == chat_id).values(values))
    return await get(database, chat_id)


async def move(database: Database, old: int, new: int, now: datetime) -> None:
    """A group became a supergroup: what it chose goes with it, unless the new one has chosen for itself."""
    async with database.write() as connection:
        await move_in(connection, old, new, now)


async def move_in(connection: AsyncConnection, old: int, new: int, now: datetime) -> None:
    """`move` as part of a transaction."""
    for table, column in ((subscriptions, subscriptions.c.chat_id), (chats, chats.c.id)):
        rest = [each for each in table.c if each is not column]
        renamed = select(literal(new, column.type), *rest).where(column == old)
        moved = insertion(connection, table).from_select([column, *rest], renamed).on_conflict_do_nothing()
        # A subscription that stays behind ends below, with its reason; of choices nothing stays behind.
        if (await connection.execute(moved)).rowcount or table is chats:
            await connection.execute(delete(table).where(column == old))
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.chat_id == old, subscriptions.c.ended_at.is_(None))
        .values(ended_at=now, ended_reason=Ended.NOT_FOUND.value)
    )
    await tell_chats(connection, old, new)


def _subscription(row: Row[Any]) -> Subscription:
    quiet = None if row.quiet_from is None or row.quiet_until is None else Quiet(row.quiet_from, row.quiet_until)
    return Subscription(
        chat_id=row.chat_id,
        kind=row.kind,
        language=row.language,
        only_country=row.only_country,
        quiet=quiet,
        timezone=row.timezone,
        silent=row.silent,
        ended=Ended(row.ended_reason) if row.ended_reason else None,
    )
