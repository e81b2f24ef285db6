"""Free text -> plain words: one spelling for what people type in many ways, in any script.

The index is built with the same functions, so both sides always agree.
"""

import re
from itertools import pairwise
from typing import Final
from unicodedata import normalize

MAX_CHARACTERS: Final = 4096
MAX_WORDS: Final = 800

DROPPED: Final = re.compile(
    "["
    "\u00ad\u0300-\u036f\u0483-\u0489"  # soft hyphen; marks of Latin, Greek and Cyrillic
    "\u0591-\u05bd\u05bf-\u05c7"  # Hebrew points
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff"  # Arabic vowel signs, tatweel
    "\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc"  # nuktas
    "\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"  # invisible
    "\ud800-\udfff"  # lone surrogates
    "]+"
)
WORD: Final = re.compile(
    r"[\w\u0900-\u0963\u0966-\u0df3\u0e00-\u0e3e\u0e40-\u0e4e\u0e50-\u0eff"
    r"\u0f39-\u0fbc\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17dd-\u17ff\u3099\u309a\ua9e0-\uaa7f]+"
)

APOSTROPHES: Final = frozenset("'`‘’")
UZBEK: Final = re.compile("(?<=[a-z])([og])['`‘’](?=[a-z])|\\b(o)['`‘’](?=[a-z])")
"""o' and g' are letters, as in "Qozog'iston"."""

STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
"""A letter held down: "indiaaaa"."""
DOTTED: Final = re.compile(r"(?<![^\W_])(?<![^\W_]\.)([^\W\d_])\.\s?([^\W\d_])(?!\.?[^\W_])")
"""Two letters with a dot between: "U.S.", "D.R. Congo"."""
STOPS: Final = re.compile("[,;.:!?،؛、，。：；–—-]")
LATIN: Final = re.compile("[a-z]")
MIXED: Final = re.compile("[a-z][а-я]|[а-я][a-z]")
MIXED_WORD: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[а-я])\w+")
TO_LATIN: Final = str.maketrans("асеорхуктнвміѕј", "aceopxyktнвmisj")
TO_CYRILLIC: Final = str.maketrans("aceopxyktmijs", "асеорхуктміјѕ")

_FOLDS: Final = {
    # Latin letters that no decomposition reaches
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ə": "a", "ŋ": "n",
    "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ŧ": "t", "ĸ": "k",
    # Cyrillic
    "ѐ": "е", "ѝ": "и", "ғ": "г", "қ": "к", "ң": "н", "ү": "у", "ұ": "у", "ө": "о", "һ": "х", "ҳ": "х", "ҷ": "ч",
    "ҡ": "к", "җ": "ж", "ӣ": "и", "ӯ": "у", "ә": "а", "ґ": "г",
    # Arabic script: one letter for its Arabic, Persian, Urdu, Pashto and Kurdish shapes
    "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ے": "ي", "ۓ": "ي", "ک": "ك", "ڪ": "ك", "ګ": "گ", "ة": "ه",
    "ھ": "ه", "ہ": "ه", "ۃ": "ه", "ە": "ه", "ۀ": "ه", "ں": "ن", "ڼ": "ن", "ء": "", "ٱ": "ا", "ڤ": "ف", "ۆ": "و",
    "ۇ": "و", "ۋ": "و", "ݢ": "گ", "ټ": "ت", "ډ": "د", "ړ": "ر",
    # Hebrew finals
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "\u05be": " ",
    # punctuation that \w would keep or that joins words
    "_": " ", "·": " ", "・": "", "•": " ", "་": " ", "ー": "ー", "―": " ", "ʻ": "'", "ʼ": "'", "ʹ": "'",
    "\u0964": " ", "\u0965": " ",
}  # fmt: skip
_TRADITIONAL: Final = (
    "囯丟亞來係個倫偽內凱別剛勞區問喬國圖報場奧寧對屬岡島嶼幫幾庫從愛應揚撾敘於時東極機歐湯澤濟濱灣烏爾獅盧碼簽約納紐紹結維緊緬總繫羅義聖聯脫臘與茲華萊萬葉蓋薩蘇蘭處號衆裡見話該誕語請諸諾謝證護貝貫買賓賴賽贊"
    "辦這連達遺還邊醫錢長門開間關陳陸際離電靈韋韓預頓領顛館馬駐魯鮑鮮麥麼點臺亜伝広浜沢辺発楽気黃後裏為說許過進遠運選種稅經給統衛讓費務員團師帳幣"
)
_SIMPLIFIED: Final = (
    "国丢亚来系个伦伪内凯别刚劳区问乔国图报场奥宁对属冈岛屿帮几库从爱应扬挝叙于时东极机欧汤泽济滨湾乌尔狮卢码签约纳纽绍结维紧缅总系罗义圣联脱腊与兹华莱万叶盖萨苏兰处号众里见话该诞语请诸诺谢证护贝贯买宾赖赛赞"
    "办这连达遗还边医钱长门开间关陈陆际离电灵韦韩预顿领颠馆马驻鲁鲍鲜麦么点台亚传广滨泽边发乐气黄后里为说许过进远运选种税经给统卫让费务员团师帐币"
)
FOLDS: Final = {ord(letter): plain for letter, plain in _FOLDS.items()}
FOLDS.update(zip(map(ord, _TRADITIONAL), _SIMPLIFIED, strict=True))

