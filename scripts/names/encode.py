"""The binary form of the index; bot.domain.names reads it."""

import json
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import Final

from bot.domain.names import MAX_SOUND
from bot.domain.senses import Sort
from bot.domain.sounds import deletions, script_of, sound
from bot.domain.tables import END, MAGIC, crc, halves
from scripts.names.collected import Collected
from scripts.names.sources import ORDINARY

LONGEST_GUESS: Final = 40
PAIR_BITS: Final = 1 << 20
HEAD_BITS: Final = 1 << 19
PART_BITS: Final = 1 << 18
LANGUAGES: Final = (
    "en ru uk fr es pt it de tr pl uz ro "
    "be bg mk sr sr-Latn hr bs sl cs sk lt lv et fi hu el nl sv da no nb az tk uz-Cyrl kk ky tg mn ka hy ar fa ps ur "
    "he hi ne bn si ta th lo km my vi id ms fil tl zh zh-Hant ja ko am ha yo so sw "
    "ru-Latn en-Cyrl zh-Latn ja-Latn ko-Latn und | "
    "nn is ca gl eu tt ku ab os ce mr as te kn ml gu pa jv su yue ti om ig rw zu xh af sq mt ga cy other"
).split()
"""A bit each; the mark parts the languages people in Russia are likely to write in from the rest."""


Section = tuple[str, bytes]
"""The kind of number in it (as in the module array) and its bytes."""


def encode(collected: Collected, about: dict[str, object]) -> bytes:
    """One line of JSON, then the names and the tables, each compressed; `about` says what it was made from."""
    rows = _rows(collected)
    guessed = [name for row in rows.values() for name in row]
    names = guessed + sorted(collected.meanings.keys() - set(guessed))
    codes = sorted({code for meanings in collected.meanings.values() for code, _ in meanings})
    tables = {
        **_keys(names),
        **_meanings(collected, names, codes),
        **_guesses(collected, rows),
        **_ordinary(),
        "starts": _section("I", _plain_names(collected, names)),
        "pairs": ("B", _bitmap(collected.pairs, PAIR_BITS)),
        "heads": ("B", _bitmap(collected.heads, HEAD_BITS)),
        "parts": ("B", _bitmap(collected.parts, PART_BITS)),
    }
    pool = zlib.compress("".join(name + END for name in names).encode(), 9)
    body = zlib.compress(b"".join(data + b"\0" * (-len(data) % 4) for _, data in tables.values()), 9)
    head = {
        "magic": MAGIC,
        **about,
        "names": len(names),
        "languages": LANGUAGES,
        "codes": codes,
        "pool": len(pool),
        "sections": [(name, kind, len(data)) for name, (kind, data) in tables.items()],
    }
    return json.dumps(head, ensure_ascii=False).encode() + b"\n" + pool + body


def _rows(collected: Collected) -> dict[str, list[str]]:
    """The names that a misspelt word may be taken for, by script and sound, the shortest first."""
    rows: dict[str, list[str]] = defaultdict(list)
    for name in sorted(collected.meanings, key=lambda name: (len(name), name)):
        if _may_be_guessed(name, collected.meanings[name]):
            rows[f"{script_of(name)}{sound(name)}"].append(name)
    return {skeleton: rows[skeleton] for skeleton in sorted(rows)}


def _keys(names: list[str]) -> dict[str, Section]:
    return {"offsets": _section("I", accumulate((len(name) + len(END) for name in names), initial=0))}


def _meanings(collected: Collected, names: list[str], codes: list[str]) -> dict[str, Section]:
    """Names by their hashes, to what they mean."""
    place_of = {code: place for place, code in enumerate(codes)}
    sets: dict[int, int] = {}
    payloads: dict[tuple[int, ...], int] = {}
    hashed = sorted((crc(name), number) for number, name in enumerate(names))
    meant = []
    for name in (names[number] for _, number in hashed):
        senses = tuple(
            place_of[code] | sort << 10 | sets.setdefault(_bits(languages), len(sets)) << 16
            for (code, sort), languages in sorted(collected.meanings[name].items())
        )
        meant.append(payloads.setdefault(senses, len(payloads)))
    return {
        "buckets": _section("I", _buckets([code for code, _ in hashed])),
        "hashes": _section("B", (code & 0xFF for code, _ in hashed)),
        "numbers": _section("I", (number for _, number in hashed)),
        "payloads": _section("I", meant),
        "payload_offsets": _section("I", accumulate(map(len, payloads), initial=0)),
        "payload_senses": _section("I", (sense for senses in payloads for sense in senses)),
        "language_sets": ("B", b"".join(bits.to_bytes(16, "little") for bits in sets)),
    }


