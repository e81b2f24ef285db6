"""Checks the catalogues: complete, same placeholders everywhere, HTML that Telegram takes, no key unused or unknown.

Exit status 1 and a line a fault; run by `make check`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
TAGS = {"b", "i", "u", "s", "code", "a", "blockquote"}
BY_NAME = ("city.", "country.")
"""Keys made from names in the tables; a language has those that its readers need."""
CALLS = {"words", "plain", "count"}


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
    catalogue = polib.pofile(str(path))
    for header in ("Language", "Plural-Forms"):
        if header not in catalogue.metadata:
            yield f"{path.relative_to(ROOT)}:1: header: {header} is missing"
    own = {entry.msgid: entry for entry in catalogue if not entry.obsolete}
    for key, entry in own.items():
        where = f"{path.relative_to(ROOT)}:{entry.linenum}: {key}:"
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
            yield f"{path.relative_to(ROOT)}: {key}: missing"


def used_keys() -> tuple[dict[str, str], set[str], set[str]]:
    """Keys of calls (with their place), every string constant in the code, and the beginnings of formatted strings."""
    called: dict[str, str] = {}
    constants: set[str] = set()
    beginnings: set[str] = set()
    for path in sorted((ROOT / "bot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.Constant(value=str(key)), *_]
                ):
                    if name in CALLS and "." in key:
                        called[key] = f"{path.relative_to(ROOT)}:{node.lineno}"
                case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]) if "." in beginning:
                    beginnings.add(beginning)
                case ast.Constant(value=str(text)):
                    constants.add(text)
    return called, constants, beginnings


def main() -> int:
    folder = ROOT / "locales"
    english = {entry.msgid: entry for entry in polib.pofile(str(folder / "en/LC_MESSAGES/bot.po"))}
    faults = [
        fault for path in sorted(folder.glob("*/LC_MESSAGES/bot.po")) for fault in catalogue_faults(path, english)
    ]
    called, constants, beginnings = used_keys()
    faults += [f"{place}: no catalogue has the key {key}" for key, place in called.items() if key not in english]
    faults += [
        f"locales/en/LC_MESSAGES/bot.po:{entry.linenum}: {key}: used nowhere"
        for key, entry in english.items()
        if key not in constants and not key.startswith((*BY_NAME, *beginnings))
    ]
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"catalogues: {len(list(folder.glob('*/LC_MESSAGES/bot.po')))} languages, {len(english)} texts", end="")
    print(f", {len(faults)} faults" if faults else ", no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
