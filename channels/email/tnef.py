"""Files and text inside Outlook's winmail.dat (TNEF, [MS-OXTNEF]): a reader of just the attributes that hold them.

Every length is checked against the data; a damaged stream yields what came before the damage.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email import charset

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_FILES = 500
MAX_PROPERTIES = 5_000

_ATT_BODY, _ATT_ATTACH_TITLE, _ATT_ATTACH_DATA = 0x800C, 0x8010, 0x800F
_ATT_ATTACH_PROPERTIES, _ATT_MESSAGE_PROPERTIES, _ATT_RENDER, _ATT_CODEPAGE = 0x9005, 0x9003, 0x9002, 0x9007
_BODY, _HTML, _ATTACH_DATA = 0x1000, 0x1013, 0x3701
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME_TAG, _CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712
# Sizes of the fixed property types ([MS-OXCDATA] 2.11.1), padded to four bytes as TNEF does.
_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_VARIABLE = {0x000D, 0x001E, 0x001F, 0x0102}


@dataclass(slots=True)
class File:
    """One attached file; `media_type` and `content_id` are "" when the stream does not say."""

    name: str = ""
    media_type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was found: the plain text, the HTML bytes and the files."""

    text: str = ""
    html: bytes = b""
    files: list[File] = field(default_factory=list)


def read(data: bytes) -> Tnef | None:
    """The contents of a TNEF stream, or None when the bytes are no TNEF at all."""
    if not data.startswith(SIGNATURE):
        return None
    found = Tnef()
    codepage = "cp1252"
    for level, attribute, value in _attributes(data):
        if attribute == _ATT_CODEPAGE and len(value) >= 4:
            codepage = f"cp{struct.unpack_from('<I', value)[0]}"
        elif level == 1:
            _message(found, attribute, value, codepage)
        elif level == 2:
            _attachment(found, attribute, value, codepage)
    found.files = [file for file in found.files if file.content]
    return found


def _attributes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 6
    while at + 9 <= len(data):
        level, attribute, _kind, size = struct.unpack_from("<BHHI", data, at)
        at += 9
        if level not in (1, 2) or at + size > len(data):
            return
        yield level, attribute, data[at : at + size]
        at += size + 2


def _message(found: Tnef, attribute: int, value: bytes, codepage: str) -> None:
    if attribute == _ATT_BODY:
        found.text = found.text or charset.decode(value.rstrip(b"\x00"), codepage).text
    elif attribute == _ATT_MESSAGE_PROPERTIES:
        for name, kind, content in _properties(value):
            if name == _BODY:
                found.text = _text(kind, content, codepage)
            elif name == _HTML:
                found.html = content.rstrip(b"\x00")


def _attachment(found: Tnef, attribute: int, value: bytes, codepage: str) -> None:
    if attribute == _ATT_RENDER:
        if len(found.files) < MAX_FILES:
            found.files.append(File())
        return
    if not found.files:
        found.files.append(File())
    file = found.files[-1]
    if attribute == _ATT_ATTACH_TITLE:
        file.name = file.name or charset.decode(value.rstrip(b"\x00"), codepage).text
    elif attribute == _ATT_ATTACH_DATA:
        file.content = value
    elif attribute == _ATT_ATTACH_PROPERTIES:
        _file_properties(file, value, codepage)


def _file_properties(file: File, value: bytes, codepage: str) -> None:
    for name, kind, content in _properties(value):
        if name == _LONG_NAME:
            file.name = _text(kind, content, codepage) or file.name
        elif name in (_SHORT_NAME, _DISPLAY_NAME):
            file.name = file.name or _text(kind, content, codepage)
        elif name == _MIME_TAG:
            file.media_type = _text(kind, content, codepage).lower()
        elif name == _CONTENT_ID:
            file.content_id = _text(kind, content, codepage).strip("<> ")
        elif name == _ATTACH_DATA and not file.content:
            # An object starts with the 16 bytes of its interface id.
            file.content = content[16:] if kind == 0x000D else content


def _text(kind: int, content: bytes, codepage: str) -> str:
    if kind == 0x001F:
        return charset.clean(content.decode("utf-16-le", "replace"))
    return charset.decode(content.rstrip(b"\x00"), codepage).text


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(property, type, first value) of a MAPI property list; stops at the first thing that does not fit."""
    if len(data) < 4:
        return
    at = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], MAX_PROPERTIES)):
        if at + 4 > len(data):
            return
        kind, name = struct.unpack_from("<HH", data, at)
        at = _past_name(data, at + 4) if name >= 0x8000 else at + 4
        if at < 0:
            return
        many, kind = bool(kind & 0x1000), kind & 0x0FFF
        count = 1
        if many or kind in _VARIABLE:
            if at + 4 > len(data):
                return
            count = struct.unpack_from("<I", data, at)[0]
            at += 4
        first = b""
        for number in range(min(count, MAX_PROPERTIES)):
            size = _FIXED.get(kind)
            if size is None:
                if kind not in _VARIABLE or at + 4 > len(data):
                    return
                size = struct.unpack_from("<I", data, at)[0]
                at += 4
            if at + size > len(data):
                return
            first = data[at : at + size] if number == 0 else first
            at += size + (-size) % 4
        yield name, kind, first


def _past_name(data: bytes, at: int) -> int:
    """Past the identity of a named property: a GUID, then a number or a counted name."""
    if at + 24 > len(data):
        return -1
    by_name = struct.unpack_from("<I", data, at + 16)[0]
    if not by_name:
        return at + 24
    size: int = struct.unpack_from("<I", data, at + 20)[0]
    return at + 24 + size + (-size) % 4 if at + 24 + size <= len(data) else -1
