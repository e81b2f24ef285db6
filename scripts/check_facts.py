"""Checks the translated sentences of the data files: none missing, none stale, numbers and addresses as in English.

A language without facts.po shows these sentences in English, which is no fault; one that has the file has all of them.
Exit status 1 and a line a fault; run by `make check`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import polib

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.domain.missions import Directory  # noqa: E402
from bot.sources.columns import COVERS, MISSIONS, RULES  # noqa: E402
from bot.sources.missions_file import Tables, read_directory  # noqa: E402

ADDRESS: Final = re.compile(
    r"https?://[!-~]*[A-Za-z0-9/]"
    r"|[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
    r"|\+[0-9](?:[ ()-]*[0-9])+"
)
"""A link, an e-mail address or a phone number, without the punctuation after it."""
NUMBER: Final = re.compile(r"[0-9]+(?::[0-9]+)*")


def sentences(directory: Directory) -> dict[str, str]:
    """What the cards show of the tables as it stands there, in its order, with the column where it is first."""
    shown = [
        *((post.status_note, f"{MISSIONS} status_note") for post in directory.missions),
        *((post.hours, f"{MISSIONS} hours") for post in directory.missions),
        *((post.jurisdiction, f"{MISSIONS} jurisdiction") for post in directory.missions),
        *((cover.served_by, f"{COVERS} served_by") for cover in directory.covers),
        *((cover.note, f"{COVERS} note") for cover in directory.covers),
        *((rule.text, f"{RULES} rule") for rule in directory.rules),
    ]
    found: dict[str, str] = {}
    for sentence, column in shown:
        if sentence:
            found.setdefault(sentence, column)
    return found


def entry_faults(entry: polib.POEntry, wanted: Mapping[str, str]) -> Iterator[str]:
    if entry.msgid not in wanted:
        yield "stale, the tables no longer say so"
    if entry.fuzzy or not entry.msgstr.strip():
        yield "not translated"
        return
    english, own = ADDRESS.findall(entry.msgid), ADDRESS.findall(entry.msgstr)
    if own != english:
        yield f"addresses {own}, English has {english}"
    # A language may have numbers of its own (month 7 for July), but none that English has may be lost.
    if lost := _numbers(entry.msgid) - _numbers(entry.msgstr):
        yield f"lacks the numbers {sorted(lost.elements())}"


def _numbers(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(ADDRESS.sub(" ", text)))


def catalogue_faults(path: Path, wanted: Mapping[str, str]) -> Iterator[str]:
    name = path.relative_to(ROOT)
    entries = [entry for entry in polib.pofile(str(path)) if not entry.obsolete]
    first: dict[str, int] = {}
    for entry in entries:
        where = f"{name}:{entry.linenum}: {entry.msgid!r}:"
        if first.setdefault(entry.msgid, entry.linenum) != entry.linenum:
            yield f"{where} stands already in line {first[entry.msgid]}"
        yield from (f"{where} {fault}" for fault in entry_faults(entry, wanted))
    for sentence, column in wanted.items():
        if sentence not in first:
            yield f"{name}:1: {sentence!r}: missing ({column})"


def main() -> int:
    tables = read_directory(ROOT / "data", datetime.now(UTC).date())
    if not isinstance(tables, Tables):
        print(tables)
        return 1
    wanted = sentences(tables.directory)
    paths = sorted((ROOT / "locales").glob("*/LC_MESSAGES/facts.po"))
    faults = [fault for path in paths for fault in catalogue_faults(path, wanted)]
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"facts: {len(paths)} languages, {len(wanted)} sentences", end="")
    print(f", {len(faults)} faults" if faults else ", no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
