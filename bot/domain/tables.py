"""The file of names as it lies in memory: sections of numbers, and the names themselves in one string.

The file is made by scripts/build_names.py: one line of JSON (what it was built from, where its sections lie), then
the sections, compressed. Nothing here depends on Babel or on the data files at run time.
"""

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

INDEX_FILE: Final = Path(__file__).parent.parent / "names.idx"
END: Final = "\n"
MAGIC: Final = "embassy-finder names 2"


@dataclass(frozen=True)
class Tables:
    """The sections of the file, as they lie in memory.

    A name's number is its place in the pool. First come those that a misspelt word may be taken for, those of one
    script and one sound in a row (`rows` has where each begins), then the rest.
    """

    pool: str
    """The names, each with `END` behind it."""
    offsets: memoryview
    rows: memoryview
    buckets: memoryview
    hashes: memoryview
    numbers: memoryview
    payloads: memoryview
    sound_buckets: memoryview
    sound_hashes: memoryview
    sound_rows: memoryview
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


def read_tables(path: Path) -> tuple[Tables, dict[str, Any]]:
    """The tables, and the line of JSON before them; ValueError if the file is something else."""
    head, _, body = path.read_bytes().partition(b"\n")
    about = json.loads(head)
    if about.get("magic") != MAGIC:
        raise ValueError(f"not a names index of this version: {path}")
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
    return tables, about


def halves(word: str, size: int) -> tuple[str, str]:
    """The marks of a word's two halves, as a word of `size` letters would be cut."""
    cut = size // 2
    return f"<{size}{word[:cut]}", f">{size}{word[cut - size :]}"


def crc(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def has_bit(bitmap: memoryview, text: str) -> bool:
    place = crc(text) % (len(bitmap) * 8)
    return bool(bitmap[place >> 3] >> (place & 7) & 1)
