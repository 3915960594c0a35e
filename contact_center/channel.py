"""The contract between a channel and the rest of the house: plain values, no tables, no network.

A channel turns what came over its wire into an `InboundMessage` and sends an `OutboundMessage`; it never opens a ticket,
chooses a queue or reads an agent. It may only *wish* (`Wish`); triage decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class ChannelKind(StrEnum):
    """What kind of door; stored on the account, the conversation and the interaction."""

    EMAIL = "email"
    CHAT = "chat"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    VOICE = "voice"
    API = "api"


CALLS = frozenset({ChannelKind.VOICE.value})
"""Kinds whose contact must follow its work at once: when an interaction moves, whoever connects people hears of it (`MOVED_JOB`)."""
MOVED_JOB = "contact_moved"


class AddressKind(StrEnum):
    """What kind of address an Identity is."""

    EMAIL = "email"
    PHONE = "phone"
    VISITOR = "visitor"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Address:
    """One address as the channel saw it. `value` is canonical (lower-cased mailbox, E.164), `shown` as it was written."""

    kind: AddressKind
    value: str
    name: str = ""
    shown: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file inside a message; `content_id` is set for inline images (without angle brackets)."""

    name: str
    media_type: str
    content: bytes
    content_id: str | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that is still at the provider; the channel fetches it after the message was taken in."""

    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a channel may ask of triage: a menu key, topic, queue name, skills (name -> minimum level).

    `no_answer`: nothing may be answered by itself, because no person wrote it or many would read it. `later`: the channel says
    itself when the work may be triaged (a caller who is still in the menu).
    """

    topic: str = ""
    queue: str = ""
    skills: Mapping[str, int] = field(default_factory=dict)
    no_answer: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One utterance of a customer, understood.

    `provider_id` is the peer's own id (Message-ID, SMS sid, client message id), `content_hash` (hex SHA-256 of the decoded
    parts) tells copies apart; both together make "received twice" harmless. `thread_keys` are candidates, best first, for
    finding the conversation (our signed id, then ids from In-Reply-To, then References, newest first). Where a channel has one
    conversation per pair of addresses (texts, chat), `conversation_key` names it: found by it, or begun under it.
    """

    channel: ChannelKind
    sender: Address
    recipients: Sequence[Address]
    text: str
    provider_id: str | None
    content_hash: str
    sent_at: datetime | None
    subject: str = ""
    html: str | None = None
    visible_text: str | None = None
    cc: Sequence[Address] = ()
    reply_to: Address | None = None
    attachments: Sequence[Attachment] = ()
    remote_files: Sequence[RemoteFile] = ()
    thread_keys: Sequence[str] = ()
    references: Sequence[str] = ()
    conversation_token: str | None = None
    conversation_key: str | None = None
    language: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    wish: Wish = Wish()
    defects: Sequence[str] = ()


class IgnoreReason(StrEnum):
    """Why a stored inbound row opens no work."""

    BOUNCE = "bounce"
    DELAY = "delay"
    AUTO_REPLY = "auto_reply"
    LOOP = "loop"
    OWN_MESSAGE = "own_message"
    RECEIPT = "receipt"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    CONSENT = "consent"
    """A keyword that allows or forbids texts."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """The channel understood the message and judged that it is no work; `failed_addresses` for bounces.

    `allows`: the `sender` allowed (or forbade) that we write to them.
    """

    reason: IgnoreReason
    guard: str
    provider_id: str | None
    content_hash: str
    failed_addresses: Sequence[str] = ()
    original_message_id: str | None = None
    permanent: bool = True
    sender: Address | None = None
    allows: bool | None = None


class ParkReason(StrEnum):
    """Why a message waits for somebody to look at it; screens have a sentence for each."""

    NO_HEADER = "no_header"
    NO_SENDER = "no_sender"
    PARSE_TOO_SLOW = "parse_too_slow"
    PARSE_ENDED = "parse_ended"
    INTAKE_FAILED = "intake_failed"
    NO_ID = "no_id"
    NO_RECEIVER = "no_receiver"
    BAD_SIGNATURE = "bad_signature"
    UNKNOWN_NUMBER = "unknown_number"


@dataclass(frozen=True, slots=True)
class Parked:
    """The channel could not make sense of the bytes; the row stays visible with this reason and can be replayed."""

    reason: ParkReason
    provider_id: str | None
    content_hash: str
    detail: str = ""


Understood = InboundMessage | Ignored | Parked


@dataclass(frozen=True, slots=True)
class OutboundAttachment:
    """One stored file going out; `file_id` names it in `files.py`."""

    file_id: str
    name: str
    media_type: str
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One utterance to a customer, ready for its channel: everything needed to write it on the wire."""

    delivery_id: str
    message_id: str
    conversation_id: str
    account_id: str
    attempt: int
    sender_name: str
    to: Sequence[Address]
    cc: Sequence[Address]
    bcc: Sequence[Address]
    subject: str
    text: str
    html: str | None
    attachments: Sequence[OutboundAttachment]
    in_reply_to: str | None
    references: Sequence[str]
    created_at: datetime
    language: str = "en"
    auto_submitted: bool = False


