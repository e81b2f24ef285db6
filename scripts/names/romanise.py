"""Names of other scripts in Latin letters, as people without their keyboard type them."""

from typing import Final

from bot.domain.normal import key
from bot.domain.sounds import LETTERS

_INITIALS: Final = "g kk n d tt r m b pp s ss - j jj ch k t p h".split()
_VOWELS: Final = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split()
_FINALS: Final = "- k k k n n n t l k m l l l l l m p p t t ng t t k t p t".split()

_SYLLABLES: Final = dict(
    pair.split(":")
    for pair in (
        "ア:a イ:i ウ:u エ:e オ:o カ:ka キ:ki ク:ku ケ:ke コ:ko サ:sa シ:shi ス:su セ:se ソ:so タ:ta チ:chi ツ:tsu "
        "テ:te ト:to ナ:na ニ:ni ヌ:nu ネ:ne ノ:no ハ:ha ヒ:hi フ:fu ヘ:he ホ:ho マ:ma ミ:mi ム:mu メ:me モ:mo "
        "ヤ:ya ユ:yu ヨ:yo ラ:ra リ:ri ル:ru レ:re ロ:ro ワ:wa ヲ:o ン:n ガ:ga ギ:gi グ:gu ゲ:ge ゴ:go ザ:za ジ:ji "
        "ズ:zu ゼ:ze ゾ:zo ダ:da ヂ:ji ヅ:zu デ:de ド:do バ:ba ビ:bi ブ:bu ベ:be ボ:bo パ:pa ピ:pi プ:pu ペ:pe "
        "ポ:po ヴ:vu"
    ).split()
)
_SMALL: Final = {"ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o", "ャ": "ya", "ュ": "yu", "ョ": "yo"}
_READINGS: Final = {
    "日本": "nihon nippon", "中国": "chugoku chuugoku", "韩国": "kankoku", "北朝鲜": "kitachosen kitachousen",
    "台湾": "taiwan", "米国": "beikoku", "英国": "eikoku", "南アフリカ": "minamiafurika", "赤道ギニア": "sekidoginia",
    "南スーダン": "minamisudan minamisuudan", "中央アフリカ共和国": "chuoafurikakyowakoku",
    "东ティモール": "higashitimoru higashichimoru", "北マケドニア": "kitamakedonia", "独": "", "香港": "honkon",
}  # fmt: skip
LETTERED: Final = {"hy": "hy", "ka": "ka", "el": "el", "ko": "ko-Latn", "ja": "ja-Latn"}
"""Languages whose names can be romanised by rule, and under which tag that is kept."""


_RUSSIAN: Final = dict(zip("абвгдезийклмнопрстуфх", "abvgdeziyklmnoprstufh", strict=True)) | dict(
    pair.split(":") for pair in "ж:zh ц:ts ч:ch ш:sh щ:sch ю:yu я:ya ъ: ь: ы:y э:e ё:e".split()
)
_SCHEMES: Final = tuple(
    str.maketrans(_RUSSIAN | other)
    for other in (
        {},
        {"х": "kh", "щ": "shch"},
        {"я": "ja", "ю": "ju", "й": "j", "х": "h", "ц": "c"},
        {"й": "i", "ц": "c"},
    )
)


def typed_in_latin(russian: str) -> set[str]:
    """A Russian word as people type it without a Russian keyboard."""
    return {russian.lower().translate(scheme) for scheme in _SCHEMES}


def romanised(name: str, language: str) -> list[str]:
    """The usual spellings in Latin letters; [] where no rule gives one."""
    plain = key(name)
    if language in ("hy", "ka", "el"):
        latin = plain.translate(LETTERS)
        return [latin] if latin.isascii() and latin.isalpha() and len(latin) > 3 else []
    if language == "ko":
        latin = "".join(map(_hangul, plain))
        return [latin] if latin.isascii() and len(latin) > 4 else []
    if language == "ja":
        return [
            one for one in (_READINGS.get(plain, "").split() or [_katakana(plain)]) if one.isascii() and len(one) > 3
        ]
    return []


def _hangul(syllable: str) -> str:
    place = ord(syllable) - 0xAC00
    if not 0 <= place < 11172:
        return syllable
    initial, vowel, final = place // 588, place % 588 // 28, place % 28
    return (_INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]).replace("-", "")


def _katakana(name: str) -> str:
    latin = ""
    double = False
    for letter in name:
        if letter == "ッ":
            double = True
            continue
        if letter in _SMALL:
            glide = _SMALL[letter]
            latin = latin[:-1] + (glide[1:] if latin.endswith(("shi", "chi", "ji")) else glide)
            continue
        sound = "" if letter == "ー" else _SYLLABLES.get(letter, letter)
        latin += sound[:1] + sound if double else sound
        double = False
    return latin
