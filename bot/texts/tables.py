"""What the desk says of tables: what would change, what is wrong, what was done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any, Final

from bot.domain.differences import Change, Difference, TableDifference
from bot.domain.editions import Losses
from bot.domain.news import Bulletin
from bot.texts.bulletins import day
from bot.texts.catalog import Words
from bot.texts.markup import Html, bold, clip, code, html, join, one_line, shown_units, utf16
from bot.texts.messages import Message, Rows

CHANGES_UNITS: Final = 3000
"""How much of a message the list of changes may take; the whole list is then a document."""
FAULTS_SHOWN: Final = 15
FAULTS_UNITS: Final = 3500
VALUE_UNITS: Final = 80
COUNTRIES_UNITS: Final = 1500
_COLUMNS: Final = {("rules.csv", "text"): "rule"}
"""Columns that are called otherwise in the files."""
CHANGES_FILE: Final = "changes.txt"
FAULTS_FILE: Final = "faults.txt"


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    content: bytes
    caption: Html


@dataclass(frozen=True, slots=True)
class Report:
    """A message, and the document that has all of what it cuts short."""

    message: Message
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Everything that an admin is asked to agree to."""

    title: Html
    difference: Difference
    provenance_changes: bool = False
    pages: Sequence[Bulletin] = ()
    notes: Sequence[Html] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    heading: bool = False

    @property
    def html(self) -> Html:
        return bold(clip(self.text, CHANGES_UNITS // 2)) if self.heading else html(clip(self.text, CHANGES_UNITS // 2))


def proposal(proposed: Proposed, buttons: Rows, words: Words) -> Report:
    whole = list(_lines(proposed, words, None))
    shown, used = [], 0
    for line in _lines(proposed, words, VALUE_UNITS):
        used += shown_units(line.html) + 1
        if used > CHANGES_UNITS:
            break
        shown.append(line.html)
    left = len(whole) - len(shown)
    cut = left or any(utf16(line.text) > VALUE_UNITS * 2 for line in whole)
    parts = [proposed.title, join("\n", shown)]
    if left:
        parts.append(words.count("desk.tables.more", left))
    message = Message(
        join("\n\n", [part for part in (*parts, *proposed.notes, words("desk.tables.ask")) if part]), buttons
    )
    return Report(message, _changes_document(whole, words) if cut else None)


def _changes_document(lines: list[_Line], words: Words) -> Document:
    text = "".join(f"{'' if line.heading else '  '}{line.text}\n" for line in lines)
    return Document(CHANGES_FILE, text.encode(), words("desk.tables.whole"))


def faults(found: Sequence[str], words: Words) -> Report:
    """A short list in the message; a long one as a document, and how many they are in the message."""
    title = words.count("desk.tables.faults", len(found))
    listed = join("\n", [code(line) for line in found[: FAULTS_SHOWN + 1]])
    if len(found) <= FAULTS_SHOWN and shown_units(listed) <= FAULTS_UNITS:
        return Report(Message(join("\n\n", [title, listed])))
    document = Document(FAULTS_FILE, "".join(f"{line}\n" for line in found).encode(), words("desk.tables.faults_file"))
    return Report(Message(title), document)


def doubts(losses: Losses, words: Words, buttons: Rows) -> Message:
    """The second question, with its reasons."""
    reasons = [words("desk.tables.sure")]
    if losses.many:
        reasons.append(words("desk.tables.sure_many", removed=losses.removed, before=losses.before))
    if losses.countries:
        names = clip(", ".join(map(words.country, losses.countries)), COUNTRIES_UNITS)
        reasons.append(words.count("desk.tables.sure_countries", len(losses.countries), countries=names))
    return Message(join("\n\n", reasons), buttons)


def done(edition: int, before: int, pages: int, words: Words) -> Message:
    parts = []
    if edition != before:
        parts.append(words("desk.tables.done", edition=edition, before=before))
    if pages or not parts:
        parts.append(words.count("desk.tables.shelved", pages))
    return Message(join("\n", parts))


def page(bulletin: Bulletin, buttons: Rows, words: Words) -> Message:
    item = bulletin.item
    return Message(words("desk.shelf.ask", title=clip(one_line(item.title), 300), date=day(item, words)), buttons)


def _lines(proposed: Proposed, words: Words, units: int | None) -> Iterator[_Line]:
    """The changes, what matters most first: heads of tables and, below each, a line a row and field."""
    difference = proposed.difference
    flips = [(change.key, change.flip) for change in difference.missions.changed if change.flip is not None]
    if flips:
        yield _Line(unescape(words.count("desk.tables.flips", len(flips))), heading=True)
        for key, flip in flips:
            yield _Line(f"⚠️ {key}: {_value(flip.old, units)} → {_value(flip.new, units)}")
    unchanged = []
    for name, table in _tables(difference):
        if table.nothing:
            unchanged.append(f"{name} ({words.number(table.unchanged)})")
            continue
        yield _Line(_counts(name, table, words), heading=True)
        yield from _rows(name, table, units)
    if proposed.provenance_changes:
        yield _Line(words.plain("desk.tables.provenance", file="provenance.csv"), heading=True)
    if proposed.pages:
        yield _Line(unescape(words.count("desk.tables.pages", len(proposed.pages))), heading=True)
        for bulletin in proposed.pages:
            yield _Line(f"+ {bulletin.item.published} {_clipped(bulletin.item.title, units)}")
    if unchanged:
        yield _Line(words.plain("desk.tables.unchanged", tables=", ".join(unchanged)))


def _tables(difference: Difference) -> Iterator[tuple[str, TableDifference[Any]]]:
    yield "missions.csv", difference.missions
    yield "covered_from_abroad.csv", difference.covers
    yield "rules.csv", difference.rules
    yield "aliases.csv", difference.aliases
    yield "feeds.csv", difference.feeds


def _counts(name: str, table: TableDifference[Any], words: Words) -> str:
    return words.plain(
        "desk.tables.counts",
        file=name,
        added=words.number(len(table.added)),
        changed=words.number(len(table.changed)),
        removed=words.number(len(table.removed)),
        unchanged=words.number(table.unchanged),
    )


def _rows(name: str, table: TableDifference[Any], units: int | None) -> Iterator[_Line]:
    for key in table.removed:
        yield _Line(f"− {_key(key, units)}")
    for key in table.added:
        yield _Line(f"+ {_key(key, units)}")
    for changed in table.changed:
        for change in changed.changes:
            yield _Line(f"{_key(changed.key, units)}: {_change(name, change, units)}")


def _change(name: str, change: Change, units: int | None) -> str:
    column = _COLUMNS.get((name, change.field), change.field)
    return f"{column}: {_value(change.old, units)} → {_value(change.new, units)}"


def _key(key: object, units: int | None) -> str:
    return (
        _clipped(", ".join(part for part in key if part), units)
        if isinstance(key, tuple)
        else _clipped(str(key), units)
    )


def _value(value: object, units: int | None) -> str:
    if value is None or value in ("", (), frozenset()):
        return "—"
    if isinstance(value, tuple | frozenset):
        return _clipped(";".join(value if isinstance(value, tuple) else sorted(value)), units)
    return _clipped(value.isoformat() if isinstance(value, date) else str(value), units)


def _clipped(text: str, units: int | None) -> str:
    flat = one_line(text)
    return flat if units is None else clip(flat, units)