def _plain_names(collected: Collected, names: list[str]) -> list[int]:
    """The numbers of names to complete what is being typed, in the order of the alphabet."""
    major = set(LANGUAGES[: LANGUAGES.index("|")])
    kept = [
        number
        for number, name in enumerate(names)
        if any(sort is Sort.NAME and languages & major for (_, sort), languages in collected.meanings[name].items())
    ]
    return sorted(kept, key=names.__getitem__)


def _section(kind: str, numbers: Iterable[int]) -> Section:
    return kind, array(kind, numbers).tobytes()


def _bits(languages: set[str]) -> int:
    other = LANGUAGES.index("other")
    return sum(1 << place for place in {LANGUAGES.index(code) if code in LANGUAGES else other for code in languages})


def _buckets(hashes: list[int]) -> "array[int]":
    counts = [0] * 65537
    for code in hashes:
        counts[(code >> 16) + 1] += 1
    for place in range(65536):
        counts[place + 1] += counts[place]
    return array("I", counts)


GUESSED: Final = frozenset(Sort) - {
    Sort.CITY, Sort.ABBREVIATION, Sort.FILLER, Sort.NOT, Sort.CONTRAST, Sort.AND, Sort.HOST, Sort.EVERYDAY, Sort.STREET,
    Sort.DENIED, Sort.TELLING, Sort.INTRODUCING, Sort.PERSON, Sort.SPEECH, Sort.MARKED, Sort.CODE, Sort.CALLING,
    Sort.COMBINING, Sort.AREA, Sort.RELATIVE,
}  # fmt: skip
"""What a misspelt word may be taken for."""


def _may_be_guessed(name: str, meanings: dict[tuple[str, Sort], set[str]]) -> bool:
    major = LANGUAGES[: LANGUAGES.index("|")]
    return 4 - (not name.isascii()) <= len(name) <= LONGEST_GUESS and any(
        sort in GUESSED and any(language in major for language in languages)
        for (_, sort), languages in meanings.items()
    )


def _is_central(collected: Collected, name: str) -> bool:
    """Given names, and the forms made for Russian and Ukrainian: misspelt ones are looked for most carefully."""
    meanings = collected.meanings[name]
    if any(language in ("en", "ru", "uk") for languages in meanings.values() for language in languages):
        return True
    return bool(collected.given.get(name)) and any(sort.names_country for _, sort in meanings)


def _guesses(collected: Collected, rows: dict[str, list[str]]) -> dict[str, Section]:
    """Skeletons, and skeletons less one letter, to the rows of names; halves to the numbers of names."""
    starts = [0]
    entries: list[tuple[int, int]] = []
    cut: list[tuple[int, int]] = []
    for place, (skeleton, row) in enumerate(rows.items()):
        central = [(number, name) for number, name in enumerate(row, starts[-1]) if _is_central(collected, name)]
        cut.extend((crc(half), number) for number, name in central for half in halves(name, len(name)))
        script, plain = skeleton[0], skeleton[1:]
        variants = deletions(plain) if 2 < len(plain) <= MAX_SOUND and central else {plain}
        entries.extend((crc(script + variant), place) for variant in variants)
        starts.append(starts[-1] + len(row))
    entries.sort()
    cut.sort()
    return {
        "rows": _section("I", starts),
        "sound_buckets": _section("I", _buckets([code for code, _ in entries])),
        "sound_hashes": _section("B", (code & 0xFF for code, _ in entries)),
        "sound_rows": _section("I", (place for _, place in entries)),
        "half_buckets": _section("I", _buckets([code for code, _ in cut])),
        "half_hashes": _section("B", (code & 0xFF for code, _ in cut)),
        "half_keys": _section("I", (number for _, number in cut)),
    }


def _ordinary() -> dict[str, Section]:
    lines = ORDINARY.read_text(encoding="utf-8").splitlines() if ORDINARY.exists() else []
    codes = sorted({crc(word) for line in lines for word in line.split()[1:]})
    return {
        "ordinary_buckets": _section("I", _buckets(codes)),
        "ordinary_hashes": _section("H", (code & 0xFFFF for code in codes)),
    }


def _bitmap(texts: set[str], size: int) -> bytes:
    bitmap = bytearray(size // 8)
    for text in texts:
        place = crc(text) % size
        bitmap[place >> 3] |= 1 << (place & 7)
    return bytes(bitmap)
