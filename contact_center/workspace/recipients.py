"""Whom a message goes to: what a person typed, checked for its channel before anything is stored."""

import re
from collections.abc import Sequence

from contact_center.channel import ChannelKind
from contact_center.errors import FieldError, Invalid
from contact_center.workspace.thread_shapes import Address, AddressIn

# RFC 5321 allows more than this on paper; quoted local parts with spaces are refused here as nobody means them.
_MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f<>,;:\"()\[\]\\@]+@[^\s\x00-\x1f\x7f<>,;:\"()\[\]\\@]+")
_NUMBER = re.compile(r"\+[1-9]\d{4,14}")
_LINE_BREAKS = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")


def checked(field: str, given: Sequence[AddressIn], channel: str) -> list[dict[str, str]]:
    """The addresses as stored; raises `Invalid` naming the first that cannot be one on this channel."""
    for number, one in enumerate(given):
        if not _possible(one.value, channel):
            raise Invalid(errors=[FieldError(f"{field}.{number}.value", "validation.address")])
        if _LINE_BREAKS.search(one.name):
            raise Invalid(errors=[FieldError(f"{field}.{number}.name", "validation.one_line")])
    return [{"value": one.value, "name": one.name} for one in given]


def one_line(field: str, text: str) -> str:
    """The text, refused when it has line breaks: it becomes a header, where a break would begin another one."""
    if _LINE_BREAKS.search(text):
        raise Invalid(errors=[FieldError(field, "validation.one_line")])
    return text


def plain(addresses: Sequence[Address]) -> list[dict[str, str]]:
    """Addresses as stored."""
    return [{"value": one.value, "name": one.name} for one in addresses]


def _possible(value: str, channel: str) -> bool:
    if channel == ChannelKind.EMAIL.value:
        return len(value) <= 254 and _MAILBOX.fullmatch(value) is not None
    if channel in (ChannelKind.SMS.value, ChannelKind.WHATSAPP.value, ChannelKind.VOICE.value):
        return _NUMBER.fullmatch(value) is not None
    return value.strip() == value and value.isprintable()
