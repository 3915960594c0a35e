"""From a provider's inbound form to a message (pure). Media are named, not fetched: their bytes follow later.

A conversation is our number and theirs: `thread_key`.
"""

import hashlib
import re

from multidict import MultiMapping

from contact_center.channel import (
    Address,
    AddressKind,
    ChannelKind,
    Ignored,
    IgnoreReason,
    InboundMessage,
    Parked,
    ParkReason,
    RemoteFile,
    Understood,
)
from contact_center.language import guess

WHATSAPP = "whatsapp:"
MEDIA_AT_MOST = 10
LONGEST_TEXT = 10_000
_SID = re.compile(r"[A-Za-z0-9_-]{2,64}")


def parse(form: MultiMapping[str]) -> Understood:
    """Read an inbound form; what has no sender, receiver or id is parked with the name of what is missing."""
    sid = next((form[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid") if _SID.fullmatch(form.get(name, ""))), None)  # fmt: skip
    content_hash = _hash(form)
    wanted = {ParkReason.NO_ID: sid, ParkReason.NO_SENDER: form.get("From"), ParkReason.NO_RECEIVER: form.get("To")}
    for reason, value in wanted.items():
        if value is None or not value.strip():
            return Parked(reason, sid, content_hash)
    media = [
        RemoteFile(url, form.get(f"MediaContentType{number}", "application/octet-stream")[:100])
        for number in range(MEDIA_AT_MOST)
        if (url := form.get(f"MediaUrl{number}", ""))
    ]
    text = form.get("Body", "").replace("\r\n", "\n").replace("\0", "")[:LONGEST_TEXT]
    if not text.strip() and not media:
        return Ignored(IgnoreReason.EMPTY, "no_text", sid, content_hash)
    sender, receiver = address(form["From"]), address(form["To"])
    return InboundMessage(
        channel=kind_of(form["From"]),
        sender=Address(sender.kind, sender.value, form.get("ProfileName", "")[:200].strip(), sender.shown),
        recipients=(receiver,),
        text=text,
        provider_id=sid,
        content_hash=content_hash,
        sent_at=None,
        remote_files=media,
        conversation_key=thread_key(form["From"], form["To"]),
        language=guess(text),
    )


def kind_of(number: str) -> ChannelKind:
    """WhatsApp addresses carry a prefix."""
    return ChannelKind.WHATSAPP if number.strip().lower().startswith(WHATSAPP) else ChannelKind.SMS


def address(number: str) -> Address:
    """An address as the provider writes it: +49..., whatsapp:+49..., a short code, or a name."""
    bare = number.strip()
    if kind_of(bare) is ChannelKind.WHATSAPP:
        bare = bare[len(WHATSAPP) :]
    compact = re.sub(r"[\s().-]", "", bare)
    value = compact if re.fullmatch(r"\+?[0-9]{3,15}", compact) else bare
    return Address(AddressKind.PHONE, value[:320], shown=bare[:320])


def thread_key(theirs: str, ours: str) -> str:
    """The key of the conversation between two numbers, per kind of channel."""
    return f"{kind_of(theirs).value}:{address(ours).value}:{address(theirs).value}"


def _hash(form: MultiMapping[str]) -> str:
    """Of what a repetition by the provider repeats; other fields may differ."""
    media = "\n".join(form.get(f"MediaUrl{number}", "") for number in range(MEDIA_AT_MOST))
    parts = (form.get("From", ""), form.get("To", ""), form.get("Body", ""), media)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
