"""UUIDv7 identifiers (RFC 9562 section 5.7): made by us, ordered by time, monotonic inside one process."""

import os
import re
import threading

from contact_center import clock

PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
EXAMPLE = "019ab0c4-5f7e-7d2a-9c40-2f3b8a6e1d55"
_CANONICAL = re.compile(PATTERN)
_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A new UUIDv7 in its canonical text form; later calls in one process sort after earlier ones."""
    global _last
    value = (int(clock.wall() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    with _lock:
        if value <= _last:
            value = _after(_last)
        _last = value
    return from_int(value)


def _after(value: int) -> int:
    """The next UUIDv7 after `value`: adds one to the 62 low random bits, carrying around the version and variant bits."""
    low = (value & ((1 << 62) - 1)) + 1
    high = ((value >> 64) & 0xFFF) + (low >> 62)
    stamp = (value >> 80) + (high >> 12)
    return (stamp << 80) | (0x7 << 76) | ((high & 0xFFF) << 64) | (0x2 << 62) | (low & ((1 << 62) - 1))


def is_id(text: str) -> bool:
    """True when `text` is one of our identifiers in canonical form."""
    return _CANONICAL.fullmatch(text) is not None


def to_int(identifier: str) -> int:
    """The identifier as the integer the routing engine uses."""
    return int(identifier.replace("-", ""), 16)


def from_int(value: int) -> str:
    """The integer back as canonical text."""
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
