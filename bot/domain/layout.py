"""Text typed with the keyboard in the wrong layout ("uthvfybz" for "германия", "пуьфтн" for "germany")."""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import normalize

_ENGLISH: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_SHIFTED: Final = str.maketrans('~{}:"<>', "`[];',.")
_LAYOUTS: Final = {
    "ru": "ёйцукенгшщзхъфывапролджэячсмитьбю",
    "uk": "'йцукенгшщзхїфівапролджєячсмитьбю",
    "be": "ёйцукенгшўзх'фывапролджэячсмітьбю",
    "he": ";/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ",
    "ar": "ذضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظ",
    "el": "`;ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,.",
    "ka": "`ქწერტყუიოპ[]ასდფგჰჯკლ;'ზხცვბნმ,.",
}
_TO_ENGLISH: Final = {
    name: {ord(letter): _ENGLISH[place] for place, letter in enumerate(layout) if letter not in _ENGLISH[:-1]}
    for name, layout in _LAYOUTS.items()
}
_FROM_ENGLISH: Final = {name: dict(zip(map(ord, _ENGLISH), layout, strict=True)) for name, layout in _LAYOUTS.items()}
_THAI: Final = dict(
    zip(
        map(ord, "qwertyuiop[]asdfghjkl;'zxcvbnm,./1234567890-=ERTYUIOP{ASDFGHJKL:CVBN<>?"),
        "ๆไำพะัีรนยบลฟหกดเ้่าสวงผปแอิืทมใฝๅ/-ภถุึคตจขชฎฑธํ๊ณฯญฐฤฆฏโฌ็๋ษศซฉฮฺ์ฒฬฦ",
        strict=True,
    )
)

_JAMO_KEYS: Final = "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml"
_JAMO: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ"
_FROM_JAMO_KEYS: Final = {
    ord(key): jamo
    for keys in (_JAMO_KEYS.upper(), _JAMO_KEYS)  # shift gives another letter only where the layout has one
    for key, jamo in zip(keys, _JAMO, strict=True)
}
_TO_JAMO_KEYS: Final = dict(zip(map(ord, _JAMO), _JAMO_KEYS, strict=True))
_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS: Final = {
    vowel: place
    for place, vowel in enumerate(
        "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split()
    )
}
_FINALS: Final = {
    final: place
    for place, final in enumerate(
        "ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ "
        "ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(),
        1,
    )
}
_SYLLABLE: Final = re.compile(
    f"([{_INITIALS}])(ㅗ[ㅏㅐㅣ]|ㅜ[ㅓㅔㅣ]|ㅡㅣ|[ㅏ-ㅣ])((?:ㄱㅅ|ㄴ[ㅈㅎ]|ㄹ[ㄱㅁㅂㅅㅌㅍㅎ]|ㅂㅅ|[ㄱ-ㅎ])?(?![ㅏ-ㅣ]))"
)


_TELEX_DOUBLES: Final = re.compile("([aeod])\\1|([aou])w")
"""How Vietnamese letters are typed by the Telex method: "aa" for "â", "ow" for "ơ"."""
_TELEX_TONES: Final = re.compile("(?<=[aeiouy])([a-z]*?)[sfrxj]\\b")


def other_layouts(text: str) -> Iterator[str]:
    """What the keys pressed would have given in other layouts, the likeliest first; nothing where that is no text."""
    lowered = normalize("NFC", text).casefold()
    if _mostly(lowered, "a", "z"):
        for name in ("ru", "uk", "be"):
            yield lowered.translate(_SHIFTED).translate(_FROM_ENGLISH[name])
        yield _syllables(text)
        yield text.translate(_THAI)
        for name in ("he", "ar", "el", "ka"):
            yield lowered.translate(_FROM_ENGLISH[name])
        if _TELEX_DOUBLES.search(lowered):
            yield _TELEX_TONES.sub(r"\1", _TELEX_DOUBLES.sub(r"\1\2", lowered))
    elif _mostly(lowered, "а", "ў"):
        yield lowered.translate(_TO_ENGLISH["ru"])
        if any(letter in "іїє" for letter in lowered):
            yield lowered.translate(_TO_ENGLISH["uk"])
    elif any("א" <= letter <= "ת" for letter in lowered):
        yield lowered.translate(_TO_ENGLISH["he"])
    elif any("ا" <= letter <= "ي" for letter in lowered):
        yield lowered.translate(_TO_ENGLISH["ar"])
    elif any("α" <= letter <= "ω" for letter in lowered):
        yield lowered.translate(_TO_ENGLISH["el"])
    elif any("ㄱ" <= letter <= "ㅣ" for letter in text):
        yield text.translate(_TO_JAMO_KEYS)


def _mostly(text: str, first: str, last: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return bool(letters) and sum(first <= letter <= last for letter in letters) * 5 >= len(letters) * 4


def _syllables(text: str) -> str:
    """Latin keys of the Korean two-set layout -> Hangul."""
    if not text.isascii():
        return ""
    return _SYLLABLE.sub(_syllable, text.translate(_FROM_JAMO_KEYS))


def _syllable(match: re.Match[str]) -> str:
    initial, vowel, final = match.groups()
    return chr(0xAC00 + (_INITIALS.index(initial) * 21 + _VOWELS[vowel]) * 28 + _FINALS.get(final, 0))
