"""Draws docs/conversation.svg: a real conversation with the bot in a terminal, so that it can be made again.

Runs `python -m bot chat` on the bundled data with a database of its own, and lets rich export what it printed.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "conversation.svg"
WIDTH = 92
QUESTIONS = ("germny", "посольство Узбекистана", "congo")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        talk = subprocess.run(
            [sys.executable, "-m", "bot", "chat", "--language", "en"],
            input="\n".join(QUESTIONS),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "BOT_STATE_DIR": folder},
        ).stdout
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: PTH123, SIM115
    console.print(Text("$ make run", style="bold green"))
    for line in talk.splitlines():
        console.print(Text(shortened(line), style=style_of(line)), overflow="ellipsis", no_wrap=True)
    # The reader's own fonts: a picture in a repository fetches nothing from elsewhere.
    form = re.sub(r'url\("https?://[^)]*\)(?: format\("\w+"\))?,?', 'local("monospace"),', CONSOLE_SVG_FORMAT)
    form = re.sub(r'local\("monospace"\),(\s*);', r'local("monospace")\1;', form)
    console.save_svg(str(PICTURE), title="Embassy Finder", code_format=form)
    print(f"drawn: {PICTURE.relative_to(ROOT)}")


def shortened(line: str) -> str:
    """The addresses of the sources behind their names are left out: they would fill the picture."""
    return " ".join(word for word in line.split(" ") if not word.startswith("(http"))


def style_of(line: str) -> str:
    if line.startswith("› "):
        return "bold cyan"
    if line.startswith("│"):
        return "dim"
    return "bold" if line.startswith(("🆘", "🇩🇪", "🇺🇿", "🇨🇩")) else ""


if __name__ == "__main__":
    main()
