"""The finder on our own queries, beside others: `python -m benchmarks.matching.run [--peers FOLDER]`.

FOLDER holds a virtual environment (or several) in which the peers are installed; those found are run one after the
other on the same queries and the longest message. One table; by category for ours.
"""

import argparse
import csv
import gc
import json
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
LONGEST = ("Where is the consulate? My bag was stolen at the station and I need help. " * 80)[:4096]
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([tnr\\]))")
LETTERS = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
Answer = tuple[str | None, list[str]]


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    expected: frozenset[str]
    category: str
    language: str


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    verdicts: list[tuple[Query, str]]
    microseconds: list[float]
    megabytes: float


def queries(*files: Path) -> Iterator[Query]:
    """Those of the given files, or all of our own."""
    for path in files or sorted((HERE / "queries").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                expected = frozenset() if row["expected"] == "-" else frozenset(row["expected"].split("|"))
                text = ESCAPE.sub(_unescaped, row["query"])
                yield Query(text, expected, row["category"], row["language"])


def _unescaped(found: re.Match[str]) -> str:
    return LETTERS[found[3]] if found[3] else chr(int(found[1] or found[2], 16))


def judge(query: Query, best: str | None, choices: list[str]) -> str:
    options = set(choices) | ({best} if best else set())
    if not query.expected:
        return "false alarm" if options else "right"
    if len(options) == 1 and best:
        if len(query.expected) > 1:
            return "one" if best in query.expected else "wrong"
        return "right" if best in query.expected else "wrong"
    asked = bool(options) and len(options) <= 4 and query.expected <= options
    if len(query.expected) > 1:
        return "right" if asked else "missed"
    return "asked" if asked else "missed"


def run(name: str, asked: list[Query], answer: Callable[[str], tuple[Answer, float]], memory: int | str) -> Result:
    verdicts, times = [], []
    for query in asked:
        (best, choices), took = answer(query.text)
        verdicts.append((query, judge(query, best, choices)))
        times.append(took)
    times.append(answer(LONGEST)[1])
    return Result(name, verdicts, times, _resident(memory))


def ours() -> Callable[[str], tuple[Answer, float]]:
    from bot.domain.matching import search
    from bot.domain.names import load_index
    from bot.finding import codes

    index = load_index()
    gc.freeze()  # as the program does

    def answer(text: str) -> tuple[Answer, float]:
        begun = time.perf_counter_ns()
        found = search(index, text)
        took = (time.perf_counter_ns() - begun) / 1000
        named = codes(found)
        return ((named[0], []) if len(named) == 1 else (None, list(named))), took

    return answer


def peers(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    from benchmarks.matching.peers import PEERS

    for python in sorted({*folder.glob("bin/python"), *folder.glob("*/bin/python")}):
        for name in PEERS:
            command = [str(python), str(HERE / "peers.py"), name]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
            yield name, process


def ask(process: subprocess.Popen[str]) -> Callable[[str], tuple[Answer, float]]:
    assert process.stdin is not None
    assert process.stdout is not None
    given, got = process.stdin, process.stdout

    def answer(text: str) -> tuple[Answer, float]:
        given.write(json.dumps(text) + "\n")
        given.flush()
        reply = json.loads(got.readline())
        return (reply["best"], reply["choices"]), reply["us"]

    return answer


def _resident(process: int | str) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


def share(verdicts: Iterable[tuple[Query, str]], *wanted: str) -> float:
    counted = Counter(verdict for _, verdict in verdicts)
    return 100 * sum(counted[one] for one in wanted) / max(1, counted.total())


def overview(results: list[Result]) -> Table:
    table = Table(title=f"{len(results[0].verdicts)} queries")
    for head in (
        "matcher",
        "top-1 %",
        "en %",
        "ru %",
        "WRONG %",
        "ambiguous %",
        "false alarm %",
        "p50/p99/max µs",
        "MB",
    ):
        table.add_column(head, justify="right")
    for result in results:
        one = [pair for pair in result.verdicts if len(pair[0].expected) == 1]
        several = [pair for pair in result.verdicts if len(pair[0].expected) > 1]
        none = [pair for pair in result.verdicts if not pair[0].expected]
        cuts = quantiles(result.microseconds, n=100)
        table.add_row(
            result.name,
            f"{share(one, 'right'):.2f}",
            *(f"{share([p for p in one if p[0].language == code], 'right'):.2f}" for code in ("en", "ru")),
            f"{share(one, 'wrong'):.2f}",
            f"{share(several, 'right'):.2f}",
            f"{share(none, 'false alarm'):.2f}",
            f"{cuts[49]:,.0f} / {cuts[98]:,.0f} / {max(result.microseconds):,.0f}",
            f"{result.megabytes:.0f}",
        )
    return table


def by_category(result: Result) -> Table:
    table = Table(title="ours by category")
    for head in ("category", "queries", "right %", "asked %", "wrong %", "missed or false alarm %"):
        table.add_column(head, justify="right")
    groups: dict[str, list[tuple[Query, str]]] = defaultdict(list)
    for pair in result.verdicts:
        groups[pair[0].category].append(pair)
    for category, pairs in sorted(groups.items()):
        rest = share(pairs, "missed", "false alarm", "one")
        figures = (share(pairs, "right"), share(pairs, "asked"), share(pairs, "wrong"), rest)
        table.add_row(category, str(len(pairs)), *(f"{figure:.1f}" for figure in figures))
    return table


def measure() -> dict[str, float]:
    """The figures of ours alone, for `make bench`."""
    result = run("ours", list(queries()), ours(), "self")
    one = [pair for pair in result.verdicts if len(pair[0].expected) == 1]
    cuts = quantiles(result.microseconds, n=100)
    return {
        "queries": float(len(result.verdicts)),
        "top-1 %": round(share(one, "right"), 2),
        "wrong %": round(share(one, "wrong"), 2),
        "ambiguous %": round(share([p for p in result.verdicts if len(p[0].expected) > 1], "right"), 2),
        "false alarm %": round(share([p for p in result.verdicts if not p[0].expected], "false alarm"), 2),
        "p50 us": round(cuts[49], 1),
        "p99 us": round(cuts[98], 1),
        "max us": round(max(result.microseconds), 1),
        "resident MB": round(result.megabytes, 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="The finder on our own queries, beside others.")
    parser.add_argument("--peers", type=Path, help="a folder of virtual environments with other matchers")
    parser.add_argument("--queries", type=Path, nargs="*", default=[], help="other files than our own queries")
    options = parser.parse_args()
    asked = list(queries(*options.queries))
    results = [run("ours", asked, ours(), "self")]
    for name, process in peers(options.peers) if options.peers else ():
        try:
            results.append(run(name, asked, ask(process), process.pid))
        except (BrokenPipeError, json.JSONDecodeError):
            print(f"{name}: not installed there", file=sys.stderr)
        process.kill()
    console = Console(width=max(100, Console().width))
    console.print(overview(results))
    console.print(by_category(results[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
