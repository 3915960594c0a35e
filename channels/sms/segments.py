"""How many paid segments a text takes (pure; 3GPP TS 23.038): GSM-7 when every character is in its alphabet, else UCS-2.

The composer's counter is the same arithmetic in TypeScript; both read the alphabet in this order.
"""

from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "\f^{}\\[~]|€"
"""Characters behind an escape: two septets each, never parted from it."""
_WEIGHT = {**dict.fromkeys(BASIC, 1), **dict.fromkeys(EXTENDED, 2)}


@dataclass(frozen=True, slots=True)
class Size:
    """`used` units of the last segment's `room` are taken; a unit is a septet or a UTF-16 code unit."""

    encoding: str
    segments: int
    used: int
    room: int


def measure(text: str) -> Size:
    """The size of a text as it is sent; an empty text takes one empty segment."""
    if all(character in _WEIGHT for character in text):
        return _size("gsm7", [_WEIGHT[character] for character in text], alone=160, joined=153)
    return _size("ucs2", [len(character.encode("utf-16-le")) // 2 for character in text], alone=70, joined=67)


def _size(encoding: str, weights: list[int], *, alone: int, joined: int) -> Size:
    total = sum(weights)
    if total <= alone:
        return Size(encoding, 1, total, alone)
    segments, used = 1, 0
    for weight in weights:
        if used + weight > joined:  # an escape or half of a surrogate pair is never left behind
            segments, used = segments + 1, 0
        used += weight
    return Size(encoding, segments, used, joined)
