"""Changes of the tables and the shelf that an admin was shown, and the one transaction that carries them out.

A plan holds all of what was shown: files that change between the showing and the press have no effect.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.editions import Edition, KeptFile, Losses
from bot.domain.news import Bulletin
from bot.storage import audit, directory, kept, proposals
from bot.storage.bulletins import find, packed, shelve_in, unpacked
from bot.storage.database import Database
from bot.storage.edition_rows import TABLES, directory_of, rows_of
from bot.storage.proposals import State


@dataclass(frozen=True, slots=True)
class Plan:
    """`action` and `detail` are for the audit log; `base` is the live edition that the change was compared with."""

    action: str
    base: int
    edition: Edition | None = None
    digest: str = ""
    back_to: int | None = None
    """An edition that is kept already, to be live again."""
    keep: tuple[KeptFile, ...] = ()
    drop: tuple[str, ...] = ()
    pages: tuple[Bulletin, ...] = ()
    losses: Losses | None = None
    """Where they are grave."""
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes_tables(self) -> bool:
        return self.edition is not None or self.back_to is not None


@dataclass(frozen=True, slots=True)
class Done:
    edition: int
    """The live one now."""
    pages: int
    """How many came to the shelf."""


@dataclass(frozen=True, slots=True)
class NotOpen:
    """The proposal was settled already, is another's, or was shown too long ago."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Other tables became live since the plan was shown."""


Outcome = Done | NotOpen | Overtaken


async def carry_out(database: Database, number: int, actor: int, plan: Plan, now: datetime) -> Outcome:
    """Does what the proposal shows, settles it and notes it in the audit log: all of it, or nothing."""
    async with database.write() as connection:
        live = await directory.live_number(connection, hold=True) or 0
        if plan.changes_tables and live != plan.base:
            settled = await proposals.settle(connection, number, actor, State.STALE, now)
            return Overtaken() if settled else NotOpen()
        if not await proposals.settle(connection, number, actor, State.DONE, now):
            return NotOpen()
        if plan.back_to is not None:
            if not await directory.make_live(connection, plan.back_to):
                raise LookupError("the edition to go back to is not kept any more")
            live = plan.back_to
        elif plan.edition is not None:
            live = await directory.add_in(connection, plan.edition, plan.digest, now)
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
        "edition": None if plan.edition is None else _packed_edition(plan.edition),
        "digest": plan.digest,
        "back_to": plan.back_to,
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
        edition=None if whole["edition"] is None else _unpacked_edition(whole["edition"]),
        digest=whole["digest"],
        back_to=whole["back_to"],
        keep=tuple(KeptFile(name, _bytes(content), digest) for name, content, digest in whole["keep"]),
        drop=tuple(whole["drop"]),
        pages=tuple(map(unpacked, whole["pages"])),
        losses=None if lost is None else Losses(lost[0], lost[1], tuple(lost[2])),
        detail=whole["detail"],
    )


def _packed_edition(edition: Edition) -> dict[str, Any]:
    rows = {table.name: found for table, found in rows_of(edition.directory).items()}
    return {"rows": rows, "provenance": None if edition.provenance is None else _text(edition.provenance)}


def _unpacked_edition(raw: Mapping[str, Any]) -> Edition:
    rows = {table: raw["rows"][table.name] for table in TABLES}
    provenance = raw["provenance"]
    return Edition(directory_of(rows, 0), None if provenance is None else _bytes(provenance))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(content: str) -> bytes:
    return base64.b64decode(content)
