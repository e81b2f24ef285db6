"""Which codes can stand for a sender of missions.

Codes are ISO 3166-1 alpha-2 in lower case, with four additions that ISO does not have: `xk` (Kosovo), `eu`
(the European Union), `x-abkhazia` and `x-south-ossetia` (Russia recognises both, and each has an embassy).
Source of the ISO part: the territory list of Unicode CLDR, as shipped with Babel.
"""

from typing import Final

HOST: Final = "ru"

SENDERS: Final = frozenset(
    """
    ad ae af ag al am ao ar at au az ba bb bd be bf bg bh bi bj bn bo br bs bt bw by bz ca cd cf cg ch ci ck cl cm
    cn co cr cu cv cy cz de dj dk dm do dz ec ee eg er es et fi fj fm fr ga gb gd ge gh gm gn gq gr gt gw gy hn hr
    ht hu id ie il in iq ir is it jm jo jp ke kg kh ki km kn kp kr kw kz la lb lc li lk lr ls lt lu lv ly ma mc md
    me mg mh mk ml mm mn mr mt mu mv mw mx my mz na ne ng ni nl no np nr nu nz om pa pe pg ph pk pl ps pt pw py qa
    ro rs rw sa sb sc sd se sg si sk sl sm sn so sr ss st sv sy sz td tg th tj tl tm tn to tr tt tv tw tz ua ug us
    uy uz va vc ve vn vu ws ye za zm zw
    eu xk x-abkhazia x-south-ossetia
    """.split()
)

SOVEREIGN: Final = {
    territory: sender
    for sender, territories in {
        "au": "cc cx hm nf",
        "cn": "hk mo",
        "dk": "fo gl",
        "fi": "ax",
        "fr": "bl gf gp mf mq nc pf pm re tf wf yt",
        "gb": "ai bm fk gg gi gs im io je ky ms pn sh tc vg",
        "nl": "aw bq cw sx",
        "no": "bv sj",
        "nz": "tk",
        "us": "as gu mp pr um vi",
    }.items()
    for territory in territories.split()
}
"""Dependent territories by code, and the sender whose missions serve their people."""

EU: Final = frozenset("at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split())


def flag(code: str) -> str:
    """The flag emoji of a country, from the two regional indicators of its code; a plain flag where none exists."""
    if len(code) != 2:
        return "🏳️"
    return "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in code)
