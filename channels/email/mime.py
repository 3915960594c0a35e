"""The MIME tree of a mail: our own splitter, because the standard library's is recursive, quadratic on hostile input and slow.

Works on offsets into the one `bytes` object; each nesting level is one pass of `bytes.find`. What is malformed is taken the
way mail programs show it, never refused; what goes past a limit stays in the raw mail and is named in `defects`.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email import words

MAX_PARTS = 1_000
MAX_DEPTH = 30
MAX_HEADERS = 1_000
MAX_HEADER_BYTES = 512 * 1024
MAX_BOUNDARY = 10_000

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_ODD_NAME = re.compile(rb"(?=[^\x80-\xff\r\n]{0,60}[\x80-\xff])[^\s:]{1,80}:")
_KNOWN = re.compile(
    rb"(?i)(?:from|to|cc|date|subject|message-id|in-reply-to|references|reply-to|mime-version|received|"
    rb"content-[a-z-]+|x-[a-z0-9-]+):"
)
_GUESS = re.compile(rb"(?m)^--([^\s].{0,199})\r?\nContent-", re.IGNORECASE)
_TEXTUAL = {"7bit", "8bit", "binary", ""}


class Headers:
    """The fields of one part in order; names lower-cased, values raw and still folded."""

    __slots__ = ("_first", "items")

    def __init__(self, items: list[tuple[str, bytes]]) -> None:
        self.items = items
        self._first: dict[str, bytes] = {}
        for name, value in items:
            self._first.setdefault(name, value)

    def get(self, name: str) -> bytes:
        """The first field of that (lower-case) name, or b""."""
        return self._first.get(name, b"")

    def all(self, name: str) -> list[bytes]:
        """Every field of that (lower-case) name."""
        return [value for key, value in self.items if key == name] if name in self._first else []

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def text(self, name: str) -> str:
        """The first field of that name, decoded; "" when absent."""
        value = self._first.get(name)
        return words.header(value) if value is not None else ""


@dataclass(slots=True)
class Part:
    """One node: a leaf with an encoded `body`, or a container (multipart, message/rfc822) with `children`."""

    headers: Headers
    media_type: str
    parameters: dict[str, str]
    body: bytes = b""
    children: list["Part"] = field(default_factory=list)

    @property
    def multipart(self) -> bool:
        return self.media_type.startswith("multipart/")

    @property
    def textual(self) -> bool:
        """True when the body needs no decoding."""
        return transfer_encoding(self.headers) in _TEXTUAL

    def content(self) -> bytes:
        """The body with its transfer encoding undone; broken encodings give what can be had."""
        return decode_transfer(self.body, transfer_encoding(self.headers))

    def disposition(self) -> tuple[str, dict[str, str]]:
        """`attachment`, `inline` or "" and the disposition's parameters."""
        value = self.headers.get("content-disposition")
        return words.structured(value) if value else ("", {})

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the mail."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting += reversed(part.children)


@dataclass(slots=True)
class _Budget:
    parts: int = MAX_PARTS
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def parse(raw: bytes) -> tuple[Part, list[str]]:
    """The tree of a mail and the list of what was wrong with it."""
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    budget = _Budget()
    start = _skip_envelope(raw)
    root = _part(raw, start, len(raw), budget, depth=0, default="text/plain")
    return root, budget.defects


def _skip_envelope(raw: bytes) -> int:
    """Past blank lines and an mbox `From ` line, which some programs leave in front of the header."""
    at = 0
    while at < len(raw) and raw[at] in b"\r\n":
        at += 1
    if raw.startswith((b"From ", b">From "), at):
        end = raw.find(b"\n", at)
        return len(raw) if end < 0 else end + 1
    return at


def _part(raw: bytes, start: int, end: int, budget: _Budget, *, depth: int, default: str) -> Part:
    budget.parts -= 1
    headers, body = read_headers(raw, start, end, budget)
    media_type, parameters = content_type(headers, default)
    part = Part(headers, media_type, parameters)
    if depth >= MAX_DEPTH:
        budget.note(f"nested deeper than {MAX_DEPTH}")
    elif media_type.startswith("multipart/"):
        if _split(raw, body, end, part, budget, depth):
            return part
    elif media_type in ("message/rfc822", "message/global"):
        _descend(raw, body, end, part, budget, depth)
    part.body = raw[body:end]
    return part


def _descend(raw: bytes, body: int, end: int, part: Part, budget: _Budget, depth: int) -> None:
    """Read the mail inside a message/rfc822; an encoded one (forbidden, usual) is decoded first."""
    if budget.parts <= 0:
        return
    if transfer_encoding(part.headers) not in _TEXTUAL:
        inner = decode_transfer(raw[body:end], transfer_encoding(part.headers))
        part.children = [_part(inner, _skip_envelope(inner), len(inner), budget, depth=depth + 1, default="text/plain")]
        return
    start = body
    while start < end and raw[start] in b"\r\n":
        start += 1
    part.children = [_part(raw, start, end, budget, depth=depth + 1, default="text/plain")]


