"""The command line. Each command imports only what it needs: the finder alone starts without Telegram or a database."""

import argparse
import asyncio
import gc
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bot.arguments import PROGRAM, parser

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.missions import Directory


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status: 0 done, 1 it could not, 2 wrong usage."""
    options = parser().parse_args(arguments)
    gc.disable()  # what is imported stays: looking through it again and again takes a sixth of the start
    try:
        status = COMMANDS[options.command](options)
    except KeyboardInterrupt:
        sys.stderr.write(f"{PROGRAM}: interrupted\n")
        return 1
    except BrokenPipeError:
        # The reader of our output has gone; so nothing is left to be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - one line for people, whatever it was
        sys.stderr.write(_explained(error))
        return 1
    return status


def _run(options: argparse.Namespace) -> int:
    settings = _settings()
    if settings.token is None:
        options.user, options.language = 1, None
        return _chat(options)
    from bot.serving import run_on_telegram

    _start_logs(settings, logging.INFO)
    _on_the_loop(run_on_telegram(settings))
    return 0


def _chat(options: argparse.Namespace) -> int:
    settings = _settings()
    from bot.terminal_chat import run_in_terminal

    _start_logs(settings, logging.ERROR)
    _on_the_loop(run_in_terminal(settings, user_id=options.user, language=options.language or _locale_language()))
    return 0


def _find(options: argparse.Namespace) -> int:
    from bot.domain.names import load_index
    from bot.finding import find, find_jsonl

    index = load_index()
    _collect_from_now_on()
    if options.jsonl:
        find_jsonl(index, sys.stdin.buffer, sys.stdout)
    else:
        queries = [" ".join(options.query)] if options.query else (line.rstrip("\n") for line in sys.stdin)
        find(index, queries, sys.stdout, explained=options.explain)
    return 0


def _load(options: argparse.Namespace) -> int:
    from bot.loading import check, load

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    folder = options.folder or settings.data_dir
    now = datetime.now(UTC)
    tables, pages = asyncio.run(check(folder, now))
    if options.check:
        found = tables.directory
        counted = f"{len(found.missions)} missions of {len(found.by_sender)} senders, {pages} news pages"
        sys.stdout.write(f"{counted}: no fault\n")
        return 0

    async def store() -> "Directory":
        from bot.opening import open_database

        async with open_database(settings) as database:
            return await load(database, folder, now)

    live = asyncio.run(store())
    sys.stdout.write(
        f"edition {live.edition}: {len(live.missions)} missions of {len(live.by_sender)} senders are live\n"
    )
    return 0


def _publish(options: argparse.Namespace) -> int:
    from bot.publishing import publish

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    said = asyncio.run(publish(settings, options.page, urgent=options.urgent, dry_run=options.dry_run))
    sys.stdout.write(f"{said}\n")
    return 0


def _correct(options: argparse.Namespace) -> int:
    from bot.publishing import correct

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    sys.stdout.write(f"{asyncio.run(correct(settings, options.number, options.page))}\n")
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    from bot.publishing import withdraw

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    sys.stdout.write(f"{asyncio.run(withdraw(settings, options.number))}\n")
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from bot.storage.database import Database
    from bot.storage.schema import migrate

    settings = _settings()

    async def upgrade() -> tuple[str | None, str]:
        database = Database(settings.database, statement_timeout=None)
        try:
            await database.open()
            return await migrate(database)
        finally:
            await database.close()

    before, after = asyncio.run(upgrade())
    sys.stdout.write(f"schema {after}\n" if before == after else f"schema {before or 'none'} -> {after}\n")
    return 0


def _move(options: argparse.Namespace) -> int:
    from bot.moving import move

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    sys.stdout.write(asyncio.run(move(settings, options.origin, options.destination)))
    return 0


COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "run": _run,
    "chat": _chat,
    "find": _find,
    "load": _load,
    "publish": _publish,
    "correct": _correct,
    "withdraw": _withdraw,
    "migrate": _migrate,
    "move": _move,
}


def _settings() -> "Settings":
    from bot.config import Settings

    return Settings.read()


def _start_logs(settings: "Settings", level: int) -> None:
    from bot.logs import set_up

    set_up(settings.log_format, level, settings.secrets)


def _on_the_loop(work: Coroutine[Any, Any, None]) -> None:
    loops: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    try:
        import uvloop

        loops = uvloop.new_event_loop
    except ImportError:  # not made for this platform: asyncio's own loop does
        pass
    _collect_from_now_on()
    with asyncio.Runner(loop_factory=loops) as runner:
        runner.run(work)


def _collect_from_now_on() -> None:
    """Looks for garbage again, and never in what is there by now: that would hold up answers for nothing."""
    gc.freeze()
    gc.enable()


def _locale_language() -> str:
    value = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    language = value.partition(".")[0].partition("_")[0].lower()
    return language if language.isalpha() and len(language) in (2, 3) else "en"


def _explained(error: Exception) -> str:
    """What went wrong, for standard error: a line, or a line a fault of the data files."""
    from bot.logs import Redaction

    secrets = (os.environ.get("BOT_TOKEN", ""), os.environ.get("BOT_WEBHOOK_SECRET", ""))
    known = type(error).__module__.partition(".")[0] == "bot"
    text = str(error) if known else f"{type(error).__name__}: {error}".splitlines()[0]
    lines = text.splitlines() if type(error).__name__ == "DataRefused" else [f"{PROGRAM}: {text}"]
    return "".join(f"{Redaction(secrets)(line)}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
