"""What languages hang onto a name: case endings, postpositions, articles and prepositions written together.

Each rule names the languages it belongs to: a stem counts only if a name of one of these languages is found under it.
Spellings are those of bot.domain.normal (no diacritics, one letter per shape).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    script: re.Pattern[str]
    languages: frozenset[str]
    prefix: re.Pattern[str] | None
    suffix: re.Pattern[str] | None
    shortest: int = 3
    """Letters a stem must have."""


def _rule(script: str, languages: str, prefix: str = "", suffix: str = "", shortest: int = 3) -> Rule:
    return Rule(
        re.compile(f"[{script}]"),
        frozenset(languages.split()),
        re.compile(f"(?:{prefix})") if prefix else None,
        re.compile(f"(?:{suffix})$") if suffix else None,
        shortest,
    )


_TURKIC_LATIN: Final = (
    "(?:l[iu]k|l[iu])?(?:l[ae]r)?(?:[iu]?m[iu]z|s?[iu])?"
    "(?:y?[iu]m|y[iua]z|m[ae]n|[ae]m|n?[iu]n|ning|ni|y?[ae]|n[ae]|ga|ka|dagi|daki|"
    "(?:n?d[ae]n?|t[ae]n?)(?:m[ae]n|m[iu]z|[iu]m|[iu]z|[ae]m)?|y?l[ae]|y?[iu]|"
    "s[iu]n(?:[iu]z)?|d[iu]r|ca|ce|cha|yiq|m[iu]z|lik|m[ei]|mi|k[ae])?"
)
_TURKIC_CYRILLIC: Final = (
    "(?:[лдт][ыиуіо]к)?(?:[лдт][аеоэ]р|ла[ар]р?)?(?:[сc]?[ыиуі])?"
    "(?:[нтд][ыиуіо]н|ни|[гк][аеоэ]|н[аеоэ]|[нтд][ыиуі]|[дт][аеоэ]|[мбп][еа]н|"
    "[дтн][аеоэ]н(?:м[ае]н|[мбп][ыиуі]н|[мбп][ыиуі]з)?|[мбп][ыиуі]н|[мбп][ыиуі]з|"
    "м[ае]н|г[ыи]|[дт][аеоэ]г[ыиі]|нинг|дан|ча|ша|ше|сын|син|мын|мин|[мбп][ыиуі])?"
)

RULES: Final = (
    _rule("a-z", "tr az tk uz tt", suffix=_TURKIC_LATIN),
    _rule("а-яіў", "kk ky uz uz-Cyrl tt az", suffix=_TURKIC_CYRILLIC),
    _rule("а-я", "tg", suffix="(?:и[ёе]н|хо|он)?(?:и|ро|ам|ем)?", shortest=4),
    _rule(
        "а-я",
        "mn",
        suffix="(?:ч?ууд)?(?:ы|ии|ын|ииг|ииин|иин|н|д|т|ад|од|аас|оос|еес|ээс|аар|оор|ээр|таи|тои|теи|"
        "тэи|руу|луу|руу|г|ыг)?",
    ),
    _rule(
        "a-z",
        "fi",
        suffix="(?:n|an|en|in|on|aan|een|iin|oon|ssa|sta|lla|lta|lle|ksi|a|ta|t|ien|laiset|laisen|lainen|n?hin)",
    ),
    _rule("a-z", "et", suffix="(?:s|sse|st|l|le|lt|ga|ks|ni|t|id|ide|i|maa|lane|lased|lasi|laste|ast|a)"),
    _rule(
        "a-z",
        "hu",
        suffix="(?:i|iak|iek)?(?:[aeo]?t|b[ae]n?|b[oa]l|r[aeo]l?|n[ae]k|t[oe]l|v[ae]l|h[oe]z|[aeo]?n|ig|"
        "ul|[aeo]?k|vagyok)?",
    ),
    _rule("a-z", "is no nb da sv de nl en id ms", suffix="(?:s|nya)", shortest=4),
    _rule("a-z", "so", suffix="(?:da|ta|ka|ga|ya|han|d|s|n)", shortest=4),
    _rule("a-z", "sw rw", prefix="(?:kwa|wa|ki|m|u|n|ku|ya|i)?", shortest=4),
    _rule("a-z", "eu", suffix="(?:etako|koa|ko|ren|tik)", shortest=4),
    _rule("a-z", "lt lv", suffix="(?:e|oje|ie|a)", shortest=4),
    _rule(
        "\u0600-\u06ff",
        "ar fa ps ur ku",
        prefix="(?:و|ف)?(?:بال|كال|لل|ال|ب|ل|ك|ول|من)?",
        suffix="(?:يه|يين|يون|يات|ين|ون|ات|ان|ي|ه|ا|ها|هاي|ام|م)?",
    ),
    _rule("\u0590-\u05ff", "he", prefix="(?:ו|ש|כש)?(?:מה|בה|לה|ה|ב|ל|מ|כ|של)?", suffix="(?:ית|ים|יות|יים|ת)?"),
    _rule(
        "\u1200-\u137f", "am ti", prefix="(?:የ|በ|ከ|ለ|ወደ|ስለ|የኢ)?", suffix="(?:ን|ያዊ|ዊ|ያዊት|ያውያን|ነኝ|ኛ|ም|ዊያን)?", shortest=2
    ),
    _rule("\u0530-\u058f", "hy", suffix="(?:յի|յից|յում|ի|ից|ում|ին|ը|ն|ով|եր|ներ|ների|ներին|ցի|ցիներ|ացի|եմ|ական)"),
    _rule(
        "\u10a0-\u10ff", "ka", suffix="(?:ს|ის|ში|იდან|დან|მა|ად|ით|თან|ისთვის|ები|ების|ელი|ელები|ური|ული|ვარ|ია|სთვის)"
    ),
    _rule("\u0980-\u09ff", "bn as", suffix="(?:ের|ের|র|য়ের|তে|তেও|কে|য়|ি|ী|দের|রা|েরও|ে|য়ে|য়ায়|টি)"),
    _rule(
        "\u0900-\u097f",
        "hi ne mr",
        suffix="(?:को|का|मा|बाट|ले|लाई|चा|ची|चे|ला|त|ी|ियों|ीय|ई|हरू|च्या|मध्ये|ात|में|से|की|के|ाचा|ाची|ाचे|ाला)",
    ),
    _rule(
        "\u0b80-\u0bff", "ta", suffix="(?:(?:[யவ]|த்த)?(?:ின்|ில்|ை|ுக்கு|ிற்கு|ிலிருந்து|ிய|ினர்|ர்|ன்)|க்கு|ன்|ர்|ிய|நாட்டு|ய|ர்கள்)"
    ),
    _rule("\u0c00-\u0c7f", "te", suffix="(?:కి|కు|లో|నుండి|యొక్క|ను|ని)"),
    _rule("\u0d80-\u0dff", "si", suffix="(?:ේ|වේ|යේ|ට|වට|යට|න්|ෙන්|යෙන්|වෙන්|ගෙන්|ෙහි|ෙ|ය|ව|යානු|ානු|නු|යන්|වරු|යා|ිකයා|යෙක්|ෙක්|ජාතිකයා)"),
    _rule("\u1780-\u17ff", "km", prefix="(?:ប្រទេស|ជនជាតិ)"),
)


def stems(word: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Shorter forms under which the word may be found, the longest first, each with the languages it would be of."""
    if len(word) < 3 or len(word) > 40:
        return
    for rule in RULES:
        if not rule.script.match(word):
            continue
        starts = [0]
        if rule.prefix and (found := rule.prefix.match(word)) and found.end():
            starts = _prefix_ends(rule.prefix, word, found.end())
        for start in starts:
            if start and len(word) - start >= rule.shortest:
                yield word[start:], rule.languages
            if rule.suffix:
                last = max(start + rule.shortest, len(word) - 12)
                for end in range(len(word) - 1, last - 1, -1):
                    if rule.suffix.match(word, end):
                        yield word[start:end], rule.languages


def _prefix_ends(prefix: re.Pattern[str], word: str, longest: int) -> list[int]:
    return [end for end in range(longest + 1) if end == 0 or prefix.fullmatch(word, 0, end)]
