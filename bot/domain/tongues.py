"""Which languages a message is likely in."""

import re
from collections.abc import Iterable
from typing import Final

from bot.domain.mentions import Mention
from bot.domain.names import NameIndex
from bot.domain.senses import Sense, Sort

ROLES: Final = 1 << Sort.POST


def languages_of(index: NameIndex, mentions: list[Mention], text: str, hint: str | None) -> int:
    """The languages the message is likely in: by its letters, and by the plain words most of which are theirs."""
    ballots: list[int] = []
    if not text.isascii() and SPECIAL.search(text):
        ballots += [index.bits(language) for language, letters in LETTERS.items() if letters.search(text)] * 2
    for senses in {mention.text: mention.senses for mention in mentions if mention.sorts >= ROLES}.values():
        ballots.append(all_of(sense for sense in senses if sense.sort >= Sort.POST))
    if hint in index.languages:
        ballots.append(index.bits(hint))
    if not ballots:
        return 0
    spoken = _most_voted(ballots, -1)
    if spoken.bit_count() < 2:
        return spoken
    named = [all_of(mention.countries) for mention in mentions if mention.countries and mention.sorts < ROLES]
    return _most_voted(named, spoken) or spoken


def _most_voted(ballots: list[int], among: int) -> int:
    """The languages that most of the ballots name."""
    named: list[int] = []
    """The languages that at least one ballot names, at least two, ..."""
    for ballot in ballots:
        more = ballot & among
        for place, known in enumerate(named):
            named[place], more = known | more, known & more
        if more:
            named.append(more)
    return named[-1] if named else 0


def all_of(senses: Iterable[Sense]) -> int:
    bits = 0
    for sense in senses:
        bits |= sense.languages
    return bits


LETTERS: Final = {
    language: re.compile(f"[{letters}]")
    for language, letters in {
        "vi": "ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐ",
        "tr": "ğışİĞöü",
        "az": "əƏğışöü",
        "tk": "ňýöüäşž",
        "de": "ßäöü",
        "es": "ñ¿¡",
        "pt": "ãõ",
        "fr": "çœèùêû",
        "pl": "łąęńśźż",
        "cs": "ěřůčšžňťď",
        "sk": "ľĺŕôäčšžňťď",
        "hr": "čćđšž",
        "bs": "čćđšž",
        "sr-Latn": "čćđšž",
        "sl": "čšž",
        "hu": "őűöü",
        "ro": "țșşţă",
        "lv": "āēīūķļņģčšž",
        "lt": "ėįųū",
        "et": "õäö",
        "uk": "їєЇЄіІґҐ",
        "be": "ўЎіІ",
        "kk": "қғұәіңөүҚҒҰӘІҢӨҮ",
        "ky": "өүңӨҮҢ",
        "tg": "ӯҳҷӣқғӮҲҶӢ",
        "mn": "өүӨҮ",
        "sv": "åäö",
        "da": "æøå",
        "no": "æøå",
        "fi": "äö",
        "sr": "ђћџљњј",
        "mk": "ѓќѕљњј",
        "fa": "پچژگکی",
        "ur": "ںٹڈڑےہھ",
        "uz-Cyrl": "ўқғҳ",
    }.items()
}
"""Letters that few languages share."""
SPECIAL: Final = re.compile("[" + "".join(letters.pattern[1:-1] for letters in LETTERS.values()) + "]")
