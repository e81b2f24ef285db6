"""The finder alone, for the command line: questions in, countries out."""

import json
from collections.abc import Iterable
from typing import TextIO

from bot.domain.countries import HOST
from bot.domain.matching import Answer, Found, HostCountry, Unsure, explain, search
from bot.domain.names import NameIndex


def find(index: NameIndex, queries: Iterable[str], out: TextIO, *, explained: bool = False) -> None:
    """A line for each query: a code, the choices, or that there is none. `explained`: what decided, in several."""
    for query in queries:
        if explained:
            out.write("\n".join(explain(index, query).lines()) + "\n")
        else:
            out.write(_in_words(search(index, query)) + "\n")


def find_jsonl(index: NameIndex, lines: Iterable[bytes], out: TextIO) -> None:
    """For each line, a JSON string, one JSON object: `best`, `choices`, and `error` where it was no JSON string."""
    for line in lines:
        try:
            query = json.loads(line)
        except (ValueError, RecursionError):  # the second of a line that is nested deeper than the parser goes
            query = None
        if isinstance(query, str):
            out.write(json.dumps(as_json(search(index, query))) + "\n")
        else:
            out.write('{"best": null, "choices": [], "error": "not a JSON string"}\n')
        out.flush()


def codes(answer: Answer) -> tuple[str, ...]:
    """The country found, those to choose from, the host, or none."""
    match answer:
        case Found(code):
            return (code,)
        case Unsure(choices):
            return choices
        case HostCountry():
            return (HOST,)
        case _:
            return ()


def as_json(answer: Answer) -> dict[str, object]:
    found = codes(answer)
    return {"best": found[0], "choices": []} if len(found) == 1 else {"best": None, "choices": list(found)}


def _in_words(answer: Answer) -> str:
    city = f" ({answer.city})" if answer.city else ""
    return (" or ".join(codes(answer)) or "no country") + city
