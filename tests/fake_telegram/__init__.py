"""A Bot API server for tests and load scripts: what a bot meets on Telegram, on 127.0.0.1 and on demand.

    async with FakeTelegram() as telegram:
        ...  # start the bot with BOT_API_URL=telegram.url and BOT_TOKEN=telegram.token
        ada = telegram.user(language_code="de")
        card = await ada.ask("germny")
        await ada.press("Map")

As a process of its own: `python -m tests.fake_telegram --port 8081`, steered as control.py says.
"""

from tests.fake_telegram.entities import Entity, utf16_length
from tests.fake_telegram.faults import Fate, Faults
from tests.fake_telegram.gate import Gate
from tests.fake_telegram.groups import Channel, Group
from tests.fake_telegram.limits import Limits
from tests.fake_telegram.people import InlineAnswer, Person, Press
from tests.fake_telegram.refusals import JSON
from tests.fake_telegram.rooms import Button, Message, Room, Standing
from tests.fake_telegram.server import TOKEN, FakeTelegram
from tests.fake_telegram.world import Call

__all__ = [
    "JSON",
    "TOKEN",
    "Button",
    "Call",
    "Channel",
    "Entity",
    "FakeTelegram",
    "Fate",
    "Faults",
    "Gate",
    "Group",
    "InlineAnswer",
    "Limits",
    "Message",
    "Person",
    "Press",
    "Room",
    "Standing",
    "utf16_length",
]
