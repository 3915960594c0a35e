"""Understanding a mail without holding up the loop: small ones at once, large ones in a worker process with a time limit.

`understand` never raises: a mail that a worker cannot finish is parked with its reason and can be replayed.
"""

import hashlib

from channels.email import marks, parse
from config.logs import logger
from contact_center import html
from contact_center.channel import InboundMessage, Parked, ParkReason, Understood
from contact_center.heavy import Heavy, TooSlow, WorkerDied

INLINE_BYTES = 64 * 1024
INLINE_HTML = 32 * 1024
PARSE_SECONDS = 30.0
log = logger(__name__)


def read(raw: bytes, own: marks.Own, envelope_from: str | None = None) -> tuple[Understood, str | None]:
    """What the mail is, and its HTML made harmless (None when it has none or is no message)."""
    found = parse.understand(raw, own, envelope_from=envelope_from)
    page = found.html if isinstance(found, InboundMessage) else None
    return found, html.sanitise(page) if page is not None else None


async def understand(
    raw: bytes, own: marks.Own, heavy: Heavy, *, envelope_from: str | None = None, seconds: float = PARSE_SECONDS
) -> tuple[Understood, str | None]:
    """As `read`; mails over 64 kB, and over 32 kB when they are HTML, go to `heavy`."""
    if len(raw) <= INLINE_HTML or (len(raw) <= INLINE_BYTES and b"html" not in raw):
        return read(raw, own, envelope_from)
    try:
        return await heavy.run(read, raw, own, envelope_from, timeout=seconds)
    except TooSlow:
        reason = ParkReason.PARSE_TOO_SLOW
    except WorkerDied:
        reason = ParkReason.PARSE_ENDED
    log.warning("mail not understood", reason=reason, size=len(raw))
    return Parked(reason, None, hashlib.sha256(raw).hexdigest()), None
