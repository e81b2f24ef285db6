"""Keeps what this process holds in memory as true as the database, whoever wrote there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.storage import changes
from bot.storage.changes import ChatChanged, EditionChanged
from bot.storage.database import Database, DatabaseUnavailable

LOOK_EVERY_S: Final = 1.0
"""How often it is looked which edition is live, told or not."""
TRY_AGAIN_S: Final = 0.5

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Following:
    """`catch_up` makes the live edition this process's own; `forget` drops a chat's choices, of None everybody's."""

    database: Database
    catch_up: Callable[[], Awaitable[object]]
    forget: Callable[[int | None], None]
    _edition: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as parts:
            parts.create_task(self._look())
            if not self.database.is_sqlite:
                parts.create_task(self._listen())

    async def _look(self) -> None:
        while True:
            try:
                await self.catch_up()
            except DatabaseUnavailable:
                pass  # what was loaded last is answered from
            except Exception:
                log.exception("the live edition could not be loaded, answering from the one before")
            self._edition.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._edition.wait()

    async def _listen(self) -> None:
        while True:
            try:
                async with changes.heard(self.database) as heard:
                    self.forget(None)  # what was said while nobody listened is not known
                    self._edition.set()
                    async for change in heard:
                        match change:
                            case EditionChanged():
                                self._edition.set()
                            case ChatChanged(chat_id):
                                self.forget(chat_id)
            except DatabaseUnavailable as error:
                log.warning("no word of other replicas' changes, trying again", reason=str(error))
            await asyncio.sleep(TRY_AGAIN_S)