NO_SPACES: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]")
HIRAGANA: Final = re.compile("[\u3041-\u3096ー]+")
KATAKANA: Final = {code: chr(code + 0x60) for code in range(0x3041, 0x3097)}
HANGUL: Final = re.compile(r"[\u1100-\u11ff\uac00-\ud7a3]")


def fold(text: str) -> str:
    """The text in one spelling: case, width, marks, letter shapes; still with its spaces and punctuation."""
    if text.isascii():
        return text.lower().replace("_", " ")
    # Before decomposing, too: to put thousands of marks in order takes ten milliseconds.
    decomposed = DROPPED.sub("", normalize("NFKD", DROPPED.sub("", text).casefold()))
    return normalize("NFC", decomposed).translate(FOLDS)


def words(text: str) -> list[str]:
    """The plain words of the first 4,096 characters; letters typed one by one are put together.

    Of more than 800, which is no writing of people, the first 400 and the last.
    """
    found = WORD.findall(_spelling(text))
    lone = any(len(first) == 1 == len(second) for first, second in pairwise(found))
    joined = _joined_letters(found) if lone else found
    return joined if len(joined) <= MAX_WORDS else joined[: MAX_WORDS // 2] + joined[-MAX_WORDS // 2 :]


def parted(text: str) -> set[int]:
    """The numbers of the words that stand behind a comma or the like."""
    spelling = _spelling(text)
    numbers: set[int] = set()
    end = 0
    for number, match in enumerate(WORD.finditer(spelling)):
        if STOPS.search(spelling, end, match.start()):
            numbers.add(number)
        end = match.end()
    return numbers


def _spelling(text: str) -> str:
    """The text as its words are read; rules for what is rare are tried only where it is there, which is quicker."""
    spelling = fold(text[:MAX_CHARACTERS])
    if STRETCHED.search(spelling):
        spelling = STRETCHED.sub(r"\1", spelling)
    if APOSTROPHES.intersection(spelling):
        spelling = UZBEK.sub(r"\1\2", spelling)
    if "." in spelling:
        spelling = DOTTED.sub(r"\1\2", spelling)
    if not spelling.isascii() and LATIN.search(spelling) and MIXED.search(spelling):
        spelling = MIXED_WORD.sub(lambda match: _one_script(match[0]), spelling)
    return spelling


def _one_script(word: str) -> str:
    """A word of Latin and Cyrillic letters that look alike, in the script that most of them are of."""
    latin = sum("a" <= letter <= "z" for letter in word)
    return word.translate(TO_LATIN if latin * 2 > len(word) else TO_CYRILLIC)


def key(text: str) -> str:
    """How a name is kept in the index: its plain words, without spaces."""
    return "".join(words(text))


def _joined_letters(found: list[str]) -> list[str]:
    """Letters typed apart ("g e r m a n y", "С.Ш.А.", "U.K.") become one word, where nothing else can be meant."""
    joined: list[str] = []
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and len(found[end]) == 1 and found[end].isalpha():
            end += 1
        alone = end - start == len(found) and end - start == 2
        if end - start >= 3 or alone:
            joined.append("".join(found[start:end]))
        else:
            joined.extend(found[start : max(end, start + 1)])
        start = max(end, start + 1)
    return joined
