"""What a new edition of the tables changes, so that a person can agree to it before it is live."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from bot.domain.feeds import Feed
from bot.domain.missions import Alias, Cover, Directory, Mission, Rule


class Record(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


R = TypeVar("R", bound=Record)
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Changed(Generic[K]):
    key: K
    changes: tuple[Change, ...]

    @property
    def flip(self) -> Change | None:
        """The change of status, where there is one: a post that opens or closes matters more than any other news."""
        return next((change for change in self.changes if change.field == "status"), None)


@dataclass(frozen=True, slots=True)
class TableDifference(Generic[K]):
    added: tuple[K, ...]
    removed: tuple[K, ...]
    changed: tuple[Changed[K], ...]
    """Those whose status flips first."""
    unchanged: int

    @property
    def nothing(self) -> bool:
        return not (self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Difference:
    missions: TableDifference[str]
    covers: TableDifference[tuple[str, str, str]]
    rules: TableDifference[str]
    aliases: TableDifference[tuple[str, str, str, str]]
    feeds: TableDifference[str]

    @property
    def nothing(self) -> bool:
        return all(table.nothing for table in (self.missions, self.covers, self.rules, self.aliases, self.feeds))


def differences(old: Directory, new: Directory) -> Difference:
    return Difference(
        missions=compare(old.missions, new.missions, _mission_key),
        covers=compare(old.covers, new.covers, _cover_key),
        rules=compare(old.rules, new.rules, _rule_key),
        aliases=compare(old.aliases, new.aliases, _alias_key),
        feeds=compare(old.feeds, new.feeds, _feed_key),
    )


def compare(old: Iterable[R], new: Iterable[R], key: Callable[[R], K]) -> TableDifference[K]:
    """Records of the same key are the same thing, changed; the order of a table is no part of it."""
    before = {key(record): record for record in old}
    after = {key(record): record for record in new}
    changed = [
        Changed(name, changes)
        for name, record in after.items()
        if name in before and (changes := changes_of(before[name], record))
    ]
    return TableDifference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(sorted(changed, key=lambda change: change.flip is None)),
        unchanged=sum(name in before for name in after) - len(changed),
    )


def changes_of(old: R, new: R) -> tuple[Change, ...]:
    if old == new:
        return ()
    pairs = ((field.name, getattr(old, field.name), getattr(new, field.name)) for field in fields(old))
    return tuple(Change(name, before, after) for name, before, after in pairs if before != after)


def _mission_key(mission: Mission) -> str:
    return mission.id


def _cover_key(cover: Cover) -> tuple[str, str, str]:
    return cover.sender, cover.served_by, cover.city


def _rule_key(rule: Rule) -> str:
    return rule.id


def _alias_key(alias: Alias) -> tuple[str, str, str, str]:
    return alias.alias, alias.code, alias.language, alias.kind


def _feed_key(feed: Feed) -> str:
    return feed.id
