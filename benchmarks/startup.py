"""How soon a fresh process answers, and how much memory it has taken after a thousand questions.

Whole processes, timed from outside; the ratio is to a Python that does nothing, so that machines can be compared.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7
QUESTIONS = (
    "germny",
    "посольство Узбекистана",
    "congo",
    "I'm Kenyan and I lost my passport",
    "xyzzy",
    "/start",
    "Russia",
)


def first_answer(state: Path) -> float:
    """Seconds from the start of a process to the first line of its first answer, with an empty state directory."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=_env(state)
    ) as bot:
        assert bot.stdin is not None
        assert bot.stdout is not None
        bot.stdin.write(b"germny\n")
        bot.stdin.flush()
        while b"Germany" not in bot.stdout.readline():
            pass
        took = time.perf_counter() - begun
        bot.stdin.close()
        bot.stdout.read()
    return took


def bare_python() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begun


def thousand_questions(state: Path) -> tuple[float, float]:
    """Seconds for a thousand questions through the whole bot, and the peak of its memory in MB."""
    questions = "\n".join(QUESTIONS[number % len(QUESTIONS)] for number in range(1000))
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot", "chat"], input=questions.encode(), capture_output=True, check=True, cwd=ROOT,
        env=_env(state),
    )  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return time.perf_counter() - begun, peak / (1024 if sys.platform != "darwin" else 1024 * 1024)


def measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        cold = [first_answer(Path(folder) / f"cold{run}") for run in range(RUNS)]
        warm = [first_answer(Path(folder) / "cold0") for _ in range(RUNS)]
        bare = [bare_python() for _ in range(RUNS)]
        seconds, megabytes = thousand_questions(Path(folder) / "cold0")
    return {
        "first answer, new state (s)": round(median(cold), 3),
        "first answer, known state (s)": round(median(warm), 3),
        "bare Python (s)": round(median(bare), 3),
        "first answer / bare Python": round(median(warm) / median(bare), 1),
        "1,000 questions (s)": round(seconds, 2),
        "peak memory after them (MB)": round(megabytes, 1),
    }


def _env(state: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "BOT_STATE_DIR": str(state), "LANG": "C.UTF-8"}
