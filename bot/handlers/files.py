"""What the desk asks of the data files; the composition root gives it, since handlers read none themselves."""

from datetime import datetime
from typing import Protocol

from bot.domain.editions import Candidate, Edition, Refused, Scope
from bot.domain.news import Bulletin


class Files(Protocol):
    async def read_again(self, scope: Scope, live: Edition, now: datetime) -> Candidate | Refused:
        """What the data directory would make of the live edition."""
        ...

    async def recognise(self, name: str, content: bytes) -> str | None:
        """The name of the table that a file is."""
        ...

    async def receive(self, name: str, content: bytes, live: Edition, now: datetime) -> Candidate | Refused:
        """What a file sent to the bot would make of the live edition; `name` is that of the table."""
        ...

    async def read_page(self, name: str, content: bytes) -> Bulletin | Refused:
        """The bulletin of a news page."""
        ...

    async def export(self, edition: Edition) -> dict[str, bytes]:
        """The tables as files, by name."""
        ...
