"""What a line of a news page is, by its form alone."""

import re

_DASH = "[-‐-―−]"
_QUOTE = "['\"`´‘-‟‹›«»′″]"
_HEADING = re.compile(rf"{_DASH}{{1,3}} ?(?:''|{_QUOTE}) ?(\S.*?) ?(?:''|{_QUOTE}) ?{_DASH}{{1,3}}")
_BREADCRUMB = re.compile(r"\W*home\W+news\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"published ?on\b[ :]*(.{0,80})", re.IGNORECASE)
_SLASH = re.compile(" ?/ ?")
_DAY = re.compile(r"[0-9]+/[0-9]+/[0-9]+\b")
_CLOSING = r"['\"’”»›)\]]*$"
_SENTENCE_END = re.compile(rf"[.!?…:;。！？।؟۔]{_CLOSING}")
_STATEMENT_END = re.compile(rf"(?<!\.)[.;:。।۔]{_CLOSING}")
_LIST_ITEM = re.compile(r"([-–—•*·▪◦]|[0-9]{1,3}[.)]) ")
_MOST_WORDS_OF_A_DATE = 4


def section_heading(line: str) -> str | None:
    """The heading of a line like – ‘Heading’ –, whatever its dashes and quotes."""
    match = _HEADING.fullmatch(line)
    return match[1] if match else None


def is_breadcrumb(line: str) -> bool:
    return _BREADCRUMB.match(line) is not None


def publication(line: str) -> str | None:
    """What a line "Published on …" has for a date, right or wrong; None for every other line."""
    match = _PUBLISHED.fullmatch(line)
    if not match:
        return None
    value = _SLASH.sub("/", match[1])
    short = len(value.split()) <= _MOST_WORDS_OF_A_DATE and any(map(str.isdigit, value))
    return value if not value or short or (_DAY.match(value) and not is_statement(value)) else None


def ends_sentence(line: str) -> bool:
    return _SENTENCE_END.search(line) is not None


def is_statement(line: str) -> bool:
    """Ends as a sentence does and a title does not."""
    return _STATEMENT_END.search(line) is not None


def is_list_item(line: str) -> bool:
    return _LIST_ITEM.match(line) is not None
