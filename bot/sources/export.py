"""A Directory -> the tables again, as RFC 4180 CSV that read_tables accepts unchanged."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from io import StringIO
from typing import Any

from bot.domain.feeds import Feed
from bot.domain.missions import Directory, Rule
from bot.sources.columns import ALIASES, COLUMNS, COVERS, FEEDS, MISSIONS, PROVENANCE, RULES


def write_tables(directory: Directory, feeds: Iterable[Feed] = (), provenance: bytes | None = None) -> dict[str, bytes]:
    """`provenance` goes out as it came in: it says which facts are unattributed, and the Directory keeps only that."""
    tables = {
        MISSIONS: _write(MISSIONS, map(_cells, directory.missions)),
        COVERS: _write(COVERS, map(_cells, directory.covers)),
        RULES: _write(RULES, map(_rule_cells, directory.rules)),
        ALIASES: _write(ALIASES, map(_cells, directory.aliases)),
        FEEDS: _write(FEEDS, map(_cells, feeds)),
    }
    return tables if provenance is None else tables | {PROVENANCE: provenance}


def _write(name: str, rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    columns = COLUMNS[name]
    writer.writerow(columns)
    writer.writerows([_text(row[column]) for column in columns] for row in rows)
    return text.getvalue().encode()


def _cells(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _rule_cells(rule: Rule) -> dict[str, Any]:
    return _cells(rule) | {"rule": rule.text, "applies_to": sorted(rule.applies_to)}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
