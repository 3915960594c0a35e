"""What of a MIME tree is the message and what are its files: segments of text and HTML in reading order, and attachments.

The rule of thumb is what a mail program shows: unnamed inline text is message, everything else is a file. In an
alternative the last text and the last HTML win (RFC 2046 5.1.4).
"""

import html as html_escape
import mimetypes
import re
import unicodedata
import urllib.parse
from dataclasses import dataclass, field, replace

from channels.email import charset, mime, tnef, words
from contact_center.channel import Attachment

MAX_ATTACHMENTS = 500
MAX_NAME = 180
MAX_TEXT = 4_000_000
"""Characters of one text; what goes beyond stays in the raw mail and is named in the defects."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028\u2029]+")
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_NAMES = {
    "message/delivery-status": "Delivery report.txt",
    "message/disposition-notification": "Read receipt.txt",
    "text/rfc822-headers": "Undelivered Message Headers.txt",
    "text/calendar": "invite.ics",
    "application/ics": "invite.ics",
    "application/pgp-signature": "signature.asc",
    "application/pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "text/html": "document.html",
}  # fmt: skip
_SHOWN_IMAGE = re.compile(r"(?i)\bcid:([^\"'<>\s)]{1,300})")
_SHOWN_TEXT = {"text/plain", "text/html", "text/enriched", "text/richtext"}
_MARKUP = re.compile(r"<[^<>]{1,200}>")
# Machine variants of the same words; nobody misses them beside text and HTML.
_IGNORED_ALTERNATIVES = {"text/x-amp-html", "text/watch-html"}


@dataclass(slots=True)
class Segment:
    """One stretch of the message, as text, as HTML, or both (an alternative)."""

    text: str | None = None
    html: str | None = None


@dataclass(slots=True)
class Bodies:
    """The outcome for one mail. `charset` is the first charset that a text part really had."""

    segments: list[Segment] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    charset: str | None = None
    spare: list[Segment] = field(default_factory=list)
    """Text from inside winmail.dat: the message when the mail has no other."""

    def text(self) -> str | None:
        """The plain text of all segments, or None when the message exists as HTML only."""
        if any(segment.text is None for segment in self.segments):
            return None
        return "\n".join(segment.text or "" for segment in self.segments)

    def html(self) -> str | None:
        """The HTML of all segments (plain ones escaped in between), or None when there is none."""
        if not any(segment.html is not None for segment in self.segments):
            return None
        return "\n".join(
            segment.html if segment.html is not None else _as_html(segment.text or "") for segment in self.segments
        )

    def note(self, defect: str) -> None:
        """Remember once what was wrong."""
        if defect and defect not in self.defects:
            self.defects.append(defect)


def collect(root: mime.Part) -> Bodies:
    """Segments and attachments of a tree."""
    bodies = Bodies()
    bodies.segments = [segment for segment in _segments(root, bodies, top=True) if _filled(segment)]
    bodies.segments = bodies.segments or [segment for segment in bodies.spare if _filled(segment)]
    _place_images(bodies)
    return bodies


def _place_images(bodies: Bodies) -> None:
    """An image is inline when the HTML shows it; whatever its own header claims, anything else is a file of the mail."""
    if not any(one.content_id for one in bodies.attachments):
        return
    shown = {urllib.parse.unquote(found) for found in _SHOWN_IMAGE.findall(bodies.html() or "")}
    bodies.attachments = [
        replace(one, inline=one.content_id in shown) if one.content_id else one for one in bodies.attachments
    ]


def _filled(segment: Segment) -> bool:
    return bool(segment.html and segment.html.strip()) or bool(segment.text and segment.text.strip())


def _as_html(text: str) -> str:
    return f'<div style="white-space: pre-wrap">{html_escape.escape(text)}</div>'


def _segments(part: mime.Part, bodies: Bodies, *, top: bool = False) -> list[Segment]:
    if part.multipart and part.children:
        if part.media_type == "multipart/alternative":
            return _alternative(part, bodies)
        return [segment for child in part.children for segment in _segments(child, bodies)]
    if top and part.children and "from" not in part.children[0].headers:
        # A whole mail wrapped in message/rfc822 without a sender of its own is a message, not a file.
        return _segments(part.children[0], bodies, top=True)
    if part.media_type in _SHOWN_TEXT and not _is_file(part, top=top):
        return _leaf(part, bodies)
    if part.multipart and part.textual:
        return _leaf(part, bodies)  # parts that cannot be told apart: better shown in a heap than not at all
    _attach(part, bodies)
    return []


def _alternative(part: mime.Part, bodies: Bodies) -> list[Segment]:
    chosen = Segment()
    plain: str | None = None
    for child in part.children:
        if child.media_type in _IGNORED_ALTERNATIVES:
            continue
        found = _segments(child, bodies)
        texts = [segment.text for segment in found if segment.text is not None]
        pages = [segment.html for segment in found if segment.html is not None]
        if pages:
            # Mixed content inside an alternative (Apple Mail): keep the plain stretches around the page too.
            chosen.html = "\n".join(
                segment.html if segment.html is not None else _as_html(segment.text or "") for segment in found
            )
        elif texts and (plain is None or any(text.strip() for text in texts)):
            plain = "\n".join(texts)
    chosen.text = plain if plain and plain.strip() else (None if chosen.html else plain)
    return [chosen]


def _is_file(part: mime.Part, *, top: bool) -> bool:
    disposition, parameters = part.disposition()
    named = bool(parameters.get("filename") or part.parameters.get("name"))
    if top:
        return disposition == "attachment" and named
    return disposition == "attachment" or (named and disposition != "" and not part.headers.get("content-id")) or (
        named and part.media_type != "text/html" and disposition == ""
    )  # fmt: skip


def _leaf(part: mime.Part, bodies: Bodies) -> list[Segment]:
    content = part.content()
    label = part.parameters.get("charset")
    if part.media_type == "text/html":
        meta = _META_CHARSET.search(content, 0, 4_000) if not label else None
        decoded = charset.decode(
            content, label or (meta.group(1).decode("ascii") if meta else None), hint=bodies.charset
        )
    else:
        content = _take_uuencoded(content, bodies)
        decoded = charset.decode(content, label, hint=bodies.charset)
    bodies.note(decoded.defect)
    if bodies.charset is None and decoded.codec != "ascii":
        bodies.charset = decoded.codec
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT:
        bodies.note(f"text longer than {MAX_TEXT} characters")
        text = text[:MAX_TEXT]
    if part.media_type == "text/html":
        return [Segment(html=text)]
    if part.media_type in ("text/enriched", "text/richtext"):
        return [Segment(text=_MARKUP.sub("", text))]
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return [Segment(text=text)]


def unflow(text: str, *, delete_space: bool = False) -> str:
    """RFC 3676 flowed lines joined into paragraphs, only across lines of the same quote depth; stuffing removed."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">")) if line.startswith(">") else 0
        body = line[depth:]
        body = body[1:] if body.startswith(" ") else body
        flows = body.endswith(" ") and body != "-- "
        kept = body[:-1] if flows and delete_space else body
        if depth == open_depth and out and body != "-- ":
            out[-1] += kept
        else:
            out.append((">" * depth + " " if depth else "") + kept)
        open_depth = depth if flows else -1
    return "\n".join(out)


