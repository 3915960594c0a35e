"""Bytes of one mail to an `InboundMessage`, an `Ignored` or a `Parked`: pure, total (never raises), linear in the bytes.

`understand` is what the rest of the channel calls; `read` gives the half-way `Mail` that the guards judge. Work is bounded
by the limits named in `mime`, `words`, `addresses` and `bodies`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from channels.email import addresses, bodies, guards, marks, mime, replies, silence, words
from contact_center import html as markup
from contact_center.channel import Address, ChannelKind, Ignored, InboundMessage, Parked, ParkReason, Understood
from contact_center.language import guess

MAX_SUBJECT = 2_000
MAX_REFERENCES = 50
LANGUAGE_LOOKS_AT = 600
MAX_KEPT_HEADERS = 60
MAX_KEPT_VALUE = 1_000
_SENDER_FIELDS = ("from", "x-original-from", "sender", "reply-to", "resent-from", "return-path")
# What later steps and people may want to look at; everything else stays in the raw mail.
_KEPT = {
    "auto-submitted", "content-language", "importance", "list-id", "message-id", "in-reply-to", "x-priority", "user-agent",
    "x-mailer", "x-spam-flag", "x-spam-status", "authentication-results", "delivered-to", "x-original-to", "organization",
}  # fmt: skip
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,900})>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,500}@[^<>\s,;]{1,500}")
_ISO_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s,]*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail read but not yet judged: the message as a person's, and the tree that the guards look at."""

    root: mime.Part
    message: InboundMessage


def understand(raw: bytes, own: marks.Own = marks.NOBODY, *, envelope_from: str | None = None) -> Understood:
    """What the mail is. `envelope_from` is the SMTP sender ("" for the null sender, None when not known)."""
    mail = read(raw, own, envelope_from=envelope_from)
    if isinstance(mail, Parked):
        return guards.judge_senderless(raw, mail)
    message = mail.message
    if silence.no_answer(mail.root, message, envelope_from=envelope_from):
        message = replace(message, wish=replace(message.wish, no_answer=True))
    return guards.judge(mail.root, message, own, envelope_from=envelope_from) or message


def read(raw: bytes, own: marks.Own = marks.NOBODY, *, envelope_from: str | None = None) -> Mail | Parked:
    """Read a mail; parked only when it has no header or names no sender anywhere."""
    root, defects = mime.parse(raw)
    headers = root.headers
    provider_id = message_id(headers)
    if not headers.items:
        return Parked(ParkReason.NO_HEADER, None, hashlib.sha256(raw).hexdigest())
    sender = _sender(headers, envelope_from, defects)
    if sender is None:
        return Parked(ParkReason.NO_SENDER, provider_id, hashlib.sha256(raw).hexdigest())
    found = bodies.collect(root)
    subject = words.written(headers.get("subject"), found.charset)[:MAX_SUBJECT]
    sent_at, date_text = _date(headers)
    if date_text and sent_at is None:
        defects.append("date not understood")
    page = found.html()
    text = found.text()
    shown = text if text is not None else markup.to_text(page or "")
    recipients, cc = _recipients(headers, "to"), _recipients(headers, "cc")
    references = _references(headers)
    marked = (address.shown for address in (*recipients, *cc, *_delivered(headers)))
    conversation = own.conversation_of([*references, *marked])
    visible = replies.visible(text, page, shown=shown, forward=replies.forwards(subject))
    return Mail(
        root,
        InboundMessage(
            channel=ChannelKind.EMAIL,
            sender=sender,
            recipients=recipients,
            text=shown,
            provider_id=provider_id,
            content_hash=_content_hash(sender, date_text, subject, text, page, found),
            sent_at=sent_at,
            subject=subject,
            html=page,
            visible_text=visible,
            cc=cc,
            reply_to=addresses.first(_unfolded(headers, "reply-to")),
            attachments=tuple(found.attachments),
            thread_keys=tuple(references),
            references=tuple(references),
            conversation_token=conversation,
            language=guess(f"{subject}\n{visible or shown}"[:LANGUAGE_LOOKS_AT]),
            headers=_kept(headers),
            defects=tuple(dict.fromkeys([*defects, *found.defects])),
        ),
    )


def _unfolded(headers: mime.Headers, name: str) -> str:
    """All fields of that name as one list; several To fields are a common sin."""
    return ", ".join(words.unfold(value) for value in headers.all(name)[:20])


