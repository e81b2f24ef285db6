"""Which shown facts nobody can look up: those whose only source is a public file that could not be named."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.missions import Mission
from bot.sources.checks import is_unattributed
from bot.sources.columns import FACTS, LISTS

Named = Mapping[tuple[str, str, str], bool]
"""(mission, column, value) -> whether any of its sources can be named."""


def named_values(rows: Iterable[Mapping[str, Any]]) -> Named:
    """From the rows of provenance.csv.

    They may be of values, or of missions, that the tables no longer show: a row taken out of missions.csv must not
    make the rest of its history a fault.
    """
    named: dict[tuple[str, str, str], bool] = defaultdict(bool)
    for row in rows:
        column, value = row["field"], row["value"]
        for single in value.split(";") if column in LISTS else (value,):
            named[row["id"], column, _canonical(column, single)] |= not all(map(is_unattributed, row["source"]))
    return named


def with_unattributed(mission: Mission, named: Named) -> Mission:
    row_named = not all(map(is_unattributed, mission.sources))
    columns = frozenset(
        column
        for column in FACTS
        for value in _values(mission, column)
        if not named.get((mission.id, column, _canonical(column, value)), row_named)
    )
    return replace(mission, unattributed=columns) if columns else mission


def _values(mission: Mission, column: str) -> tuple[str, ...]:
    value = getattr(mission, column)
    if column in LISTS:
        return tuple(value)
    return () if value in ("", None) else (str(value),)


def _canonical(column: str, value: str) -> str:
    if column in ("latitude", "longitude"):
        try:
            return str(float(value))  # 46.960500 and 46.9605 are the same place
        except ValueError:
            return value
    return value.strip()
