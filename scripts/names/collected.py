"""Keys with their meanings, as they come in from the sources."""

from collections import defaultdict

from bot.domain.names import MAX_HEAD
from bot.domain.normal import HANGUL, NO_SPACES, words
from bot.domain.senses import Sort
from scripts.names.sources import Row


class Collected:
    """Keys with their meanings, as they come in."""

    def __init__(self) -> None:
        self.meanings: dict[str, dict[tuple[str, Sort], set[str]]] = defaultdict(lambda: defaultdict(set))
        self.given: dict[str, set[str]] = defaultdict(set)
        """The languages in which a key stands in the sources, not only as a made form."""
        self.pairs: set[str] = set()
        self.heads: set[str] = set()
        self.parts: set[str] = set()

    def add(self, text: str, code: str, sort: Sort, language: str, *, made: bool = False) -> None:
        """`made` forms never give a new meaning to a word that was given one in the same language."""
        parts = words(text)
        key = "".join(parts)
        if max(key, default="") > "\uffff":  # two scripts of few readers, which would double the memory of all others
            return
        if not key or (len(key) < 2 and sort.names_country and language != "vi"):
            return
        if made and language in self.given[key]:
            return
        if not made and sort is not Sort.EVERYDAY:
            self.given[key].add(language)
        self.meanings[key][code, sort].add(language)
        if len(parts) > 1:
            self.pairs.add(f"{parts[0]} {parts[1]}")
            self.parts.add("^" + parts[0])
            if sort.names_country:
                self.parts.update(part for part in parts if len(part) > 1)
        if NO_SPACES.match(key) or HANGUL.match(key):
            self.heads.update(key[:size] for size in range(2, MAX_HEAD + 1))

    def add_as_is(self, key: str, row: Row) -> None:
        self.meanings[key][row.code, row.sort].add(row.language)