def _take_uuencoded(content: bytes, bodies: Bodies) -> bytes:
    if b"begin " not in content:
        return content
    kept, at = [], 0
    for raw_name, data, start, end in mime.uudecode(content):
        name = safe_name(charset.decode(raw_name).text)
        _add(bodies, Attachment(name, _type_of(name), data))
        kept.append(content[at:start])
        at = end
    return b"".join([*kept, content[at:]])


def _attach(part: mime.Part, bodies: Bodies) -> None:
    content = part.content()
    _disposition, parameters = part.disposition()
    if part.media_type in ("application/ms-tnef", "application/vnd.ms-tnef") or content.startswith(tnef.SIGNATURE):
        unpacked = tnef.read(content)
        if unpacked is not None and (unpacked.files or unpacked.text or unpacked.html):
            _unpack(unpacked, bodies)
            return
    if not content and not parameters.get("filename") and not part.parameters.get("name"):
        return
    name = safe_name(
        parameters.get("filename") or part.parameters.get("name") or _default_name(part, len(bodies.attachments))
    )
    content_id = words.header(part.headers.get("content-id")).strip("<> ") or None
    _add(bodies, Attachment(name, _media_type(part.media_type, name), content, content_id))


def _unpack(unpacked: tnef.Tnef, bodies: Bodies) -> None:
    for file in unpacked.files:
        name = safe_name(file.name or "attachment")
        media_type = _media_type(file.media_type or "application/octet-stream", name)
        _add(bodies, Attachment(name, media_type, file.content, file.content_id or None))
    page = charset.decode(unpacked.html).text if unpacked.html else None
    bodies.spare.append(Segment(unpacked.text or None, page))


def _add(bodies: Bodies, attachment: Attachment) -> None:
    if len(bodies.attachments) < MAX_ATTACHMENTS:
        bodies.attachments.append(attachment)
    else:
        bodies.note(f"more than {MAX_ATTACHMENTS} attachments")


def _media_type(media_type: str, name: str) -> str:
    """The stated type, made safe to repeat in a header; for the meaningless octet-stream the one that the name suggests."""
    if media_type in ("application/octet-stream", "binary/octet-stream", "application/x-unknown"):
        return _type_of(name)
    composite = media_type.startswith("multipart/")
    return media_type if _TYPE.fullmatch(media_type) and not composite else "application/octet-stream"


_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")


def _type_of(name: str) -> str:
    return mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"


def _default_name(part: mime.Part, number: int) -> str:
    if part.media_type in ("message/rfc822", "message/global"):
        subject = part.children[0].headers.text("subject") if part.children else ""
        described = subject or part.headers.text("content-description") or "message"
        return f"{described[:120]}.eml"
    known = _NAMES.get(part.media_type)
    if known:
        return known
    extension = mimetypes.guess_extension(part.media_type, strict=False) or ".bin"
    return f"attachment-{number + 1}{extension}"


def safe_name(name: str) -> str:
    """A file name that is safe to store, show and send: no path, control or direction characters, bounded, never empty."""
    name = unicodedata.normalize("NFC", charset.clean(name))
    if re.match(r"(?:[A-Za-z]:)?\\", name):
        name = name.rsplit("\\", 1)[-1]
    name = _UNSAFE.sub("_", name).strip(" .\t")
    if len(name) > MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        keep = extension if dot and len(extension) <= 12 else ""
        name = f"{(stem if keep else name)[: MAX_NAME - len(keep) - 1]}{'.' + keep if keep else ''}"
    return name or "attachment"