def read_headers(raw: bytes, start: int, end: int, budget: _Budget) -> tuple[Headers, int]:
    """The header fields from `start` and the offset where the body begins (after the blank line, or at the first line
    that can be no header field)."""
    items: list[tuple[str, bytes]] = []
    at = start
    limit = min(end, start + MAX_HEADER_BYTES)
    name, value_at = "", start
    while at < end:
        if at >= limit or len(items) >= MAX_HEADERS:
            budget.note("header too large")
            blank = re.compile(rb"\n\r?\n").search(raw, at, end)
            at = blank.end() if blank else end
            break
        newline = raw.find(b"\n", at, end)
        after = end if newline < 0 else newline + 1
        if raw[at] in b" \t" and name and not (raw[at:after].isspace() and not _goes_on(raw, after, end)):
            at = after
            continue
        if name:
            items.append((name, raw[value_at:at]))
            name = ""
        if raw[at:after].isspace():
            at = after
            break
        match = _FIELD.match(raw, at, after)
        if match is None:
            if not _skippable(raw, at, after, end, first=not items):
                budget.note("header ends without a blank line")
                break
        else:
            name, value_at = match.group(1).decode("ascii").lower(), match.end()
        at = after
    if name:
        items.append((name, raw[value_at:at]))
    return Headers(items), at


def _skippable(raw: bytes, at: int, after: int, end: int, *, first: bool) -> bool:
    """True for a line that is no field but stands in a header all the same: an mbox mark, a name in 8-bit letters, or junk
    with a well-known field behind it."""
    if first and raw.startswith((b"From ", b">From "), at):
        return True
    return _ODD_NAME.match(raw, at, after) is not None or _KNOWN.match(raw, after, min(end, after + 210)) is not None


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """True when a line of blanks inside a header is a sloppy fold: a field or a continuation follows."""
    return at < end and (raw[at] in b" \t" or _FIELD.match(raw, at, min(end, at + 210)) is not None)


def content_type(headers: Headers, default: str) -> tuple[str, dict[str, str]]:
    """Media type and parameters; the RFC 2045 default where the field is absent or means nothing."""
    value = headers.get("content-type")
    if not value:
        return default, {}
    media_type, parameters = words.structured(value)
    main, slash, minor = media_type.partition("/")
    if slash and main and minor:
        return media_type, parameters
    return {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}.get(main, default), parameters


def _split(raw: bytes, body: int, end: int, part: Part, budget: _Budget, depth: int) -> bool:
    """Fill the children of a multipart; False when none is to be found (its body is then read as text)."""
    boundary = part.parameters.get("boundary", "")[:MAX_BOUNDARY].encode("utf-8", "surrogateescape")
    default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
    spans = _spans(raw, body, end, boundary) if boundary else []
    if not spans and boundary != boundary.rstrip():
        spans = _spans(raw, body, end, boundary.rstrip())
    if not spans:
        budget.note("boundary missing")
        guess = _GUESS.search(raw, body, end)
        spans = _spans(raw, body, end, guess.group(1).rstrip()) if guess else []
    if not spans:
        return False
    for start, stop in spans:
        if budget.parts <= 0:
            budget.note(f"more than {MAX_PARTS} parts")
            break
        part.children.append(_part(raw, start, stop, budget, depth=depth + 1, default=default))
    return True


def _spans(raw: bytes, body: int, end: int, boundary: bytes) -> list[tuple[int, int]]:
    """(start, end) of each body part. The line break before a delimiter belongs to the delimiter (RFC 2046 5.1.1)."""
    mark = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = raw.find(mark, body, end)
    while at >= 0:
        newline = raw.find(b"\n", at, min(end, at + len(mark) + 1_000))
        line_end = newline + 1 if newline >= 0 else end
        rest = raw[at + len(mark) : min(line_end, at + len(mark) + 1_000)].strip()
        if (at == body or raw[at - 1] in b"\r\n") and rest in (b"", b"--"):
            if opened >= 0:
                spans.append((opened, _before_break(raw, at, opened)))
            opened = line_end
            if rest == b"--":
                return spans
        at = raw.find(mark, at + len(mark), end)
    if 0 <= opened < end:
        spans.append((opened, end))
    return spans


def _before_break(raw: bytes, at: int, floor: int) -> int:
    if at > floor and raw[at - 1] == 0x0A:
        at -= 1
    if at > floor and raw[at - 1] == 0x0D:
        at -= 1
    return at


def transfer_encoding(headers: Headers) -> str:
    """The lower-cased Content-Transfer-Encoding, "" when absent."""
    value = headers.get("content-transfer-encoding")
    if not value:
        return ""
    token = value.split(b";", 1)[0].strip(b" \t\r\n\"'").lower()
    return token[:40].decode("ascii", "replace")


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding; unknown ones leave the bytes alone."""
    if encoding == "base64":
        return words.base64_bytes(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files = uudecode(body)
        return files[0][1] if files else body
    return body


_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?$")
_END = re.compile(rb"(?m)^(?:end|====)[ \t]*\r?$")


def uudecode(text: bytes) -> list[tuple[bytes, bytes, int, int]]:
    """Files uuencoded inside a text: (raw name, content, start, end) each, in order."""
    found: list[tuple[bytes, bytes, int, int]] = []
    at = 0
    while (begin := _BEGIN.search(text, at)) is not None:
        end = _END.search(text, begin.end())
        if end is None:
            break
        content = _uulines(text[begin.end() : end.start()])
        if content is not None:
            found.append((begin.group(1).strip(), content, begin.start(), end.end()))
        at = end.end()
    return found


def _uulines(block: bytes) -> bytes | None:
    out: list[bytes] = []
    for line in block.split(b"\n"):
        line = line.rstrip(b"\r")
        if not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders pad lines too long: cut to the length that the first character states.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                return None
    return b"".join(out)
