"""What people call a country: a prebuilt, read-only table of names and of the words that stand around them.

The file is made by scripts/build_names.py: one line of JSON (what it was built from, where its sections lie), then
the sections, compressed. Nothing here depends on Babel or on the data files at run time.
"""

import json
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bot.domain.missions import Alias
from bot.domain.normal import key, words
from bot.domain.senses import KINDS, KNOWN_TO_ALL, WIDE, Sense, Senses, Sort
from bot.domain.sounds import deletions, script_of, sound

INDEX_FILE: Final = Path(__file__).parent.parent / "names.idx"
MAGIC: Final = "embassy-finder names 1"
MAX_SOUND: Final = 12
"""Longer skeletons are found whole or not at all."""


@dataclass(frozen=True)
class Tables:
    """The sections of the file, as they lie in memory."""

    pool: str
    offsets: memoryview
    buckets: memoryview
    hashes: memoryview
    payloads: memoryview
    sound_buckets: memoryview
    sound_hashes: memoryview
    sound_starts: memoryview
    sound_keys: memoryview
    half_buckets: memoryview
    half_hashes: memoryview
    half_keys: memoryview
    pairs: memoryview
    heads: memoryview
    parts: memoryview
    starts: memoryview
    ordinary_buckets: memoryview
    ordinary_hashes: memoryview
    payload_offsets: memoryview
    payload_senses: memoryview
    codes: tuple[str, ...]
    language_sets: tuple[int, ...]


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
    """Decoded payloads: a cache, never more than the file has."""

    def find(self, word: str) -> Senses:
        """Every meaning of exactly this key; () where it has none."""
        number = self._number(word)
        found = self._payload(self.tables.payloads[number]) if number >= 0 else ()
        return found + self.extra[word] if self.extra and word in self.extra else found

    def begins(self, first: str, second: str) -> bool:
        """True if a name may begin with these two words (rarely true for others)."""
        pair = f"{first} {second}"
        return _bit(self.tables.pairs, pair) or pair in self.extra_pairs

    def heads(self, two_letters: str) -> bool:
        """True if a name of a script without spaces may begin with these two letters."""
        return _bit(self.tables.heads, two_letters) or two_letters in self.extra_pairs

    def is_part(self, word: str) -> bool:
        """True if the word may be one of several that make up a name."""
        return _bit(self.tables.parts, word)

    def is_ordinary(self, word: str) -> bool:
        """True for a frequent word of some language that looks like a name and is none."""
        code = crc(word)
        tables = self.tables
        low, high = tables.ordinary_buckets[code >> 16], tables.ordinary_buckets[(code >> 16) + 1]
        return any(tables.ordinary_hashes[place] == code & 0xFFFF for place in range(low, high))

    def begins_any(self, word: str) -> bool:
        """True if a name of several words may begin with this one."""
        return _bit(self.tables.parts, "^" + word) or bool(self.extra_pairs)

    def sounding_like(self, skeleton: str, script: int, *, exactly: bool = False) -> set[str]:
        """The names of a script whose skeleton is this one or (unless `exactly`) one edit away from it."""
        tables = self.tables
        found: set[str] = set()
        runs: set[int] = set()
        for variant in (skeleton,) if exactly else deletions(skeleton):
            if self.extra_sounds:
                found.update(name for name in self.extra_sounds.get(variant, ()) if script_of(name) == script)
            code = crc(f"{script}{variant}")
            rest = code & 0xFF
            for place in range(tables.sound_buckets[code >> 16], tables.sound_buckets[(code >> 16) + 1]):
                if tables.sound_hashes[place] == rest:
                    runs.add(tables.sound_starts[place])
        for start in runs:
            found.update(self._run(start))
        return found

    def sharing_half(self, word: str) -> set[str]:
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
        return {self._key(number) for number in numbers}

    def starting_with(self, prefix: str) -> Iterator[str]:
        """The plain names of countries that begin with these letters, in the order of the alphabet."""
        starts = self.tables.starts
        place = bisect_left(starts, prefix, key=self._key)
        while place < len(starts) and (name := self._key(starts[place])).startswith(prefix):
            yield name
            place += 1

    def keys(self) -> Iterator[str]:
        """Every key of the file, in no order that means anything."""
        for number in range(len(self.tables.payloads)):
            yield self._key(number)

    def bits(self, language: str) -> int:
        """The bit of a language, 0 where the index does not know it."""
        return _bits_of(self.languages).get(language, 0)

    @property
    def major(self) -> int:
        """The bits of the languages that people in Russia are likely to write in."""
        return self.bits("|") - 1

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
            extra[name].append(Sense(alias.code, sort, self.bits(alias.language)))
            pairs.add(name[:2])
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

    def _number(self, word: str) -> int:
        tables = self.tables
        code = crc(word)
        rest = code & 0xFF
        for number in range(tables.buckets[code >> 16], tables.buckets[(code >> 16) + 1]):
            if tables.hashes[number] == rest and self._key(number) == word:
                return number
        return -1

    def _key(self, number: int) -> str:
        offsets = self.tables.offsets
        return self.tables.pool[offsets[number] : offsets[number + 1]]

    def _run(self, start: int) -> Iterator[str]:
        """The keys of one skeleton: numbers in a row, the last one marked by its highest bit."""
        numbers, offsets, pool = self.tables.sound_keys, self.tables.offsets, self.tables.pool
        while True:
            number = numbers[start]
            plain = number & 0x7FFFFFFF
            yield pool[offsets[plain] : offsets[plain + 1]]
            if number & 0x80000000:
                return
            start += 1

    def _payload(self, payload: int) -> Senses:
        found = self._senses.get(payload)
        if found is None:
            tables = self.tables
            low, high = tables.payload_offsets[payload], tables.payload_offsets[payload + 1]
            found = self._senses[payload] = tuple(
                Sense(
                    tables.codes[sense & 0x3FF],
                    Sort(sense >> 10 & 0x3F),
                    tables.language_sets[sense >> 16],
                )
                for sense in tables.payload_senses[low:high]
            )
        return found


