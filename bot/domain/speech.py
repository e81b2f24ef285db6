"""Words of a language that are no nationality: "sorry for my English", "auf Deutsch"."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.domain.mentions import Mention
from bot.domain.senses import Sort

NATIONALITIES: Final = (Sort.ADJECTIVE, Sort.DEMONYM)
LITTLE: Final = (Sort.FILLER, Sort.CONTRAST)
"""Words that may stand between: "I speak only French"."""


def is_language(
    at: Mapping[int, Mention], mention: Mention, languages: int, behind_stop: Callable[[], set[int]]
) -> bool:
    """True for a nationality beside "speak" or the like, unless it belongs to an embassy or a passport.

    `at` has what is known of each place, `behind_stop` the places behind a comma: what a comma parts is no neighbour.
    """
    own = [sense for sense in mention.countries if sense.languages & languages] or mention.countries
    if any(sense.sort not in NATIONALITIES for sense in own):
        return False
    before, after = at.get(mention.start - 1), at.get(mention.end)
    if before and before.has(*LITTLE) and not _speaks(before, languages):
        before = at.get(before.start - 1)
    spoken_before = before is not None and _speaks(before, languages)
    spoken_after = after is not None and _speaks(after, languages) and not after.has(Sort.FILLER)  # no "auf" or "my"
    if not (spoken_before or spoken_after):
        return False
    stops = behind_stop()
    sides = ((before, mention.start), (after, mention.end))
    joined = [one for one, end in sides if one is not None and end not in stops]
    if any(one.has(Sort.POST, Sort.VISA) for one in joined):
        return False
    return (spoken_before and before in joined) or (spoken_after and after in joined)


def _speaks(mention: Mention, languages: int) -> bool:
    return any(sense.sort is Sort.SPEECH and sense.languages & languages for sense in mention.senses)
