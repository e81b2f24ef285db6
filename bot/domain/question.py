"""One message: its words, what of them is known, and which countries they can mean."""

import re
from collections.abc import Iterable

from bot.domain.countries import HOST
from bot.domain.mentions import FUNCTION_WORDS, Mention, exact
from bot.domain.names import NameIndex
from bot.domain.normal import words
from bot.domain.senses import KNOWN_TO_ALL, WIDE, Sort
from bot.domain.tongues import languages_of
from bot.domain.verdict import PLACES, Reading, asked_for, read

CONTEXT = (Sort.POST, Sort.VISA, Sort.CITIZEN)
PLAIN_NAMES = (Sort.NAME, Sort.OFFICIAL, Sort.ABBREVIATION)
SURNAMES = (Sort.FORM, Sort.DEMONYM, Sort.ADJECTIVE)
"""What Russian surnames are like: "Турков", "Финский"."""
NAMES_IN_FULL = re.compile(r"\W*[^\W\d_a-zа-я][^\W\d_A-ZА-Я]+(?:\s[^\W\d_a-zа-я][^\W\d_A-ZА-Я]+){1,2}\W*")
"""Two or three words that begin with a capital letter each."""
TELLS_ITS_LANGUAGE = 5
"""Words of which a message must have more, for a word to be ordinary because it is so in the message's language."""
MOST_READ = 30
"""Names that are weighed of the beginning, and of the end, of a message: what bounds the time it takes."""
WORTH_GUESSING = 3
"""Letters a word must have to be taken for a misspelt one."""


