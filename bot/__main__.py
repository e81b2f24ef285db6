"""The command line. Each command imports only what it needs: the finder alone starts without Telegram or a database."""

import argparse
import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.matching import Answer
    from bot.domain.missions import Directory

PROGRAM: Final = "embassy-bot"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit status: 0 done, 1 it could not, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    gc.disable()  # what is imported stays: looking through it again and again takes a sixth of the start
    try:
        status: int = options.command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; so nothing is left to be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - one line for people, whatever it was
        sys.stderr.write(_explained(error))
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Finds a country's embassy in Russia.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the bot on Telegram; without BOT_TOKEN, a chat in this terminal")
    run.set_defaults(command=_run)

    chat = commands.add_parser("chat", help="the same bot in this terminal, without Telegram")
    chat.add_argument("--user", type=int, default=1, metavar="ID", help="your user id (default: 1)")
    chat.add_argument("--language", metavar="CODE", help="your Telegram language (default: the terminal's)")
    chat.set_defaults(command=_chat)

    find = commands.add_parser("find", help="the finder alone")
    find.add_argument("query", nargs="*", metavar="QUERY")
    find.add_argument("--jsonl", action="store_true", help="JSON strings in, JSON objects out, a line each")
    find.add_argument("--explain", action="store_true", help="say what decided, on which words, with which score")
    find.set_defaults(command=_find)

    load = commands.add_parser("load", help="validate the data files and make them the live edition")
    load.add_argument("--check", action="store_true", help="only validate")
    load.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the data directory")
    load.set_defaults(command=_load)

    publish = commands.add_parser("publish", help="put the bulletin of a news page into the outbox, once")
    publish.add_argument("page", type=Path, metavar="PAGE", help="a file, or the name of one in the data directory")
    publish.add_argument("--urgent", action="store_true", help="pass quiet hours; send again what may not have arrived")
    publish.add_argument("--dry-run", action="store_true", help="only say how many it would reach")
    publish.set_defaults(command=_publish)

    correct = commands.add_parser("correct", help="replace what a bulletin says, and tell those who got it")
    correct.add_argument("number", type=int, metavar="NUMBER", help="the bulletin, as `publish` named it")
    correct.add_argument("page", type=Path, metavar="PAGE")
    correct.set_defaults(command=_correct)

    withdraw = commands.add_parser("withdraw", help="take a bulletin back, and tell those who got it")
    withdraw.add_argument("number", type=int, metavar="NUMBER")
    withdraw.set_defaults(command=_withdraw)

    migrate = commands.add_parser("migrate", help="bring the database to the newest schema")
    migrate.set_defaults(command=_migrate)

    move = commands.add_parser(
        "move",
        help="copy everything from SQLite into an empty PostgreSQL",
        description="Copies everything from SQLite into an empty PostgreSQL and compares the counts: all of it or "
        "nothing. The bot must be stopped; the SQLite file stays as it is.",
    )
    move.add_argument("origin", metavar="FROM", help="the SQLite file, such as state/embassy.db, or its URL")
    move.add_argument(
        "destination", nargs="?", metavar="TO", help="the URL of the PostgreSQL database (default: BOT_DATABASE_URL)"
    )
    move.set_defaults(command=_move)
    return parser


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
    from bot.domain.matching import explain, search
    from bot.domain.names import load_index

    index = load_index()
    _collect_from_now_on()
    if options.jsonl:
        for line in sys.stdin.buffer:
            try:
                query = json.loads(line)
            except ValueError:
                query = None
            if not isinstance(query, str):
                sys.stdout.write('{"best": null, "choices": [], "error": "not a JSON string"}\n')
            else:
                sys.stdout.write(json.dumps(_as_json(search(index, query))) + "\n")
            sys.stdout.flush()
        return 0
    for query in [" ".join(options.query)] if options.query else (line.rstrip("\n") for line in sys.stdin):
        if options.explain:
            sys.stdout.write("\n".join(explain(index, query).lines()) + "\n")
        else:
            sys.stdout.write(_in_words(search(index, query)) + "\n")
    return 0


def _as_json(answer: "Answer") -> dict[str, object]:
    from bot.domain.countries import HOST
    from bot.domain.matching import Found, HostCountry, Unsure

    match answer:
        case Found(code):
            return {"best": code, "choices": []}
        case Unsure(choices):
            return {"best": None, "choices": list(choices)}
        case HostCountry():
            return {"best": HOST, "choices": []}
        case _:
            return {"best": None, "choices": []}


def _in_words(answer: "Answer") -> str:
    found = _as_json(answer)
    codes = [found["best"]] if found["best"] else found["choices"]
    assert isinstance(codes, list)  # noqa: S101 - just built as one
    city = f" ({answer.city})" if answer.city else ""
    return (" or ".join(codes) if codes else "no country") + city


def _load(options: argparse.Namespace) -> int:
    from bot.loading import check, check_pages, load

    settings = _settings()
    _start_logs(settings, logging.WARNING)
    folder = options.folder or settings.data_dir
    now = datetime.now(UTC)
    pages = asyncio.run(check_pages(folder / "news"))
    if options.check:
        tables = asyncio.run(check(folder, now)).directory
        counted = f"{len(tables.missions)} missions of {len(tables.by_sender)} senders, {pages} news pages"
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