def _sender(headers: mime.Headers, envelope_from: str | None, defects: list[str]) -> Address | None:
    """The first real address of the fields that may name a sender; a bare word (MAILER-DAEMON) only when there is no other."""
    spare: Address | None = None
    if len(headers.all("from")) > 1:
        defects.append("several From fields")
    for name in _SENDER_FIELDS:
        for address in addresses.parse(_unfolded(headers, name)):
            if "@" in address.value:
                if name != "from":
                    defects.append(f"sender taken from {name}")
                return address
            spare = spare or address
    if spare is None and envelope_from:
        spare = addresses.first(envelope_from)
        defects.append("sender taken from the envelope")
    return spare


def _recipients(headers: mime.Headers, name: str) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(addresses.parse(_unfolded(headers, name)))) if name in headers else ()


def _delivered(headers: mime.Headers) -> list[Address]:
    return [
        address
        for name in ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")
        if name in headers
        for address in addresses.parse(_unfolded(headers, name))
    ]


def message_id(headers: mime.Headers) -> str | None:
    """The Message-ID with its angle brackets (added when the sender forgot them), or None."""
    found = _ids(headers.get("message-id") or headers.get("resent-message-id"))
    return found[0] if found else None


def _ids(raw: bytes) -> list[str]:
    if not raw:
        return []
    text = words.unfold(raw)
    if "=?" in text:  # some writers hide long ids in encoded words, which RFC 2047 section 5 forbids
        text = words.decode_words(text)
    return [f"<{found}>" for found in _MESSAGE_ID.findall(text) or _BARE_ID.findall(text)]


def _references(headers: mime.Headers) -> list[str]:
    """Ids this mail answers, best first: In-Reply-To, then References from the newest; bounded."""
    answered = [found for value in headers.all("in-reply-to")[:5] for found in _ids(value)]
    chain = [found for value in headers.all("references")[:5] for found in _ids(value)]
    own = message_id(headers)
    return [found for found in dict.fromkeys([*answered, *reversed(chain)]) if found != own][:MAX_REFERENCES]


def _kept(headers: mime.Headers) -> dict[str, str]:
    kept = {name: words.header(value)[:MAX_KEPT_VALUE] for name, value in headers.items if name in _KEPT}
    return dict(list(kept.items())[:MAX_KEPT_HEADERS])


def _date(headers: mime.Headers) -> tuple[datetime | None, str]:
    value = headers.get("date") or headers.get("resent-date")
    if not value:
        return None, ""
    text = words.header(value[:300])
    return parse_date(text), text


def parse_date(text: str) -> datetime | None:
    """A Date header as an aware UTC time: RFC 5322 with its obsolete and careless forms, ISO 8601 and 年月日; else None."""
    text = text[:200]
    try:
        return _rfc_date(text) or _iso_date(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _rfc_date(text: str) -> datetime | None:
    parts = parsedate_tz(text)
    if parts is None or not 1970 <= parts[0] <= 9998:
        return None
    zone = timezone(timedelta(seconds=parts[9] or 0)) if abs(parts[9] or 0) < 86_400 else UTC
    second = min(parts[5], 59)
    return datetime(parts[0], parts[1], parts[2], parts[3], parts[4], second, tzinfo=zone).astimezone(UTC)


def _iso_date(text: str) -> datetime | None:
    match = _ISO_DATE.search(text)
    if match is None or int(match.group(1)) < 1970:
        return None
    year, month, day, hour, minute = (int(match.group(number)) for number in range(1, 6))
    offset = (match.group(7) or "Z").replace(":", "")
    away = timedelta() if offset == "Z" else timedelta(hours=int(offset[:3]), minutes=int(offset[0] + offset[3:]))
    return datetime(year, month, day, hour, minute, int(match.group(6) or 0), tzinfo=timezone(away)).astimezone(UTC)


def _content_hash(
    sender: Address, date: str, subject: str, text: str | None, page: str | None, found: bodies.Bodies
) -> str:
    """SHA-256 over what a copy of this mail keeps on any way to us: not the raw bytes, which differ between SMTP and IMAP."""
    digest = hashlib.sha256()
    fields: Sequence[str] = (
        sender.value,
        " ".join(date.split()),
        " ".join(subject.split()),
        _settled(text),
        _settled(page),
    )
    for piece in fields:
        data = piece.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    for attachment in found.attachments:
        digest.update(hashlib.sha256(attachment.content).digest())
    return digest.hexdigest()


def _settled(text: str | None) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() if text else ""


__all__ = ["Ignored", "Mail", "message_id", "parse_date", "read", "understand"]
