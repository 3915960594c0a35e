"""What a queue says by itself: which texts there are, where they are said, what they may ask for. Said by `canned/saying.py`.

One thing to know: a text goes to a customer without anybody looking at it, so it may ask only for what is always known or can
be left out.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from contact_center.channel import ChannelKind

JOB = "say"
"""The job that says it: payload {interaction_id}; triage asks for it."""


class Said(StrEnum):
    """Which text: a chat's greeting, a mail's acknowledgement, or that nobody is here at this hour."""

    GREETING = "greeting"
    ACKNOWLEDGEMENT = "acknowledgement"
    OUT_OF_HOURS = "out_of_hours"


VARIABLES = (
    "customer.name", "customer.company", "ticket.number", "conversation.subject", "queue.name", "queue.opens_at",
)  # fmt: skip
"""What a text may ask for, written `{{ticket.number}}`; what is not known is left out."""
WHEN_OPEN = {ChannelKind.CHAT: Said.GREETING, ChannelKind.EMAIL: Said.ACKNOWLEDGEMENT}
WHEN_CLOSED = frozenset({ChannelKind.CHAT, ChannelKind.EMAIL, ChannelKind.SMS, ChannelKind.WHATSAPP})
_PLACE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def unknown_variables(text: str) -> list[str]:
    """What the text asks for and nobody can give, in order."""
    return [name for name in _PLACE.findall(text) if name not in VARIABLES]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled; an unknown value leaves nothing behind."""
    return _PLACE.sub(lambda place: values.get(place.group(1), "").strip(), text).strip()


def which(texts: Mapping[str, Mapping[str, str]], channel: ChannelKind, *, closed: bool) -> Mapping[str, str] | None:
    """The text to say, by language; None when there is nothing to say.

    Closed without a text for that, a mail is acknowledged all the same; nobody is greeted where nobody is.
    """
    if closed and channel in WHEN_CLOSED and (found := texts.get(Said.OUT_OF_HOURS.value)):
        return found
    usual = WHEN_OPEN.get(channel)
    if usual is None or (closed and usual is Said.GREETING):
        return None
    return texts.get(usual.value) or None
