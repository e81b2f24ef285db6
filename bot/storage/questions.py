"""What is asked: counted in memory and written down in batches, so that counting holds up no answer.

What was counted since the last batch is lost in a crash: the figures show a trend, they are no ledger.
"""

import asyncio
import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.asked import Result, fit_to_keep
from bot.storage.database import Database
from bot.storage.dialects import insertion
from bot.storage.secret_values import ASKERS, secret
from bot.storage.tables import question_counts, unanswered

KEPT_FOR: Final = timedelta(days=30)
PENDING_MOST: Final = 5_000
PENDING_OF_ONE: Final = 5
"""Texts of one chat that are held between two batches: nobody fills the table alone."""
KEPT_MOST: Final = 200_000
"""Texts in the table; above it no more are kept until old ones are purged."""


@dataclass(slots=True)
class Questions:
    """The counts and the texts that wait to be written; both are bounded."""

    database: Database
    _counts: Counter[tuple[date, Result, str]] = field(default_factory=Counter)
    _texts: dict[int, dict[str, datetime]] = field(default_factory=dict)
    """By the number of the chat, which is in memory only: in the table stands its mark."""
    _secret: bytes | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Forgetting waits for a batch under way, which may hold what is to be forgotten."""

    def count(self, day: date, result: Result, country: str) -> None:
        self._counts[day, result, country] += 1

    def keep(self, text: str, chat_id: int, now: datetime) -> None:
        """Keeps a text that found nothing, if it is fit to be kept."""
        if (kept := fit_to_keep(text)) is None:
            return
        own = self._texts.get(chat_id)
        if own is None:
            if len(self._texts) >= PENDING_MOST:
                return
            own = self._texts[chat_id] = {}
        if kept in own or len(own) < PENDING_OF_ONE:
            own[kept] = now

    async def flush(self) -> None:
        """Writes down what waits. Raises DatabaseUnavailable; then it waits for the next time."""
        async with self._turn:
            counts, self._counts = self._counts, Counter()
            texts, self._texts = self._texts, {}
            try:
                rows = [
                    await self._row(chat_id, text, at) for chat_id, own in texts.items() for text, at in own.items()
                ]
                if counts or rows:
                    async with self.database.write() as connection:
                        await _add_counts(connection, counts)
                        await _add_texts(connection, rows)
            except BaseException:
                self._counts.update(counts)  # the texts are let go: the memory for them is bounded
                raise

    async def forget(self, chat_id: int) -> None:
        """Erases that this chat has asked anything."""
        async with self._turn:
            self._texts.pop(chat_id, None)
            mark = await self._mark(chat_id)
            async with self.database.write() as connection:
                await connection.execute(delete(unanswered).where(unanswered.c.asker == mark))

    async def purge(self, now: datetime) -> int:
        """Forgets the texts that are too old. Returns how many."""
        async with self.database.write() as connection:
            old = delete(unanswered).where(unanswered.c.asked_at < now - KEPT_FOR)
            return (await connection.execute(old)).rowcount

    async def _row(self, chat_id: int, text: str, asked_at: datetime) -> dict[str, Any]:
        return {"text": text, "asker": await self._mark(chat_id), "asked_at": asked_at}

    async def _mark(self, chat_id: int) -> str:
        """Tells chats apart without naming them: without the secret nobody can try out which chat it is."""
        if self._secret is None:
            self._secret = await secret(self.database, ASKERS)
        return hmac.new(self._secret, str(chat_id).encode(), hashlib.sha256).hexdigest()[:32]


async def _add_counts(connection: AsyncConnection, counts: Counter[tuple[date, Result, str]]) -> None:
    if not counts:
        return
    statement = insertion(connection, question_counts)
    added = {"number": question_counts.c.number + statement.excluded.number}
    index = [question_counts.c.day, question_counts.c.result, question_counts.c.country]
    await connection.execute(
        statement.on_conflict_do_update(index_elements=index, set_=added),
        [
            {"day": day, "result": result, "country": country, "number": number}
            for (day, result, country), number in sorted(counts.items())
        ],
    )


async def _add_texts(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    if not rows or (await connection.scalar(select(func.count()).select_from(unanswered)) or 0) >= KEPT_MOST:
        return
    statement = insertion(connection, unanswered)
    newest = {"asked_at": statement.excluded.asked_at}
    index = [unanswered.c.text, unanswered.c.asker]
    # In one order, so that replicas do not lock each other out.
    ordered = sorted(rows, key=lambda row: (row["text"], row["asker"]))
    await connection.execute(statement.on_conflict_do_update(index_elements=index, set_=newest), ordered)
