"""Changes of the tables and the shelf that an admin was shown, and the one transaction that carries them out.

A plan says all of what was shown, its tables as an edition that is stored already: files that change between the
showing and the press have no effect.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.editions import KeptFile, Losses
from bot.domain.news import Bulletin
from bot.storage import audit, editions, kept, proposals
from bot.storage.database import Database
from bot.storage.proposals import State
from bot.storage.shelf import find, packed, shelve_in, unpacked


@dataclass(frozen=True, slots=True)
class Plan:
    """`action` and `detail` are for the audit log; `base` is the live edition that the change was compared with."""

    action: str
    base: int
    edition: int | None = None
    """The stored edition that is to be live, for the first time or again."""
    keep: tuple[KeptFile, ...] = ()
    drop: tuple[str, ...] = ()
    pages: tuple[Bulletin, ...] = ()
    losses: Losses | None = None
    """Where they are grave."""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes_tables(self) -> bool:
        return self.edition is not None


@dataclass(frozen=True, slots=True)
class Done:
    edition: int
    """The live one now."""
    pages: int
    """How many came to the shelf."""


@dataclass(frozen=True, slots=True)
class NotOpen:
    """The proposal was settled already, is another's, or was shown too long or too many proposals ago."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Other tables became live since the plan was shown."""


Outcome = Done | NotOpen | Overtaken


async def carry_out(database: Database, number: int, actor: int, plan: Plan, now: datetime) -> Outcome:
    """Does what the proposal shows, settles it and notes it in the audit log: all of it, or nothing."""
    async with database.write() as connection:
        live = await editions.live_number(connection, hold=True) or 0
        if plan.changes_tables and live != plan.base:
            settled = await proposals.settle(connection, number, actor, State.STALE, now)
            return Overtaken() if settled else NotOpen()
        if plan.edition is not None and not await editions.is_kept(connection, plan.edition):
            await proposals.settle(connection, number, actor, State.STALE, now)
            return NotOpen()
        if not await proposals.settle(connection, number, actor, State.DONE, now):
            return NotOpen()
        if plan.edition is not None:
            await editions.make_live(connection, plan.edition)
            live = plan.edition
        await kept.drop(connection, plan.drop)
        await kept.keep(connection, plan.keep, now)
        pages = sum([await shelve_in(connection, page, now) for page in plan.pages])
        done = {"edition": live, "before": plan.base} if plan.changes_tables else {}
        shelved = {"pages": pages} if plan.pages else {}
        await audit.write(connection, actor, plan.action, now, **plan.detail, **done, **shelved)
        return Done(live, pages)


async def not_known(database: Database, pages: Iterable[Bulletin]) -> tuple[Bulletin, ...]:
    """Those that stand neither on the shelf nor in the outbox."""
    async with database.read() as connection:
        return tuple([page for page in pages if await find(connection, page.item) is None])


def pack(plan: Plan) -> bytes:
    whole = {
        "action": plan.action,
        "base": plan.base,
        "edition": plan.edition,
        "keep": [[file.name, _text(file.content), file.disk_digest] for file in plan.keep],
        "drop": plan.drop,
        "pages": [packed(page) for page in plan.pages],
        "losses": plan.losses and [plan.losses.removed, plan.losses.before, plan.losses.countries],
        "detail": dict(plan.detail),
    }
    return zlib.compress(json.dumps(whole, ensure_ascii=False).encode())


def unpack(payload: bytes) -> Plan:
    whole = json.loads(zlib.decompress(payload))
    lost = whole["losses"]
    return Plan(
        action=whole["action"],
        base=whole["base"],
        edition=whole["edition"],
        keep=tuple(KeptFile(name, _bytes(content), digest) for name, content, digest in whole["keep"]),
        drop=tuple(whole["drop"]),
        pages=tuple(map(unpacked, whole["pages"])),
        losses=None if lost is None else Losses(lost[0], lost[1], tuple(lost[2])),
        detail=whole["detail"],
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(content: str) -> bytes:
    return base64.b64decode(content)
