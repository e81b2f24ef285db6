"""One message: its words, and what of them is known."""

import re
from collections.abc import Iterable
from typing import Final
from unicodedata import normalize

from bot.domain.mentions import FUNCTION_WORDS, Mention, exact
from bot.domain.names import NameIndex
from bot.domain.normal import parted, words
from bot.domain.senses import KNOWN_TO_ALL, Layer, Sort
from bot.domain.tongues import languages_of

CONTEXT: Final = (Sort.POST, Sort.VISA, Sort.CITIZEN)
LETTERS: Final = re.compile(r"[^\W\d_]+")
MANY_MARKS: Final = re.compile("[\u0300-\u036f]{3,}")
"""No letter has so many; to put thousands of them in order takes ten milliseconds."""
MOST_READ: Final = 30
"""Names that are weighed of the beginning, and of the end, of a message: what bounds the time it takes."""
MOST_UNKNOWN: Final = 100
WORTH_GUESSING: Final = 3
"""Letters a word must have to be taken for a misspelt one."""


Retyping = tuple[str, list[str], list[Mention]]
"""The message as another keyboard layout has it: its text, its words, what is known of them."""


class Question:
    """What is known of a message so far; the layers of bot.domain.layers add to its mentions."""

    def __init__(self, index: NameIndex, text: str, language: str | None) -> None:
        self.index = index
        self.text = text
        self.retypings: list[Retyping] | None = None
        """What other layouts make of it, once that was looked at."""
        self._stops: set[int] | None = None
        self._written: frozenset[str] | None = None
        self.words = words(text)
        self.mentions = exact(index, self.words)
        self.languages = languages_of(index, self.mentions, text, language)
        self._place()

    def add(self, more: Iterable[Mention]) -> None:
        """New mentions take the place of those they overlap."""
        new = list(more)
        if new:
            taken = {place for mention in new for place in range(mention.start, mention.end)}
            kept = [old for old in self.mentions if taken.isdisjoint(range(old.start, old.end))]
            self.mentions = sorted([*kept, *new], key=lambda mention: (mention.start, mention.end))
            self._place()

    def read_as(self, words: list[str], mentions: list[Mention], text: str) -> None:
        """The message is taken for another text (typed in the wrong layout)."""
        self.words, self.mentions, self.text, self._stops, self._written = words, mentions, text, None, None
        self.languages = languages_of(self.index, mentions, text, None)
        self._place()

    def _place(self) -> None:
        self._unknown: list[int] | None = None
        self._loose: list[int] | None = None
        naming = [mention for mention in self.mentions if mention.countries]
        self.naming = naming if len(naming) <= 2 * MOST_READ else naming[:MOST_READ] + naming[-MOST_READ:]
        self.at: dict[int, Mention] = {}
        self.context: set[int] = set()
        """Places within three words of one like "embassy"."""
        self.sorts = 0
        """A bit for every sort of meaning that anything in the message has."""
        for mention in self.mentions:
            for place in range(mention.start, mention.end):
                self.at[place] = mention
            self.sorts |= mention.sorts
            if mention.has(*CONTEXT):
                self.context.update(range(mention.start - 3, mention.end + 3))

    def has(self, *sorts: Sort) -> bool:
        """True if anything in the message has a meaning of one of these sorts."""
        return any(self.sorts >> sort & 1 for sort in sorts)

    def unknown(self) -> list[int]:
        """Places of words that nothing is known of: the first ones, and those near a word like "embassy"."""
        if self._unknown is None:
            self._unknown = self._find_unknown()
        return self._unknown

    def _find_unknown(self) -> list[int]:
        found: list[int] = []
        seen: set[str] = set()
        for place, word in enumerate(self.words):
            if word in seen or place in self.at or len(word) < WORTH_GUESSING:
                continue
            seen.add(word)
            if (len(found) < MOST_UNKNOWN or place in self.context) and not self.index.is_ordinary(word):
                found.append(place)
        return found

    def loose(self) -> list[int]:
        """Places of words that may be a misspelt part of a name: unknown ones, and ordinary ones."""
        if self._loose is None:
            self._loose = self._find_loose()
        return self._loose

    def _find_loose(self) -> list[int]:
        familiar = self.languages | KNOWN_TO_ALL
        fixed = {
            place
            for mention in self.mentions
            if self._is_whole_name(mention)
            or any(
                sense.sort is not Sort.EVERYDAY and (sense.sort >= Sort.CODE or sense.languages & familiar)
                for sense in mention.senses
            )
            for place in range(mention.start, mention.end)
        }
        if len(fixed) == len(self.words):
            return []
        first = {word: place for place, word in reversed(list(enumerate(self.words)))}
        return sorted(place for word, place in first.items() if place not in fixed and len(word) >= WORTH_GUESSING)

    def _is_whole_name(self, mention: Mention) -> bool:
        """True for a name of several words as it stands in a table: in whatever language, it is not misspelt."""
        return mention.end > mention.start + 1 and bool(mention.countries) and not self.happens_to_be(mention)

    def written(self) -> frozenset[str]:
        """The words as they are written, with their capitals and marks; letters with dots between are one word."""
        if self._written is None:
            plain = MANY_MARKS.sub("", self.text.replace(".", ""))
            self._written = frozenset(LETTERS.findall(normalize("NFC", plain)))
        return self._written

    def behind_stop(self) -> set[int]:
        """Places of words behind a comma or the like."""
        if self._stops is None:
            self._stops = parted(self.text)
        return self._stops

    def beside_post(self) -> list[int]:
        """Places of ordinary words next to "embassy", where a country is expected."""
        posts = [mention for mention in self.mentions if mention.has(Sort.POST)]
        places = {place for post in posts for place in (post.start - 1, post.end)}
        found = [place for place in places if 0 <= place < len(self.words) and place not in self.at]
        last = len(self.words) - 1
        if posts and posts[-1].end == last - 1 and self._is_between(last - 1) and self._is_everyday(last):
            found.append(last)  # "embassy of hungry"
        return found

    def _is_between(self, place: int) -> bool:
        known = self.at.get(place)
        return known is not None and known.has(Sort.FILLER)

    def _is_everyday(self, place: int) -> bool:
        known = self.at.get(place)
        return known is not None and known.end == known.start + 1 and known.sorts == 1 << Sort.EVERYDAY

    def city(self) -> str | None:
        """The Russian city named."""
        for mention in self.mentions:
            if mention.layer == Layer.SPELLING:
                continue
            senses = mention.senses
            if mention.end > mention.start + 1:
                senses += tuple(sense for part in mention.text.split() for sense in self.index.find(part))
            for sense in senses:
                if sense.sort is Sort.RUSSIAN_CITY:
                    return sense.code
        return None

    def happens_to_be(self, mention: Mention) -> bool:
        """True for names spelt like little words: "to go"."""
        parts = self.words[mention.start : mention.end]
        if len(parts) > 1 and all(map(self._is_little, parts)):  # "in der", no "Inder"
            return True
        return (
            len(parts) > 1
            and sum(map(len, parts)) < 6
            and any(
                sense.sort in FUNCTION_WORDS and sense.languages & KNOWN_TO_ALL for sense in self.index.find(parts[0])
            )
            and not any(sense.languages & self.languages & ~KNOWN_TO_ALL for sense in mention.countries)
        )

    def _is_little(self, word: str) -> bool:
        return any(
            sense.sort in FUNCTION_WORDS and sense.languages & (self.languages or -1) for sense in self.index.find(word)
        )

    def is_beside(self, mention: Mention, *sorts: Sort) -> bool:
        """True if a word like "embassy" stands next to the mention, with at most a little word between.

        None behind a mention that may be a little word itself: "they gave us a visa".
        """
        wanted = sorts or CONTEXT
        before, after = self.at.get(mention.start - 1), self.at.get(mention.end)
        if before and before.has(Sort.FILLER) and not before.has(*CONTEXT, *wanted):
            before = self.at.get(before.start - 1)
        may_skip = not mention.has(*FUNCTION_WORDS)
        if may_skip and after and after.has(Sort.FILLER) and not after.has(*CONTEXT, *wanted):
            after = self.at.get(after.end)
        return any(other is not None and other.has(*wanted) for other in (before, after))

    def is_near_context(self, start: int, end: int) -> bool:
        """True if a word like "embassy" stands within three words of words[start:end]."""
        return not self.context.isdisjoint(range(start, end))
