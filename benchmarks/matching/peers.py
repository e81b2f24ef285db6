"""Other matchers behind the same line protocol: a query as a JSON string in, {"best": …, "us": …} out.

    PYTHON-OF-ITS-ENVIRONMENT benchmarks/matching/peers.py NAME

Runs in the peer's own environment; uses nothing of ours.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

Matcher = Callable[[str], str | None]


def countryguess() -> Matcher:
    from countryguess import guess_country  # type: ignore[import-not-found]

    return lambda text: _lower(guess_country(text, attribute="iso2"))


def countrynames() -> Matcher:
    from countrynames import to_code  # type: ignore[import-not-found]

    return lambda text: _lower(to_code(text, fuzzy=True))


def hdx() -> Matcher:
    from hdx.location.country import Country  # type: ignore[import-not-found]

    def match(text: str) -> str | None:
        iso3, _ = Country.get_iso3_country_code_fuzzy(text)
        return _lower(Country.get_iso2_from_iso3(iso3)) if iso3 else None

    return match


def pycountry() -> Matcher:
    import pycountry as library  # type: ignore[import-not-found]

    def match(text: str) -> str | None:
        try:
            return _lower(library.countries.search_fuzzy(text)[0].alpha_2)
        except LookupError:
            return None

    return match


def rigour() -> Matcher:
    from rigour.territories import lookup_territory  # type: ignore[import-not-found]

    def match(text: str) -> str | None:
        found = lookup_territory(text, fuzzy=True)
        return _lower(found.code) if found else None

    return match


def rapidfuzz() -> Matcher:
    """WRatio over the CLDR names of all locales, as tutorials have it."""
    from babel import localedata
    from rapidfuzz import fuzz, process, utils

    names: dict[str, str] = {}
    for locale in localedata.locale_identifiers():
        for code, name in localedata.load(locale)["territories"].items():
            if len(code) == 2 and isinstance(name, str):
                names.setdefault(utils.default_process(name), code.lower())
    choices = list(names)

    def match(text: str) -> str | None:
        hit = process.extractOne(text, choices, scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=85)
        return names[hit[0]] if hit else None

    return match


PEERS: dict[str, Callable[[], Matcher]] = {
    "countryguess": countryguess,
    "countrynames": countrynames,
    "hdx": hdx,
    "pycountry": pycountry,
    "rigour": rigour,
    "rapidfuzz": rapidfuzz,
}


def _lower(code: Any) -> str | None:
    return str(code).lower() if code else None


def main() -> None:
    match = PEERS[sys.argv[1]]()
    for line in sys.stdin:
        query = json.loads(line)
        begun = time.perf_counter_ns()
        try:
            best = match(query)
        except Exception as error:  # noqa: BLE001  a peer that breaks on a query has not answered it
            print(type(error).__name__, file=sys.stderr)
            best = None
        took = (time.perf_counter_ns() - begun) / 1000
        print(json.dumps({"best": best, "choices": [], "us": took}), flush=True)


if __name__ == "__main__":
    main()
