"""The words that people read: gettext catalogues by language, with names and dates from Unicode CLDR.

Message ids are keys (`card.source`), and English is a catalogue like every other, so that no wording stands in code
and a changed English text does not orphan its translations. A key that a language lacks is shown in English.
`facts.po` translates sentences of the data files, whose ids are the English sentences themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.texts.markup import Html, html

DEFAULT: Final = "en"
LINGUA_FRANCA: Final = dict.fromkeys(("be", "hy", "az", "kk", "ky", "tg", "tk", "uz"), "ru")
"""The language shown to readers of one that has no catalogue, where most of them read it better than English."""


@dataclass(frozen=True)
class Words:
    """The catalogue of one language."""

    language: str
    _texts: NullTranslations
    _facts: NullTranslations

    def __call__(self, key: str, **values: object) -> Html:
        """A text as Telegram HTML; the values are escaped unless they are HTML."""
        return _fill(self._texts.gettext(key), {name: html(value) for name, value in values.items()})

    def count(self, key: str, number: int, **values: object) -> Html:
        """A text in the plural form of the number, which it may name as %(number)s."""
        template = self._texts.ngettext(key, key, number)
        filled = {name: html(value) for name, value in values.items()}
        return _fill(template, {**filled, "number": html(self.number(number))})

    def plain(self, key: str, **values: object) -> str:
        """A text without markup: a button's label, a command's description."""
        return _fill(self._texts.gettext(key), {name: str(value) for name, value in values.items()})

    def raw(self, key: str) -> str:
        """A text whose placeholders somebody else fills."""
        return self._texts.gettext(key)

    def fact(self, sentence: str) -> str:
        """A sentence of the data files in this language, or as it stands there."""
        return self._facts.gettext(sentence) if sentence else ""

    def country(self, code: str) -> str:
        """What people call a country; CLDR's name unless the catalogue has a plainer one."""
        key = f"country.{code}"
        own = self._texts.gettext(key)
        return own if own != key else self._locale.territories.get(code.upper(), code.upper())

    def city(self, name: str) -> str:
        """A Russian city by its English name, as in the tables."""
        key = f"city.{name}"
        own = self._texts.gettext(key)
        return own if own != key else name

    def date(self, day: date) -> str:
        # Of the readers of English here few are Americans: the day goes before the month.
        return format_date(day, "long", locale="en_001" if self.language == "en" else self._locale)

    def zone(self, name: str) -> str:
        """What people call a time zone: its city (CLDR)."""
        city = self._locale.time_zones.get(name, {}).get("city")
        return city or name.rpartition("/")[2].replace("_", " ")

    def number(self, value: float, digits: int = 0) -> str:
        return format_decimal(round(value, digits), locale=self._locale)

    @property
    def right_to_left(self) -> bool:
        return self._locale.text_direction == "rtl"

    def left_to_right(self, value: str) -> str:
        """A number or an address that keeps its order inside right-to-left text."""
        return f"\u2066{value}\u2069" if self.right_to_left else value

    @cached_property
    def own_name(self) -> str:
        name = self._locale.get_display_name() or self.language
        return name[:1].upper() + name[1:]

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(self.language, sep="-")


class Catalog:
    """All languages; each is read from its .po files when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Words] = {}
        self.languages: tuple[str, ...] = tuple(sorted(path.parent.parent.name for path in folder.glob("*/*/bot.po")))
        if DEFAULT not in self.languages:
            raise FileNotFoundError(f"there is no catalogue {folder / DEFAULT}/LC_MESSAGES/bot.po")

    def words(self, *wanted: str | None) -> Words:
        """The catalogue of the first wanted language that there is (`pt-BR` falls back to `pt`), else English."""
        return self._words(next((language for code in wanted if (language := self.nearest(code))), DEFAULT))

    def nearest(self, code: str | None) -> str | None:
        """The language with a catalogue that serves readers of `code`, an IETF tag as Telegram gives it."""
        if not code:
            return None
        parts = code.replace("_", "-").lower().split("-")
        wanted = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
        known = {tag.lower(): tag for tag in self.languages}  # Telegram writes zh-hant, the folder is zh-Hant
        return next((known[tag] for tag in (*wanted, LINGUA_FRANCA.get(parts[0])) if tag in known), None)

    def _words(self, language: str) -> Words:
        if language not in self._read:
            english = self._words(DEFAULT)._texts if language != DEFAULT else None
            texts = _translations(self._folder / language / "LC_MESSAGES" / "bot.po")
            if english is not None:
                texts.add_fallback(english)
            facts = _translations(self._folder / language / "LC_MESSAGES" / "facts.po")
            self._read[language] = Words(language, texts, facts)
        return self._read[language]


def _translations(path: Path) -> NullTranslations:
    if not path.exists():
        return NullTranslations()
    return GNUTranslations(BytesIO(_compiled(path.read_bytes())))


@lru_cache(maxsize=64)
def _compiled(source: bytes) -> bytes:
    """Kept, since compiling takes longer than all else: one process may open the same catalogues many times."""
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), abort_invalid=True))
    return compiled.getvalue()


def _fill(template: str, values: Mapping[str, str]) -> Html:
    return Html(template % values if values else template)
