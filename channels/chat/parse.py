"""What a visitor's frames may say (pure): checked shapes, and a message as intake wants it.

Frames come from anybody: texts are bounded, NUL and lone surrogates are replaced (no database takes them), and what is
wrong is refused by name, never raised into the socket library.
"""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from channels.chat.accounts import Site
from contact_center import i18n
from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage
from contact_center.language import guess

TEXT_AT_MOST = 10_000
FILES_AT_MOST = 10
SUBJECT_AT_MOST = 80
_MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f<>,;:\"()\[\]\\@]{1,64}@[^\s\x00-\x1f\x7f<>,;:\"()\[\]\\@]{1,189}")


def storable(text: str) -> str:
    """The text as every database can store it."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _clean(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


def _cut(length: int) -> Any:
    def cut(value: Any) -> Any:
        return storable(value)[:length] if isinstance(value, str) else value

    return BeforeValidator(cut)


Line = Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=200)]
Long = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=TEXT_AT_MOST)]
Ident = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
ClientId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]


class Frame(BaseModel):
    """Any frame: what it does not know it ignores."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Stated(Frame):
    """What a visitor says about themselves; nobody has verified it."""

    name: Line = ""
    email: Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=254)] = ""


class Hello(Frame):
    """The first frame of a tab. `after_version` and `after` (a message's id): what it has already."""

    site: Annotated[str, StringConstraints(max_length=100)] = ""
    token: Annotated[str, StringConstraints(max_length=500)] | None = None
    identity: Stated | Annotated[str, StringConstraints(max_length=5000)] | None = None
    page: Annotated[str, _cut(1000)] = ""
    lang: Annotated[str, StringConstraints(max_length=35)] = ""
    after_version: Annotated[int, Field(ge=0, le=2**53)] = 0
    after: Ident | None = None


class Said(Frame):
    """A message; the same `client_message_id` again is the same message."""

    client_message_id: ClientId
    text: Long = ""
    file_ids: Annotated[Sequence[Ident], Field(max_length=FILES_AT_MOST)] = ()


class Identify(Frame):
    """The site's signed word for who this is."""

    signed: Annotated[str, StringConstraints(min_length=1, max_length=5000)]


class Typing(Frame):
    """Whether the visitor is writing."""

    on: bool = True


class Read(Frame):
    """Read up to and including this message of ours."""

    message_id: Ident


class Earlier(Frame):
    """Messages before this one."""

    before: Ident


class LeaveMessage(Frame):
    """A message that will be answered by mail."""

    client_message_id: ClientId
    text: Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=TEXT_AT_MOST)]
    email: Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=254)]
    name: Line = ""


class Transcript(Frame):
    """Where to send what was said."""

    email: Annotated[str, BeforeValidator(_clean), StringConstraints(strip_whitespace=True, max_length=254)]


Outcome = Literal["bad_request", "empty", "bad_address"]


def is_mailbox(address: str) -> bool:
    """Whether this can be a mail address."""
    return len(address) <= 254 and _MAILBOX.fullmatch(address) is not None


def provider_id(visitor_key: str, client_message_id: str) -> str:
    """The id under which a visitor's message is known on its account: once, however often it is sent."""
    return f"{visitor_key}/{client_message_id}"


def client_id(wire_id: str | None) -> str | None:
    """The client's own id back out of the stored one."""
    return wire_id.rpartition("/")[2] if wire_id and "/" in wire_id else None


def subject_of(text: str) -> str:
    """The first words, as the subject of a new conversation."""
    words = " ".join(text.split())
    return words if len(words) <= SUBJECT_AT_MOST else words[: SUBJECT_AT_MOST - 1].rstrip() + "…"


def inbound(
    site: Site, key: str, said: Said, *, name: str, language: str, begins: bool, verified: bool
) -> InboundMessage:
    """The message for intake: its conversation is the visitor's own on this site, whatever else they say they are."""
    sender = Address(
        AddressKind.VISITOR, f"{site.id}/{key}", name=name, shown=name or _nobody(site.language), verified=verified
    )
    return InboundMessage(
        channel=ChannelKind.CHAT,
        sender=sender,
        recipients=[Address(AddressKind.VISITOR, site.key, name=site.name)],
        text=said.text,
        provider_id=provider_id(key, said.client_message_id),
        content_hash="",
        sent_at=None,
        subject=subject_of(said.text) if begins else "",
        conversation_key=key,
        language=guess(said.text) or language,
    )


def _nobody(language: str) -> str:
    return i18n.text(language, "chat.visitor")
