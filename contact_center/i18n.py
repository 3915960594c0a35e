"""Texts that people see, in every language we ship; the catalogues are `locale/<language>.json`, flat and complete.

A text is a string with `{named}` places, or an object of plural forms chosen by the parameter `count` (CLDR, by babel).
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale

LANGUAGES = ("en", "zh-CN")
DEFAULT = "en"
FOLDER = Path(__file__).with_name("locale")
_CLDR = {"en": "en", "zh-CN": "zh_Hans_CN"}
Entry = str | Mapping[str, str]


class _Named(dict[str, object]):
    """Leaves a place as it is when its value was not given: a strange text is better than none."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def catalogue(language: str) -> Mapping[str, Entry]:
    """All texts of one language of `LANGUAGES`, by key."""
    found = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@cache
def _plural_form(language: str, count: int) -> str:
    return str(Locale.parse(_CLDR[language]).plural_form(count))


def has(key: str) -> bool:
    """True when there is a text under this key."""
    return key in catalogue(DEFAULT)


def text(language: str, key: str, **params: str | float) -> str:
    """The text under `key` with its places filled; English stands in for a missing text, the key itself for no text."""
    entry = catalogue(normal(language)).get(key) or catalogue(DEFAULT).get(key)
    if entry is None:
        return key
    if not isinstance(entry, str):
        count = params.get("count", 0)
        entry = entry.get(_plural_form(normal(language), int(count)), entry["other"])
    return entry.format_map(_Named(params))


def normal(tag: str) -> str:
    """The language we ship for a BCP 47 tag: any Chinese is Simplified Chinese, anything unknown English."""
    return "zh-CN" if tag.lower().split("-")[0] == "zh" else DEFAULT


def choose(accept_language: str | None) -> str:
    """The shipped language that an Accept-Language header (RFC 9110 section 12.5.4) likes best."""
    best, best_weight = DEFAULT, 0.0
    for part in (accept_language or "")[:500].split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if tag.lower().split("-")[0] in ("en", "zh") and weight > best_weight:
            best, best_weight = normal(tag), weight
    return best


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
