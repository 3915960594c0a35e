"""What a channel hands to intake: one message for one account, understood, its files already stored durably."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contact_center.channel import ChannelKind, Understood
from contact_center.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An attachment whose bytes are already in the file store."""

    file_id: str
    sha256: str
    size: int
    name: str
    media_type: str
    content_id: str | None
    inline: bool


@dataclass(frozen=True, slots=True)
class Received:
    """`raw` up to 256 kB is kept in the row, larger in the file store under `raw_sha256`; `html` is already sanitised."""

    inbound_id: str
    account_id: str
    account_address: str
    account_language: str
    channel: ChannelKind
    received_at: datetime
    size: int
    raw: bytes | None
    raw_sha256: str | None
    understood: Understood
    envelope: Mapping[str, Any] = field(default_factory=dict)
    html: str | None = None
    files: Sequence[StoredFile] = ()
    correlation: str = ""
    replay_of: str | None = None
    """The parked inbound row that this is another try at."""
    message_id: str = field(default_factory=new_id)
    """The id its Message will have."""

    @property
    def dedupe_key(self) -> str:
        """Equal for copies of one message on one account: the peer's id together with the content's hash."""
        understood = self.understood
        return hashlib.sha256(f"{understood.provider_id or ''}\n{understood.content_hash}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of it: ids of the row and, when it is a message, of what it belongs to."""

    inbound_id: str
    duplicate: bool = False
    message_id: str | None = None
    conversation_id: str | None = None
    interaction_id: str | None = None