class Question:
    """What is known of a message so far; the layers of bot.domain.layers add to its mentions."""

    def __init__(self, index: NameIndex, text: str, language: str | None) -> None:
        self.index = index
        self.text = text
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
        self.words, self.mentions, self.text = words, mentions, text
        self.languages = languages_of(self.index, mentions, text, None)
        self._place()

    def _place(self) -> None:
        naming = [mention for mention in self.mentions if mention.countries]
        self.naming = naming if len(naming) <= 2 * MOST_READ else naming[:MOST_READ] + naming[-MOST_READ:]
        self.at: dict[int, Mention] = {}
        self.context: set[int] = set()
        """Places within three words of one like "embassy"."""
        for mention in self.mentions:
            places = range(mention.start, mention.end)
            self.at.update(dict.fromkeys(places, mention))
            if mention.has(*CONTEXT):
                self.context.update(range(mention.start - 3, mention.end + 3))

    def unknown(self) -> list[int]:
        """Places of words that nothing is known of."""
        first = {word: place for place, word in reversed(list(enumerate(self.words)))}
        return sorted(
            place
            for word, place in first.items()
            if place not in self.at and len(word) >= WORTH_GUESSING and not self.index.is_ordinary(word)
        )

    def loose(self) -> list[int]:
        """Places of words that may be a misspelt part of a name: unknown ones, and ordinary ones."""
        familiar = self.languages | KNOWN_TO_ALL
        fixed = {
            place
            for mention in self.mentions
            if any(
                sense.sort is not Sort.EVERYDAY and (sense.sort >= Sort.CODE or sense.languages & familiar)
                for sense in mention.senses
            )
            for place in range(mention.start, mention.end)
        }
        first = {word: place for place, word in reversed(list(enumerate(self.words)))}
        return sorted(place for word, place in first.items() if place not in fixed and len(word) >= WORTH_GUESSING)

    def beside_post(self) -> list[int]:
        """Places of ordinary words next to "embassy", where a country is expected."""
        posts = [mention for mention in self.mentions if mention.has(Sort.POST)]
        places = {place for post in posts for place in (post.start - 1, post.end)}
        return [place for place in places if 0 <= place < len(self.words) and place not in self.at]

    def city(self) -> str | None:
        """The Russian city named."""
        for mention in self.mentions:
            if mention.layer == "spelling":
                continue
            senses = mention.senses
            if mention.end > mention.start + 1:
                senses += tuple(sense for part in mention.text.split() for sense in self.index.find(part))
            for sense in senses:
                if sense.sort is Sort.RUSSIAN_CITY:
                    return sense.code
        return None

    def readings(self) -> list[Reading]:
        found = []
        for mention in self.naming:
            if self.is_doubtful(mention):
                continue
            if self.is_ordinary(mention) and not self.is_plainly_a_country(mention):
                continue
            reading = read(mention, self.languages, self.index.major)
            if reading and not (reading.codes == (HOST,) and mention.has(Sort.RUSSIAN_CITY)):
                found.append(reading)
        return found

    def wanted(self, readings: list[Reading]) -> list[Reading]:
        return asked_for(self.index, self.mentions, readings, self.languages, self.text)

    def names_host(self, readings: list[Reading]) -> bool:
        """True where Russia is named, or a phrase such as "in Russia" or "for Russians" stands."""
        return any(HOST in reading.codes for reading in readings) or any(
            sense.code == HOST
            for mention in self.mentions
            if mention.has(Sort.HOST)
            for part in _parts(mention.text)
            for sense in self.index.find(part)
        )

    def is_ordinary(self, mention: Mention) -> bool:
        if any(sense.sort >= Sort.POST and sense.sort is not Sort.PERSON for sense in mention.senses):
            return True
        return mention.layer == "exact" and mention.end == mention.start + 1 and self.index.is_ordinary(mention.text)

    def is_plainly_a_country(self, mention: Mention) -> bool:
        """A name that is also an ordinary word counts if it is well known, all there is, or beside "embassy"."""
        ordinary = 0
        for sense in mention.senses:
            if sense.sort >= Sort.POST and sense.sort is not Sort.PERSON:
                ordinary |= sense.languages
        if any(sense.languages & self.languages & ~ordinary for sense in mention.countries):
            return True
        everyday = len(self.words) > TELLS_ITS_LANGUAGE and ordinary & self.languages
        if not mention.has(*FUNCTION_WORDS) and any(
            (sense.sort is Sort.NAME and sense.languages & self.index.major and not everyday)
            or (sense.sort is Sort.FORM and sense.languages & (self.languages | KNOWN_TO_ALL))
            for sense in mention.countries
        ):
            return True
        if self.is_shouted(mention) or self.is_listed(mention):
            return True
        wide = [sense for sense in mention.countries if sense.languages & (WIDE | self.languages)]
        if ordinary & KNOWN_TO_ALL:  # "romance", a Romanian woman in her own language
            wide = [one for one in wide if one.sort in PLAIN_NAMES or one.languages & (KNOWN_TO_ALL | self.languages)]
        if mention.end - mention.start == len(self.words):
            lesser = (*PLACES, Sort.TERRITORY)
            named = any(
                sense.sort in PLAIN_NAMES
                and sense.languages & self.index.major
                and (sense.sort is not Sort.ABBREVIATION or sense.languages & KNOWN_TO_ALL or self.text.isupper())
                for sense in mention.countries
            )
            function = any(sense.sort in FUNCTION_WORDS and sense.languages & WIDE for sense in mention.senses)
            return (named and (self.text.isupper() or not function)) or any(
                sense.sort not in lesser or not ordinary & (sense.languages & WIDE | KNOWN_TO_ALL) for sense in wide
            )
        return bool(wide) and self.is_beside(mention)

    def is_listed(self, mention: Mention) -> bool:
        """True for what begins the message and "or" joins to a plain name: "Того либо Бенин"."""
        joining = self.at.get(mention.end)
        other = self.at.get(joining.end) if joining and joining.has(Sort.AND) else None
        return mention.start == 0 and other is not None and bool(other.countries) and not self.is_ordinary(other)

    def is_shouted(self, mention: Mention) -> bool:
        """An abbreviation in capitals in a text that is not all capitals: "US citizen"."""
        return (
            mention.has(Sort.ABBREVIATION)
            and len(mention.text) > 1
            and mention.text.upper() in self.text.replace(".", "")
            and not self.text.isupper()
        )

    def is_doubtful(self, mention: Mention) -> bool:
        """Short words of other languages in a sentence are rarely a country, nor are two letters by themselves."""
        if len(self.words) == 1:
            return False
        if self.is_a_person(mention):
            return True
        if mention.layer != "exact":
            return False
        if self.is_address(mention):
            return True
        if self.happens_to_be(mention):
            return mention.end - mention.start < len(self.words) and not self.is_beside(mention, Sort.POST)
        if (
            len(mention.text) <= 5
            and self.languages
            and all(
                sense.sort not in PLAIN_NAMES and not sense.languages & (self.languages | WIDE)
                for sense in mention.countries
            )
        ):
            return True
        if len(mention.text) != 2:
            return False
        if any(sense.sort is not Sort.ABBREVIATION for sense in mention.countries):
            return False
        if self.is_shouted(mention):
            return False
        own = any(sense.languages & (self.languages or -1) for sense in mention.countries)
        return not (own and self.is_beside(mention))

    def is_a_person(self, mention: Mention) -> bool:
        """True for "my name is Jordan", and for what only looks like a country in "Chad Kroeger", "Василий Ливанов"."""
        before = self.at.get(mention.start - 1)
        if before and before.has(Sort.INTRODUCING):
            return True
        if not 2 <= len(self.words) <= 3 or mention.end > mention.start + 1 or not NAMES_IN_FULL.fullmatch(self.text):
            return False
        rest = [place for place in range(len(self.words)) if place != mention.start]
        named_after = SURNAMES if mention.text >= "а" else (Sort.FORM,)
        plain = mention.layer == "exact" and any(sense.sort not in named_after for sense in mention.countries)
        return all(map(self._may_be_a_name, rest)) and (not plain or mention.has(Sort.PERSON))

    def _may_be_a_name(self, place: int) -> bool:
        known = self.at.get(place)
        return known is None or all(sense.sort in (Sort.EVERYDAY, Sort.PERSON) for sense in known.senses)

    def is_address(self, mention: Mention) -> bool:
        """True for a nationality in the name of a street or a station."""
        if any(sense.sort not in (Sort.ADJECTIVE, Sort.DEMONYM) for sense in mention.countries):
            return False
        return self.is_beside(mention, Sort.STREET) and not self.is_beside(mention, Sort.POST)

    def happens_to_be(self, mention: Mention) -> bool:
        """True for short names spelt like two little words: "to go"."""
        parts = self.words[mention.start : mention.end]
        return (
            len(parts) > 1
            and sum(map(len, parts)) < 6
            and any(
                sense.sort in FUNCTION_WORDS and sense.languages & KNOWN_TO_ALL for sense in self.index.find(parts[0])
            )
            and not any(sense.languages & self.languages & ~KNOWN_TO_ALL for sense in mention.countries)
        )

    def is_beside(self, mention: Mention, *sorts: Sort) -> bool:
        """True if a word like "embassy" stands next to the mention, with at most a little word between."""
        wanted = sorts or CONTEXT
        before, after = self.at.get(mention.start - 1), self.at.get(mention.end)
        if before and before.has(Sort.FILLER) and not before.has(*CONTEXT, *wanted):
            before = self.at.get(before.start - 1)
        if after and after.has(Sort.FILLER) and not after.has(*CONTEXT, *wanted):
            after = self.at.get(after.end)
        return any(other is not None and other.has(*wanted) for other in (before, after))

    def is_near_context(self, start: int, end: int) -> bool:
        """True if a word like "embassy" stands within three words of words[start:end]."""
        return not self.context.isdisjoint(range(start, end))


def _parts(phrase: str) -> list[str]:
    """The words of a phrase, or its beginnings in a script without spaces."""
    found = phrase.split()
    return found if len(found) > 1 else [phrase[:end] for end in range(2, len(phrase) + 1)]
