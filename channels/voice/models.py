"""What is remembered of calls. The call's whole state is one value in its row (`states.Call` as JSON); the columns beside it are
there to be found by, and are set from it in the same statement. Whoever changes a call locks its row first, before anything else.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column, partial_index


class CallRow(Base):
    """One call, in its own conversation. `provider_ref` is the provider's id of the caller's leg, as it arrived or was dialled."""

    __tablename__ = "call"
    __table_args__ = (
        UniqueConstraint("provider", "provider_ref"),
        partial_index("ix_call_due", "due_at", where=text("due_at IS NOT NULL")),
    )
    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("channel_account.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), index=True)
    interaction_id: Mapped[str] = mapped_column(Id, ForeignKey("interaction.id"), unique=True)
    provider: Mapped[str] = mapped_column(String(20))
    provider_ref: Mapped[str] = mapped_column(String(64))
    caller: Mapped[str] = mapped_column(String(320))
    """Empty when it was withheld."""
    called: Mapped[str] = mapped_column(String(320))
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its next timer comes due; None when it has none."""
    rooms: Mapped[list[str]] = mapped_column(Json, default=list)
    """The provider's ids of the rooms the call has had, oldest first: their events are numbered anew in each."""
    recordings: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """[{id, location, seconds, voicemail}]."""
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class LegRow(Base):
    """One audio end of a call; `id` is the machine's. `provider_ref` is set once, when the leg reaches the provider."""

    __tablename__ = "call_leg"
    __table_args__ = (UniqueConstraint("provider_ref"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    call_id: Mapped[str] = mapped_column(Id, ForeignKey("call.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    party: Mapped[str] = mapped_column(String(320))
    provider_ref: Mapped[str | None] = mapped_column(String(64))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CallEventRow(Base):
    """One event that was told to a call, once: `event_id` is what tells repeats apart."""

    __tablename__ = "call_event"
    call_id: Mapped[str] = mapped_column(Id, ForeignKey("call.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class EarlyWord(Base):
    """What the provider said about a leg that is not known yet: told to the call as soon as it begins."""

    __tablename__ = "call_early_word"
    provider_ref: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    form: Mapped[dict[str, str]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CallCommandRow(Base):
    """Something the call asks of the provider: stored with the state that asks for it, carried out after the commit."""

    __tablename__ = "call_command"
    __table_args__ = (Index("ix_call_command_call", "call_id", "number"),)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The machine's `command_id`."""
    call_id: Mapped[str] = mapped_column(Id, ForeignKey("call.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(30))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(20))
    """pending, done, failed, or answered: in the answer to a webhook, which needed no request of ours."""
    failure: Mapped[str | None] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