def load_index(path: Path | None = None) -> NameIndex:
    """Reads the file that scripts/build_names.py wrote; ValueError if it is something else."""
    head, _, body = (path or INDEX_FILE).read_bytes().partition(b"\n")
    about = json.loads(head)
    if about.get("magic") != MAGIC:
        raise ValueError(f"not a names index of this version: {path or INDEX_FILE}")
    pool = zlib.decompress(body[: about["pool"]]).decode()
    raw = memoryview(zlib.decompress(body[about["pool"] :]))
    sections: dict[str, memoryview] = {}
    start = 0
    for name, kind, size in about["sections"]:
        sections[name] = raw[start : start + size].cast(kind) if kind != "B" else raw[start : start + size]
        start += size + -size % 4
    sets = bytes(sections.pop("language_sets"))
    tables = Tables(
        pool=pool,
        codes=tuple(about["codes"]),
        language_sets=tuple(int.from_bytes(sets[place : place + 16], "little") for place in range(0, len(sets), 16)),
        **sections,
    )
    shown = {name: about[name] for name in about if name not in ("sections", "codes", "languages", "pool")}
    return NameIndex(tables=tables, languages=tuple(about["languages"]), about=MappingProxyType(shown))


def halves(word: str, size: int) -> tuple[str, str]:
    """The marks of a word's two halves, as a word of `size` letters would be cut."""
    cut = size // 2
    return f"<{size}{word[:cut]}", f">{size}{word[cut - size :]}"


@lru_cache(maxsize=4)
def _bits_of(languages: tuple[str, ...]) -> dict[str, int]:
    return {language: 1 << place for place, language in enumerate(languages)}


def crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _bit(bitmap: memoryview, text: str) -> bool:
    place = crc(text) % (len(bitmap) * 8)
    return bool(bitmap[place >> 3] >> (place & 7) & 1)


__all__ = [
    "INDEX_FILE",
    "KINDS",
    "KNOWN_TO_ALL",
    "WIDE",
    "NameIndex",
    "Sense",
    "Senses",
    "Sort",
    "crc",
    "key",
    "load_index",
]
