"""The inbound row: what came over a wire, kept before it is understood. Parked rows are visible and can be replayed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column
from contact_center.machine import Machine


class InboundState(StrEnum):
    """Where an inbound row stands."""

    STORED = "stored"
    TAKEN_IN = "taken_in"
    IGNORED = "ignored"
    PARKED = "parked"
    REPLAYED = "replayed"


class InboundEvent(StrEnum):
    """What can happen to it."""

    TAKE_IN = "take_in"
    IGNORE = "ignore"
    PARK = "park"
    REPLAY = "replay"


I = InboundState
INBOUND = Machine[InboundState, InboundEvent](
    {
        InboundEvent.TAKE_IN: ((I.STORED,), I.TAKEN_IN),
        InboundEvent.IGNORE: ((I.STORED,), I.IGNORED),
        InboundEvent.PARK: ((I.STORED,), I.PARKED),
        InboundEvent.REPLAY: ((I.PARKED,), I.REPLAYED),
    }
)


class Inbound(Base):
    """Raw bytes up to 256 kB live in `raw`, larger in the file store under `raw_sha256`. Unique per account on `dedupe_key`."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("account_id", "dedupe_key"),
        Index("ix_inbound_state", "state", "received_at"),
    )
    id: Mapped[str] = id_column()
    account_id: Mapped[str | None] = mapped_column(Id, ForeignKey("channel_account.id"))
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
    raw_sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    envelope: Mapped[dict[str, Any]] = mapped_column(Json)
    dedupe_key: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text, default="")
    guard: Mapped[str | None] = mapped_column(String(60))
    message_id: Mapped[str | None] = mapped_column(Id, index=True)
    correlation: Mapped[str] = mapped_column(String(64))
