"""Random texts must not raise: `python -m benchmarks.matching.random_strings [--count 1000000] [--seed 1]`.

Every kind of character (all planes, unassigned ones, lone surrogates, marks, signs), alone and mixed with real names,
misspelt ones and the words around them. The same seed gives the same texts, whatever the number of processes.
"""

import argparse
import gc
import heapq
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bot.domain.matching import Unsure, search
from bot.domain.names import NameIndex, load_index

COUNT: Final = 1_000_000
CHUNK: Final = 5_000
LONGEST: Final = 4096
SLOWEST: Final = 5
BLOCKS: Final = (
    (0x20, 0x7F), (0x80, 0x250), (0x250, 0x370), (0x370, 0x530), (0x530, 0x780), (0x780, 0x1200), (0x1200, 0x2000),
    (0x2000, 0x2E00), (0x3000, 0xA000), (0xA000, 0xD800), (0xD800, 0xE000), (0xE000, 0xFFFF), (0x10000, 0x20000),
    (0x1F1E6, 0x1F200), (0x1F300, 0x1FB00), (0x20000, 0x32000), (0xE0000, 0xE0200), (0xF0000, 0x110000), (0x0, 0x20),
)  # fmt: skip
NOISE: Final = (" ", "  ", "\n", ".", ",", "?", "!!!", "-", "'", "’", "\u200b", "\u0301", "\u202e", "0", "#", "@")
FRAMES: Final = (
    "embassy of {}",
    "посольство {}",
    "not {}, {}",
    "не {}, а {}",
    "{} or {}",
    "{} và {}",
    "{}大使馆",
    "{}",
)


@dataclass(frozen=True, slots=True)
class Run:
    """What some texts did: how many there were, the slowest of them (processor seconds), and those that raised."""

    count: int
    seconds: float
    slowest: list[tuple[float, str]]
    raised: list[str]


@lru_cache(maxsize=1)
def _index() -> tuple[NameIndex, tuple[str, ...]]:
    index = load_index()
    names = tuple(sorted(index.keys()))
    gc.freeze()  # as the program does: what is loaded is not looked through again and again
    return index, names


def texts(seed: int, count: int, names: tuple[str, ...]) -> Iterator[str]:
    chance = random.Random(seed)
    kinds: tuple[Callable[[], str], ...] = (
        lambda: _characters(chance, chance.choice(BLOCKS)),
        lambda: "".join(_characters(chance, block, 6) for block in chance.choices(BLOCKS, k=4)),
        lambda: _misspelt(chance, chance.choice(names)),
        lambda: chance.choice(FRAMES).format(*(_misspelt(chance, name) for name in chance.choices(names, k=2))),
        lambda: "".join(name + chance.choice(NOISE) for name in chance.choices(names, k=chance.randint(1, 6))),
    )
    for number in range(count):
        text = kinds[number % len(kinds)]()
        if number % 1000 == 999:
            text = (text * LONGEST)[: chance.randint(LONGEST // 2, LONGEST)]
        yield text


def _characters(chance: random.Random, block: tuple[int, int], most: int = 30) -> str:
    return "".join(chr(chance.randrange(*block)) for _ in range(chance.randint(0, most)))


def _misspelt(chance: random.Random, name: str) -> str:
    letters = list(name)
    for _ in range(chance.randint(0, 3)):
        place = chance.randrange(len(letters) + 1)
        typed = chance.choice(("", chance.choice(name), _characters(chance, chance.choice(BLOCKS), 2)))
        letters[place : place + chance.randint(0, 1)] = typed
    return chance.choice((str.lower, str.upper, str.title))("".join(letters))


def run(seed: int, count: int) -> Run:
    """Asks `count` texts of this seed."""
    index, names = _index()
    slowest: list[tuple[float, str]] = []
    raised: list[str] = []
    begun = time.process_time()
    for text in texts(seed, count, names):
        asked = time.thread_time()
        try:
            answer = search(index, text)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
            raised.append(f"{error!r}: {text[:200]!a}")
            continue
        took = time.thread_time() - asked
        if isinstance(answer, Unsure) and not 2 <= len(set(answer.choices)) == len(answer.choices) <= 4:
            raised.append(f"{answer}: {text[:200]!a}")
        if len(slowest) < SLOWEST or took > slowest[0][0]:
            (heapq.heappush if len(slowest) < SLOWEST else heapq.heapreplace)(slowest, (took, text))
    return Run(count, time.process_time() - begun, slowest, raised)


def together(count: int, seed: int, processes: int) -> Run:
    """The same texts in chunks, on several processes."""
    sizes = [CHUNK] * (count // CHUNK) + [count % CHUNK] * bool(count % CHUNK)
    seeds = [seed * 1_000_003 + number for number in range(len(sizes))]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            runs = list(pool.map(run, seeds, sizes))
    else:
        runs = list(map(run, seeds, sizes))
    return Run(
        sum(one.count for one in runs),
        sum(one.seconds for one in runs),
        heapq.nlargest(SLOWEST, (slow for one in runs for slow in one.slowest)),
        [text for one in runs for text in one.raised],
    )


def measure(count: int = COUNT, seed: int = 1) -> dict[str, float]:
    """The figures for `make bench`; ValueError if anything raised."""
    found = together(count, seed, processes=os.cpu_count() or 1)
    if found.raised:
        raise ValueError("\n".join(found.raised[:10]))
    return {
        "texts": float(found.count),
        "raised": float(len(found.raised)),
        "mean us": round(found.seconds / max(1, found.count) * 1e6, 1),
        "slowest us": round(found.slowest[0][0] * 1e6, 1) if found.slowest else 0.0,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Random texts must not raise.")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    found = together(options.count, options.seed, options.processes)
    print(f"{found.count:,} texts, {len(found.raised)} raised, {found.seconds:.0f} s of processor time")
    for took, text in found.slowest:
        print(f"{took * 1000:7.2f} ms  {len(text):5} characters  {text[:80]!a}")
    print(*found.raised[:20], sep="\n")
    return int(bool(found.raised))


if __name__ == "__main__":
    sys.exit(main())
