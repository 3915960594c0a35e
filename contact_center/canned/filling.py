"""Filling the places of a canned text: pure. A place whose value is not known becomes a mark that people see, never raw braces.

The console refuses to send a text that still holds such a mark: whoever changes the marks changes them there too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contact_center import i18n

VARIABLES = ("customer.name", "customer.company", "agent.name", "ticket.number", "conversation.subject", "queue.name")
"""What a text may ask for, written `{{customer.name}}`."""
MARKS = ("⟦", "⟧")
"""Around the words for what is missing; nobody types these by accident."""
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text ready for the composer; `missing` are the variables that have no value here."""

    language: str
    text: str
    missing: Sequence[str]


def unknown_variables(text: str) -> list[str]:
    """What the text asks for and nobody can give, in order."""
    return [name for name in _PLACE.findall(text) if name not in VARIABLES]


def choose(texts: Mapping[str, str], wanted: Sequence[str | None]) -> str:
    """The language to use: the first wanted tag that there is a text in, else whichever there is.

    A tag that we do not ship counts as what we would write to such a person.
    """
    for tag in wanted:
        if tag is not None and (language := i18n.normal(tag)) in texts:
            return language
    return next(language for language in (*i18n.LANGUAGES, *texts) if language in texts)


def fill(texts: Mapping[str, str], wanted: Sequence[str | None], values: Mapping[str, str]) -> Filled:
    """The text in the best language with its places filled; a blank value counts as missing."""
    language = choose(texts, wanted)
    missing: list[str] = []

    def put(place: re.Match[str]) -> str:
        name = place.group(1)
        value = values.get(name, "").strip()
        if value:
            return value
        missing.append(name)
        return MARKS[0] + i18n.text(language, f"canned.variable.{name}") + MARKS[1]

    text = _PLACE.sub(put, texts[language])
    return Filled(language, text, list(dict.fromkeys(missing)))