class DeliveryOutcome(StrEnum):
    """What a send attempt or a later report came to (DESIGN 5, Message out)."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    BOUNCED = "bounced"
    UNKNOWN = "unknown"


class SendReason(StrEnum):
    """Why something did not go out as wished; screens have a sentence for each. Once used, a code keeps its meaning."""

    BAD_SETTINGS = "bad_settings"
    UNSEALABLE = "unsealable"
    NO_RELAY = "no_relay"
    NO_CHANNEL = "no_channel"
    NO_USER = "no_user"
    NOBODY_ADDRESSED = "nobody_addressed"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_COMPOSED = "not_composed"
    UNREACHABLE = "unreachable"
    SIGN_IN_REFUSED = "sign_in_refused"
    SENDER_REFUSED = "sender_refused"
    NO_SMTPUTF8 = "no_smtputf8"
    REFUSED = "refused"
    SOME_REFUSED = "some_refused"
    CONNECTION_LOST = "connection_lost"
    NO_ANSWER = "no_answer"
    PROCESS_ENDED = "process_ended"
    NOT_TRIED = "not_tried"
    INTERNAL_ERROR = "internal_error"
    BOUNCED = "bounced"
    NOT_SIGNED_IN = "not_signed_in"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    TEXT_TOO_LONG = "text_too_long"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of one delivery; `detail` is in the peer's words, `provider_id` is the peer's or our own wire id."""

    delivery_id: str
    outcome: DeliveryOutcome
    provider_id: str | None = None
    reason: SendReason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """One ChannelAccount as its channel sees it: `settings` are the channel's own, secrets already unsealed."""

    id: str
    channel: ChannelKind
    address: str
    name: str
    language: str
    settings: Mapping[str, object] = field(default_factory=dict)


class Channel(Protocol):
    """What every channel can do. Optional abilities are separate protocols."""

    kind: ChannelKind

    async def send(self, account: AccountSettings, message: OutboundMessage) -> DeliveryReport:
        """Send once, within the channel's own time-outs; never raises for a peer's answer, reports it."""
        ...

    async def probe(self, account: AccountSettings) -> Sequence["ProbeStep"]:
        """Try the account's settings against the real peer; one step per thing tried."""
        ...


@runtime_checkable
class NamesMessages(Protocol):
    """A channel that knows, before it sends, under which id the peer will know the message.

    That id is stored before the network is touched, so that an answer or a bounce that comes at once finds its message.
    """

    def wire_id(self, account: AccountSettings, message: OutboundMessage) -> str:
        """The id (a Message-ID with its angle brackets as the channel writes it); the same for every attempt."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One line of a live test: what was tried (a code), whether it worked, why not, and the peer's words."""

    name: str
    ok: bool
    detail: str = ""
    reason: SendReason | None = None


@dataclass(frozen=True, slots=True)
class WaitRange:
    """Seconds still to wait, as honestly as it is known: half of those served wait at most `p50_s`, four in five at most `p80_s`."""

    p50_s: int
    p80_s: int


class WaitingRoom(Protocol):
    """What somebody who waits may be told; implemented by routing, handed to the channels where people wait and watch."""

    async def position(self, interaction_id: str) -> int | None:
        """The place in line, from 1; None when the interaction does not wait."""
        ...

    async def estimated_wait(self, interaction_id: str) -> WaitRange | None:
        """How long until an agent comes; None when too little is known to be honest."""
        ...

    async def staffed(self, queue_id: str | None) -> bool:
        """Whether the queue (None: any queue) is open and anybody who serves it is at work now, free or not."""
        ...
