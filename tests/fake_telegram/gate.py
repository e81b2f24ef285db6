"""What the bot sends is held on the way, for tests that look at what is half done."""

import asyncio
from collections.abc import Collection


class Gate:
    """Lets so many of the sends to these chats pass, and holds the rest until it is opened."""

    def __init__(self, chats: Collection[int], let: int = 0) -> None:
        self._chats = frozenset(chats)
        self._let = let
        self._opened = asyncio.Event()

    def open(self) -> None:
        self._opened.set()

    async def passed(self, chat: int) -> None:
        if chat not in self._chats:
            return
        if self._let > 0:
            self._let -= 1
        else:
            await self._opened.wait()
