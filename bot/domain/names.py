"""What people call a country: a prebuilt, read-only table of names and of the words that stand around them."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.domain.missions import Alias
from bot.domain.normal import words
from bot.domain.senses import KINDS, KNOWN_TO_ALL, Sense, Senses, Sort
from bot.domain.sounds import deletions, script_of, sound
from bot.domain.tables import END, INDEX_FILE, Tables, crc, halves, has_bit, read_tables

MAX_HEAD: Final = 4
"""Letters of a beginning by which names in a script without spaces are told from other text."""
MAX_SOUND: Final = 12
"""Longer skeletons are found whole or not at all."""
MOST_DECODED: Final = 8000
"""Payloads that are kept decoded: the garbage collector would look through all 60,000, for milliseconds."""
SORTS: Final = {int(sort): sort for sort in Sort}
"""Quicker than `Sort(number)`."""


@dataclass(frozen=True)
class NameIndex:
    """Immutable; `with_aliases` gives a new one that shares the tables."""

    tables: Tables
    languages: tuple[str, ...]
    about: Mapping[str, object]
    extra: Mapping[str, Senses] = field(default_factory=lambda: MappingProxyType({}))
    extra_sounds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    extra_pairs: frozenset[str] = frozenset()
    _senses: dict[int, Senses] = field(default_factory=dict, repr=False)
    """Decoded payloads: a cache."""

    def find(self, word: str) -> Senses:
        """Every meaning of exactly this key; () where it has none."""
        tables = self.tables
        code = crc(word)
        rest = code & 0xFF
        found: Senses = ()
        for place in range(tables.buckets[code >> 16], tables.buckets[(code >> 16) + 1]):
            if tables.hashes[place] == rest and self._key(tables.numbers[place]) == word:
                found = self._payload(tables.payloads[place])
                break
        return found + self.extra[word] if self.extra and word in self.extra else found

    def begins(self, first: str, second: str) -> bool:
        """True if a name may begin with these two words (rarely true for others)."""
        pair = f"{first} {second}"
        return has_bit(self.tables.pairs, pair) or pair in self.extra_pairs

    def heads(self, letters: str) -> bool:
        """True if a name of a script without spaces may begin with these two to four letters."""
        return has_bit(self.tables.heads, letters) or letters in self.extra_pairs

    def is_part(self, word: str) -> bool:
        """True if the word may be one of several that make up a name."""
        return has_bit(self.tables.parts, word)

    def is_ordinary(self, word: str) -> bool:
        """True for a frequent word of some language that looks like a name and is none."""
        code = crc(word)
        tables = self.tables
        low, high = tables.ordinary_buckets[code >> 16], tables.ordinary_buckets[(code >> 16) + 1]
        return any(tables.ordinary_hashes[place] == code & 0xFFFF for place in range(low, high))

    def begins_any(self, word: str) -> bool:
        """True if a name of several words may begin with this one."""
        return has_bit(self.tables.parts, "^" + word) or bool(self.extra_pairs)

    def sounding_like(self, skeleton: str, script: int, *, exactly: bool = False) -> list[str]:
        """The names of a script whose skeleton is this one or (unless `exactly`) one edit away from it."""
        tables = self.tables
        rows: set[int] = set()
        added: dict[str, None] = {}
        for variant in (skeleton,) if exactly else deletions(skeleton):
            if self.extra_sounds:
                added.update((name, None) for name in self.extra_sounds.get(variant, ()) if script_of(name) == script)
            code = crc(f"{script}{variant}")
            rest = code & 0xFF
            for place in range(tables.sound_buckets[code >> 16], tables.sound_buckets[(code >> 16) + 1]):
                if tables.sound_hashes[place] == rest:
                    rows.add(tables.sound_rows[place])
        found = list(added)
        for row in sorted(rows):
            found += self._row(row)
        return found

    def sharing_half(self, word: str) -> list[str]:
        """The names of about this length with the same first or second half: all that are one letter away."""
        tables = self.tables
        numbers: set[int] = set()
        for size in range(len(word) - 1, len(word) + 2):
            for half in halves(word, size):
                code = crc(half)
                rest = code & 0xFF
                for place in range(tables.half_buckets[code >> 16], tables.half_buckets[(code >> 16) + 1]):
                    if tables.half_hashes[place] == rest:
                        numbers.add(tables.half_keys[place])
        return [self._key(number) for number in sorted(numbers)]

    def starting_with(self, prefix: str) -> Iterator[str]:
        """The plain names of countries that begin with these letters, in the order of the alphabet."""
        starts = self.tables.starts
        place = bisect_left(starts, prefix, key=self._key)
        while place < len(starts) and (name := self._key(starts[place])).startswith(prefix):
            yield name
            place += 1

    def keys(self) -> Iterator[str]:
        """Every key of the file, in no order that means anything."""
        for number in range(len(self.tables.numbers)):
            yield self._key(number)

    def bits(self, language: str) -> int:
        """The bit of a language, 0 where the index does not know it."""
        return self._bits.get(language, 0)

    @cached_property
    def major(self) -> int:
        """The bits of the languages that people in Russia are likely to write in."""
        return self.bits("|") - 1

    @cached_property
    def _bits(self) -> dict[str, int]:
        return {language: 1 << place for place, language in enumerate(self.languages)}

    def with_aliases(self, aliases: Iterable[Alias]) -> "NameIndex":
        """The same index with an operator's aliases laid over it."""
        extra: dict[str, list[Sense]] = defaultdict(list)
        sounds: dict[str, list[str]] = defaultdict(list)
        pairs: set[str] = set()
        for alias in aliases:
            parts = words(alias.alias)
            name = "".join(parts)
            if not name:
                continue
            if name not in extra and len(name) > 3:
                for variant in deletions(sound(name)[:MAX_SOUND]):
                    sounds[variant].append(name)
            sort = KINDS.get(alias.kind, Sort.NAME)
            extra[name].append(Sense(alias.code, sort, self.bits(alias.language) or KNOWN_TO_ALL))
            pairs.update(name[:size] for size in range(2, MAX_HEAD + 1))
            if len(parts) > 1:
                pairs.add(f"{parts[0]} {parts[1]}")
        return NameIndex(
            tables=self.tables,
            languages=self.languages,
            about=self.about,
            extra=MappingProxyType({name: tuple(senses) for name, senses in extra.items()}),
            extra_sounds=MappingProxyType({variant: tuple(names) for variant, names in sounds.items()}),
            extra_pairs=frozenset(pairs),
            _senses=self._senses,
        )

    def _key(self, number: int) -> str:
        offsets = self.tables.offsets
        return self.tables.pool[offsets[number] : offsets[number + 1] - 1]

    def _row(self, number: int) -> list[str]:
        """The names of one script and sound."""
        offsets, rows = self.tables.offsets, self.tables.rows
        return self.tables.pool[offsets[rows[number]] : offsets[rows[number + 1]] - 1].split(END)

    def _payload(self, payload: int) -> Senses:
        found = self._senses.get(payload)
        if found is None:
            tables = self.tables
            low, high = tables.payload_offsets[payload], tables.payload_offsets[payload + 1]
            if len(self._senses) >= MOST_DECODED:
                self._senses.clear()
            found = self._senses[payload] = tuple(
                Sense(tables.codes[sense & 0x3FF], SORTS[sense >> 10 & 0x3F], tables.language_sets[sense >> 16])
                for sense in tables.payload_senses[low:high]
            )
        return found


@cache
def load_index(path: Path = INDEX_FILE) -> NameIndex:
    """Reads the file that scripts/build_names.py wrote, once a process; ValueError if it is something else."""
    tables, about = read_tables(path)
    shown = {name: about[name] for name in about if name not in ("sections", "codes", "languages", "pool")}
    return NameIndex(tables=tables, languages=tuple(about["languages"]), about=MappingProxyType(shown))
