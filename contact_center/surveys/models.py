"""Tables of surveys: what a queue asks, and what was asked of whom. A row of `survey_response` exists from the asking on, so that
the rate of answers is a count and a closure cannot be asked about twice.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from contact_center.db import Base, Id, Json, UtcDateTime, id_column


class Survey(Base):
    """What one queue asks; a queue without a row asks nothing. `question` by language; empty means the shipped one."""

    __tablename__ = "survey"
    id: Mapped[str] = id_column()
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id", ondelete="CASCADE"), unique=True)
    enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    delay_seconds: Mapped[int] = mapped_column(Integer, default=0)
    question: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class SurveyResponse(Base):
    """One customer asked about one closed interaction; `score` 1-5 (5 is best) and `comment` once answered."""

    __tablename__ = "survey_response"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        Index("ix_survey_response_asked", "asked_at", "id"),
        Index("ix_survey_response_customer", "customer_id", "asked_at"),
    )
    id: Mapped[str] = id_column()
    interaction_id: Mapped[str] = mapped_column(Id, ForeignKey("interaction.id"), unique=True)
    conversation_id: Mapped[str] = mapped_column(Id, ForeignKey("conversation.id"), index=True)
    customer_id: Mapped[str] = mapped_column(Id, ForeignKey("customer.id"))
    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queue.id"), index=True)
    agent_id: Mapped[str | None] = mapped_column(Id, ForeignKey("agent.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(20))
    question: Mapped[str] = mapped_column(Text)
    """As it was asked, whatever the queue asks later."""
    state: Mapped[str] = mapped_column(String(20))
    score: Mapped[int | None] = mapped_column(Integer)
    comment: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
