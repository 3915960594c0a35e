"""Tables of the measured record. `conversation` carries pointers to its present interaction, queue, agent and ticket, kept
by the verbs in this package, so that the worklist is one indexed read.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contact_center import words
from contact_center.db import Base, Id, Json, UtcDateTime, id_column, partial_index


class ChannelAccount(Base):
    """One configured mailbox, number or site; `secrets` are sealed and never returned."""

    __tablename__ = "channel_account"
    __table_args__ = (UniqueConstraint("channel", "address"),)
    id: Mapped[str] = id_column()
    channel: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(20), default="en")
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    default_queue_id: Mapped[str | None] = mapped_column(Id, ForeignKey("queue.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    secrets: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    last_inbound_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


def subject_key(subject: str) -> str:
    """The key by which a conversation is found, as `words.add` wants it for the new row."""
    return words.key_of(subject)[:1000]


def _subject_key(context: Any) -> str:
    return subject_key(context.get_current_parameters().get("subject") or "")


class Conversation(Base):
    """The continuing exchange on one channel account. `attention`: now, today, waiting, done, snoozed."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_recent", "last_message_at", "id"),
        Index("ix_conversation_channel", "channel", "last_message_at", "id"),
        # What follows `id` is there so that the worklist filters and counts without visiting the rows.
        Index("ix_conversation_agent", "agent_id", "attention", "last_message_at", "id", "channel", "queue_id"),
        Index("ix_conversation_queue", "queue_id", "attention", "last_message_at", "id", "channel", "agent_id"),
        Index("ix_conversation_attention", "attention", "last_message_at", "id", "channel"),
        Index("ix_conversation_customer", "customer_id", "last_message_at"),
    )
    id: Mapped[str] = id_column()
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("channel_account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"))
    subject: Mapped[str] = mapped_column(String(500), default="")
    subject_key: Mapped[str] = mapped_column(String(1000), default=_subject_key)
    """`subject_key()` of the subject, made when the row is inserted; whoever inserts it calls `words.add`."""
    language: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime)
    preview: Mapped[str] = mapped_column(String(300), default="")
    preview_direction: Mapped[str] = mapped_column(String(10), default="in")
    preview_author_id: Mapped[str | None] = mapped_column(Id)
    attention: Mapped[str] = mapped_column(String(10), default="now")
    interaction_id: Mapped[str | None] = mapped_column(Id)
    queue_id: Mapped[str | None] = mapped_column(Id)
    agent_id: Mapped[str | None] = mapped_column(Id)
    ticket_id: Mapped[str | None] = mapped_column(Id)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_send: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class ConversationKey(Base):
    """How a message finds its conversation: a Message-ID of its thread, a visitor on a site, a pair of numbers."""

    __tablename__ = "conversation_key"
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("channel_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), index=True)


class Participant(Base):
    """An identity taking part: role customer (the main one) or cc."""

    __tablename__ = "participant"
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), primary_key=True)
    identity_id: Mapped[str] = mapped_column(Id, ForeignKey("identity.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20), default="customer")
    name: Mapped[str] = mapped_column(String(200), default="")


class Interaction(Base):
    """One stretch of a conversation that needs handling. `key_at` is its place in line and survives everything."""

    __tablename__ = "interaction"
    __table_args__ = (
        partial_index(
            "uq_interaction_open",
            "conversation_id",
            unique=True,
            where=text("state IN ('received', 'scheduled', 'queued', 'offered', 'assigned')"),
        ),
        partial_index(
            "ix_interaction_live",
            "queue_id",
            "state",
            "key_at",
            where=text("state IN ('received', 'scheduled', 'queued', 'offered', 'assigned')"),
        ),
        partial_index("ix_interaction_scheduled", "not_before", where=text("state = 'scheduled'")),
        Index("ix_interaction_created", "created_at", "id"),
        Index("ix_interaction_queue_created", "queue_id", "created_at", "id"),
        Index("ix_interaction_agent_created", "agent_id", "created_at", "id"),
        Index("ix_interaction_customer", "customer_id", "created_at"),
    )
    id: Mapped[str] = id_column()
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), index=True)
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"))
    channel: Mapped[str] = mapped_column(String(20))
    direction: Mapped[str] = mapped_column(String(5), default="in")
    state: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str | None] = mapped_column(String(20))
    queue_id: Mapped[str | None] = mapped_column(Id, ForeignKey("queue.id"))
    agent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agent.id"))
    ticket_id: Mapped[str | None] = mapped_column(Id, index=True)
    last_agent_id: Mapped[str | None] = mapped_column(Id)
    preferred_agent_ids: Mapped[list[str]] = mapped_column(Json, default=list)
    been_in: Mapped[list[str]] = mapped_column(Json, default=list)
    """Queues that it overflowed out of: it never goes back by itself."""
    priority: Mapped[int] = mapped_column(Integer, default=0)
    units: Mapped[int] = mapped_column(Integer, default=0)
    skills: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Asked beyond the queue's own: [{skill_id, level, required}]."""
    wish: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    not_before: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it should be answered, where its queue says so; orders queues that go by deadline."""
    key_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str | None] = mapped_column(String(60))
    successor_id: Mapped[str | None] = mapped_column(Id)
    wrap_up_code_id: Mapped[str | None] = mapped_column(Id, ForeignKey("wrap_up_code.id"))
    wrap_up_note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Assignment(Base):
    """An agent's responsibility for an interaction; holds it until `handled_until`, holds capacity until `ended_at`."""

    __tablename__ = "assignment"
    __table_args__ = (
        partial_index(
            "uq_assignment_primary",
            "interaction_id",
            unique=True,
            where=text("handled_until IS NULL AND role = 'primary'"),
        ),
        partial_index("ix_assignment_live", "agent_id", where=text("ended_at IS NULL")),
        Index("ix_assignment_interaction", "interaction_id", "at"),
    )
    id: Mapped[str] = id_column()
    interaction_id: Mapped[str] = mapped_column(Id, ForeignKey("interaction.id"))
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agent.id"))
    role: Mapped[str] = mapped_column(String(20), default="primary")
    state: Mapped[str] = mapped_column(String(20))
    offer_id: Mapped[str | None] = mapped_column(Id)
    units: Mapped[int] = mapped_column(Integer)
    why: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrap_up_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(30))


