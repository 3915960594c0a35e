"""Header text: unfolding, RFC 2047 encoded words and RFC 2231 parameters, forgiving every way in which senders get them wrong.

Works on text in which undecodable bytes are kept by `latin`: header values stay `bytes` until they are decoded here.
"""

import binascii
import re
import urllib.parse
from collections.abc import Mapping

from channels.email import charset

MAX_VALUE = 100_000
"""Characters of one header value that are looked at."""
MAX_PARAMETERS = 100

_FOLD = re.compile(r"[\r\n]+[ \t]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD_START = re.compile(r"=\?([A-Za-z0-9_.:+()\"-]{1,64})(?:\*[A-Za-z0-9-]{0,20})?\?([bBqQ])\?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BLANK = b" \t\r\n"
_PARAMETER = re.compile(
    r";\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,80})\s*=\s*(\"(?:[^\"\\]|\\.)*\"|\"[^\"]*$|[^;]*)", re.DOTALL
)
_SECTION = re.compile(r"^(.+?)(?:\*(\d{1,3}))?(\*)?$")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")


def unfold(raw: bytes, hint: str | None = None) -> str:
    """One header value as text on one line, encoded words still encoded; 8-bit bytes by UTF-8, `hint`, or statistics."""
    raw = raw[:MAX_VALUE].strip(_BLANK)
    if b"\x1b" in raw:
        text = charset.decode(raw, hint).text
    elif raw.isascii():
        text = raw.decode("ascii")
    else:
        text = charset.decode(raw, "utf-8", hint=hint).text
    if "\n" in text or "\r" in text:
        text = _FOLD.sub(" ", text)
    return charset.clean(text)


def written(raw: bytes, hint: str | None = None) -> str:
    """One unstructured header value code point for code point: blanks inside its encoded words stay, those of the wire go."""
    return decode_words(unfold(raw, hint))


def header(raw: bytes, hint: str | None = None) -> str:
    """One unstructured header value as programs should compare it: as `written`, without blanks at its ends."""
    return written(raw, hint).strip(" \t\r\n")


def decode_words(text: str) -> str:
    """The text with its encoded words decoded; blanks between neighbours vanish, and a character cut in two is mended."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    at = 0
    while (start := text.find("=?", at)) >= 0:
        opening = _WORD_START.match(text, start)
        if opening is None:
            _flush(out, pending)
            out.append(text[at : start + 2])
            at = start + 2
            continue
        end = _word_end(text, opening.end())
        if end < 0:
            break
        between = text[at:start]
        if between.strip() or not pending:
            _flush(out, pending)
            out.append(between)
        pending.append((opening.group(1).lower(), _payload(opening.group(2), text[opening.end() : end])))
        at = end + 2
    _flush(out, pending)
    out.append(text[at:])
    return charset.clean("".join(out))


def _word_end(text: str, start: int) -> int:
    """Where the closing `?=` stands; a word cut off at the end of the header closes there; -1 when nothing closes any more."""
    end = text.find("?=", start)
    if end < 0 and not any(blank in text[start:] for blank in " \t"):
        return len(text)
    return end


def _flush(out: list[str], pending: list[tuple[str, bytes]]) -> None:
    """Decode the waiting words, joining bytes of one charset first: senders cut characters at word ends."""
    at = 0
    while at < len(pending):
        label = pending[at][0]
        last = at
        while last < len(pending) and pending[last][0] == label:
            last += 1
        out.append(_decode_run(label, [data for _, data in pending[at:last]]))
        at = last
    pending.clear()


def _decode_run(label: str, pieces: list[bytes]) -> str:
    runs = pieces if charset.codec_of(label) in {"iso-2022-jp", "utf-7", "hz"} else [b"".join(pieces)]
    return _LINE_END.sub(" ", "".join(charset.decode(run, label).text for run in runs))


def _payload(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if kind in "bB":
        return base64_bytes(data)
    return binascii.a2b_qp(data.replace(b"_", b" ").replace(b"=\n", b""), header=False)


def base64_bytes(data: bytes) -> bytes:
    """Base64 of any shape to bytes: foreign characters skipped, padding in the middle or missing, a lost last character."""
    data = data.rstrip()
    try:
        return binascii.a2b_base64(data, strict_mode=False) if data.find(b"=", 0, len(data) - 4) < 0 else _chunks(data)
    except binascii.Error:
        return _chunks(data)


def _chunks(data: bytes) -> bytes:
    """Each run between padding signs is base64 of its own (parts joined by careless programs)."""
    out: list[bytes] = []
    for run in re.split(rb"=+", data):
        letters = _NOT_BASE64.sub(b"", run)
        if len(letters) % 4 == 1:
            letters = letters[:-1]
        out.append(binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)))
    return b"".join(out)


def structured(raw: bytes, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """A `value; name=value` header: the lower-cased value and its parameters, RFC 2231 and RFC 2047 undone."""
    text = unfold(raw, hint)
    value, semicolon, rest = text.partition(";")
    if not semicolon:
        return _bare(value), {}
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(";" + rest):
        if len(found) >= MAX_PARAMETERS:
            break
        found.setdefault(match.group(1).lower(), _unquote(match.group(2)))
    return _bare(value), _join_sections(found)


def _bare(value: str) -> str:
    return re.sub(r"\s+|\([^()]*\)", "", value).lower()


def _unquote(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        inner = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
        return re.sub(r"\\(.)", r"\1", inner) if "\\" in inner and not re.match(r"[A-Za-z]:\\", inner) else inner
    return value


def _join_sections(found: Mapping[str, str]) -> dict[str, str]:
    """Put `name*0*=`, `name*1=` ... back together (RFC 2231 sections 3 and 4) and decode encoded words (RFC 2047, forbidden, usual)."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for key, value in found.items():
        match = _SECTION.match(key)
        name, number, encoded = (match.group(1), match.group(2), bool(match.group(3))) if match else (key, None, False)
        if number is None and not encoded:
            plain[name] = decode_words(value)
        else:
            sections.setdefault(name, {})[int(number or 0)] = (value, encoded)
    for name, pieces in sections.items():
        plain[name] = _extended([pieces[number] for number in sorted(pieces)])
    return plain


def _extended(pieces: list[tuple[str, bool]]) -> str:
    label = None
    data = b""
    for number, (value, encoded) in enumerate(pieces):
        if number == 0 and encoded and value.count("'") >= 2:
            label, _, value = value.split("'", 2)
        data += urllib.parse.unquote_to_bytes(value) if encoded else value.encode("utf-8", "replace")
    text = charset.decode(data, label or None).text
    return decode_words(text) if "=?" in text else text
