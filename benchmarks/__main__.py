"""`make bench`: the benchmarks one after the other, as tables here and as JSON under build/bench/."""

import json
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import startup
from benchmarks.matching import longest, random_strings
from benchmarks.matching import run as matching

FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench"
PARTS: dict[str, Callable[[], dict[str, float]]] = {
    "startup": startup.measure,
    "matching": matching.measure,
    "longest messages": longest.measure,
    "random strings": random_strings.measure,
}


def main() -> int:
    console = Console()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, measure in PARTS.items():
        console.print(f"{name} …")
        figures = measure()
        table = Table(title=name, show_header=False)
        for figure, value in figures.items():
            table.add_row(figure, f"{value:,}")
        console.print(table)
        machine = {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}
        written = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine, "figures": figures}
        (FOLDER / f"{name}.json").write_text(json.dumps(written, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
