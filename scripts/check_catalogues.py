"""Checks the catalogues: complete, same placeholders everywhere, HTML that Telegram takes, no key unused or unknown.

Exit status 1 and a line a fault; run by `make check`.
"""

import ast
import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import polib

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.domain.asked import Result
from bot.domain.missions import Kind, Status
from bot.gateway.console_wording import Wording
from bot.handlers.commands import COMMANDS
from bot.handlers.permission import DESK

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAGS = {"b", "i", "u", "s", "code", "a", "blockquote"}
BY_NAME = ("city.", "country.")
"""Keys made from names in the tables; a language has those that its readers need."""
CALLS = {"words", "plain", "count"}
FAMILIES: Mapping[str, Iterable[str]] = {
    "audit.": (
        *("loaded", "reloaded", "rolled_back", "document_kept", "shelved", "role_given", "role_taken"),
        *("published", "published_urgent", "paused", "resumed", "stopped", "corrected", "withdrawn"),
        *("report_fixed", "report_dismissed"),
    ),
    "button.": ("pause", "resume", "stop", "correct", "withdraw"),
    "card.": ("hours", "jurisdiction"),
    "card.city_post.": ("closed", "suspended"),
    "command.": (*COMMANDS, *DESK),
    "console.": [field.name for field in dataclasses.fields(Wording)],
    "desk.count.": ("sent", "gone", "unknown", "failed", "stopped"),
    "desk.kind.": ("correction", "withdrawal"),
    "desk.stage.": ("running", "paused", "done", "stopped", "rejected", "withdrawn"),
    "detail.": (
        *("scope", "edition", "before", "added", "changed", "removed", "pages", "files"),
        *("number", "title", "reached", "amendment", "user", "role", "mission", "reports"),
    ),
    "kind.": Kind,
    "reported.": ("fixed", "dismissed"),
    "reports.done_": ("fixed", "dismissed"),
    "result.": Result,
    "role.": ("admin", "editor"),
    "status.": Status,
    "status.mark.": Status,
}
"""Keys that are made of a beginning and a name: what the name can be."""


class Html(HTMLParser):
    """Finds tags that Telegram refuses, and those left open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fault: str | None = None

    def handle_starttag(self, tag: str, _: object) -> None:
        if tag not in TAGS:
            self.fault = f"<{tag}> is no tag of Telegram's"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fault = f"</{tag}> closes nothing"


def html_fault(text: str) -> str | None:
    parser = Html()
    parser.feed(text)
    parser.close()
    return parser.fault or (f"<{parser.open[-1]}> is not closed" if parser.open else None)


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def catalogue_faults(path: Path, english: dict[str, polib.POEntry]) -> Iterator[str]:
    catalogue, name = polib.pofile(str(path)), path.relative_to(path.parents[3])
    for header in ("Language", "Plural-Forms"):
        if header not in catalogue.metadata:
            yield f"{name}:1: header: {header} is missing"
    own = {entry.msgid: entry for entry in catalogue if not entry.obsolete}
    for key, entry in own.items():
        where = f"{name}:{entry.linenum}: {key}:"
        if key not in english and not key.startswith(BY_NAME):
            yield f"{where} English has no such key"
        if entry.fuzzy or not all(texts(entry)):
            yield f"{where} not translated"
        wanted = set(PLACEHOLDER.findall(" ".join(texts(english[key])))) if key in english else set()
        for text in texts(entry):
            found = set(PLACEHOLDER.findall(text))
            if found - wanted or (wanted - found and not entry.msgid_plural):
                yield f"{where} placeholders {sorted(found)}, English has {sorted(wanted)}"
            if "%" in PLACEHOLDER.sub("", text).replace("%%", ""):
                yield f"{where} a lone % (write %%)"
            if fault := html_fault(text):
                yield f"{where} {fault}"
    for key in english.keys() - own.keys():
        if not key.startswith(BY_NAME):
            yield f"{name}: {key}: missing"


def used_keys() -> tuple[dict[str, str], set[str], dict[str, str]]:
    """Keys of calls, every string constant in the code, and the beginnings of formatted strings; two with a place."""
    called: dict[str, str] = {}
    constants: set[str] = set()
    beginnings: dict[str, str] = {}
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(key)), *_]
                ):
                    if name in CALLS and "." in key:
                        called[key] = f"{path.relative_to(ROOT)}:{node.lineno}"
                case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]) if "." in beginning:
                    beginnings[beginning] = f"{path.relative_to(ROOT)}:{node.lineno}"
                case ast.Constant(value=str(text)):
                    constants.add(text)
    return called, constants, beginnings


def usage_faults(english: dict[str, polib.POEntry]) -> Iterator[str]:
    """Texts that are shown and missing, and those that are there and never shown."""
    called, constants, beginnings = used_keys()
    made = {beginning: place for beginning, place in beginnings.items() if not beginning.startswith(BY_NAME)}
    for beginning, place in made.items():
        if beginning not in FAMILIES and any(key.startswith(beginning) for key in english):
            yield f"{place}: the members of {beginning} are not listed in FAMILIES"
    for beginning in FAMILIES.keys() - made.keys():
        yield f"scripts/check_catalogues.py: {beginning}: no key is made so"
    members = {f"{beginning}{name}": place for beginning, place in made.items() for name in FAMILIES.get(beginning, ())}
    for key, place in (called | members).items():
        if key not in english:
            yield f"{place}: no catalogue has the key {key}"
    for key, entry in english.items():
        if key not in constants and key not in members and not key.startswith(BY_NAME):
            yield f"locales/en/LC_MESSAGES/bot.po:{entry.linenum}: {key}: used nowhere"


def english_in(folder: Path) -> dict[str, polib.POEntry]:
    return {entry.msgid: entry for entry in polib.pofile(str(folder / "en/LC_MESSAGES/bot.po"))}


def faults(folder: Path) -> list[str]:
    english = english_in(folder)
    paths = sorted(folder.glob("*/LC_MESSAGES/bot.po"))
    return [*(fault for path in paths for fault in catalogue_faults(path, english)), *usage_faults(english)]


def main() -> int:
    folder = ROOT / "locales"
    found = faults(folder)
    print(*found, sep="\n", end="\n" if found else "")
    languages, number = len(list(folder.glob("*/LC_MESSAGES/bot.po"))), len(english_in(folder))
    print(f"catalogues: {languages} languages, {number} texts", end="")
    print(f", {len(found)} faults" if found else ", no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