class Message(Base):
    """One utterance (`message`), internal note (`note`) or system line (`event`: code and params, translated on screen)."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_conversation", "conversation_id", "at", "id"),
        Index("ix_message_interaction", "interaction_id", "at"),
        partial_index(
            "uq_message_client",
            "conversation_id",
            "client_message_id",
            unique=True,
            where=text("client_message_id IS NOT NULL"),
        ),
    )
    id: Mapped[str] = id_column()
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"))
    interaction_id: Mapped[str | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(10))
    direction: Mapped[str | None] = mapped_column(String(5))
    author_kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[str | None] = mapped_column(Id)
    author_name: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    subject: Mapped[str] = mapped_column(String(500), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    visible_text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    wire_id: Mapped[str | None] = mapped_column(String(998), index=True)
    references: Mapped[list[str]] = mapped_column("reference_ids", Json, default=list)
    recipients: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """{to, cc, bcc: [{value, name}]}."""
    client_message_id: Mapped[str | None] = mapped_column(String(100))
    inbound_id: Mapped[str | None] = mapped_column(Id)
    forwards_id: Mapped[str | None] = mapped_column(Id)
    """The message of this thread that this one passes on to somebody else: it answers nobody."""
    event: Mapped[dict[str, Any] | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Delivery(Base):
    """What became of an outgoing message on the wire."""

    __tablename__ = "delivery"
    id: Mapped[str] = id_column()
    message_id: Mapped[str] = mapped_column(Id, ForeignKey("message.id"), unique=True)
    account_id: Mapped[str] = mapped_column(Id, ForeignKey("channel_account.id"))
    state: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str | None] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    provider_id: Mapped[str | None] = mapped_column(String(300), index=True)
    job_id: Mapped[str | None] = mapped_column(Id)
    """The job that sends it: a retry by hand hastens it, discarding takes it back."""


class MessageFile(Base):
    """A file of a message, in order; `content_id` for inline images."""

    __tablename__ = "message_file"
    message_id: Mapped[str] = mapped_column(Id, ForeignKey("message.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    file_id: Mapped[str] = mapped_column(Id, ForeignKey("file.id"), index=True)
    content_id: Mapped[str | None] = mapped_column(String(300))
    inline: Mapped[bool] = mapped_column(Boolean, default=False)


class Draft(Base):
    """What a user is writing, per conversation and mode (reply, note)."""

    __tablename__ = "draft"
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), primary_key=True, index=True)
    mode: Mapped[str] = mapped_column(String(10), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReadMark(Base):
    """How far a user has read a conversation."""

    __tablename__ = "read_mark"
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user_account.id"), primary_key=True, index=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The time of the newest message read."""
