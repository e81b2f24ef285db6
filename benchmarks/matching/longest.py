"""What the longest messages cost: `python -m benchmarks.matching.longest [--seed 1]`.

Messages of 4,096 characters of many kinds, sensible or not: names and misspelt names of every script, random letters
with and without blanks, codes, flags, digits, negations. The least of a few times says what a message costs; the first
time, and the most of them, what it cost on this machine at this minute. Processor time.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from benchmarks.matching.run import queries
from bot.domain.matching import search
from bot.domain.names import load_index

LENGTH: Final = 4096
OF_EACH: Final = 8
TIMES: Final = 4
BLOCKS: Final = {
    "latin": (0x61, 0x7B), "cyrillic": (0x430, 0x450), "greek": (0x3B1, 0x3C9), "arabic": (0x621, 0x64A),
    "hebrew": (0x5D0, 0x5EA), "georgian": (0x10D0, 0x10F0), "devanagari": (0x905, 0x939), "tamil": (0xB85, 0xBB9),
    "amharic": (0x1200, 0x135A), "hangul": (0xAC00, 0xD7A3), "han": (0x4E00, 0x9FA5), "hiragana": (0x3041, 0x3096),
    "katakana": (0x30A1, 0x30FA), "thai": (0xE01, 0xE3A), "khmer": (0x1780, 0x17B3), "lao": (0xE81, 0xEAE),
    "myanmar": (0x1000, 0x102A), "any": (0x20, 0xD7FF),
}  # fmt: skip


def kinds(seed: int) -> Iterator[tuple[str, Callable[[], str]]]:
    """A name, and what makes a new message of that kind."""
    chance = random.Random(seed)
    keys = sorted(load_index().keys())
    asked = [query.text for query in queries()]
    scripts = {
        "latin": [key for key in keys if key.isascii() and key.isalpha() and 4 < len(key) < 14],
        "cyrillic": [key for key in keys if "Ѐ" <= key[:1] <= "ӿ" and 4 < len(key) < 14],
        "other": [key for key in keys if key[:1] > "԰"],
    }

    def letters(block: str, least: int, most: int) -> str:
        return "".join(chr(chance.randrange(*BLOCKS[block])) for _ in range(chance.randint(least, most)))

    def misspelt(names: list[str]) -> str:
        name = chance.choice(names)
        place = chance.randrange(len(name))
        return chance.choice((name[:place] + name[place + 1 :], name[:place] + name[place:][::-1], name + name[place]))

    def filled(part: Callable[[], str], between: str = " ") -> Callable[[], str]:
        def fill() -> str:
            text = ""
            while len(text) < LENGTH:
                text += part() + between
            return text[:LENGTH]

        return fill

    yield "questions", filled(partial(chance.choice, asked))
    yield "questions and commas", filled(partial(chance.choice, asked), ", ")
    for script, names in scripts.items():
        yield f"{script} names", filled(partial(chance.choice, names))
        yield f"{script} names in a run", filled(partial(chance.choice, names), "")
        yield f"{script} names misspelt", filled(partial(misspelt, names))
    for block in BLOCKS:
        yield f"{block} letters", filled(partial(letters, block, 3, 11))
        yield f"{block} letters in a run", filled(partial(letters, block, 9, 9), "")
    latin = scripts["latin"]
    yield "letters apart", filled(partial(letters, "latin", 1, 1))
    yield "another layout", filled(lambda: letters("latin", 4, 10) + chance.choice("[];',."))
    yield "codes", filled(lambda: letters("latin", 2, 2).upper())
    yield "calling codes", filled(lambda: f"+{chance.randrange(1, 999)}")
    yield "digits", filled(lambda: str(chance.randrange(10**6)))
    yield "flags", filled(lambda: chr(0x1F1E6 + chance.randrange(26)), "")
    yield "hyphens", filled(partial(chance.choice, latin), "-")
    yield "and", filled(lambda: f"{chance.choice(latin)} and")
    yield "not, but", filled(lambda: f"not {chance.choice(latin)}, but")
    yield "embassy of", filled(lambda: f"embassy of {misspelt(latin)}")
    yield "посольство", filled(lambda: f"посольство {misspelt(scripts['cyrillic'])}")
    yield "persons", filled(lambda: f"my name is {chance.choice(latin).title()} {chance.choice(latin).title()}")
    yield "two scripts", filled(lambda: f'"{chance.choice(latin)}" ({chance.choice(scripts["cyrillic"])})')
    yield "marks", filled(lambda: chance.choice(latin)[:3] + "\u0301\u0302" * 3)


def measure(seed: int = 1) -> dict[str, float]:
    """Milliseconds: by kind what its dearest message costs; besides the dearest of all, and the most it once took."""
    index = load_index()
    messages = [(name, [make() for _ in range(OF_EACH)]) for name, make in kinds(seed)]
    gc.freeze()  # as the program does
    least: dict[str, float] = {}
    most = 0.0
    for name, texts in messages:
        for text in texts:
            took = []
            for _ in range(TIMES):
                begun = time.process_time_ns()
                search(index, text)
                took.append((time.process_time_ns() - begun) / 1e6)
            least[name] = round(max(least.get(name, 0.0), min(took)), 2)
            most = max(most, *took)
    dearest = dict(sorted(least.items(), key=lambda pair: -pair[1]))
    return {"dearest ms": max(least.values()), "once took ms": round(most, 2), "kinds": float(len(least)), **dearest}


def main() -> int:
    parser = argparse.ArgumentParser(description="What the longest messages cost.")
    parser.add_argument("--seed", type=int, default=1)
    for name, value in measure(parser.parse_args().seed).items():
        print(f"{value:8.2f}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
