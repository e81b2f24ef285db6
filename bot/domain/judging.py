"""Which of the names in a message are meant as countries, and not as the words or persons they also are."""

from typing import Final

from bot.domain.countries import HOST
from bot.domain.mentions import FUNCTION_WORDS, Mention
from bot.domain.normal import fold
from bot.domain.persons import is_a_person, is_rather_a_person
from bot.domain.question import Question
from bot.domain.senses import AS_IT_IS, KNOWN_TO_ALL, WIDE, Layer, Sense, Sort
from bot.domain.speech import is_language
from bot.domain.verdict import PLACES, Reading, read

PLAIN_NAMES: Final = (Sort.NAME, Sort.OFFICIAL, Sort.ABBREVIATION)
LESSER: Final = (*PLACES, Sort.TERRITORY)
TELLS_ITS_LANGUAGE: Final = 5
"""Words of which a message must have more, for a word to be ordinary because it is so in the message's language."""
SHORT: Final = 5
"""Letters of words that, in a language the message is not in, are rarely a country."""


def readings_of(question: Question) -> list[Reading]:
    """What names a country in the message, with the countries each may mean, in the order they stand."""
    found = []
    for mention in question.naming:
        if is_doubtful(question, mention):
            continue
        if is_ordinary(question, mention) and not is_plainly_a_country(question, mention):
            continue
        reading = read(mention, question.languages, question.index.major)
        if reading and not (reading.codes == (HOST,) and mention.has(Sort.RUSSIAN_CITY)):
            found.append(reading)
    return found


def names_host(question: Question, readings: list[Reading]) -> bool:
    """True where Russia is named, or a phrase such as "in Russia" or "for Russians" stands."""
    return any(HOST in reading.codes for reading in readings) or any(
        sense.code == HOST
        for mention in question.mentions
        if mention.has(Sort.HOST)
        for part in _parts(mention.text)
        for sense in question.index.find(part)
    )


def is_doubtful(question: Question, mention: Mention) -> bool:
    """Short words of other languages in a sentence are rarely a country, nor are two letters by themselves."""
    if is_marked_otherwise(question, mention):
        return True
    if len(question.words) == 1:
        return False
    if is_a_person(question.at, question.words, question.text, mention):
        return True
    if mention.layer != Layer.EXACT:
        return False
    if question.has(Sort.STREET) and is_address(question, mention):
        return True
    if question.has(Sort.SPEECH) and is_language(question.at, mention, question.languages, question.behind_stop):
        return True
    if question.happens_to_be(mention):
        return mention.end - mention.start < len(question.words) and not question.is_beside(mention, Sort.POST)
    if len(mention.text) <= SHORT and question.languages and not any(_is_familiar(question, mention)):
        return True
    if len(mention.text) != 2 or any(sense.sort is not Sort.ABBREVIATION for sense in mention.countries):
        return False
    if is_shouted(question, mention):
        return False
    own = any(sense.languages & (question.languages or -1) for sense in mention.countries)
    return not (own and question.is_beside(mention))


def is_ordinary(question: Question, mention: Mention) -> bool:
    """True for a name that is also a word around names, an everyday word or a first name."""
    if any(sense.sort >= Sort.POST and sense.sort is not Sort.PERSON for sense in mention.senses):
        return True
    if _is_rather_a_person(question, mention):
        return True
    is_word = mention.layer == Layer.EXACT and mention.end == mention.start + 1
    return is_word and question.index.is_ordinary(mention.text)


def is_plainly_a_country(question: Question, mention: Mention) -> bool:
    """A name that is also an ordinary word counts if it is well known, all there is, or beside "embassy"."""
    ordinary = 0
    for sense in mention.senses:
        if sense.sort >= Sort.POST and sense.sort is not Sort.PERSON:
            ordinary |= sense.languages
    if any(sense.languages & question.languages & ~ordinary for sense in mention.countries):
        return True
    if _is_rather_a_person(question, mention):
        return question.is_beside(mention)
    everyday = len(question.words) > TELLS_ITS_LANGUAGE and bool(ordinary & question.languages)
    if _is_well_known(question, mention, everyday=everyday):
        return True
    if is_shouted(question, mention) or is_listed(question, mention):
        return True
    wide = _known_widely(question, mention, ordinary)
    if mention.end - mention.start == len(question.words):
        return _is_plain_alone(question, mention, wide, ordinary)
    return bool(wide) and question.is_beside(mention)


