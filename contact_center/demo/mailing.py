"""The customer's mail program: writes mails as people's programs do and sends them to the house over real SMTP."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses, parseaddr

import aiosmtplib

from contact_center.demo.catcher import Caught
from contact_center.ids import new_id

SECONDS = 20.0
AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file sent along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What the customer wrote; `answers` is the caught mail that it replies to."""

    name: str
    address: str
    to: str
    subject: str
    text: str
    answers: Caught | None = None
    files: Sequence[Enclosure] = ()


class Refused(Exception):
    """The house did not take the mail; the text is its answer."""


def compose(letter: Letter, at: datetime) -> EmailMessage:
    """The letter as a MIME message, with the threading headers of RFC 5322 section 3.6.4."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = formataddr((letter.name, letter.address))
    message["To"] = letter.to
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{new_id()}@{letter.address.rpartition('@')[2]}>"
    text = letter.text
    if letter.answers is not None:
        original = letter.answers.parsed()
        if identifier := _text(original, "Message-ID"):
            earlier = _text(original, "References").split()
            message["In-Reply-To"] = identifier
            message["References"] = " ".join([*earlier, identifier])
        text = f"{text}\n\n{_quoted(original)}"
    message.set_content(text)
    for file in letter.files:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(
            file.content, maintype=main or "application", subtype=sub or "octet-stream", filename=file.name
        )
    return message


def answer_to(caught: Caught) -> str:
    """Where an answer to this mail goes: Reply-To, else From."""
    parsed = caught.parsed()
    addresses = getaddresses([_text(parsed, "Reply-To"), _text(parsed, "From")])
    return next((address for _, address in addresses if "@" in address), "")


def body_of(message: EmailMessage) -> str:
    """The text of a mail, for showing; empty when it has none that can be read."""
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


async def send(letters: Sequence[Letter], at: datetime, listener: tuple[str, int]) -> list[str]:
    """Send them, a few at once; returns their Message-IDs. Raises `Refused` with what the house answered."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(letter: Letter) -> str:
        message = compose(letter, at)
        async with gate:
            try:
                await aiosmtplib.send(
                    message,
                    sender=letter.address,
                    recipients=[parseaddr(letter.to)[1]],
                    hostname=listener[0],
                    port=listener[1],
                    start_tls=False,
                    timeout=SECONDS,
                )
            except (aiosmtplib.SMTPException, OSError) as error:
                raise Refused(str(error)) from error
        return str(message["Message-ID"])

    return list(await asyncio.gather(*(one(letter) for letter in letters)))


def _text(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "") or "").strip()


def _quoted(original: EmailMessage) -> str:
    lines = body_of(original).strip().splitlines()
    return "\n".join([f"{_text(original, 'Date')}, {_text(original, 'From')}:", *(f"> {line}" for line in lines)])
