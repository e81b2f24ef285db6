"""The words of the command line: which commands there are, and what they are given."""

import argparse
from pathlib import Path
from typing import Final

PROGRAM: Final = "embassy-bot"


def parser() -> argparse.ArgumentParser:
    """Reads arguments into `command`, its name, and what that command is given; wrong usage ends with status 2."""
    program = argparse.ArgumentParser(prog=PROGRAM, description="Finds a country's embassy in Russia.")
    commands = program.add_subparsers(dest="command", required=True, metavar="COMMAND")

    commands.add_parser("run", help="the bot on Telegram; without BOT_TOKEN, a chat in this terminal")

    chat = commands.add_parser("chat", help="the same bot in this terminal, without Telegram")
    chat.add_argument("--user", type=_user, default=1, metavar="ID", help="your user id (default: 1)")
    chat.add_argument("--language", metavar="CODE", help="your Telegram language (default: the terminal's)")

    find = commands.add_parser("find", help="the finder alone")
    find.add_argument("query", nargs="*", metavar="QUERY")
    find.add_argument("--jsonl", action="store_true", help="JSON strings in, JSON objects out, a line each")
    find.add_argument("--explain", action="store_true", help="say what decided, on which words, with which score")

    load = commands.add_parser("load", help="validate the data files and make them the live edition")
    load.add_argument("--check", action="store_true", help="only validate")
    load.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="default: the data directory")

    publish = commands.add_parser("publish", help="put the bulletin of a news page into the outbox, once")
    publish.add_argument("page", type=Path, metavar="PAGE", help="a file, or the name of one in the data directory")
    publish.add_argument("--urgent", action="store_true", help="pass quiet hours; send again what may not have arrived")
    publish.add_argument("--dry-run", action="store_true", help="only say how many it would reach")

    correct = commands.add_parser("correct", help="replace what a bulletin says, and tell those who got it")
    correct.add_argument("number", type=_bulletin, metavar="NUMBER", help="the bulletin, as `publish` named it")
    correct.add_argument("page", type=Path, metavar="PAGE")

    withdraw = commands.add_parser("withdraw", help="take a bulletin back, and tell those who got it")
    withdraw.add_argument("number", type=_bulletin, metavar="NUMBER")

    commands.add_parser("migrate", help="bring the database to the newest schema")

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
    return program


def _user(text: str) -> int:
    return _number(text, 2**52 - 1)  # Telegram's ids have at most 52 bits


def _bulletin(text: str) -> int:
    return _number(text, 2**31 - 1)  # as PostgreSQL counts them


def _number(text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {most}")
    return number
