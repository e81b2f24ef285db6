"""A question in free text, in any language -> the country it is about."""

from dataclasses import dataclass

from bot.domain.compounds import beginnings
from bot.domain.countries import HOST
from bot.domain.guessing import completed
from bot.domain.judging import names_host, readings_of
from bot.domain.layers import LAYERS, foreign
from bot.domain.lists import listed
from bot.domain.mentions import Mention
from bot.domain.names import NameIndex
from bot.domain.normal import MAX_CHARACTERS
from bot.domain.question import Question
from bot.domain.senses import Layer
from bot.domain.signs import signs
from bot.domain.verdict import MOST_CHOICES, Reading, asked_for, codes_of


@dataclass(frozen=True, slots=True)
class Found:
    code: str
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """Two to four countries, the likeliest first."""

    choices: tuple[str, ...]
    city: str | None = None


@dataclass(frozen=True, slots=True)
class HostCountry:
    city: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    city: str | None = None


Answer = Found | Unsure | HostCountry | Nothing


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an answer was found: the layer that decided, what was read as a country, what else was known."""

    answer: Answer
    layer: Layer
    readings: tuple[Reading, ...] = ()
    mentions: tuple[Mention, ...] = ()

    def lines(self) -> list[str]:
        read = {id(reading.mention) for reading in self.readings}
        return [
            f"answer: {self.answer}",
            f"layer: {self.layer}",
            *(f"read {reading}" for reading in self.readings),
            *(f"known {mention}" for mention in self.mentions if id(mention) not in read),
        ]


def search(index: NameIndex, text: str, language: str | None = None) -> Answer:
    """The country a message is about; `language` is the reader's own and decides only where little else does."""
    return explain(index, text, language).answer


def explain(index: NameIndex, text: str, language: str | None = None) -> Explanation:
    """The same, with how it was found."""
    text = text[:MAX_CHARACTERS]
    if codes := signs(index, text):
        if text.islower() and codes[0] in (others := beginnings(index, text.strip())):  # "bel": BEL, or Belarus begun
            codes += tuple(code for code in others if code not in codes)
        return Explanation(_answer(codes, None), Layer.SIGN)
    question = Question(index, text, language)
    question.add(completed(question))
    question.add(foreign(question))
    question.add(listed(question))
    for layer, ways in ((Layer.EXACT, None), *LAYERS):
        if ways is not None:
            if not (more := ways(question)):
                continue
            question.add(more)
        readings = readings_of(question)
        if wanted := asked_for(question, readings):
            answer = _answer(codes_of(wanted), question.city())
            return Explanation(answer, layer, tuple(readings), tuple(question.mentions))
    readings = readings_of(question)
    host = names_host(question, readings)
    answer = HostCountry(question.city()) if host else Nothing(question.city())
    return Explanation(answer, Layer.HOST if host else Layer.NONE, tuple(readings), tuple(question.mentions))


def _answer(codes: tuple[str, ...], city: str | None) -> Answer:
    if not codes:
        return Nothing(city)
    if len(codes) == 1:
        return HostCountry(city) if codes[0] == HOST else Found(codes[0], city)
    return Unsure(codes[:MOST_CHOICES], city)
