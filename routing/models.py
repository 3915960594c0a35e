"""Tables of routing: triage rules and offers. The router's inputs are in `contact_center/routing_input.py`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column, partial_index


class TriageRule(Base):
    """First match wins. `when` {account_ids, languages, keywords, keyword_in, senders}, `then` {queue_id, priority, skills}."""

    __tablename__ = "triage_rule"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[int] = mapped_column(Integer, default=0)
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    when: Mapped[dict[str, Any]] = mapped_column("conditions", Json)
    then: Mapped[dict[str, Any]] = mapped_column("outcome", Json)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Offer(Base):
    """A time-limited proposal of one interaction to one agent; at most one pending per pair."""

    __tablename__ = "offer"
    __table_args__ = (
        partial_index("uq_offer_pending", "interaction_id", "agent_id", unique=True, where=text("state = 'pending'")),
        partial_index("ix_offer_agent_pending", "agent_id", where=text("state = 'pending'")),
        Index("ix_offer_interaction", "interaction_id", "offered_at"),
    )
    id: Mapped[str] = id_column()
    interaction_id: Mapped[str] = mapped_column(Id, ForeignKey("interaction.id"))
    agent_id: Mapped[str] = mapped_column(Id, ForeignKey("agent.id"))
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id"))
    state: Mapped[str] = mapped_column(String(20))
    units: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str] = mapped_column(String(40))
    why: Mapped[dict[str, Any]] = mapped_column(Json)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(BigInteger, default=1)
