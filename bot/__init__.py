"""Embassy Finder: a Telegram bot that finds a country's embassy in Russia and brings the latest consular notice."""

import os

# From the library's next major on, waits are timedeltas; asked for before it is first imported.
os.environ.setdefault("PTB_TIMEDELTA", "1")