def _is_familiar(question: Question, mention: Mention) -> list[bool]:
    return [
        sense.sort in PLAIN_NAMES or bool(sense.languages & (question.languages | WIDE)) for sense in mention.countries
    ]


def _is_rather_a_person(question: Question, mention: Mention) -> bool:
    """Not where it is all that was written: then it is what its language calls a country."""
    return len(question.words) > 1 and is_rather_a_person(mention)


def _is_well_known(question: Question, mention: Mention, *, everyday: bool) -> bool:
    if len(question.words) > 1 and mention.has(*FUNCTION_WORDS):
        return False
    return any(
        (sense.sort is Sort.NAME and sense.languages & question.index.major and not everyday)
        or (sense.sort is Sort.FORM and sense.languages & (question.languages | KNOWN_TO_ALL))
        for sense in mention.countries
    )


def _known_widely(question: Question, mention: Mention, ordinary: int) -> list[Sense]:
    """Its meanings in languages many know; fewer where it is an ordinary word to all: "romance", a Romanian woman."""
    wide = [sense for sense in mention.countries if sense.languages & (WIDE | question.languages)]
    if not ordinary & KNOWN_TO_ALL:
        return wide
    major = question.index.major
    return [
        sense
        for sense in wide
        if (sense.sort in PLAIN_NAMES and sense.languages & major)
        or sense.languages & (KNOWN_TO_ALL | (question.languages & major))
    ]


def _is_plain_alone(question: Question, mention: Mention, wide: list[Sense], ordinary: int) -> bool:
    """Whether a message that is nothing but an ordinary word means the country."""
    shouted = question.text.isupper()
    named = any(
        sense.sort in PLAIN_NAMES
        and sense.languages & question.index.major
        and (sense.sort is not Sort.ABBREVIATION or sense.languages & KNOWN_TO_ALL or shouted)
        for sense in mention.countries
    )
    little = any(sense.sort in FUNCTION_WORDS and sense.languages & WIDE for sense in mention.senses)
    return (named and (shouted or not little)) or any(
        sense.sort not in LESSER or not ordinary & (sense.languages & WIDE | KNOWN_TO_ALL) for sense in wide
    )


def is_listed(question: Question, mention: Mention) -> bool:
    """True for what begins the message and "or" joins to a plain name: "Того либо Бенин"."""
    joining = question.at.get(mention.end)
    other = question.at.get(joining.end) if joining and joining.has(Sort.AND) else None
    return mention.start == 0 and other is not None and bool(other.countries) and not is_ordinary(question, other)


def is_shouted(question: Question, mention: Mention) -> bool:
    """An abbreviation in capitals in a text that is not all capitals: "US citizen"."""
    if not mention.has(Sort.ABBREVIATION) or question.text.isupper():
        return False
    written = question.written()
    return len(mention.text) > 1 and all(word.upper() in written for word in mention.text.split())


def is_marked_otherwise(question: Question, mention: Mention) -> bool:
    """True for a word whose marks say that it is another than the name: in "bị cướp" there is no Bỉ (Belgium)."""
    if not mention.has(Sort.MARKED):
        return False
    size = len(mention.text)
    words = [word for word in question.written() if len(word) == size and fold(word) == mention.text]
    return bool(words) and all(question.index.find(AS_IT_IS + word.lower()) for word in words)


def is_address(question: Question, mention: Mention) -> bool:
    """True for a nationality in the name of a street or a station."""
    if any(sense.sort not in (Sort.ADJECTIVE, Sort.DEMONYM) for sense in mention.countries):
        return False
    return question.is_beside(mention, Sort.STREET) and not question.is_beside(mention, Sort.POST)


def _parts(phrase: str) -> list[str]:
    """The words of a phrase, or its beginnings in a script without spaces."""
    found = phrase.split()
    return found if len(found) > 1 else [phrase[:end] for end in range(2, len(phrase) + 1)]
