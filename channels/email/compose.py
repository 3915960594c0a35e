"""An `OutboundMessage` as bytes for the wire. Pure: the files' bytes come in, nothing is fetched.

Headers are written by hand: the standard library (3.11) turns a Message-ID longer than a line into an encoded word, which
breaks threading. No value from outside reaches a header without losing its control characters: injection is impossible.
"""

import base64
import binascii
import html
import re
import secrets
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from channels.email import marks
from channels.email.settings import MailSettings
from contact_center.channel import AccountSettings, Address, OutboundMessage, SendReason
from contact_center.tokens import Tokens

MAX_REFERENCES = 20
LINE = 76
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:\"\\@\x00-\x1f\x7f]{1,253}")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,900}>")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")
_ID_DANGER = re.compile(r"[<>\s\x00-\x1f\x7f]")
_WHOLE_PAGE = re.compile(r"(?i)<html[\s>]")


class Unsendable(Exception):
    """The message can never be sent as it stands: why, and about what."""

    def __init__(self, reason: SendReason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file with its bytes; `content_id` makes it an inline image of the HTML."""

    name: str
    media_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """What is handed to the relay. `smtp_utf8`: an address needs the extension of RFC 6531."""

    raw: bytes
    message_id: str
    sender: str
    recipients: Sequence[str]
    smtp_utf8: bool


def wire_id(account: AccountSettings, message: OutboundMessage, tokens: Tokens) -> str:
    """The Message-ID (with brackets) of a message: the same for every attempt, carrying its conversation's signed mark."""
    token = marks.conversation_token(tokens, message.conversation_id)
    # Short: writers that fold at 78 characters break longer ids apart. 40 random bits tell a conversation's mails apart.
    serial = base64.b32encode(bytes.fromhex(message.message_id.replace("-", ""))[-5:]).decode("ascii").lower()
    return marks.message_id(token, serial, _domain(account.address))


def compose(
    account: AccountSettings,
    message: OutboundMessage,
    *,
    tokens: Tokens,
    files: Sequence[OutFile] = (),
    installation: str = "",
) -> Composed:
    """The mail; raises `Unsendable` when an address is none or nobody is addressed."""
    settings = MailSettings.of(account.settings)
    sender = _checked(account.address)
    to, cc, bcc = (
        [_checked(one.shown or one.value) for one in group] for group in (message.to, message.cc, message.bcc)
    )
    if not (to or cc or bcc):
        raise Unsendable(SendReason.NOBODY_ADDRESSED)
    message_id = wire_id(account, message, tokens)
    head = _head(account, message, settings, tokens, message_id)
    if installation:
        head.append((marks.OWN_HEADER, _plain(installation)))
    body = _body(message, settings, files)
    raw = _lines(head) + body
    smtp_utf8 = any(not address.isascii() for address in (sender, *to, *cc, *bcc))
    return Composed(raw, message_id, sender, tuple(dict.fromkeys([*to, *cc, *bcc])), smtp_utf8)


def _head(
    account: AccountSettings, message: OutboundMessage, settings: MailSettings, tokens: Tokens, message_id: str
) -> list[tuple[str, str]]:
    token = marks.conversation_token(tokens, message.conversation_id)
    head = [
        ("Date", format_datetime(message.created_at)),
        ("From", _mailbox(message.sender_name or account.name, account.address)),
        ("To", _mailboxes(message.to) or "undisclosed-recipients:;"),
    ]
    if message.cc:
        head.append(("Cc", _mailboxes(message.cc)))
    if settings.plus_addressing:
        head.append(("Reply-To", _mailbox(account.name, marks.plus_address(account.address, token))))
    head += [("Subject", words(message.subject)), ("Message-ID", message_id)]
    references = [found for found in message.references if _ID.fullmatch(found)]
    if message.in_reply_to and _ID.fullmatch(message.in_reply_to):
        head.append(("In-Reply-To", message.in_reply_to))
        references = [*(found for found in references if found != message.in_reply_to), message.in_reply_to]
    if references:
        kept = references if len(references) <= MAX_REFERENCES else [references[0], *references[1 - MAX_REFERENCES :]]
        head.append(("References", " ".join(kept)))
    if message.auto_submitted:
        head += [
            ("Auto-Submitted", "auto-replied" if message.in_reply_to else "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
        ]
    return [*head, ("Content-Language", _plain(message.language)), ("MIME-Version", "1.0")]


# --- bodies --------------------------------------------------------------------------------------------------------------


def _body(message: OutboundMessage, settings: MailSettings, files: Sequence[OutFile]) -> bytes:
    """The body with its own Content- fields in front: mixed(related(alternative(text, HTML), images), files)."""
    text, page = _signed(message, settings.signature)
    shown = _text_part("plain", text)
    inline = [file for file in files if page and file.content_id and f"cid:{file.content_id}" in page]
    if page is not None:
        rich = _text_part("html", page)
        if inline:
            rich = _multipart(
                "related", [rich, *(_file_part(file, inline=True) for file in inline)], 'type="text/html"'
            )
        shown = _multipart("alternative", [shown, rich])
    attached = [file for file in files if file not in inline]
    return _multipart("mixed", [shown, *(_file_part(file) for file in attached)]) if attached else shown


def _signed(message: OutboundMessage, signature: str) -> tuple[str, str | None]:
    text, page = message.text, message.html
    if signature:
        text = f"{text.rstrip()}\n\n-- \n{signature}"
        if page is not None:
            page = f'{page}<div style="white-space: pre-wrap">-- \n{html.escape(signature)}</div>'
    if page is not None and not _WHOLE_PAGE.search(page):
        page = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{page}</body></html>'
    return text, page


def _multipart(kind: str, parts: Sequence[bytes], more: str = "") -> bytes:
    # "=_" can stand in neither base64 nor quoted-printable, and nobody guesses the rest.
    boundary = f"=_{secrets.token_hex(16)}"
    value = f'multipart/{kind}; boundary="{boundary}"' + (f"; {more}" if more else "")
    mark = b"--" + boundary.encode()
    inner = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
    return _part([("Content-Type", value)], inner + mark + b"--\r\n")


def _text_part(kind: str, text: str) -> bytes:
    data = re.sub(r"\r\n|\r|\n", "\r\n", text.replace("\x00", "")).encode("utf-8", "replace")
    data = data if data.endswith(b"\r\n") else data + b"\r\n"
    longest = max(map(len, data.split(b"\r\n")))
    if data.isascii() and longest <= 900:
        encoding, body = "7bit", data
    elif sum(byte > 0x7F for byte in data[:20_000]) * 4 < min(len(data), 20_000):
        encoding, body = "quoted-printable", binascii.b2a_qp(data, istext=True)
    else:
        encoding, body = "base64", base64_lines(data)
    head = [("Content-Type", f"text/{kind}; charset=utf-8"), ("Content-Transfer-Encoding", encoding)]
    return _part(head, body)


def _file_part(file: OutFile, *, inline: bool = False) -> bytes:
    media_type = file.media_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart/", "message/")):
        # Composite types may not be base64 encoded (RFC 2045 6.4): such a file travels as plain bytes.
        media_type = "application/octet-stream"
    name = _plain(file.name) or "attachment"
    head = [
        ("Content-Type", media_type + _parameter("name", name)),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", ("inline" if inline else "attachment") + _parameter("filename", name)),
    ]
    if inline and file.content_id:
        head.append(("Content-ID", f"<{_ID_DANGER.sub('', file.content_id)}>"))
    return _part(head, base64_lines(file.content))


def base64_lines(data: bytes) -> bytes:
    """Base64 in lines of 76 characters, each ended by CRLF."""
    encoded = binascii.b2a_base64(data, newline=False)
    return b"".join(encoded[at : at + LINE] + b"\r\n" for at in range(0, len(encoded), LINE))


# --- headers -------------------------------------------------------------------------------------------------------------


def _lines(fields: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{_fold(name, value)}\r\n" for name, value in fields).encode("utf-8")


def _part(fields: Sequence[tuple[str, str]], body: bytes) -> bytes:
    return _lines(fields) + b"\r\n" + body


def _fold(name: str, value: str) -> str:
    """One field, folded at blanks so that lines stay near 76 characters; a long token keeps its line whole."""
    lines, line = [], f"{name}:"
    for token in value.split(" "):
        if len(line) + 1 + len(token) > LINE and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = f" {token}"
        else:
            line = f"{line} {token}"
    return "\r\n".join([*lines, line])


def _plain(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).encode("utf-8", "replace").decode("utf-8").split())


def words(text: str) -> str:
    """Unstructured text for a header: as it is when ASCII, else as encoded words (RFC 2047) that never cut a character."""
    text = _plain(text)
    if text.isascii() and "=?" not in text and all(len(token) < 900 for token in text.split(" ")):
        return text
    out, piece = [], b""
    for character in text:
        data = character.encode("utf-8")
        if len(piece) + len(data) > 42:
            out.append(piece)
            piece = b""
        piece += data
    encoded = [binascii.b2a_base64(part, newline=False).decode("ascii") for part in (*out, piece)]
    return " ".join(f"=?utf-8?B?{part}?=" for part in encoded)


def _mailbox(name: str, address: str) -> str:
    name = _plain(name)
    address = _checked(address)
    if not name:
        return address
    if not name.isascii() or "=?" in name:
        return f"{words(name)} <{address}>"
    if not _ATOMS.fullmatch(name):
        name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{name} <{address}>"


def _mailboxes(addresses: Sequence[Address]) -> str:
    return ", ".join(_mailbox(one.name, one.shown or one.value) for one in addresses)


def _checked(address: str) -> str:
    """A bare address, its domain in ASCII form (IDNA); raises `Unsendable`."""
    address = address.strip()
    if not _ADDRESS.fullmatch(address):
        raise Unsendable(SendReason.NOT_AN_ADDRESS, _plain(address)[:100])
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Unsendable(SendReason.NOT_AN_ADDRESS, _plain(address)[:100]) from None


def _domain(address: str) -> str:
    return _checked(address).rpartition("@")[2]


def _parameter(name: str, value: str) -> str:
    """`; name="value"`, or its RFC 2231 form in sections when the value is not short ASCII."""
    if value.isascii() and len(value) <= 60:
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'; {name}="{quoted}"'
    pieces, piece = [], ""
    for character in value:
        coded = urllib.parse.quote(character, safe="")
        if len(piece) + len(coded) > 50:
            pieces.append(piece)
            piece = ""
        piece += coded
    pieces.append(piece)
    if len(pieces) == 1:
        return f"; {name}*=utf-8''{pieces[0]}"
    pieces[0] = f"utf-8''{pieces[0]}"
    return "".join(f"; {name}*{number}*={part}" for number, part in enumerate(pieces))
