"""The admin desk, from one end to the other: `python -m benchmarks.desk`.

The bot and the Bot API server are processes of their own; the server enforces Telegram's limits. One after the other:

refusals  from strangers, from groups, and a second time: commands, documents and buttons change nothing and get one
          plain refusal each
faults    a table of 300 rows with fifty faults: all are told in their places, nothing changes, questions are answered
applied   a good table of 5,000 rows: the difference is right to the row, from the press to the answer it takes under a
          second, and of the questions asked every 10 ms each gets a whole answer, the old one or the new one
flood     the same while all questions are texts, whose answers wait for Telegram's 30 a second; the desk's do not
rivals    two admins press Apply, and Publish, on the same thing at the same moment: done once, the other is told
kills     SIGKILL at random moments of /reload, Apply and Publish: all or nothing is done, and the audit log agrees
progress  the bar reaches 100 % and equals the report; nothing arrives later than a second after Pause, and Resume goes
          on without a repeat

The figures go to build/bench/desk.json too. The exit status is 1 where a promise is not kept.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks.bench import tell
from benchmarks.desk import kills, refusals, reloads, rivals, steering
from benchmarks.people import Figures

OUTPUT = Path("build/bench/desk.json")


async def run(arguments: argparse.Namespace) -> bool:
    scenarios: dict[str, Callable[[], Awaitable[Figures]]] = {
        "refusals": refusals.refusals,
        "faults": reloads.faults,
        "applied": lambda: reloads.applied(arguments.rows, arguments.applied),
        "flood": lambda: reloads.flood(arguments.rows),
        "rivals": lambda: rivals.rivals(arguments.times),
        "kills, tables": lambda: kills.applying(arguments.rows, arguments.times),
        "kills, publish": lambda: kills.publishing(arguments.times),
        "progress": lambda: steering.steering(arguments.readers),
    }
    return tell({name: await scenarios[name]() for name in scenarios if name.split(",")[0] in arguments.only}, OUTPUT)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.desk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = ("refusals", "faults", "applied", "flood", "rivals", "kills", "progress")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--rows", type=int, default=5000, help="of the table that is applied (default: 5000)")
    parser.add_argument("--applied", type=int, default=6, help="how often (default: 6)")
    parser.add_argument("--times", type=int, default=20, help="rivals and kills of each kind (default: 20)")
    parser.add_argument("--readers", type=int, default=300, help="of the bulletin that is paused (default: 300)")
    return 0 if asyncio.run(run(parser.parse_args())) else 1


if __name__ == "__main__":
    sys.exit(main())
