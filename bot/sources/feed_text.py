"""The bytes of a feed -> XML that a parser can take: one encoding, no declaration, no forbidden characters.

Done here and not by feedparser, whose search for the declared encoding takes minutes on some lines and fails on others.
"""

import codecs
import re
from typing import Final

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,300}\?>")
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._-]{1,40})""", re.IGNORECASE)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ENCODING = re.compile(
    r"ascii|utf-8|utf-16|iso8859-[0-9]+|cp125[0-8]|koi8-[ru]|gb2312|gbk|gb18030|big5|shift_jis|euc_(jp|kr)|iso2022_jp"
)
_STARTS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def feed_text(body: bytes, content_type: str) -> str:
    """What the first bytes show goes before what the file declares, that before what the server says."""
    text = _decoded(body, content_type).removeprefix("\ufeff")
    return _FORBIDDEN.sub("", _DECLARATION.sub("", text, count=1) if _DECLARATION.match(text) else text)


def _decoded(body: bytes, content_type: str) -> str:
    if shown := next((encoding for start, encoding in _STARTS if body.startswith(start)), None):
        return body.decode(shown, "replace")
    declared, charset = _DECLARED.match(body), _CHARSET.search(content_type)
    for name in (declared[1].decode() if declared else "", charset[1] if charset else "", "utf-8"):
        try:
            if _ENCODING.fullmatch(codecs.lookup(name).name):
                return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")
